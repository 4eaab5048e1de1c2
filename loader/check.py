"""`python -m loader check`: is the key good, whose is it, what may it see, which zone is it in."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from loader.client import BadReply, Client
from loader.endpoints import Endpoint
from loader.errors import AccountError, ConfigurationError, EndpointError, EndpointUnavailable
from loader.pages import Page, Parser

DEFAULT_ZONE: Final = "America/Chicago"
_OFFSET_TIME: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d")


class User(msgspec.Struct, rename="camel"):
    """Whom the key belongs to."""

    username: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None

    def __str__(self) -> str:
        name = " ".join(filter(None, (self.first_name, self.last_name)))
        return f"{name or self.username or 'a user without a name'} <{self.email or ''}>"


class _Me(msgspec.Struct):
    user: User


def key_owner(client: Client) -> User:
    """Ask who the key belongs to; every good key may (`users/me`).

    Raises:
        AccountError: the address is not the API's, the key is wrong, or nothing answers.
    """

    def parse(body: bytes) -> User:
        try:
            return msgspec.json.decode(body, type=_Me).user
        except msgspec.MsgspecError:
            raise BadReply("no user in the reply") from None

    try:
        return client.get("users/me", {}, parse, tries=3, tolerated=frozenset({403}))
    except EndpointUnavailable as problem:
        raise AccountError(
            f"{client.host} refuses the key ({problem}). Copy it again from Settings > Developer, "
            "and check that the address is that of the same account."
        ) from None
    except EndpointError as problem:
        raise AccountError(
            f"{client.host} does not answer as ActiveCampaign's API does ({problem}). Check "
            "ACTIVECAMPAIGN_API_URL: Settings > Developer shows the account's own address."
        ) from None


@dataclass(slots=True)
class Answer:
    """What an endpoint answered to one small request."""

    endpoint: Endpoint
    total: int | None = None
    length: int = 0
    problem: str = ""
    has_failed: bool = False  # and not for lack of permission or plan
    times: list[datetime] = field(default_factory=list)


def ask(client: Client, endpoints: Iterable[Endpoint]) -> list[Answer]:
    """Ask each endpoint for a few records."""
    return [_ask(client, endpoint) for endpoint in endpoints if not endpoint.per]


def _ask(client: Client, endpoint: Endpoint) -> Answer:
    answer = Answer(endpoint)
    parser = Parser(endpoint)

    def parse(body: bytes) -> Page:
        answer.times = list(_times(body))
        return parser(body)

    try:
        page = client.get(
            endpoint.path,
            {**endpoint.params, "limit": "20"},
            parse,
            tolerated=endpoint.tolerated,
            tries=3,
        )
        answer.total, answer.length = page.total, page.length
    except EndpointError as problem:
        answer.problem = str(problem)
        answer.has_failed = not isinstance(problem, EndpointUnavailable)
    return answer


def _times(body: bytes) -> Iterator[datetime]:
    for text in _OFFSET_TIME.findall(body):
        with suppress(ValueError):  # 0000-00-00T00:00:00-06:00
            yield datetime.fromisoformat(text.decode())


def zone_of_project(folder: Path) -> ZoneInfo:
    """The dbt variable `activecampaign_timezone` of the project in `folder`, or its default.

    Raises:
        ConfigurationError: there is no such zone.
    """
    try:
        project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
        zone = str(project["vars"]["activecampaign_timezone"])
    except (OSError, KeyError, TypeError):
        zone = DEFAULT_ZONE
    except yaml.YAMLError:
        raise ConfigurationError(f"{folder / 'dbt_project.yml'} is no valid YAML.") from None
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            f"The dbt variable activecampaign_timezone is {zone!r}, which is no time zone. "
            f"Use an IANA name such as {DEFAULT_ZONE} (vars in dbt_project.yml)."
        ) from None


def compare_zone(zone: ZoneInfo, times: Sequence[datetime]) -> tuple[bool, str]:
    """Whether the offsets that the account serves are those of `zone`, and a sentence on it."""
    if not times:
        return True, f"time zone: {zone} is set; the account served no time to compare it with"
    off = [time for time in times if time.utcoffset() != time.astimezone(zone).utcoffset()]
    if not off:
        return True, f"time zone: {zone} is set, and the account's {len(times)} times agree with it"
    return False, (
        f"time zone: {zone} is set, but {len(off)} of {len(times)} times that the account served "
        f"have another offset ({max(off).isoformat()}). Times without an offset would be read in "
        "the wrong zone: set activecampaign_timezone (vars in dbt_project.yml) to the account's."
    )
