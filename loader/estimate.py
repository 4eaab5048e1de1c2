"""`python -m loader plan`: how many requests and minutes a run will take."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

import duckdb

from loader import cursors
from loader.client import IN_FLIGHT, Client, Tally
from loader.cursors import Plan
from loader.endpoints import ENDPOINTS, Endpoint, Walk
from loader.errors import EndpointError
from loader.pages import Page, Parser
from loader.paging import LIMIT, requests_by_id, requests_by_offset, requests_from_end
from loader.settings import RAW_SCHEMA
from loader.stored import StoredList

SAMPLE: Final = "20"  # records: enough to see what comes beside them
USUAL_INTERVAL: Final = timedelta(days=1)  # between runs, where there was none yet
BESIDE_REQUESTS: Final = 3.0  # seconds: to start, and to load what came last

ROWS_LAST_READ: Final = f"""
select rows
from {RAW_SCHEMA}.endpoint_reads
where endpoint = ? and collection = ? and mode = 'full' and is_complete
order by run_id desc
limit 1
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered to one small request."""

    page: Page | None
    tally: Tally
    seconds: float
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an endpoint holds, and how many requests it takes; None where nothing tells.

    `is_from_last_read` says that the API gives no total. `due` is when a list that is left alone
    for some hours is read again.
    """

    endpoint: Endpoint
    records: int | None
    full: int | None
    incremental: int | None
    is_from_last_read: bool = False
    is_full_due: bool = False
    due: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The estimates of a run; `reply` is what a reply takes, in seconds."""

    estimates: Sequence[Estimate]
    reply: float

    def requests(self, *, is_full: bool) -> int:
        """Those of a run that are known; one more asks whose the key is."""
        wanted = [one for one in self.estimates if is_full or not one.due]
        return 1 + sum((one.full if is_full else one.incremental) or 0 for one in wanted)

    def seconds(self, per_second: float, *, is_full: bool) -> float:
        """What a run takes with a budget of so many requests a second (0: no limit)."""
        possible = IN_FLIGHT / max(self.reply, 0.001)
        rate = min(per_second or possible, possible)
        return self.requests(is_full=is_full) / rate + BESIDE_REQUESTS


@dataclass(slots=True)
class Forecaster:
    """Asks each endpoint for a few records and for totals, and counts what a run will ask for.

    `database` knows the earlier reads, if there were any.
    """

    client: Client
    database: duckdb.DuckDBPyConnection | None
    plan: Plan
    answers: dict[Endpoint, Answer] = field(default_factory=dict)

    def forecast(self, endpoints: Sequence[Endpoint], stand_ins: Sequence[Endpoint]) -> Forecast:
        """Of a run that reads these.

        Args:
            endpoints: what is read in any case.
            stand_ins: flat lists that are read where a collection does not come beside its parent.
        """
        self._ask([one for one in endpoints if not one.per])
        lacking = {key for one in self.answers for key in self._lacking(one)}
        later = [one for one in stand_ins if one.key in lacking]
        self._ask([one for one in later if not one.per])
        wanted = [*endpoints, *later]
        parents = [one for one in ENDPOINTS if one.raw_table in {each.per for each in wanted}]
        self._ask([one for one in parents if one not in self.answers])
        estimates = [self._estimate(one) for one in wanted]
        return Forecast(estimates, median(one.seconds for one in self.answers.values()))

    def _ask(self, endpoints: Sequence[Endpoint]) -> None:
        answers = self.client.pool.map(self._answer, endpoints)
        self.answers |= dict(zip(endpoints, answers, strict=True))

    def _answer(self, endpoint: Endpoint, since: datetime | None = None) -> Answer:
        query = {**endpoint.params, "limit": SAMPLE}
        if endpoint.include:
            query["include"] = ",".join(endpoint.include)
        if since and endpoint.changed_since:
            query[endpoint.changed_since] = endpoint.written(since)
        tally, began = Tally(), time.monotonic()
        page, problem = None, ""
        try:
            page = self.client.get(
                endpoint.path,
                query,
                Parser(endpoint),
                tally=tally,
                tolerated=endpoint.tolerated,
                tries=3,
            )
        except EndpointError as said:
            problem = str(said)
        return Answer(page, tally, time.monotonic() - began, problem)

    def _lacking(self, endpoint: Endpoint) -> Iterator[str]:
        """Collections that do not come beside it."""
        page = self.answers[endpoint].page
        if page and page.length:
            missing = page.not_carried | {one.key for one in endpoint.beside} - page.carried
            yield from (one.key for one in endpoint.beside if one.relation and one.key in missing)

    def _estimate(self, endpoint: Endpoint) -> Estimate:
        if endpoint.per:
            pages = (it.page for one, it in self.answers.items() if one.raw_table == endpoint.per)
            lists = next((page.total for page in pages if page), None)
            records = self._last_read(endpoint)
            requests = None if lists is None else lists + (records or 0) // LIMIT
            return Estimate(endpoint, records, requests, requests)
        answer = self.answers[endpoint]
        if not answer.page:
            tries = answer.tally.requests
            return Estimate(endpoint, None, tries, tries, problem=answer.problem)
        total = answer.page.total
        records = self._last_read(endpoint) if total is None else total
        if records is None:
            return Estimate(endpoint, None, None, None)
        by_id = endpoint.walk is Walk.ID_GREATER
        full = (
            requests_by_id(records)
            if by_id
            else requests_by_offset(records, has_total=total is not None)
        )
        known = self.database
        is_wanted = endpoint in self.plan.full
        return Estimate(
            endpoint,
            records,
            full,
            self._incremental(endpoint, records, full) if endpoint.is_incremental else full,
            is_from_last_read=total is None,
            is_full_due=known is not None
            and endpoint.is_incremental
            and (is_wanted or cursors.is_full_due(known, endpoint, self.plan)),
            due=cursors.due(known, endpoint, self.plan) if known and not is_wanted else None,
        )

    def _last_read(self, endpoint: Endpoint) -> int | None:
        if self.database is None:
            return None
        found = self.database.execute(
            ROWS_LAST_READ, [endpoint.name, endpoint.raw_table]
        ).fetchone()
        return int(found[0]) if found else None

    def _incremental(self, endpoint: Endpoint, records: int, full: int) -> int:
        if endpoint in self.plan.full or (self.plan.since and endpoint.grows):
            return full
        since = self.plan.since
        if self.database and not since:
            since = cursors.latest(self.database, endpoint)
        if endpoint.grows:
            known = self.database if since else None
            stored = StoredList(known, endpoint).rows if known else records
            return min(requests_from_end(records - stored), full)
        since = since or datetime.now(UTC) - USUAL_INTERVAL
        page = self._answer(endpoint, since.astimezone(self.plan.zone)).page
        if page is None or page.total is None:
            return full
        by_id = endpoint.walk is Walk.ID_GREATER
        return requests_by_id(page.total) if by_id else requests_by_offset(page.total)
