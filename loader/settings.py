"""Where the account's address, its key, the database and the request budget come from."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final
from urllib.parse import urlsplit

import dlt
from dlt.common.configuration.exceptions import ConfigProviderException

from loader.errors import ConfigurationError

RAW_SCHEMA: Final = "activecampaign_raw"
DLT_STAGING: Final = f"{RAW_SCHEMA}_staging"  # made by earlier versions
# dbt makes the others as <target schema>_<folder schema>; a database file called like any of
# them would make `activecampaign.contacts` ambiguous in DuckDB.
SCHEMAS: Final = frozenset(
    {RAW_SCHEMA, DLT_STAGING, "activecampaign"}
    | {f"activecampaign_{layer}" for layer in ("staging", "intermediate", "analytics")}
)
DEFAULT_REQUESTS_PER_SECOND: Final = 4.8  # the API allows 5 per account; clocks differ a little
DEFAULT_FULL_EVERY: Final = timedelta(days=7)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

UNSET: Final = """\
No account is set. Set the two variables that the product shows under Settings > Developer:
  export ACTIVECAMPAIGN_API_URL=https://youraccount.api-us1.com ACTIVECAMPAIGN_API_KEY=...
The key's user should be in a group with every permission: what it may not see is not loaded.
No account yet? `python -m loader --sandbox` loads a made-up one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A run's account and database.

    `requests_per_second` 0 means: no limit (loopback only). `full_every` is how long an endpoint is
    read incrementally before it is read in full again. `read_every` is how long lists that can only
    be read in full are left alone after each time, by group or endpoint.
    """

    api_url: str
    api_key: str = field(repr=False)
    database: Path
    requests_per_second: float
    account: str  # what the database remembers: the host, or the sandbox's size and seed
    full_every: timedelta = DEFAULT_FULL_EVERY
    read_every: Mapping[str, timedelta] = field(default_factory=dict)


def settings_from_environment() -> Settings:
    """Read the `ACTIVECAMPAIGN_*` variables, or dlt's `.dlt/secrets.toml` for address and key.

    Raises:
        ConfigurationError: something is missing or cannot be meant; the message says what.
    """
    url = _secret("ACTIVECAMPAIGN_API_URL", "api_url")
    key = _secret("ACTIVECAMPAIGN_API_KEY", "api_key")
    if not url and not key:
        raise ConfigurationError(UNSET)
    if not url or not key:
        missing = "ACTIVECAMPAIGN_API_URL" if not url else "ACTIVECAMPAIGN_API_KEY"
        raise ConfigurationError(
            f"{missing} is not set. The product shows it under Settings > Developer."
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ConfigurationError(
            "ACTIVECAMPAIGN_API_KEY holds characters that no key has. Copy it again from "
            "Settings > Developer."
        )
    api_url = api_address(url)
    return Settings(
        api_url=api_url,
        api_key=key,
        database=database_in_environment(),
        requests_per_second=request_budget(api_url),
        account=urlsplit(api_url).netloc,
        full_every=full_read_interval(),
        read_every=read_intervals(),
    )


def _secret(variable: str, name: str) -> str:
    try:
        value = os.environ.get(variable) or dlt.secrets.get(f"sources.activecampaign.{name}")
    except ConfigProviderException:
        raise ConfigurationError("A settings file in .dlt cannot be read: it is no TOML.") from None
    return str(value or "").strip()


def api_address(url: str) -> str:
    """The account's address without path, from what a user pasted (`/api/3` and `/` tolerated).

    Raises:
        ConfigurationError: it is no address, or not https (plain http is for loopback only).
    """
    hint = (
        "ACTIVECAMPAIGN_API_URL must look like https://youraccount.api-us1.com, as shown under "
        "Settings > Developer"
    )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{hint}; what is set is no address.") from None
    if parts.username or parts.password:
        raise ConfigurationError(f"{hint}; it must not hold a user or password.")
    path = parts.path.rstrip("/").removesuffix("/api/3").rstrip("/")
    if parts.scheme not in ("http", "https") or not host or path or parts.query or parts.fragment:
        # not shown: a key pasted in its place must not end in a log
        raise ConfigurationError(f"{hint}; what is set is not of that form.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ConfigurationError(f"{hint}: https, so that the key is never sent in the clear.")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def database_in_environment(name: str | None = None) -> Path:
    """The database file: `name`, or what `ACTIVECAMPAIGN_DUCKDB` says, or `warehouse.duckdb`.

    Raises:
        ConfigurationError: see `database_path`.
    """
    return database_path(name or os.environ.get("ACTIVECAMPAIGN_DUCKDB") or "warehouse.duckdb")


def database_path(text: str) -> Path:
    """The database file, checked as far as that goes without touching it.

    Raises:
        ConfigurationError: it cannot be written, or its name collides with a schema's.
    """
    if ":" in Path(text).stem:  # :memory:, md:
        raise ConfigurationError(f"ACTIVECAMPAIGN_DUCKDB must name a file, not {text}.")
    path = Path(text).expanduser()
    folder = path.absolute().parent
    if path.stem.lower() in SCHEMAS:
        raise ConfigurationError(
            f"The database must not be called {path.name}: {path.stem} is also the name of a "
            "schema in it. Set ACTIVECAMPAIGN_DUCKDB to another name, such as warehouse.duckdb."
        )
    if path.is_dir():
        raise ConfigurationError(f"ACTIVECAMPAIGN_DUCKDB must name a file; {path} is a folder.")
    if not folder.is_dir():
        raise ConfigurationError(f"ACTIVECAMPAIGN_DUCKDB: there is no folder {folder}.")
    try:  # permissions alone do not tell: the disk may be read-only, the user root
        with TemporaryFile(dir=folder):
            pass
        if path.exists():
            with path.open("r+b"):
                pass
    except OSError as problem:
        raise ConfigurationError(
            f"The database {path} cannot be written: {problem.strerror}."
        ) from None
    return path


def request_budget(api_url: str) -> float:
    """Requests a second from `ACTIVECAMPAIGN_REQUESTS_PER_SECOND`, 4.8 unless set.

    Raises:
        ConfigurationError: not a number from 0, or 0 for a host that is not loopback.
    """
    text = os.environ.get("ACTIVECAMPAIGN_REQUESTS_PER_SECOND", "").strip()
    try:
        rate = _number_from_zero(text) if text else DEFAULT_REQUESTS_PER_SECOND
    except ValueError:
        raise ConfigurationError(
            f"ACTIVECAMPAIGN_REQUESTS_PER_SECOND must be a number such as 4.8, not {text!r}."
        ) from None
    if rate == 0 and urlsplit(api_url).hostname not in LOOPBACK:
        raise ConfigurationError(
            "ACTIVECAMPAIGN_REQUESTS_PER_SECOND=0 (no limit) is for servers on this machine only; "
            "ActiveCampaign allows 5 requests a second per account."
        )
    return rate


def full_read_interval() -> timedelta:
    """How often all is read again, from `ACTIVECAMPAIGN_FULL_READ_DAYS`, 7 unless set.

    Raises:
        ConfigurationError: not a number from 0.
    """
    text = os.environ.get("ACTIVECAMPAIGN_FULL_READ_DAYS", "").strip()
    try:
        return timedelta(days=_number_from_zero(text)) if text else DEFAULT_FULL_EVERY
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"ACTIVECAMPAIGN_FULL_READ_DAYS must be a number of days such as 7, not {text!r}."
        ) from None


def read_intervals() -> dict[str, timedelta]:
    """How long lists are left alone, from `ACTIVECAMPAIGN_READ_HOURS`; not at all unless set.

    Raises:
        ConfigurationError: not of the form `notes=24 campaigns=12`.
    """
    text = os.environ.get("ACTIVECAMPAIGN_READ_HOURS", "")
    try:
        pairs = [pair.split("=") for pair in text.replace(",", " ").split()]
        return {name: timedelta(hours=_number_from_zero(hours)) for name, hours in pairs}
    except (ValueError, OverflowError):
        raise ConfigurationError(
            "ACTIVECAMPAIGN_READ_HOURS must name groups or endpoints and hours such as "
            f"notes=24 campaigns=12, not {text!r}."
        ) from None


def endpoints_in_environment() -> list[str]:
    """Endpoints that the table lacks, as `path:key`, from `ACTIVECAMPAIGN_ENDPOINTS`."""
    return os.environ.get("ACTIVECAMPAIGN_ENDPOINTS", "").replace(",", " ").split()


def _number_from_zero(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(text)
    return number
