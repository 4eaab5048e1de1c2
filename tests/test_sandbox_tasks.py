"""Tasks and notes of the sandbox: what they hang on, how they turn out, what is next."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW, iso, wall
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]
TYPES = {
    "Deal": ("deals", "deal"),
    "Subscriber": ("contacts", "contact"),
    "CustomerAccount": ("accounts", "account"),
    "DealTask": ("dealTasks", "dealTask"),
    "Activity": ("dealActivities", "activity"),
}


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 600 contacts that no test changes."""
    return Account.generate(contacts=600, seed=3)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def is_open(task: Record) -> bool:
    return str(task["status"]) == "0"


def outcomes_by_type(account: Account) -> dict[str, list[Record]]:
    rows = sorted(account.records("tasktypeOutcomeRels"), key=lambda row: int(row["display_order"]))
    outcomes = defaultdict(list)
    for row in rows:
        pair = {"id": row["outcome"], "display_order": row["display_order"]}
        outcomes[row["tasktype"]].append(pair)
    return outcomes


def assert_types_list_their_outcomes(account: Account) -> None:
    outcomes = outcomes_by_type(account)
    for kind in account.records("dealTasktypes"):
        assert kind["outcomes"] == outcomes.get(kind["id"], [])


def assert_deals_know_their_next_task(account: Account) -> int:
    """Tells how many deals have one."""
    tasks = defaultdict(list)
    for task in account.records("dealTasks"):
        if task["reltype"] == "Deal":
            tasks[task["relid"]].append(task)
    found = 0
    for deal in account.records("deals"):
        held = [task for task in tasks[deal["id"]] if is_open(task)]
        if held:
            first = min(held, key=lambda task: (time(task["duedate"]), int(task["id"])))
            named = (deal["nexttaskid"], deal["nextTask"], deal["nextdate"])
            assert named == (first["id"], first["id"], first["duedate"])
            found += 1
        elif tasks[deal["id"]]:
            assert (deal["nexttaskid"], deal["nextTask"], deal["nextdate"]) == ("0", None, None)
        else:
            assert deal["nexttaskid"] in (None, "0")
            assert ("nextTask" in deal) == (deal["nexttaskid"] == "0")
    return found


@pytest.mark.parametrize("contacts", [0, 1, 600])
def test_how_many_there_are(contacts: int) -> None:
    account = Account.generate(contacts=contacts, seed=3)
    assert len(account.records("dealTasks")) == contacts // 5
    assert len(account.records("notes")) == contacts // 4
    sizes = [len(account.records(key)) for key in ("dealTasktypes", "taskOutcomes")]
    assert sizes == [7, 6]
    assert_types_list_their_outcomes(account)


@pytest.mark.parametrize("key", ["dealTasks", "notes"])
def test_what_they_hang_on(key: str, generated: Account) -> None:
    records = generated.records(key)
    kinds = {record["reltype"] for record in records}
    assert kinds == (set(TYPES) if key == "notes" else set(list(TYPES)[:3]))
    for kind in kinds:
        resource, owner_type = TYPES[kind]
        parents = by_id(generated, resource)
        for record in records:
            if record["reltype"] == kind:
                assert record["owner"] == {"type": owner_type, "id": record["relid"]}
                parent = parents[record["relid"]]
                created = parent.get("cdate") or parent["createdTimestamp"]
                assert time(record["cdate"]) >= time(created)


def test_how_tasks_turn_out(generated: Account) -> None:
    outcomes = outcomes_by_type(generated)
    tasks = generated.records("dealTasks")
    for task in tasks:
        ending = {name: task[name] for name in ("donedate", "done_utc_timestamp", "outcomeId")}
        if is_open(task):
            assert set(ending.values()) == {None}
            assert task["done_by"] is task["doneAutomation"] is task["outcomeInfo"] is None
        else:
            assert task["done_utc_timestamp"] == wall(time(task["donedate"]))
            assert time(task["cdate"]) <= time(task["donedate"]) == time(task["udate"]) <= NOW
            assert (task["done_by"] is None) == (task["doneAutomation"] is not None)
            if task["outcomeId"] is not None:
                assert str(task["outcomeId"]) in {
                    outcome["id"] for outcome in outcomes[task["dealTasktype"]]
                }
        assert task["created_utc_timestamp"] == wall(time(task["cdate"]))
        assert task["updated_utc_timestamp"] == wall(time(task["udate"]))
        assert time(task["cdate"]) <= time(task["duedate"]) < time(task["edate"])
    due = [time(task["duedate"]) for task in tasks if is_open(task)]
    assert min(due) < NOW < max(due)
    overdue = {task["title"] for task in tasks if is_open(task) and time(task["duedate"]) < NOW}
    assert len(overdue) > 2
    deals = by_id(generated, "deals")
    on_deals = [(deals[t["relid"]], t) for t in tasks if t["reltype"] == "Deal"]
    assert not any(is_open(task) for deal, task in on_deals if deal["status"] != "0")
    assert any(is_open(task) for _, task in on_deals)


def test_nothing_is_of_a_type_before_or_after_its_time(generated: Account) -> None:
    types, outcomes = by_id(generated, "dealTasktypes"), by_id(generated, "taskOutcomes")
    tasks = generated.records("dealTasks")
    for task in tasks:
        kind = types[task["dealTasktype"]]
        assert kind["cdate"] is None or time(kind["cdate"]) <= time(task["cdate"])
        assert kind["status"] == "0" or time(task["cdate"]) < time(kind["udate"])
        outcome = outcomes.get(str(task["outcomeId"]))
        if outcome and outcome["disabled"] == "1":
            assert time(task["donedate"]) < time(outcome["updated_utc_timestamp"])
    assert {"8"} < {task["dealTasktype"] for task in tasks}
    assert {"7"} < {str(task["outcomeId"]) for task in tasks}


def test_deals_know_their_next_task(generated: Account) -> None:
    assert assert_deals_know_their_next_task(generated) > 5


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_odd_forms_of_tasks_and_notes(seed: int) -> None:
    account = Account.generate(contacts=300, seed=seed)
    tasks, notes = account.records("dealTasks"), account.records("notes")
    assert {type(task["status"]) for task in tasks} == {str, int}
    assert {type(task["outcomeId"]) for task in tasks} == {str, int, type(None)}
    assert {None, ""} < {task["title"] for task in tasks}
    assert {"1", "0", "absent"} == {note.get("is_draft", "absent") for note in notes}
    texts = [note["note"] for note in notes]
    assert set("<\"'\n\t\\") - set("'") < set("".join(texts))
    assert any(ord(letter) > 0xFFFF for letter in "".join(texts))
    assert max(map(len, texts)) > 3000
    assert "" in texts
    built_in = [kind for kind in account.records("dealTasktypes") if kind["cdate"] is None]
    assert [kind["title"] for kind in built_in] == ["Call", "Email", "Lunch", "Meeting"]
    assert {kind["status"] for kind in account.records("dealTasktypes")} == {"0", "1"}
    outcomes = account.records("taskOutcomes")
    assert {row["sentiment"] for row in outcomes} == {"POSITIVE", "NEUTRAL", "NEGATIVE"}
    assert {row["disabled"] for row in outcomes} == {"0", "1"}


def test_totals(get: Get) -> None:
    assert get("notes")["meta"] == {"total": 150}
    assert get("dealTasks")["meta"] == {"total": "120"}


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("notes", {"filters[reltype]": "Deal"}, lambda row: row["reltype"] == "Deal"),
        ("dealTasks", {"filters[reltype]": "Deal"}, lambda row: row["reltype"] == "Deal"),
        ("dealTasks", {"filters[status]": "1"}, lambda row: not is_open(row)),
        (
            "dealTasks",
            {"filters[title]": "call"},
            lambda row: "call" in (row["title"] or "").lower(),
        ),
        ("dealTasks", {"filters[note]": "quote"}, lambda row: "quote" in row["note"]),
        ("dealTasks", {"filters[d_tasktypeid]": "6"}, lambda row: row["dealTasktype"] == "6"),
        ("dealTasks", {"filters[userid]": "2"}, lambda row: row["user"] == "2"),
        ("dealTasks", {"filters[assignee_userid]": "5"}, lambda row: row["assignee"] == "5"),
        ("dealTasks", {"filters[outcome_id]": "1"}, lambda row: str(row["outcomeId"]) == "1"),
        ("dealTasks", {"filters[due_after]": "2026-01-01"}, lambda row: row["duedate"] >= "2026"),
        ("dealTasks", {"filters[due_before]": "2025-01-01"}, lambda row: row["duedate"] < "2025"),
        (
            "dealTasks",
            {"filters[duedate_range]": "2025-01-01 2025-12-31"},
            lambda row: row["duedate"].startswith("2025"),
        ),
        (
            "dealTasks",
            {"filters[duedate_range]": "overdue"},
            lambda row: time(row["duedate"]) < NOW,
        ),
        (
            "dealTasks",
            {"filters[duedate_range]": "upcoming"},
            lambda row: time(row["duedate"]) >= NOW,
        ),
        ("taskOutcomes", {"filters[sentiment]": "1"}, lambda row: row["sentiment"] == "NEGATIVE"),
    ],
)
def test_filters(
    path: str,
    params: dict[str, str],
    expected: Callable[[Record], bool],
    generated: Account,
    get: Get,
) -> None:
    records = generated.records(path)
    wanted = [row["id"] for row in records if expected(row)]
    assert 0 < len(wanted) < len(records)
    assert [row["id"] for row in get(path, limit=100, **params)[path]] == wanted[:100]


def test_filters_by_what_they_hang_on(generated: Account, get: Get) -> None:
    for path in ("notes", "dealTasks"):
        row = next(row for row in generated.records(path) if row["reltype"] == "Deal")
        asked = {"filters[reltype]": "Deal", "filters[relid]": row["relid"]}
        found = get(path, limit=100, **asked)[path]
        name = "tasks" if path == "dealTasks" else path
        assert row in found
        assert found == get(f"deals/{row['relid']}/{name}", limit=100)[path]


def test_tasks_due_on_a_day(generated: Account, get: Get) -> None:
    tasks = generated.records("dealTasks")
    day = tasks[3]["duedate"][:10]
    wanted = [task for task in tasks if task["duedate"].startswith(day)]
    assert wanted
    assert get("dealTasks", limit=100, **{"filters[duedate]": day})["dealTasks"] == wanted


def test_notes_in_the_order_of_time(get: Get) -> None:
    page = get("notes", limit=100, **{"orders[cdate]": "DESC"})["notes"]
    dates = [note["cdate"] for note in page]
    assert dates == sorted(dates, reverse=True)


def test_a_task_that_is_done_and_opened_again(account: Account) -> None:
    deal = account.records("deals")[0]["id"]
    late, soon = (
        account.add("dealTasks", reltype="Deal", relid=deal, dealTasktype="1", duedate=due)
        for due in ("2027-02-01T09:00:00-06:00", "2027-01-01T09:00:00-06:00")
    )
    assert soon["owner"] == {"type": "deal", "id": deal}
    assert assert_deals_know_their_next_task(account)
    done = account.update("dealTasks", soon["id"], status="1", outcomeId="1")
    assert done["donedate"] == done["udate"] > soon["udate"]
    assert (done["done_by"], done["done_utc_timestamp"]) == ("1", wall(time(done["donedate"])))
    assert assert_deals_know_their_next_task(account)
    reopened = account.update("dealTasks", soon["id"], status="0")
    assert reopened["donedate"] is reopened["done_by"] is reopened["done_utc_timestamp"] is None
    assert assert_deals_know_their_next_task(account)
    other = account.records("deals")[1]["id"]
    account.update("dealTasks", soon["id"], relid=int(other))
    assert assert_deals_know_their_next_task(account)
    for task in (soon, late):
        account.delete("dealTasks", task["id"])
    assert_deals_know_their_next_task(account)


@pytest.mark.parametrize(("key", "kind"), [("dealTasks", "task"), ("notes", "note")])
def test_a_deal_logs_what_is_added(key: str, kind: str, account: Account) -> None:
    members = {"dealTasktype": "2", "duedate": iso(NOW)} if key == "dealTasks" else {"note": "x"}
    deal = account.records("deals")[0]
    user = next(user for user in "123" if user != deal["owner"])
    added = account.add(key, reltype="Deal", relid=deal["id"], user=user, **members)
    last = account.records("dealActivities")[-1]
    told = (last["deal"], last["dataType"], last["dataId"], last["user"])
    assert told == (deal["id"], kind, added["id"], user)
    count = len(account.records("dealActivities"))
    account.add(key, reltype="Subscriber", relid="1", **members)
    assert len(account.records("dealActivities")) == count


def test_a_type_lists_the_outcomes_it_is_given(account: Account) -> None:
    added = account.add("tasktypeOutcomeRels", tasktype=3, outcome=2, display_order="1")
    account.add("tasktypeOutcomeRels", tasktype="3", outcome="1", display_order="0")
    (lunch,) = [kind for kind in account.records("dealTasktypes") if kind["id"] == "3"]
    assert [outcome["id"] for outcome in lunch["outcomes"]] == ["1", "2"]
    assert (added["tasktype_id"], added["outcome_id"]) == ("3", "2")
    account.delete("taskOutcomes", "1")
    assert_types_list_their_outcomes(account)
    (lunch,) = [kind for kind in account.records("dealTasktypes") if kind["id"] == "3"]
    assert [outcome["id"] for outcome in lunch["outcomes"]] == ["2"]
    assert lunch["cdate"] is lunch["udate"] is None


def test_an_edited_note(account: Account) -> None:
    before = account.records("notes")[0]
    after = account.update("notes", before["id"], note="Changed", is_draft="1")
    assert time(after["mdate"]) > time(before["mdate"])
    assert after["cdate"] == before["cdate"]
