"""The rules of evidence, on an account that anybody edits and runs that anything may break off.

Random scripts drive the real reads, cursors and evidence on a real database. Only HTTP and dlt are
left out: `Simulation` answers the requests itself, and merges what comes as dlt does.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from loader import cursors, evidence, paging
from loader.client import Tally
from loader.cursors import Plan
from loader.endpoints import ENDPOINTS, RAW_TABLES, Endpoint, snake_case
from loader.errors import EndpointError, EndpointUnavailable
from loader.evidence import Finding
from loader.pages import Page
from loader.paging import LIMIT
from loader.reading import Read
from loader.settings import RAW_SCHEMA
from loader.stand_ins import is_lacking

BY_PATH: Final = {endpoint.path: endpoint for endpoint in ENDPOINTS}
TAGS: Final = ("1", "2", "3")
GUARD = {"GUARD_ROWS": 2, "GUARD_SHARE": 0.5, "GUARD_ALL": 1}  # one that speaks among few
FIRST_RUN: Final = int(datetime.now(UTC).timestamp())
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
BETWEEN_EDITS: Final = timedelta(days=3)  # so that no overlap of cursors reaches back to the last

READ_BEFORE: Final = f"""
insert into {RAW_SCHEMA}.endpoint_reads by name
select
    $1 as endpoint, $2 as collection, {FIRST_RUN} as first_run_id, {FIRST_RUN} as run_id,
    'full' as mode, true as is_complete, true as is_exhaustive, true as is_carried,
    true as proves_absence, 0 as rows, 0 as marked, 0 as withheld, now() as started_at,
    now() as finished_at, 0 as requests, 0 as retries, $3::timestamptz as next_cursor
"""


def with_beside(path: str, *keys: str) -> Endpoint:
    """The endpoint with only these beside it: one of each kind is enough, and quicker."""
    endpoint = BY_PATH[path]
    return replace(endpoint, beside=tuple(one for one in endpoint.beside if one.key in keys))


CONTACTS: Final = with_beside("contacts", "contactTags", "scoreValues", "tags")
DEALS: Final = with_beside("deals", "dealCustomFieldData")


@dataclass(frozen=True)
class Edit:
    """What somebody does to the account; `which` picks the record, `other` what else it takes."""

    kind: str
    which: int
    other: int


@dataclass(frozen=True)
class Run:
    """A run of the loader and all that happens before it and to it."""

    before: tuple[Edit, ...] = ()
    during: tuple[tuple[int, Edit], ...] = ()  # before which request
    is_full: bool = True  # or what changed since the last read
    ignores_filter: bool = False
    page: int = 2  # records on a page
    package: int = 1  # pages in a package
    killed_at: int | None = None  # request, load of a table, or record of a read
    fails_at: int | None = None  # request; at the first the endpoint is refused
    missing: frozenset[str] = frozenset()  # side-loads not served
    missing_from: int = 1  # from this request on
    reads_tags: bool = False  # their own list, after what comes beside
    is_side_by_side: bool = False  # several requests at a time
    accepts: bool = False


@dataclass
class Row:
    """A record: what it hangs on, since when it does so without a break, when it changed."""

    parent: str | None = None
    since: int = 0
    changed: int = 0
    is_closed: bool = False


class Killed(Exception):
    """The run ends here and now."""


class AtOnce(Executor):
    """Does what it is given as soon as it gets it, as the fastest of servers would."""

    def submit(self, do: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(do(*args, **kwargs))
        except Exception as problem:
            future.set_exception(problem)
        return future


@dataclass
class Raw:
    """A row of a raw table."""

    parent: str | None
    run_id: int
    gone_in: int | None = None


@dataclass
class Begun:
    """A read: how often the account had been edited before, and what it has served so far."""

    edits: int
    served: dict[str, set[str]] = field(default_factory=dict)  # by raw table


@dataclass
class Simulation:
    """An account, the server in front of it, the loader's runs, and its database."""

    database: duckdb.DuckDBPyConnection
    endpoint: Endpoint
    parents: int
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    hidden: list[dict[str, dict[str, Row]]] = field(default_factory=list)
    now: int = 0  # counts the edits
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    run_id: int = FIRST_RUN
    script: Run = field(default_factory=Run)
    requests: int = 0
    events: int = 0
    pending: list[Callable[[], None]] = field(default_factory=list)
    raw: dict[str, dict[str, Raw]] = field(default_factory=dict)  # the database's, by table
    loaded: dict[str, set[str]] = field(default_factory=dict)  # rows not yet written to it
    begun: dict[tuple[str, int], Begun] = field(default_factory=dict)  # by endpoint and first run

    def __post_init__(self) -> None:
        self.rows = {key: {} for key in self.keys}
        self.raw = {table: {} for table in self.tables}
        self.database.execute(
            ";".join(
                f"delete from {RAW_SCHEMA}.{name}"
                for name in (*self.tables, "endpoint_reads", "unfinished_reads")
            )
        )
        if "tags" in self.keys:
            self.rows["tags"] = {tag: Row() for tag in TAGS}
        for _ in range(self.parents):
            self.add_parent()
        for key, rows in self.rows.items():
            self.merge(snake_case(key), {id: row.parent for id, row in rows.items()}, self.run_id)
        self.database.execute(
            READ_BEFORE, [self.endpoint.name, self.endpoint.raw_table, self.account_time(START)]
        )

    # what there is

    @property
    def main(self) -> str:
        return self.endpoint.key

    @property
    def children(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.endpoint.beside if one.parent_key)

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.main, *(one.key for one in self.endpoint.beside))

    @property
    def tables(self) -> dict[str, str]:
        """Raw table -> key."""
        named = {snake_case(key): key for key in self.keys}
        return named | ({self.endpoint.stubs_table: self.main} if self.endpoint.stubs_table else {})

    def is_hidden(self, parent: str | None) -> bool:
        """Whether what hangs on this record is hidden from the key's user."""
        row = self.rows[self.main].get(parent or "")
        return row is not None and row.is_closed

    # edits

    def edit(self, edit: Edit) -> None:
        self.now += 1
        parents = sorted(self.rows[self.main], key=int)
        key = self.children[edit.other % len(self.children)]
        existing = sorted(self.rows[key], key=int)
        id = parents[edit.which % len(parents)] if parents else None
        child = existing[edit.which % len(existing)] if existing else None
        is_dated = edit.other > 3
        if edit.kind == "add":
            self.add_parent()
        elif edit.kind == "show" and self.hidden:
            for shown, rows in self.hidden.pop().items():
                self.rows[shown] |= {i: replace(row, since=self.now) for i, row in rows.items()}
        elif edit.kind == "tag":
            tag = TAGS[edit.which % 3]
            if not self.rows["tags"].pop(tag, None):
                self.rows["tags"][tag] = Row(since=self.now)
        elif edit.kind == "delete many":
            for one in parents[edit.which % 3 :]:
                self.take(one)
        elif id and edit.kind == "delete":
            self.take(id)
        elif id and edit.kind == "hide":
            self.hidden.append(self.take(id))
        elif id and edit.kind == "change":
            self.date(id)
        elif id and edit.kind == "close":
            row = self.rows[self.main][id]
            row.is_closed = not row.is_closed
        elif id and edit.kind == "add child":
            self.rows[key][str(next(self.ids))] = Row(id, self.now)
            if is_dated:
                self.date(id)
        elif child and edit.kind == "delete child":
            parent = self.rows[key].pop(child).parent
            if is_dated:
                self.date(parent)
        elif id and child and edit.kind == "move child":
            self.date(id)
            self.date(self.rows[key][child].parent)
            self.rows[key][child] = Row(id, self.now)

    def add_parent(self) -> None:
        id = str(next(self.ids))
        self.rows[self.main][id] = Row(since=self.now, changed=self.now)
        for key in self.children:
            for _ in range(len(self.rows[self.main]) % 3):
                self.rows[key][str(next(self.ids))] = Row(id, self.now)

    def take(self, parent: str) -> dict[str, dict[str, Row]]:
        """Take a record away with all that hangs on it."""
        taken = {self.main: {parent: self.rows[self.main].pop(parent)}}
        for key in self.children:
            taken[key] = {i: row for i, row in self.rows[key].items() if row.parent == parent}
            for id in taken[key]:
                del self.rows[key][id]
        return taken

    def date(self, parent: str | None) -> None:
        if row := self.rows[self.main].get(parent or ""):
            row.changed = self.now

    # the server: what `Read` asks in place of a client

    @property
    def pool(self) -> Executor | None:
        return AtOnce() if self.script.is_side_by_side else None

    def account_time(self, at: datetime) -> datetime:
        return START + (self.now + 0.5) * BETWEEN_EDITS

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        parse: Callable[[bytes], Page],
        *,
        tally: Tally,
        tolerated: frozenset[int] = frozenset(),
    ) -> Page:
        self.requests += 1
        for at, edit in self.script.during:
            if at == self.requests:
                self.edit(edit)
        self.happens()
        if self.script.fails_at is not None and self.requests >= self.script.fails_at:
            raise (EndpointUnavailable if self.requests == 1 else EndpointError)("no")
        key = BY_PATH[path].key
        wanted = [
            (int(id), row) for id, row in self.rows[key].items() if not self.is_hidden(row.parent)
        ]
        wanted.sort(key=lambda one: one[0])
        since = params.get(self.endpoint.changed_since or "")
        if since and not self.script.ignores_filter:
            after = datetime.fromisoformat(since)
            wanted = [one for one in wanted if START + one[1].changed * BETWEEN_EDITS > after]
        total = len(wanted)
        wanted = [one for one in wanted if one[0] > int(params.get("id_greater", 0))]
        if params.get("orders[id]") == "DESC":
            wanted.reverse()
        offset = int(params.get("offset", 0))
        page = wanted[offset : offset + min(self.script.page, int(params["limit"]))]
        reply: dict[str, Any] = {"meta": {"total": str(total)}}
        if key == self.main:
            reply |= self.beside(page)
        reply[key] = [self.record(key, str(id), row, reply) for id, row in page]
        return parse(json.dumps(reply).encode())

    def beside(self, page: Sequence[tuple[int, Row]]) -> dict[str, Any]:
        """The side-loads of a page."""
        parents = {str(id) for id, row in page if not row.is_closed}
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self.endpoint.beside:
            if one.parent_key:
                name = one.parent_key if isinstance(one.parent_key, str) else one.parent_key[0]
                found[one.key] = [
                    {"id": id, name: row.parent}
                    for id, row in self.rows[one.key].items()
                    if row.parent in parents
                ]
        if "tags" in self.keys:
            used = {TAGS[int(one["id"]) % 3] for one in found["contactTags"]}
            found["tags"] = [{"id": tag} for tag in used & self.rows["tags"].keys()]
        is_missing = self.requests >= self.script.missing_from
        return {k: v for k, v in found.items() if not (is_missing and k in self.script.missing)}

    def record(self, key: str, own: str, row: Row, reply: Mapping[str, Any]) -> dict[str, Any]:
        """A record as its own list has it."""
        if row.is_closed:
            return {"id": own, "title": "closed", "isDisabled": True}
        if key in self.children:
            return {"id": own, str(BY_PATH[key].parent_key): row.parent}
        relations = {
            one.relation: [id for id, child in self.rows[one.key].items() if child.parent == own]
            for one in self.endpoint.beside
            if one.relation and key == self.main
        }
        changed = (START + row.changed * BETWEEN_EDITS).isoformat()
        return {"id": own, "cdate": "", str(self.endpoint.changed_key): changed, **relations}

    def happens(self) -> None:
        """Something that a kill may come before."""
        self.events += 1
        if self.events == self.script.killed_at:
            raise Killed

    # the loader

    def run(self, script: Run) -> None:
        """A run as `pipeline.run` makes it, checked after every read."""
        self.script = Run()
        for edit in script.before:
            self.edit(edit)
        while self.pending:
            self.pending.pop(0)()
        self.script, self.requests, self.events = script, 0, 0
        self.run_id += 1
        try:
            self.read(self.endpoint)
            for key in self.children:
                if is_lacking(self.database, BY_PATH[key], [self.endpoint]):
                    self.read(BY_PATH[key])
            if script.reads_tags:
                self.read(BY_PATH["tags"])
        except Killed:
            pass

    def read(self, endpoint: Endpoint) -> None:
        plan = Plan(full=(endpoint,) if self.script.is_full else ())
        read = cursors.begin(self.database, endpoint, self, self.run_id, plan)  # type: ignore[arg-type]
        begun = self.begun.setdefault((endpoint.name, read.first_run_id), Begun(self.now))
        while read.outcome is None:
            self.load(list(itertools.islice(read.pages, self.script.package)), begun)
            self.happens()
            if read.mark:
                cursors.keep(self.database, read, read.mark)
        self.happens()
        self.write()
        findings = evidence.record(
            self.database, [read], self.run_id, accept_deletions=self.script.accepts
        )[endpoint.name]
        self.check(read, findings, begun)

    def load(self, pages: Sequence[Page], begun: Begun) -> None:
        """A package: table by table, by id, of two versions the later one."""
        package: dict[str, dict[str, str | None]] = {}
        for page in pages:
            for table, records in page.tables.items():
                package.setdefault(table, {}).update(zip(records.ids, records.parents, strict=True))
        for table, rows in package.items():
            if rows:
                begun.served.setdefault(table, set()).update(rows)
                self.pending.append(partial(self.merge, table, rows, self.run_id))
        while self.pending:
            self.happens()
            self.pending.pop(0)()

    def merge(self, table: str, rows: Mapping[str, str | None], run_id: int) -> None:
        self.raw[table] |= {id: Raw(parent, run_id) for id, parent in rows.items()}
        self.loaded.setdefault(table, set()).update(rows)

    def write(self) -> None:
        """Bring the database up to what was merged since it was last looked at."""
        statements = []
        for table, ids in self.loaded.items():
            rows = [(id, self.raw[table][id]) for id in ids]
            values = ", ".join(f"('{id}', '{r.parent or ''}', {r.run_id}, null)" for id, r in rows)
            statements += [
                f"delete from {RAW_SCHEMA}.{table} where id in {(*ids, '')}",
                f"insert into {RAW_SCHEMA}.{table} values {values}",
            ]
        self.database.execute(";".join(statements))
        self.loaded = {}

    # what must hold

    def check(self, read: Read, findings: Sequence[Finding], begun: Begun) -> None:
        """After a read was recorded."""
        alive = {table: len(self.alive(table)) for table in self.raw}
        marked = self.marked()
        for table, ids in marked.items():
            existing = {id for id in ids if self.has_existed(table, id, begun.edits)}
            assert not existing, f"{table}: marked, and existed all the time"
            assert not ids & begun.served.get(table, set()), f"{table}: marked, and was served"
        self.check_guard(findings, alive, marked)
        for table, ids in marked.items():
            for id in ids:
                self.raw[table][id].gone_in = self.run_id
        if read.is_complete and self.now == begun.edits:
            self.check_at_rest(read, findings, begun.served.get(self.endpoint.raw_table, set()))

    def has_existed(self, table: str, record: str, edits: int) -> bool:
        """Whether a record existed since then, and nothing explains that it is taken to be gone."""
        row, raw = self.rows[self.tables[table]].get(record), self.raw[table][record]
        if row is None or row.since > edits:
            return False
        parent = self.raw[self.endpoint.raw_table].get(raw.parent or "")
        if parent and parent.gone_in and parent.gone_in >= raw.run_id:
            return False  # it goes with the record that it hung on when it was last seen
        return raw.parent in (row.parent or "", None)  # else it moved, unseen so far

    def alive(self, table: str) -> set[str]:
        """Ids of the rows that are not taken to be gone."""
        return {id for id, row in self.raw[table].items() if row.gone_in is None}

    def marked(self) -> dict[str, set[str]]:
        """The rows that are newly taken to be gone, by table."""
        rows = self.database.execute(
            " union all ".join(
                f"select '{table}', id from {RAW_SCHEMA}.{table} where deleted_in_run is not null"
                for table in self.raw
            )
        ).fetchall()
        gone: dict[str, set[str]] = {table: set() for table in self.raw}
        for table, id in rows:
            gone[table].add(id)
        return {table: ids & self.alive(table) for table, ids in gone.items()}

    def check_at_rest(self, read: Read, findings: Sequence[Finding], served: set[str]) -> None:
        """Nobody edited the account while it was read to its end."""
        stubs = self.endpoint.stubs_table
        if read.mode == "full" and not (stubs and read.endpoint.key == self.main):
            main = findings[0]
            missing = self.alive(main.collection) - self.rows[read.endpoint.key].keys()
            if read.endpoint.key not in self.children:
                assert len(missing) == main.withheld, f"{main.collection}: withheld"
        if any(one.withheld for one in findings):
            return
        for finding in findings:
            key = self.tables[finding.collection]
            is_own = key == read.endpoint.key
            if is_own and read.mode == "incremental":
                continue
            if not is_own and (key not in self.children or not read.carries(key)):
                continue
            alive, held = self.alive(finding.collection), set(self.rows[key])
            raw, rows = self.raw[finding.collection], self.rows[key]
            if key == self.main and stubs:
                alive = self.alive(finding.collection) | self.alive(
                    stubs if finding.collection != stubs else self.endpoint.raw_table
                )
            elif key in self.children:  # what is hidden is neither served nor gone
                alive = {id for id in alive if not self.is_hidden(raw[id].parent)}
                held = {id for id in held if not self.is_hidden(rows[id].parent)}
            if read.mode == "incremental":
                alive = {id for id in alive if raw[id].parent in served}
                held = {id for id in held if rows[id].parent in served}
            assert alive == held, f"{finding.collection}: not what the account holds"

    def check_guard(
        self,
        findings: Sequence[Finding],
        alive: Mapping[str, int],
        marked: Mapping[str, set[str]],
    ) -> None:
        gone = of = 0
        for number, finding in enumerate(findings):
            table = finding.collection
            if not (number and table == self.endpoint.stubs_table):
                gone = of = 0
            found = finding.marked + finding.withheld
            gone, of = gone + found, of + alive[table]
            too_many = (gone > 2 and gone > 0.5 * of) or gone == of > 1
            hangs_on_withheld = number > 0 and findings[0].withheld > 0
            is_withheld = not self.script.accepts and (too_many or hangs_on_withheld)
            assert finding.withheld == (found if is_withheld else 0), table
            assert finding.marked == len(marked[table]), table


def edits(*kinds: str) -> st.SearchStrategy[Edit]:
    numbers = st.integers(0, 7)
    return st.builds(Edit, st.sampled_from(kinds), numbers, numbers)


def rarely(strategy: st.SearchStrategy[Any], otherwise: Any = None) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(otherwise), st.just(otherwise), strategy)


def scripts(endpoint: Endpoint, *kinds: str) -> st.SearchStrategy[list[Run]]:
    edit = edits(
        "add", "change", "delete", "delete many", "hide", "show",
        "add child", "delete child", "move child", *kinds,
    )  # fmt: skip
    keys = [one.key for one in endpoint.beside if one.parent_key]
    run = st.builds(
        Run,
        before=st.lists(edit, max_size=3).map(tuple),
        during=rarely(st.lists(st.tuples(st.integers(1, 6), edit), max_size=2).map(tuple), ()),
        is_full=st.booleans(),
        ignores_filter=rarely(st.just(True), False),
        page=st.integers(2, 3),
        package=st.integers(1, 3),
        killed_at=rarely(st.integers(1, 16)),
        fails_at=rarely(st.integers(1, 5)),
        missing=rarely(st.frozensets(st.sampled_from(keys)), frozenset()),
        missing_from=st.integers(1, 3),
        reads_tags=st.booleans() if endpoint is CONTACTS else st.just(False),
        is_side_by_side=st.booleans(),
        accepts=st.booleans(),
    )
    return st.lists(run, min_size=1, max_size=5)


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(evidence.TABLES)
        connection.execute(cursors.TABLE)
        for table in RAW_TABLES:
            connection.execute(
                f"create table {RAW_SCHEMA}.{table} "
                "(id varchar, parent_id varchar, run_id bigint, deleted_in_run bigint)"
            )
        yield connection


@pytest.fixture(scope="module", autouse=True)
def few_are_as_many() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, number in GUARD.items():
            patch.setattr(evidence, name, number)
        patch.setattr(paging, "WORTH_SPLITTING", 1 / LIMIT)  # pages: a single record is
        yield


def simulate(
    database: duckdb.DuckDBPyConnection, endpoint: Endpoint, parents: int, script: list[Run]
) -> None:
    simulation = Simulation(database, endpoint, parents)
    for run in script:
        simulation.run(run)
    simulation.run(Run(accepts=True))


SECOND: Final = 1
WITHOUT_SCORES: Final = Run(missing=frozenset({"scoreValues"}), page=3, accepts=True)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(parents=st.integers(2, 6), script=scripts(CONTACTS, "tag"))
# seen in the run that took what it hangs on to be gone, and gone with it later
@example(
    parents=3,
    script=[
        replace(
            WITHOUT_SCORES,
            before=(Edit("hide", SECOND, 0),),
            during=((2, Edit("show", 0, 0)),),
        ),
        Run(before=(Edit("delete", SECOND, 0),), accepts=True),
    ],
)
# seen since what it hangs on was taken to be gone
@example(
    parents=3,
    script=[
        Run(before=(Edit("hide", SECOND, 0),), accepts=True),
        replace(WITHOUT_SCORES, during=((2, Edit("show", 0, 0)),)),
        Run(fails_at=1),
    ],
)
# an earlier read was served the parent without it
@example(
    parents=3,
    script=[
        replace(WITHOUT_SCORES, fails_at=2),
        Run(before=(Edit("change", 0, 0),), is_full=False),
    ],
)
# as many as may be gone at once
@example(parents=6, script=[Run(before=(Edit("delete", 0, 0),) * 3)])
# a killed read goes on, with what its first run served
@example(parents=6, script=[Run(killed_at=8), Run(is_full=False, accepts=True)])
# and without what did not come beside it then
@example(
    parents=6,
    script=[
        Run(missing=frozenset({"contactTags"}), killed_at=6),
        Run(is_full=False, accepts=True),
    ],
)
def test_contacts(database: duckdb.DuckDBPyConnection, parents: int, script: list[Run]) -> None:
    simulate(database, CONTACTS, parents, script)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(parents=st.integers(2, 6), script=scripts(DEALS, "close", "close"))
# the values of a deal that was closed before it was known to be are in no list
@example(
    parents=6,
    script=[
        Run(before=(Edit("close", 1, 0),)),
        Run(
            before=(Edit("change", 0, 0),),
            is_full=False,
            missing=frozenset({"dealCustomFieldData"}),
        ),
    ],
)
def test_deals(database: duckdb.DuckDBPyConnection, parents: int, script: list[Run]) -> None:
    simulate(database, DEALS, parents, script)
