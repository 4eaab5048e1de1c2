"""One read of one endpoint: its pages, and what becomes of it."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from loader.client import Client, Tally
from loader.endpoints import Endpoint, Walk
from loader.errors import AccountError, EndpointError, EndpointUnavailable
from loader.pages import Page, Parser
from loader.paging import LIMIT, Progress, Stored, walk_by_id, walk_by_offset, walk_from_end

# What changed so long before the cursor may still be served: a filter may go by the day, and a
# date without an offset is of any zone.
FILTER_SLACK: Final = timedelta(days=2)
REFUSALS: Final = 10  # lists, one a parent, that are refused before any answers: all would be


class Outcome(Enum):
    """How a read ended."""

    COMPLETE = "complete"
    SKIPPED = "skipped"  # key or plan lack the endpoint, or it is not due yet
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a read is, and what it must know to go on from there in a later run."""

    endpoint: str  # as it was declared: another include would leave its earlier pages without
    cursor: datetime | None
    as_of: datetime | None
    walk: Progress
    carried: set[str]
    not_carried: set[str]
    served: int
    rejected: int
    repaired: int


@dataclass(slots=True)
class Read:
    """Reads an endpoint once, page by page.

    `first_run_id` is the run in which it began: one that was killed may go on in a later run.
    `cursor` asks only for what changed since; with `stored` only the end of a list that grows is
    read; with neither all there is. `leaves_gap` says that what
    changed before was not all read either, so that no later read may begin where this one did.
    `limit` ends it after about so many records. `parents` are the ids that fill `{id}` of the path,
    for an endpoint that is read per parent; `knows_all_parents` says whether there are surely no
    others.
    """

    endpoint: Endpoint
    client: Client
    first_run_id: int
    cursor: datetime | None = None
    stored: Stored | None = None
    leaves_gap: bool = False
    limit: int | None = None
    parents: Sequence[str] | None = None
    knows_all_parents: bool = True
    skipped_parents: int = 0  # whose list the server refuses
    tally: Tally = field(default_factory=Tally)
    walks: list[Progress] = field(default_factory=list)
    carried: set[str] = field(default_factory=set)  # side-loads that stood in some reply
    not_carried: set[str] = field(default_factory=set)  # that some reply may not have held whole
    served: int = 0  # records of the main collection, those served twice included
    rereads: int = 0  # lists read again since records moved
    rejected: int = 0
    repaired: int = 0
    ignores_filter: bool = False  # the server served what had not changed, so all was read
    is_mixed: bool = False  # and lists of other parents before with the filter
    is_limited: bool = False  # ended by `limit`
    goes_on: Progress | None = None  # where it was when an earlier run was killed
    as_of: datetime | None = None  # its start by the account's clock: it holds what was so then
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str = ""
    fatal: AccountError | None = None
    _pages: Iterator[Page] | None = None
    _parse: Parser = field(init=False)

    def __post_init__(self) -> None:
        self._parse = Parser(self.endpoint)

    @property
    def rows(self) -> int:
        """Distinct records of the main collection so far."""
        return sum(walk.distinct for walk in self.walks)

    @property
    def mode(self) -> str:
        """`full`, or `incremental` where only what changed since a moment, or the end, was read."""
        return "incremental" if self.cursor or self.stored else "full"

    @property
    def is_complete(self) -> bool:
        """Whether the list was read to its end with nothing known to be missing."""
        is_cut = self.is_short or self.is_limited or self.skipped_parents or self.is_mixed
        return self.outcome is Outcome.COMPLETE and not is_cut

    @property
    def next_cursor(self) -> datetime | None:
        """Since when a later read must ask for changes, None where this one is no ground for it."""
        is_ground = (
            self.endpoint.is_incremental
            and self.is_complete
            and self.knows_all_parents
            and not self.leaves_gap
        )
        return self.as_of if is_ground else None

    @property
    def mark(self) -> Mark | None:
        """Where a later run can take it up, if it can."""
        is_usual = not self.leaves_gap and self.limit is None
        if not (is_usual and self.endpoint.walk is Walk.ID_GREATER and self.walks):
            return None
        walk = self.walks[-1]
        return Mark(
            endpoint=repr(self.endpoint),
            cursor=self.cursor,
            as_of=self.as_of,
            walk=replace(walk, gaps=[replace(gap) for gap in walk.gaps]),
            carried=set(self.carried),
            not_carried=set(self.not_carried),
            served=self.served,
            rejected=self.rejected,
            repaired=self.repaired,
        )

    @property
    def is_short(self) -> bool:
        """Whether records are missing since they moved while the list was read, twice."""
        return any(walk.is_short for walk in self.walks)

    @property
    def is_under_total(self) -> bool:
        """Whether the API announces more records than it serves."""
        return any(walk.distinct < (walk.total or 0) for walk in self.walks)

    @property
    def api_total(self) -> int | None:
        """Records that the API announced, None where it did not say."""
        totals = [walk.total for walk in self.walks]
        return None if not totals or None in totals else sum(filter(None, totals))

    @property
    def proves_absence(self) -> bool:
        """Whether a record that was not served can be taken to be gone."""
        return (
            self.is_complete
            and self.mode == "full"
            and bool(self.walks)
            and self.knows_all_parents
            and all(walk.is_sound for walk in self.walks)
            and not self.is_under_total
            and not self.rejected
            and not self.rereads  # of two reads that differ neither proves anything
        )

    def carries(self, key: str) -> bool:
        """Whether every row of a side-load that belongs to a served record was served too."""
        return self.served == 0 or (key in self.carried and key not in self.not_carried)

    def skip(self, reason: str) -> None:
        """End it before it begins."""
        self.started_at = self.finished_at = datetime.now(UTC)
        self.outcome, self.reason = Outcome.SKIPPED, reason
        self._pages = iter(())

    @property
    def pages(self) -> Iterator[Page]:
        """The pages not yet taken. Ends without raising; `outcome` and `reason` then say how."""
        if self._pages is None:
            self._pages = self._read()
        return self._pages

    def _read(self) -> Iterator[Page]:
        self.started_at = datetime.now(UTC)
        try:
            if self.parents is None:
                yield from self._read_list(self.endpoint.path)
            else:
                yield from self._read_lists(self.parents)
            self.outcome = Outcome.COMPLETE if self.walks or not self.reason else Outcome.SKIPPED
        except EndpointUnavailable as problem:
            # Key or plan lack an endpoint from its first page on; later something broke.
            self.outcome = Outcome.FAILED if self.walks else Outcome.SKIPPED
            self.reason = str(problem)
        except EndpointError as problem:
            self.outcome, self.reason = Outcome.FAILED, str(problem)
        except AccountError as problem:
            self.outcome, self.reason, self.fatal = Outcome.FAILED, str(problem), problem
            self.client.stop()
        self.finished_at = datetime.now(UTC)

    def _read_lists(self, parents: Sequence[str]) -> Iterator[Page]:
        failure: EndpointError | None = None
        if not parents and not self.knows_all_parents:
            self.reason = f"none of {self.endpoint.per} is known to read it for"
        for parent in parents:
            if self.is_limited:
                break
            answered = len(self.walks)
            try:
                path = self.endpoint.path.replace("{id}", parent)
                for page in self._read_list(path):
                    yield page if self.endpoint.parent_key else page.of(parent)
            except EndpointError as problem:
                if isinstance(problem, EndpointUnavailable) and len(self.walks) == answered:
                    self.skipped_parents += 1
                    self.reason = str(problem)
                    if not answered and self.skipped_parents == REFUSALS:
                        break
                else:
                    failure = failure or problem
        if failure:
            raise EndpointError(str(failure))

    def _read_list(self, path: str) -> Iterator[Page]:
        for is_last_try in (False, True):
            progress, began = self.goes_on or Progress(), datetime.now(UTC)
            pages = self._walk(path, progress)
            first = next(pages, None)
            if first and self._is_unfiltered(first):
                self.is_mixed = bool(self.walks)
                self.ignores_filter, self.cursor, self.leaves_gap = True, None, False
                progress = Progress()
                pages = self._walk(path, progress)
                first = next(pages, None)
            self.as_of = self.as_of or self.client.account_time(began)
            if is_last_try:
                self.walks.pop()
                self.rereads += 1
            self.walks.append(progress)  # not before: the list answers
            for page in itertools.chain([first] if first else [], pages):
                self.served += page.length
                self.carried |= page.carried
                self.not_carried |= page.not_carried
                self.rejected += page.rejected
                self.repaired += page.repaired
                yield page
                if self.limit and self.rows >= self.limit:
                    self.is_limited = True
                    return
            if self.stored and not progress.start:
                self.stored = None  # all of it was read
            if not progress.is_short:
                return

    def _is_unfiltered(self, page: Page) -> bool:
        if self.cursor is None:
            return False
        earliest = self.cursor - FILTER_SLACK
        return any(at < earliest for at in map(_moment, page.changed) if at)

    def _walk(self, path: str, progress: Progress) -> Iterator[Page]:
        fixed = dict(self.endpoint.params)
        if self.endpoint.include:
            fixed["include"] = ",".join(self.endpoint.include)
        if self.cursor and self.endpoint.changed_since:
            fixed[self.endpoint.changed_since] = self.endpoint.written(self.cursor)
        size = min(self.limit or LIMIT, LIMIT)
        pool = None if self.limit else self.client.pool

        def fetch(params: Mapping[str, str]) -> Page:
            return self.client.get(
                path,
                {**fixed, **params},
                self._parse,
                tally=self.tally,
                tolerated=self.endpoint.tolerated,
            )

        if self.stored:
            return walk_from_end(fetch, progress, self.stored, size, pool)
        walk = walk_by_id if self.endpoint.walk is Walk.ID_GREATER else walk_by_offset
        return walk(fetch, progress, size, pool)


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
