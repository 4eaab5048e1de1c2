"""What is amiss in the data, as the quality models tell it."""

import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sandbox.account import Account
from sandbox.behaviour import NO_PERMISSION, Fault
from sandbox.server import Server, serve
from tests.conftest import Dbt, Load, Loaded
from tests.recorded import RECORDED


@pytest.mark.parametrize(
    ("counts", "passes"),
    [
        ("100, 51, 7, true", False),
        ("100, 50, 7, true", True),
        ("99, 99, 7, true", True),
        ("100, 100, 0, true", True),
        ("100, 100, 7, false", True),
    ],
    ids=["most of many", "half", "few in all", "nothing to refer to", "doubtful reference"],
)
def test_a_reference_that_mostly_points_nowhere_fails_the_build(
    counts: str, passes: bool, warehouse: Path, dbt: Dbt, tmp_path: Path
) -> None:
    database = tmp_path / warehouse.name
    shutil.copy(warehouse, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("delete from activecampaign_analytics.orphan_references")
        connection.execute(f"""
            insert into activecampaign_analytics.orphan_references by name
            select 'deals' as table_name, 'owner' as column_name, 'users.id' as refers_to,
                orphan_count / reference_count as orphan_share, *
            from (values ({counts}))
                as counts (reference_count, orphan_count, referred_count, is_proven)
        """)
    tested = dbt("test", database, "--select", "orphan_references,test_name:few_orphans")
    assert "1 of 1 START test few_orphans" in tested.stdout, tested.stdout
    assert (tested.returncode == 0) is passes, tested.stdout


def uncast(loaded: Loaded) -> set[tuple[str, str]]:
    """Where values did not cast, and a record that has one."""
    query = "select column_name, example_id from activecampaign_analytics.uncast_values"
    return {(column, id) for column, id in loaded.rows(query)}


def test_only_what_exists_and_is_due_is_counted(load: Load, dbt: Dbt) -> None:
    account = Account.empty()
    account.add("accounts", name="one")
    account.put("contacts", {"id": "1", "cdate": "abc"})
    account.add("dealGroups", title="one")
    account.add("dealStages", title="first", group="1")
    account.add("dealCustomFieldMeta", fieldLabel="Units", fieldType="number")
    account.add("deals", contact="1", group="1", stage="1")
    account.add("dealCustomFieldData", dealId="1", customFieldId="1", fieldValue="abc")
    owner = {"type": "deal", "id": "999"}  # no account, so no reference to one
    account.put("notes", {"id": "1", "reltype": "CustomerAccount", "relid": "1", "owner": owner})
    with serve(account) as server:
        loaded = load(server, "--full")
        counted = ("--select", "+uncast_values", "+orphan_references")
        assert dbt("run", loaded.database, *counted).returncode == 0
        assert uncast(loaded) == {("created_at", "1"), ("number_value", "1")}
        assert loaded.rows(
            "select column_name, reference_count from activecampaign_analytics.orphan_references "
            "where table_name = 'accounts_notes' order by all"
        ) == [("account_id", 1), ("owner_id", 0), ("userid", 0)]
        for key in ("dealCustomFieldData", "contacts"):
            account.delete(key, "1")
        loaded = load(server, "--full")
    changed = (f"stg_activecampaign__{one}" for one in ("contacts", "deal_custom_field_data"))
    models = ("--select", *changed, "uncast_values")
    assert dbt("run", loaded.database, *models).returncode == 0
    assert uncast(loaded) == set()


def test_the_whole_account_is_judged_by_what_its_parts_say(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        aspects = connection.execute(
            "select aspect, is_fine, affected, among from activecampaign_analytics.account_quality"
        ).fetchall()
        [(references, drift)] = connection.execute(
            "select (select sum(reference_count) from activecampaign_analytics.orphan_references), "
            "(select count(*) from activecampaign_analytics.schema_drift "
            "where drift = 'served_not_staged')"
        ).fetchall()
    assert {aspect for aspect, is_fine, *_ in aspects if not is_fine} == {"known"}
    found = {aspect: (affected, among) for aspect, _, affected, among in aspects}
    assert len(aspects) == len(found) == 7
    assert found["known"] == (drift, None)
    assert found["consistent"] == (0, references)


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def sent(server: Server) -> dict[str, tuple[int, int]]:
    """Requests that the server answered for each list, and those among them that it refused."""
    requests = [request for request in server.requests if request.path != "users/me"]
    refused = Counter(request.path for request in requests if request.status != 200)
    asked = Counter(request.path for request in requests)
    return {path: (number, refused[path]) for path, number in asked.items()}


def test_each_read_is_told_with_what_the_server_saw_of_it(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=120, seed=2)
    began = now()
    with serve(account) as server:
        load(server, "--full")
        gone = account.records("contactTags")[0]
        pairs = account.records("accountContacts")
        account.delete("contactTags", gone["id"])
        for pair in pairs:
            account.delete("accountContacts", pair["id"])
        server.behaviour.forbidden = {"lists": NO_PERMISSION}
        server.behaviour.meta_total = {"tags": 1_000, "groups": 1, "scores": "absent"}
        server.behaviour.faults = [Fault(path="contacts", status=503, times=1, after=1)]
        server.behaviour.withheld_includes = {"fieldValues"}
        server.requests.clear()
        full = load(server, "--full")
        requests = sent(server)
        run_id = full.rows("select max(run_id) from activecampaign_raw.runs")[0][0]
        server.requests.clear()
        loaded = load(server)
        asked_since = {
            request.path: datetime.fromisoformat(request.query["filters[updated_after]"][0])
            for request in server.requests
            if "filters[updated_after]" in request.query
        }
    ended = now()
    built = dbt("build", loaded.database, "--select", "load_audit")
    assert built.returncode == 0, built.stdout

    def told(columns: str, where: str = "true") -> set[tuple[Any, ...]]:
        """These columns of load_audit, of the full run's reads."""
        query = f"select {columns} from activecampaign_analytics.load_audit where {where}"
        return set(loaded.rows(f"{query} and run_id = ?", run_id))

    assert told("endpoint, requests, retries") == {
        # after the last refusal nothing was asked again
        (path, number, refused - (refused == number))
        for path, (number, refused) in requests.items()
    }
    held = {key: len(account.records(key)) for key in ("contacts", "tags", "groups", "scores")}
    values = len(account.records("fieldValues"))
    assert told("endpoint, rows, api_total, missing_rows") >= {
        ("contacts", held["contacts"], held["contacts"], 0),
        ("contacts", len(account.records("contactTags")), None, None),
        ("fieldValues", values, values, 0),
        ("tags", held["tags"], 1_000, 1_000 - held["tags"]),
        ("groups", held["groups"], 1, 1 - held["groups"]),
        ("scores", held["scores"], None, None),
    }
    assert told("endpoint, collection", "not is_complete") == {
        ("contacts", "field_values"),
        ("lists", "lists"),
    }
    assert told("endpoint", "skipped_reason is not null") == {("lists",)}
    assert told("1", "skipped_reason like '%You do not have permission%'") == {(1,)}
    assert told("endpoint", "not proves_absence and is_complete and is_exhaustive") == {("tags",)}
    assert told("collection", "endpoint = 'contacts' and is_carried") == {
        ("contact_lists",),
        ("contact_tags",),
        ("score_values",),
    }
    assert told(
        "collection, marked_rows, withheld_rows", "marked_rows > 0 or withheld_rows > 0"
    ) == {("contact_tags", 1, 0), ("account_contacts", 0, len(pairs))}
    assert told("run_id = first_run_id, mode, cursor") == {(True, "full", None)}
    assert asked_since.keys() == {"contacts", "deals"}
    assert loaded.rows(
        "select endpoint, mode, timezone('UTC', cursor) from activecampaign_analytics.load_audit "
        "where run_id > ? and (mode = 'incremental' or cursor is not null) group by all "
        "order by all",
        run_id,
    ) == [
        ("contacts", "incremental", asked_since["contacts"]),
        ("dealActivities", "incremental", None),
        ("deals", "incremental", asked_since["deals"]),
    ]
    times = "run_started_at, started_at, finished_at, run_finished_at, seconds"
    for run_started, started, finished, run_finished, seconds in told(times):
        assert began <= run_started <= started <= finished <= run_finished <= ended
        assert seconds == pytest.approx((finished - started).total_seconds())


DRIFT = """
    select raw_table, key_name, drift, record_count, deleted_count, table_record_count,
        first_seen_at, last_seen_at
    from activecampaign_analytics.schema_drift
"""


def test_only_what_nobody_has_documented_drifts(warehouse: Path, sandbox_server: Server) -> None:
    (known,) = (entry for entry in RECORDED.values() if entry["name"] == "user_groups")
    groups = sandbox_server.account.records("groups")
    unknown = groups[0].keys() - set(known["full_key_list_82"]) - {"links"}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(DRIFT).fetchall()
    assert {row[:6] for row in rows} == {
        ("groups", name, "served_not_staged", len(groups), 0, len(groups)) for name in unknown
    }


def test_keys_that_come_and_go_are_told_with_when_they_were_seen(
    load: Load, dbt: Dbt, account: Account
) -> None:
    value = "a value that nobody should see"
    gone = account.add("accounts", name="gone", **{'new "key" of one': value})["id"]
    colored = account.add("tags", tag="with a color", colör=value)["id"]
    for record in account.records("lists"):
        account.put("lists", {name: record[name] for name in record if name != "channel"})
    found: dict[str | None, list[tuple[Any, ...]]] = {}

    def look(*arguments: str) -> None:
        found.clear()
        built = dbt("run", loaded.database, "--select", "schema_drift", *arguments)
        assert built.returncode == 0, built.stdout
        for table, key, *row in loaded.rows(DRIFT):
            found.setdefault(table, []).append((key, *row))

    def read_at(table: str, record_id: str) -> datetime:
        query = "select timezone('UTC', extracted_at) from activecampaign_raw."
        at: datetime = loaded.rows(f"{query}{table} where id = ?", record_id)[0][0]
        return at

    with serve(account) as server:
        server.behaviour.closed_pipelines = {"2"}
        loaded = load(server)
        with duckdb.connect(str(loaded.database)) as connection:
            connection.execute("use activecampaign_raw")
            connection.execute("create table appointments as from tags limit 3")
            connection.execute("create table empty as from tags limit 0")
        look("stg_activecampaign__accounts")  # where they are counted as long as it is up to date
        first = read_at("tags", colored)
        accounts, tags = (len(account.records(key)) for key in ("accounts", "tags"))
        served, never = "served_not_staged", "staged_never_served"
        assert found.keys() == {"accounts", "appointments", "groups", "lists", "tags"}
        assert found["tags"] == [("colör", served, 1, 0, tags, first, first)]
        lists = len(account.records("lists"))
        assert found["lists"] == [("channel", never, 0, 0, lists, None, None)]
        (appointments,) = found["appointments"]
        assert appointments[:5] == (None, served, 3, 0, 3)
        account.delete("accounts", gone)
        account.add("tags", tag="with another", colör=value)
        loaded = load(server, "--full")
    look()
    last = read_at("tags", account.records("tags")[-1]["id"])
    assert found["tags"] == [("colör", served, 2, 0, tags + 1, first, last)]
    at = read_at("accounts", gone)
    assert found["accounts"] == [('new "key" of one', served, 1, 1, accounts, at, at)]
    assert at < read_at("tags", colored)
    assert value not in str(found)
    look("stg_activecampaign__accounts")
    assert found["accounts"] == [('new "key" of one', served, 1, 1, accounts, at, at)]
    look("--full-refresh")
    again = min(read_at("tags", colored), last)
    assert found["tags"] == [("colör", served, 2, 0, tags + 1, again, last)]
    assert first < again
