"""Whatever is changed in an account, and whenever it is loaded: the tables end up the same."""

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.account import Account
from sandbox.dates import NOW, Clock, iso
from sandbox.resources import RESOURCES
from sandbox.server import Server, serve
from tests.conftest import BUILT, ROOT, SOAK_EXAMPLES, Load
from tests.recorded import CONTRACT
from tests.test_documented_rows import expected

EXAMPLES: Final = SOAK_EXAMPLES or 2

Rows = dict[str, Counter[tuple[Any, ...]]]
"""the rows of each documented table"""

# Read by date of change, so what goes or changes without a date shows up in a full read only: the
# records themselves, and what comes beside them. Table -> whose row it is, the column that says so.
OWNED: Final = {
    "contacts": ("contacts", "id"),
    "contacts_tags": ("contacts", "contact"),
    "contacts_list_activity": ("contacts", "contact"),
    "contacts_custom_fields_data": ("contacts", "contact"),
    "lists_contacts": ("contacts", "contact"),
    "deals": ("deals", "id"),
    "deals_custom_fields_data": ("deals", "deal_id"),
}
DATED_BY: Final = {"contacts": "udate", "deals": "mdate"}
BESIDE: Final = {
    "contacts": {"fieldValues": "contact", "contactLists": "contact", "contactTags": "contact"},
    "deals": {"dealCustomFieldData": "dealId"},
}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that a user makes; `pick` chooses which record, `number` and `text` what it gets."""

    action: str
    what: tuple[str, str]  # resource and member
    pick: int
    number: int
    text: str

    @property
    def resource(self) -> str:
        return self.what[0]

    @property
    def member(self) -> str:
        return self.what[1]


def words(account: Account, edit: Edit) -> str:
    return f"{edit.text}{edit.number}"


def digits(account: Account, edit: Edit) -> str:
    return str(edit.number)


def a_day(account: Account, edit: Edit) -> str:
    return f"2026-01-{1 + edit.number % 28:02}"


def one_of(*values: str) -> Callable[[Account, Edit], str]:
    return lambda account, edit: values[edit.number % len(values)]


def id_of(resource: str) -> Callable[[Account, Edit], str | None]:
    return lambda account, edit: picked(account, resource, edit.number)


def mailed(account: Account, edit: Edit) -> str:
    return iso(NOW - timedelta(minutes=edit.number))


VALUES: Final[Mapping[tuple[str, str], Callable[[Account, Edit], str | None]]] = {
    ("users", "firstName"): words,
    ("groups", "title"): words,
    ("userGroups", "groupid"): id_of("groups"),
    ("lists", "name"): words,
    ("tags", "tag"): words,
    ("fields", "title"): words,
    ("fieldOptions", "label"): words,
    ("fieldRels", "dorder"): digits,
    ("contacts", "firstName"): words,
    ("contacts", "phone"): digits,
    ("contacts", "organization"): id_of("accounts"),
    ("contacts", "edate"): mailed,
    ("fieldValues", "value"): words,
    ("contactLists", "status"): one_of("1", "2"),
    ("contactTags", "created_by"): digits,
    ("scores", "name"): words,
    ("scoreValues", "scoreValue"): digits,
    ("accounts", "name"): words,
    ("accountContacts", "jobTitle"): words,
    ("dealGroups", "title"): words,
    ("dealStages", "title"): words,
    ("deals", "title"): words,
    ("deals", "value"): digits,
    ("deals", "status"): one_of("0", "1", "2"),
    ("deals", "stage"): id_of("dealStages"),
    ("deals", "account"): id_of("accounts"),
    ("contactDeals", "role"): digits,
    ("accountCustomFieldMeta", "fieldLabel"): words,
    ("accountCustomFieldData", "fieldValue"): a_day,
    ("dealCustomFieldMeta", "fieldLabel"): words,
    ("dealCustomFieldData", "fieldValue"): a_day,
    ("campaigns", "name"): words,
    ("campaignMessages", "subject"): words,
    ("messages", "subject"): words,
    ("dealTasktypes", "title"): words,
    ("taskOutcomes", "title"): words,
    ("tasktypeOutcomeRels", "display_order"): digits,
    ("dealTasks", "title"): words,
    ("dealTasks", "status"): one_of("0", "1"),
    ("notes", "note"): words,
}
"""what is edited, and with what"""

UNDATED: Final = {
    ("update", "contacts", "edate"),  # a mail moves another date than the one that is asked for
    ("delete", "accounts"),  # frees deals and contacts
    ("update", "dealTasks"),  # chooses the deal's next task anew
    ("delete", "dealTasks"),
    ("delete", "dealTasktypes"),
}
"""changes of contacts and deals that leave their date of change alone, whatever moves along"""


def picked(account: Account, resource: str, pick: int) -> str | None:
    numbers = account.collections[resource].numbers
    return str(numbers[pick % len(numbers)]) if numbers else None


def is_dated(edit: Edit) -> bool:
    what = (edit.action, edit.resource)
    return what not in UNDATED and (*what, edit.member) not in UNDATED


def make(account: Account, edit: Edit) -> None:
    """Make a change, if the account still has what it is about."""
    value = VALUES[edit.what](account, edit)
    if edit.action == "add":
        resource = RESOURCES[edit.resource]
        named = {
            member: picked(account, of, edit.pick) for member, of in resource.references.items()
        }
        if resource.owner:
            kinds = sorted(resource.owner.resources)
            kind = kinds[edit.number % len(kinds)]
            owner = picked(account, resource.owner.resources[kind], edit.pick)
            named |= {resource.owner.kind: kind, resource.owner.id: owner}
        if None not in named.values():
            account.add(edit.resource, **{edit.member: value, **named})
        return
    record_id = picked(account, edit.resource, edit.pick)
    if record_id is None or (edit.action, edit.resource, record_id) == ("delete", "users", "1"):
        return  # the key's own user stays
    if edit.action == "delete":
        account.delete(edit.resource, record_id)
    elif edit.member not in RESOURCES[edit.resource].references:
        account.update(edit.resource, record_id, **{edit.member: value})


edits: Final = st.builds(
    Edit,
    st.sampled_from(("add", "add", "update", "update", "update", "delete")),
    st.sampled_from(tuple(VALUES)),
    st.integers(0, 999),
    st.integers(0, 999),
    st.text("aZ '\"é🎈", max_size=5),
)


@dataclass(frozen=True, slots=True)
class Round:
    """Changes, after which the account is loaded; whether dbt is run then too."""

    edits: Sequence[Edit]
    is_built: bool


rounds: Final = st.lists(
    st.builds(Round, st.lists(edits, min_size=8, max_size=25), st.booleans()),
    min_size=2,
    max_size=3,
)


class Models:
    """The project's models without a command each: dbt in this process, its SQL on any database."""

    def __init__(self, folder: Path) -> None:
        self._arguments = ["--project-dir", str(ROOT), "--profiles-dir", str(folder)]
        self._arguments += ["--target-path", str(folder / "target")]
        self._arguments += ["--log-path", str(folder / "logs")]
        example = (ROOT / "profiles.yml.example").read_text(encoding="utf-8")
        (folder / "profiles.yml").write_text(example, encoding="utf-8")
        self._manifest: Any = None
        self._database = folder / "warehouse.duckdb"
        self._manifest = self._dbt("parse")
        documented = "+path:dbt_project/models/documented,resource_type:model"
        compiled = self._dbt("compile", "--select", documented)
        self._models = [
            (one.node.relation_name, one.node.config.materialized, one.node.compiled_code)
            for one in compiled.results
            if one.node.relation_name  # others are part of the SQL of those that use them
        ]

    def _dbt(self, *arguments: str) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ACTIVECAMPAIGN_DUCKDB", str(self._database))
            runner = dbtRunner(manifest=self._manifest)
            done = runner.invoke(["--quiet", *arguments, *self._arguments])
        assert done.success, done.exception or done.result
        return done.result

    def build(self, database: Path) -> None:
        """`dbt run` of the incremental models."""
        self._database = database
        self._dbt("run", "--select", "config.materialized:incremental")
        DuckDBConnectionManager.env().close()  # type: ignore[no-untyped-call]  # kept open for what else this process may run

    def rows(self, database: Path) -> Rows:
        """The documented tables: over the incremental models that are built, all else afresh."""
        gc.collect()  # connections that dlt and dbt have dropped hold the file until then
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{database}' as held (read_only)")
            connection.execute(f"attach ':memory:' as {database.stem}")
            held = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'held' "
                "and schema_name in ('activecampaign_raw', 'activecampaign_staging')"
            ).fetchall()
            for schema, table in held:
                connection.execute(f"create schema if not exists {database.stem}.{schema}")
                connection.execute(
                    f"create view {database.stem}.{schema}.{table} as from held.{schema}.{table}"
                )
            for name, materialized, code in self._models:
                database_name, schema, _ = name.split(".")
                connection.execute(f"create schema if not exists {database_name}.{schema}")
                if materialized == "incremental":
                    connection.execute(f"create view if not exists {name} as {code}")
                else:
                    connection.execute(f"create view {name} as {code}")
            return {
                table: Counter(
                    connection.execute(f'from {database.stem}.activecampaign."{table}"').fetchall()
                )
                for table in BUILT
            }


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(tmp_path_factory.mktemp("models"))


class Undated:
    """Which contacts and deals changed, or what comes beside them did, with no new date to it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._seen = dict(self._parents())
        self.ids: set[tuple[str, str]] = set()

    def loaded(self) -> None:
        """Take note that the account was read by date of change."""
        now = dict(self._parents())
        for parent, (date, content) in now.items():
            if parent not in self._seen:
                continue
            date_before, content_before = self._seen[parent]
            if date != date_before:
                self.ids.discard(parent)
            elif content != content_before:
                self.ids.add(parent)
        self.ids &= now.keys()
        self._seen = now

    def _parents(self) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
        for resource, beside in BESIDE.items():
            children: dict[str, list[Any]] = {}
            for key, member in beside.items():
                for row in self._account.records(key):
                    children.setdefault(str(row[member]), []).append(row)
            for record in self._account.records(resource):
                own = {
                    name: value
                    for name, value in record.items()
                    if name not in RESOURCES[resource].relations
                }
                content = json.dumps([own, children.get(record["id"], [])])
                yield (resource, record["id"]), (record[DATED_BY[resource]], content)


def assert_differ_by(
    incremental: Rows, fresh: Rows, undated: set[tuple[str, str]], account: Account
) -> None:
    """Only what an undated change left, and what hangs on deleted contacts and deals."""
    existing = {
        (resource, record["id"]) for resource in BESIDE for record in account.records(resource)
    }
    for table in BUILT:
        missing, extra = fresh[table] - incremental[table], incremental[table] - fresh[table]
        if table not in OWNED:
            assert (missing, extra) == (Counter(), Counter()), table
            continue
        resource, column = OWNED[table]
        position = list(CONTRACT[table]).index(column)
        for row in missing:
            assert (resource, f"{row[position]:.0f}") in undated, (table, row)
        for row in extra:
            owner = (resource, f"{row[position]:.0f}")
            assert owner in undated or owner not in existing, (table, row)


def asked_for_changes(server: Server) -> int:
    """How often a list was asked for by date of change, pages after the first aside."""
    return sum(
        "filters[updated_after]" in one.query
        and one.query.get("offset", ["0"]) == ["0"]
        and "id_greater" not in one.query
        for one in server.requests
    )


@settings(
    max_examples=EXAMPLES,
    derandomize=not SOAK_EXAMPLES,
    phases=tuple(Phase) if SOAK_EXAMPLES else (Phase.generate,),  # a smaller one takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    script=rounds,
    seed=st.integers(1, 9),
    step=st.sampled_from((timedelta(seconds=1), timedelta(hours=1), timedelta(hours=5))),
    children_move_parent=st.booleans(),
)
def test_a_database_kept_up_holds_what_one_loaded_afresh_holds(
    script: Sequence[Round],
    seed: int,
    step: timedelta,
    children_move_parent: bool,
    load: Load,
    models: Models,
) -> None:
    account = Account.generate(contacts=12, seed=seed)
    account.clock = Clock(step=step)
    account.children_move_parent = children_move_parent
    with TemporaryDirectory() as folder, serve(account) as server:
        kept, fresh = (
            Path(folder, name) for name in ("warehouse.duckdb", "fresh/warehouse.duckdb")
        )
        fresh.parent.mkdir()

        def loaded(database: Path, *arguments: str) -> None:
            run = load(server, "--accept-deletions", *arguments, database=database)
            assert run.exit_code == 0, run.output

        loaded(kept)
        undated = Undated(account)
        is_built = False
        for one in script:
            for edit in one.edits:
                if is_dated(edit) or not children_move_parent:
                    make(account, edit)
            loaded(kept)
            undated.loaded()
            if one.is_built:
                models.build(kept)
                is_built = True
        if is_built:
            models.build(kept)
        loaded(fresh)
        truth = models.rows(fresh)
        for table in BUILT:
            assert set(truth[table]) == expected(account, table), table
        assert_differ_by(models.rows(kept), truth, undated.ids, account)
        assert not undated.ids or not children_move_parent
        assert asked_for_changes(server) == 2 * len(script)

        loaded(kept, "--full")
        if is_built:
            models.build(kept)
        assert models.rows(kept) == truth
