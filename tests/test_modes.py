"""What a run reads: all of a list or what changed since the last run; and that nothing is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from loader import intake, pipeline
from loader.cursors import OVERLAP
from loader.database import SETTINGS
from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.dates import ZONE, Clock, iso
from sandbox.server import Server, serve
from tests.conftest import Load, Loaded
from tests.test_reading import held, payloads

FILTER = "filters[updated_after]"
CONTACTS = ("--select", "[c]ontacts")  # the endpoint, not the group
DEALS = ("--select", "[d]eals")
EARLY = datetime(2026, 10, 1, 12, tzinfo=ZONE)


@pytest.fixture
def account() -> Account:
    """120 contacts; each change happens five hours after the one before."""
    account = Account.empty()
    account.clock = Clock(EARLY, timedelta(seconds=1))
    account.add("lists", name="news")
    for key, members in (("users", {"username": "one"}), ("tags", {"tag": "new"})):
        account.add(key, **members)
    for number in range(120):
        account.add("contacts", email=f"{number + 1}@example.com")
    account.clock = Clock(EARLY + timedelta(days=10), timedelta(hours=5))
    account.update("lists", 1, name="days later")
    return account


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


def asked(server: Server, path: str = "contacts") -> list[Any]:
    """The queries for a path so far, and from now on anew."""
    queries = [request.query for request in server.requests if request.path == path]
    server.requests.clear()
    return queries


def cursors(server: Server, path: str = "contacts") -> set[datetime | None]:
    """Since when the requests asked for changes."""
    texts = [query.get(FILTER) for query in asked(server, path)]
    return {datetime.fromisoformat(text[0]) if text else None for text in texts}


def names(loaded: Loaded) -> dict[str, Any]:
    return {id: row["firstName"] for id, row in payloads(loaded, "contacts").items()}  # type: ignore[index]


def test_a_second_run_asks_for_what_changed_since_the_first_began(
    account: Account, server: Server, load: Load
) -> None:
    account.update("contacts", 7, firstName="Before")
    began = account.present
    load(server, *CONTACTS)
    assert cursors(server) == {None}
    account.update("contacts", 8, firstName="After")
    account.add("contacts", email="new@example.com")
    second = load(server, *CONTACTS)
    assert cursors(server) == {began - OVERLAP}
    assert payloads(second, "contacts").keys() == held(account, "contacts").keys()
    assert names(second)["8"] == "After"
    assert second.rows(
        "select mode, rows, api_total, proves_absence, cursor "
        "from activecampaign_raw.endpoint_reads where collection = 'contacts' "
        "order by run_id desc limit 1"
    ) == [("incremental", 3, 3, False, (began - OVERLAP).astimezone(UTC))]
    account.update("contacts", 9, firstName="Later")
    third = load(server, *CONTACTS)
    assert names(third)["9"] == "Later"


def test_an_earlier_edit_comes_again_only_as_long_as_the_overlap(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    account.update("contacts", 7, firstName="Once")
    load(server, *CONTACTS)
    account.update("contacts", 8, firstName="Twice")
    third = load(server, *CONTACTS)
    assert third.rows(
        "select id from activecampaign_raw.contacts "
        "where run_id = (select max(run_id) from activecampaign_raw.runs) order by id"
    ) == [("7",), ("8",)]


def test_deals_are_read_since_the_last_run_with_their_values(
    account: Account, server: Server, load: Load
) -> None:
    account.add("dealGroups", title="one")
    account.add("dealStages", title="first", group="1")
    field = account.add("dealCustomFieldMeta", fieldLabel="Colour")["id"]
    for _ in range(3):
        account.add("deals", contact="1", group="1", stage="1")
    value = account.add(
        "dealCustomFieldData", dealId="2", dealCustomFieldMetumId=field, fieldValue="red"
    )
    load(server, *DEALS)
    began = account.present
    server.requests.clear()
    account.update("deals", 2, title="Renamed")
    account.delete("dealCustomFieldData", value["id"])
    account.delete("deals", 3)
    second = load(server, *DEALS)
    assert cursors(server, "deals") == {began - OVERLAP}
    assert payloads(second, "deals").keys() == {"1", "2", "3"}  # only a full read misses one
    assert payloads(second, "deal_custom_field_data") == {}
    third = load(server, *DEALS, "--full")
    assert payloads(third, "deals").keys() == {"1", "2"}


@pytest.mark.parametrize(
    ("arguments", "is_full"),
    [
        (["--full"], {"contacts": True, "deals": True}),
        (["--full", "deals"], {"contacts": False, "deals": True}),
        (["--full", "[c]ontact?"], {"contacts": True, "deals": False}),
    ],
)
def test_what_is_named_is_read_in_full(
    arguments: list[str], is_full: dict[str, bool], account: Account, server: Server, load: Load
) -> None:
    account.add("deals", contact="1")
    selected = ("--select", "[c]ontacts", "[d]eals")
    load(server, *selected)
    account.delete("contacts", 5)
    server.requests.clear()
    loaded = load(server, *selected, *arguments)
    for path, is_so in is_full.items():
        queries = [request.query for request in server.requests if request.path == path]
        assert all((FILTER not in query) is is_so for query in queries), path
    assert ("5" not in payloads(loaded, "contacts")) is is_full["contacts"]


@pytest.mark.parametrize(
    ("days", "age", "is_full"),
    [
        (None, 6.5, False),
        (None, 7.1, True),
        ("30", 31, True),
        ("0", 0, True),
    ],
)
def test_all_is_read_again_once_in_a_while(
    days: str | None,
    age: float,
    is_full: bool,
    server: Server,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if days:
        monkeypatch.setenv("ACTIVECAMPAIGN_FULL_READ_DAYS", days)
    loaded = load(server, *CONTACTS)
    with duckdb.connect(str(loaded.database)) as database:
        query = "update activecampaign_raw.endpoint_reads set started_at = ?"
        database.execute(query, [datetime.now(UTC) - timedelta(days=age)])
    server.requests.clear()
    load(server, *CONTACTS)
    assert (cursors(server) == {None}) is is_full


def test_an_incremental_read_does_not_put_the_full_one_off(server: Server, load: Load) -> None:
    loaded = load(server, *CONTACTS)
    load(server, *CONTACTS)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute(
            "update activecampaign_raw.endpoint_reads set started_at = ? where mode = 'full'",
            [datetime.now(UTC) - timedelta(days=8)],
        )
    server.requests.clear()
    load(server, *CONTACTS)
    assert cursors(server) == {None}


@pytest.mark.parametrize("late", [0, 80], ids=lambda late: f"{late} minutes late")
def test_a_change_that_shows_late_is_seen(
    late: int, account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    stamp = iso(account.present - timedelta(minutes=late))
    record = account.records("contacts")[4]
    account.put("contacts", record | {"firstName": "Late", "udate": stamp})
    assert names(load(server, *CONTACTS))["5"] == "Late"


def test_a_change_during_a_read_is_seen_by_the_next(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    account.update("contacts", 7, firstName="First")

    def edit(path: str) -> None:
        """Once the only contact that changed was served, change one before it."""
        if path == "contacts" and [one.path for one in server.requests].count(path) == 1:
            account.update("contacts", 3, firstName="Meanwhile")

    server.requests.clear()
    server.behaviour.max_limit = 1
    server.behaviour.meta_total["contacts"] = "absent"  # so that the end has to be asked for
    server.behaviour.before_reply = edit
    during = load(server, *CONTACTS)
    server.behaviour.before_reply = None
    assert names(during)["3"] != "Meanwhile"
    assert names(load(server, *CONTACTS))["3"] == "Meanwhile"


@pytest.mark.parametrize("overlooks", [False, True], ids=["heeds offsets", "overlooks offsets"])
@pytest.mark.parametrize("half_hours", [1, 3])
def test_a_clock_set_back_hides_no_change(
    half_hours: int, overlooks: bool, account: Account, server: Server, load: Load
) -> None:
    """Summer time ends at 2026-11-01 02:00, and 01:00 to 02:00 is told twice."""
    server.behaviour.overlooks_offsets = overlooks
    midnight = datetime(2026, 11, 1, tzinfo=ZONE).astimezone(UTC)
    first = midnight + timedelta(minutes=30) * half_hours
    account.clock = Clock(first, timedelta(minutes=20))
    load(server, *CONTACTS)
    for number in range(1, 8):
        account.update("contacts", number, firstName="Tonight")
    loaded = load(server, *CONTACTS)
    assert {id for id, name in names(loaded).items() if name == "Tonight"} == set("1234567")


def test_a_cursor_is_sent_with_the_account_s_offset(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    asked(server)
    load(server, *CONTACTS)
    (text,) = {query[FILTER][0] for query in asked(server)}
    assert text == (account.present - OVERLAP).astimezone(ZoneInfo("America/Chicago")).isoformat()


def test_a_machine_whose_clock_is_ahead_misses_nothing(
    account: Account, server: Server, load: Load
) -> None:
    assert account.present < datetime.now(UTC) - timedelta(days=14)
    load(server, *CONTACTS)
    account.update("contacts", 1, firstName="Changed")
    assert names(load(server, *CONTACTS))["1"] == "Changed"


def test_a_machine_whose_clock_is_behind_misses_nothing(
    account: Account, server: Server, load: Load
) -> None:
    account.clock = Clock(datetime.now(UTC) + timedelta(days=300), timedelta(seconds=1))
    account.update("contacts", 2, firstName="x")
    load(server, *CONTACTS)
    cursors(server)
    load(server, *CONTACTS)
    (cursor,) = cursors(server)
    assert cursor
    assert cursor < datetime.now(UTC)


@pytest.mark.parametrize("path", ["contacts", "deals"])
def test_a_filter_that_the_server_ignores_makes_the_read_a_full_one(
    path: str, account: Account, server: Server, load: Load
) -> None:
    for _ in range(3):
        account.add("deals", contact="1")
    selected = ("--select", "[c]ontacts", "[d]eals")
    load(server, *selected)
    account.clock = Clock(account.present + timedelta(days=5))
    account.add("contacts", email="later@example.com")
    load(server, *selected)
    server.behaviour.ignored_filters = {FILTER}
    account.delete(path, 2)
    loaded = load(server, *selected)
    assert f"{path}: the API ignored the filter by date of change" in loaded.output
    assert payloads(loaded, path).keys() == held(account, path).keys()
    assert loaded.rows(
        "select mode, proves_absence from activecampaign_raw.endpoint_reads "
        "where collection = ? order by run_id desc limit 1",
        path,
    ) == [("full", True)]


def test_a_filter_that_goes_by_the_day_is_none_that_is_ignored(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    account.put("contacts", account.records("contacts")[0] | {"udate": iso(account.present)})
    account.clock = Clock(account.present + timedelta(hours=30))
    account.add("contacts", email="later@example.com")
    load(server, *CONTACTS)
    server.behaviour.ignored_filters = {FILTER}
    for number in range(2, 122):
        account.put(
            "contacts", account.records("contacts")[number - 1] | {"udate": iso(account.present)}
        )
    loaded = load(server, *CONTACTS)
    assert "ignored" not in loaded.output


@pytest.mark.parametrize(
    ("since", "next_asks_since_then"),
    [("2026-09-20", True), ("2026-10-20T08:00:00-05:00", False)],
    ids=["before the cursor", "after the cursor"],
)
def test_since_stands_in_for_the_cursor_and_leaves_no_gap(
    since: str, next_asks_since_then: bool, account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    first = account.present
    account.update("contacts", 1, firstName="Missed by a late --since")
    account.clock = Clock(EARLY + timedelta(days=30))
    account.update("contacts", 2, firstName="x")
    second = account.present
    asked(server)
    load(server, *CONTACTS, "--since", since)
    moment = datetime.fromisoformat(since)
    assert cursors(server) == {moment.replace(tzinfo=moment.tzinfo or ZONE)}
    loaded = load(server, *CONTACTS)
    assert cursors(server) == {(second if next_asks_since_then else first) - OVERLAP}
    assert names(loaded)["1"] == "Missed by a late --since"


def test_since_without_an_earlier_read_leaves_no_gap(
    account: Account, server: Server, load: Load
) -> None:
    loaded = load(server, *CONTACTS, "--since", "2026-10-11")
    assert len(payloads(loaded, "contacts")) == 0
    assert "changes before --since were not read" in loaded.output
    loaded = load(server, *CONTACTS)
    assert len(payloads(loaded, "contacts")) == 120


def test_a_taste_proves_nothing_and_leaves_no_gap(
    account: Account, server: Server, load: Load
) -> None:
    first = load(server, "--limit", "30", *CONTACTS)
    assert first.exit_code == 0
    assert len(payloads(first, "contacts")) == 30
    assert "in part only" in first.output
    second = load(server, *CONTACTS)
    assert len(payloads(second, "contacts")) == 120
    third = load(server, "--full", "--limit", "30", *CONTACTS)
    assert len(payloads(third, "contacts")) == 120
    account.update("contacts", 119, firstName="Changed")
    assert names(load(server, *CONTACTS))["119"] == "Changed"


def test_a_read_that_failed_moves_no_cursor(account: Account, server: Server, load: Load) -> None:
    load(server, *CONTACTS)
    first = account.present
    for number in range(1, 111):
        account.put(
            "contacts", account.records("contacts")[number - 1] | {"udate": iso(account.present)}
        )
    account.update("contacts", 120, firstName="Changed")
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    failed = load(server, *CONTACTS)
    assert failed.exit_code == 1
    server.behaviour.faults.clear()
    asked(server)
    loaded = load(server, *CONTACTS)
    assert names(loaded)["120"] == "Changed"
    assert "went on where an earlier run stopped" in loaded.output
    assert cursors(server) == {first - OVERLAP}
    load(server, *CONTACTS)
    assert cursors(server) == {account.present - OVERLAP}


def contact_rows(account: Account) -> None:
    account.add("contactTags", contact="1", tag="1")
    account.add("contactTags", contact="2", tag="1")
    account.update("lists", 1, name="hours later")


@pytest.mark.parametrize("break_off", [True, False], ids=["it failed", "the run was killed"])
def test_a_list_that_stands_in_is_read_until_it_was_read_whole(
    break_off: bool, account: Account, server: Server, load: Load
) -> None:
    contact_rows(account)
    server.behaviour.withheld_includes = {"contactTags", "contactTags.tag"}
    if break_off:
        server.behaviour.faults.append(Fault(path="contactTags", status=500))
        assert load(server, *CONTACTS).exit_code == 3
        server.behaviour.faults.clear()
    else:
        loaded = load(server, *CONTACTS)
        with duckdb.connect(str(loaded.database)) as database:  # as if killed before it
            for table in ("contact_tags", "endpoint_reads"):
                key = "endpoint = 'contactTags'" if table == "endpoint_reads" else "true"
                database.execute(f"delete from activecampaign_raw.{table} where {key}")
    second = load(server, *CONTACTS)
    assert payloads(second, "contact_tags").keys() == held(account, "contactTags").keys()
    server.requests.clear()
    load(server, *CONTACTS)
    assert not asked(server, "contactTags")


def test_another_selection_reads_no_list_that_stands_in(
    account: Account, server: Server, load: Load
) -> None:
    contact_rows(account)
    server.behaviour.withheld_includes = {"contactTags", "contactTags.tag"}
    server.behaviour.faults.append(Fault(path="contactTags", status=500))
    load(server, *CONTACTS)
    server.requests.clear()
    load(server, "--select", "users")
    assert not asked(server, "contactTags")


def test_a_child_that_goes_with_a_change_is_gone_though_only_changes_were_read(
    account: Account, server: Server, load: Load
) -> None:
    contact_rows(account)
    load(server, *CONTACTS)
    account.delete("contactTags", 1)
    loaded = load(server, *CONTACTS)
    assert payloads(loaded, "contact_tags").keys() == {"2"}
    assert len(payloads(loaded, "contacts")) == 120


def test_the_documented_endpoints_are_a_group(server: Server, load: Load) -> None:
    load(server, "--select", "documented", "--exclude", "contacts", "deals")
    documented = {request.path for request in server.requests}
    assert {"users", "campaigns", "notes", "dealTasks"} <= documented
    assert "contacts" not in documented


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "must be a date such as 2026-05-28"),
        (["--limit", "0"], "must be a number from 1"),
        (["--full", "nothing"], "no endpoint or group 'nothing'"),
        (["--since", "2026-01-01", "--full"], "contradict each other"),
        (["--since", "0001-01-01T00:00+05:00"], "must be a date such as"),
        (["--full", "[d]eals", *CONTACTS], "--full names no endpoint that is selected"),
        (["purge", *CONTACTS], "purge takes no --select"),
    ],
)
def test_options_that_mean_nothing_are_named(
    arguments: list[str],
    said: str,
    server: Server,
    load: Load,
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        loaded = load(server, *arguments)
        exit_code, output = loaded.exit_code, loaded.output
    except SystemExit as left:  # as argparse leaves
        exit_code, output = int(left.code or 0), capsys.readouterr().err
    assert exit_code == 2
    assert said in output


@pytest.mark.parametrize("days", ["weekly", "-1", "inf"])
def test_an_interval_that_is_none_is_named(
    days: str, server: Server, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVECAMPAIGN_FULL_READ_DAYS", days)
    loaded = load(server, *CONTACTS)
    assert loaded.exit_code == 2
    assert "ACTIVECAMPAIGN_FULL_READ_DAYS" in loaded.output


WAS_CHANGED = (
    "update activecampaign_raw.unfinished_reads set state = replace(state, 'udate', 'mdate')"
)
WAS_LONG_AGO = (
    "update activecampaign_raw.unfinished_reads set first_run_id = first_run_id - 8 * 86400"
)


@pytest.mark.parametrize(
    ("meanwhile", "arguments", "begins_anew"),
    [
        (None, [], False),
        (WAS_CHANGED, [], True),
        (WAS_LONG_AGO, [], True),
        (None, ["--limit", "10"], True),
    ],
    ids=["as it is", "the loader reads otherwise", "long ago", "a taste"],
)
def test_an_unfinished_read_goes_on_where_that_loses_nothing(
    meanwhile: str | None,
    arguments: list[str],
    begins_anew: bool,
    account: Account,
    server: Server,
    load: Load,
) -> None:
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    failed = load(server, *CONTACTS)
    assert len(payloads(failed, "contacts")) == 100
    server.behaviour.faults.clear()
    if meanwhile:
        with duckdb.connect(str(failed.database)) as database:
            database.execute(meanwhile)
    asked(server)
    load(server, *CONTACTS, *arguments)
    assert ("id_greater" not in asked(server)[0]) is begins_anew
    loaded = load(server, *CONTACTS)
    assert payloads(loaded, "contacts").keys() == held(account, "contacts").keys()


def test_a_full_read_that_is_due_takes_the_place_of_an_unfinished_incremental_one(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    for number in range(1, 121):
        account.put(
            "contacts", account.records("contacts")[number - 1] | {"udate": iso(account.present)}
        )
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    failed = load(server, *CONTACTS)
    server.behaviour.faults.clear()
    with duckdb.connect(str(failed.database)) as database:
        query = "update activecampaign_raw.endpoint_reads set started_at = ?"
        database.execute(query, [datetime.now(UTC) - timedelta(days=8)])
    account.delete("contacts", 3)
    asked(server)
    loaded = load(server, *CONTACTS)
    assert cursors(server) == {None}
    assert payloads(loaded, "contacts").keys() == held(account, "contacts").keys()


def test_what_changed_between_a_kill_and_the_run_after_comes_with_the_one_after_that(
    account: Account, server: Server, load: Load
) -> None:
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    load(server, *CONTACTS)
    server.behaviour.faults.clear()
    account.update("contacts", 3, firstName="Meanwhile")
    account.update("lists", 1, name="hours later still")
    assert "went on" in load(server, *CONTACTS).output
    assert names(load(server, *CONTACTS))["3"] == "Meanwhile"


def test_a_late_since_that_fails_is_nothing_to_go_on_with(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    first = account.present
    account.update("contacts", 1, firstName="Before --since")
    for number in range(2, 121):
        account.put(
            "contacts",
            account.records("contacts")[number - 1]
            | {"udate": iso(account.present + timedelta(hours=2))},
        )
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    load(server, *CONTACTS, "--since", (account.present + timedelta(hours=1)).isoformat())
    server.behaviour.faults.clear()
    asked(server)
    loaded = load(server, *CONTACTS)
    assert cursors(server) == {first - OVERLAP}
    assert names(loaded)["1"] == "Before --since"


def test_a_taste_between_two_halves_of_a_read_makes_nothing_look_gone(
    account: Account, server: Server, load: Load
) -> None:
    for number in range(1, 121):
        account.add("contactTags", contact=str(number), tag="1")
    server.behaviour.faults.append(Fault(path="contacts", status=500, after=1))
    load(server, *CONTACTS)
    server.behaviour.faults.clear()
    server.behaviour.withheld_includes = {"contactTags", "contactTags.tag"}
    load(server, *CONTACTS, "--limit", "40", "--exclude", "contactTags")
    server.behaviour.withheld_includes = set()
    loaded = load(server, *CONTACTS)
    assert loaded.exit_code == 0
    assert payloads(loaded, "contact_tags").keys() == held(account, "contactTags").keys()


def test_a_full_read_during_which_records_went_is_repeated_the_next_day(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    account.delete("contacts", 5)
    pages = iter(("the first", "the second"))

    def delete(path: str) -> None:
        """Between the first page and the second, a contact of the second goes."""
        if path == "contacts" and next(pages, None) == "the second":
            account.delete("contacts", 120)

    server.behaviour.before_reply = delete
    second = load(server, *CONTACTS, "--full")
    assert "nothing of it is taken to be gone" in second.output
    server.behaviour.before_reply = None
    for days, is_repeated in ((0.5, False), (1.1, True)):
        with duckdb.connect(str(second.database)) as database:
            query = "update activecampaign_raw.endpoint_reads set started_at = ?"
            at = datetime.now(UTC) - timedelta(days=days)
            database.execute(f"{query} where mode = 'full'", [at])
            at = datetime.now(UTC) - timedelta(days=8)
            database.execute(f"{query} where proves_absence", [at])
        asked(server)
        loaded = load(server, *CONTACTS)
        assert (cursors(server) == {None}) is is_repeated
    assert payloads(loaded, "contacts").keys() == held(account, "contacts").keys()


def test_a_mass_deletion_stays_in_sight_until_it_is_confirmed(
    account: Account, server: Server, load: Load
) -> None:
    load(server, *CONTACTS)
    for number in range(1, 120):
        account.delete("contacts", number)
    assert load(server, *CONTACTS, "--full").exit_code == 3
    again = load(server, *CONTACTS)
    assert again.exit_code == 3
    assert "119 of contacts seem gone" in again.output
    confirmed = load(server, *CONTACTS, "--accept-deletions")
    assert confirmed.exit_code == 0
    assert payloads(confirmed, "contacts").keys() == {"120"}


@pytest.mark.parametrize("days", [-3, 6.7], ids=["a clock was ahead", "some hours short of a week"])
def test_a_full_read_falls_due_whatever_the_clock_said(
    days: float, server: Server, load: Load
) -> None:
    loaded = load(server, *CONTACTS)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute(
            "update activecampaign_raw.endpoint_reads "
            "set started_at = $1, first_run_id = epoch($1)",
            [datetime.now(UTC) - timedelta(days=days)],
        )
    asked(server)
    load(server, *CONTACTS)
    assert cursors(server) == {None}


def test_a_full_read_is_as_old_as_its_first_run(server: Server, load: Load) -> None:
    loaded = load(server, *CONTACTS)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute(
            "update activecampaign_raw.endpoint_reads set first_run_id = first_run_id - 8 * 86400"
        )
    asked(server)
    load(server, *CONTACTS)
    assert cursors(server) == {None}


@pytest.mark.parametrize("failures", [0, 1], ids=["at once", "after a run that failed"])
def test_a_table_that_was_lost_is_read_again_whole(
    account: Account, server: Server, load: Load, failures: int
) -> None:
    contact_rows(account)
    loaded = load(server, *CONTACTS)
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("drop table activecampaign_raw.contact_tags")
    for _ in range(failures):
        server.behaviour.faults = [Fault(path="contacts", status=422)]
        assert load(server, *CONTACTS).exit_code == 1
        server.behaviour.faults = []
    loaded = load(server, *CONTACTS)
    assert payloads(loaded, "contact_tags").keys() == {"1", "2"}


READ_HOURS = "ACTIVECAMPAIGN_READ_HOURS"


def test_a_group_is_left_alone_as_long_as_its_cadence_says(
    account: Account, server: Server, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = ("--select", "tags", "[c]ontacts", "lists")
    monkeypatch.setenv(READ_HOURS, "contacts=24, lists=0")
    first = load(server, *select)
    assert (first.exit_code, "not due" in first.output) == (0, False)
    account.update("tags", 1, tag="renamed")
    account.update("lists", 1, name="renamed")
    account.update("contacts", 8, firstName="Renamed")
    asked(server)
    second = load(server, *select)
    assert second.exit_code == 0
    assert "tags: skipped, what was loaded before stays (not due before 20" in second.output
    assert payloads(second, "tags")["1"]["tag"] == "new"  # type: ignore[index]
    assert payloads(second, "lists")["1"]["name"] == "renamed"  # type: ignore[index]
    assert names(second)["8"] == "Renamed"
    whole = load(server, *select, "--full", "tags")
    assert payloads(whole, "tags")["1"]["tag"] == "renamed"  # type: ignore[index]
    with duckdb.connect(str(whole.database)) as database:
        reads = "activecampaign_raw.endpoint_reads"
        database.execute(f"update {reads} set started_at = started_at - interval 23 hours")
    account.update("tags", 1, tag="a day later")
    daily = load(server, *select)  # a job that runs at the same hour each day is never too early
    assert payloads(daily, "tags")["1"]["tag"] == "a day later"  # type: ignore[index]


def test_a_read_that_was_not_whole_makes_nothing_wait(
    server: Server, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READ_HOURS, "tags=24")
    server.behaviour.faults.append(Fault(path="tags", status=500))
    assert load(server, "--select", "tags", "lists").exit_code == 3
    server.behaviour.faults.clear()
    assert "not due" not in load(server, "--select", "tags").output


def test_deletions_that_are_not_believed_make_nothing_wait(
    account: Account, server: Server, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READ_HOURS, "tags=24")
    for number in range(20):
        account.add("tags", tag=str(number))
    select = ("--select", "tags", "lists")
    load(server, *select)
    for tag in account.records("tags"):
        account.delete("tags", tag["id"])
    assert load(server, *select, "--full").exit_code == 3
    again = load(server, *select)
    assert (again.exit_code, "too many to believe" in again.output) == (3, True)
    assert load(server, *select, "--accept-deletions").exit_code == 0
    assert "not due" in load(server, *select).output


@pytest.mark.parametrize("said", ["tags", "tags=soon", "tags=-1", "nothing=24"])
def test_a_cadence_that_cannot_be_meant_is_said(
    said: str, server: Server, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READ_HOURS, said)
    refused = load(server, "--select", "tags")
    assert refused.exit_code == 2
    assert READ_HOURS in refused.output
    assert not server.requests


@pytest.mark.parametrize("large", [pipeline.LARGE, 1e9], ids=["seen", "met"])
def test_large_records_are_loaded_whatever_the_limit_of_memory(
    large: float, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "LARGE", large)
    monkeypatch.setitem(SETTINGS, "memory_limit", "50MB")
    monkeypatch.setattr(intake, "PACKAGE_BYTES", 10 * 2**20)
    account = Account.empty()
    for number in range(80):
        account.add("messages", subject=str(number), html="x" * 600_000)
    with serve(account) as server:
        loaded = load(server, "--select", "messages")
        assert loaded.exit_code == 0, loaded.output
        account.delete("messages", 1)
        again = load(server, "--select", "messages")
        assert again.exit_code == 0, again.output
        purged = load(server, "purge", "--yes")
        assert purged.exit_code == 0, purged.output
    sizes = "select count(*), min(length(payload ->> 'html')) from activecampaign_raw.messages"
    assert purged.rows(sizes) == [(79, 600_000)]
