"""One read of one endpoint: its pages, and what becomes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from loader.client import Client, Tally
from loader.endpoints import Endpoint, Walk
from loader.errors import AccountError, EndpointError, EndpointUnavailable
from loader.pages import Page, Parser
from loader.paging import Progress, walk_by_id, walk_by_offset


class Outcome(Enum):
    """How a read ended."""

    COMPLETE = "complete"
    SKIPPED = "skipped"  # the key's permissions or the account's plan lack the endpoint
    FAILED = "failed"


@dataclass(slots=True)
class Read:
    """Reads an endpoint once, page by page; `pages` may be drained in several goes.

    `parents` are the ids that fill `{id}` of the path, for an endpoint that is read per parent.
    """

    endpoint: Endpoint
    client: Client
    parents: Sequence[str] | None = None
    tally: Tally = field(default_factory=Tally)
    walks: list[Progress] = field(default_factory=list)
    not_carried: set[str] = field(default_factory=set)
    rejected: int = 0
    repaired: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""
    fatal: AccountError | None = None
    _pages: Iterator[Page] | None = None

    @property
    def rows(self) -> int:
        """Distinct records of the main collection so far."""
        return sum(walk.distinct for walk in self.walks)

    @property
    def api_total(self) -> int | None:
        """Records that the API announced, None where it did not say."""
        totals = [walk.total for walk in self.walks]
        return None if not totals or None in totals else sum(filter(None, totals))

    @property
    def proves_absence(self) -> bool:
        """Whether a record that was not served can be taken to be gone."""
        return (
            self.outcome is Outcome.COMPLETE
            and all(walk.is_sound for walk in self.walks)
            and self.rows >= (self.api_total or 0)
            and not self.rejected
        )

    @property
    def pages(self) -> Iterator[Page]:
        """The pages not yet taken. Ends without raising; `outcome` and `reason` then say how."""
        if self._pages is None:
            self._pages = self._read()
        return self._pages

    def _read(self) -> Iterator[Page]:
        self.started_at = datetime.now(UTC)
        try:
            for path in self._paths():
                for page in self._walk(path):
                    self.not_carried |= page.not_carried
                    self.rejected += page.rejected
                    self.repaired += page.repaired
                    yield page
            self.outcome = Outcome.COMPLETE
        except EndpointUnavailable as problem:
            self.outcome, self.reason = Outcome.SKIPPED, str(problem)
        except EndpointError as problem:
            self.outcome, self.reason = Outcome.FAILED, str(problem)
        except AccountError as problem:
            self.outcome, self.reason, self.fatal = Outcome.FAILED, str(problem), problem
            self.client.stop()
        self.finished_at = datetime.now(UTC)

    def _paths(self) -> Iterator[str]:
        if self.parents is None:
            yield self.endpoint.path
        else:
            yield from (self.endpoint.path.replace("{id}", parent) for parent in self.parents)

    def _walk(self, path: str) -> Iterator[Page]:
        parser = Parser(self.endpoint)
        fixed = dict(self.endpoint.params)
        if self.endpoint.include:
            fixed["include"] = ",".join(self.endpoint.include)

        def fetch(params: Mapping[str, str]) -> Page:
            return self.client.get(
                path,
                {**fixed, **params},
                parser,
                tally=self.tally,
                tolerated=self.endpoint.tolerated,
            )

        progress = Progress()
        self.walks.append(progress)
        walk = walk_by_id if self.endpoint.walk is Walk.ID_GREATER else walk_by_offset
        return walk(fetch, progress)
