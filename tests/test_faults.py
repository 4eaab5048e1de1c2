"""What goes wrong on the way: a passing failure costs nothing, a lasting one its endpoint alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest

from loader.endpoints import ENDPOINTS
from sandbox.account import Account
from sandbox.behaviour import NO_PERMISSION, WITHOUT_DEALS, Behaviour, Fault
from sandbox.server import WEB_PAGE, serve
from tests.conftest import Load, Loaded
from tests.test_reading import assert_all_is_loaded, held, payloads

HTML: Final = "text/html; charset=UTF-8"
BUSY: Final = b"<html><style>p { color: red }</style><p>Please come back later.</p></html>"
YESTERDAY: Final = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only how long the loader waits is another than in earnest, not how often it tries."""
    monkeypatch.setattr("loader.client.LONGEST_BACKOFF", 0.02)


def said(loaded: Loaded) -> str:
    """The output without its line breaks."""
    return " ".join(loaded.output.split())


def reads(loaded: Loaded) -> dict[str, tuple[int, bool]]:
    """By endpoint how often its last read had to ask again, and whether it was complete."""
    rows = loaded.rows(
        "select distinct endpoint, retries, is_complete from activecampaign_raw.endpoint_reads "
        "where run_id = (select max(run_id) from activecampaign_raw.runs)"
    )
    return {endpoint: (retries, is_complete) for endpoint, retries, is_complete in rows}


PASSING: Final = (
    Fault("users", 429, b'{"message":"slow down"}', headers={"Retry-After": "1"}, times=1),
    Fault("groups", 429, headers={"Retry-After": YESTERDAY}, times=1),
    Fault("scores", 429, b"", times=11),
    Fault("fields", 429, headers={"Retry-After": "soon"}, times=2),
    Fault("lists", 500, BUSY, HTML, times=4),
    Fault("tags", 503, BUSY, HTML, {"Retry-After": "1"}, times=1),
    Fault("accounts", 502, b"", times=4),
    Fault("accountContacts", 403, times=2),
    Fault("accountCustomFieldMeta", 403, WEB_PAGE, HTML, times=2),
    Fault("accountCustomFieldData", kind="reset", times=4),
    Fault("contacts", kind="reset", times=4, after=1),
    Fault("deals", kind="truncate", times=4),
    Fault("dealActivities", kind="half", times=4, after=1),
    Fault("dealCustomFieldMeta", kind="empty", times=4),
    Fault("contactDeals", kind="html", times=4),
    Fault("dealGroups", kind="gzip_broken", times=4),
    Fault("dealTasks", 200, b'{"message":"try again"}', times=4),
    Fault("dealTasktypes", 200, b"[]", times=4),
    Fault("tasktypeOutcomeRels", 200, b'{"tasktypeOutcomeRels":null}', times=4),
    # each kind of failure has tries of its own: one does not use up those of another
    Fault("notes", 403, times=2),
    Fault("notes", 500, times=4),
    Fault("notes", 429, times=7),
    Fault("campaigns", kind="headers", headers={"Content-Type": HTML}),
    Fault("messages", kind="headers", headers={"Content-Type": "", "Date": ""}),
    Fault("taskOutcomes", kind="headers", headers={"Date": "yesterday"}),
)


def test_a_passing_failure_loses_nothing(load: Load) -> None:
    account = Account.generate(contacts=230, seed=5)
    with serve(account, behaviour=Behaviour(faults=[*PASSING])) as server:
        loaded = load(server)
    assert loaded.exit_code == 0, loaded.output
    assert_all_is_loaded(loaded, account)
    expected = dict.fromkeys(reads(loaded), (0, True))
    for fault in PASSING:
        expected[fault.path] = (expected[fault.path][0] + (fault.times or 0), True)
    assert reads(loaded) == expected


LASTING: Final = (
    (Fault("scores", 429, b'{"message":"slow down"}'), 12, "scores: status 429: slow down"),
    (Fault("lists", 500, BUSY, HTML), 5, "lists: status 500: Please come back later."),
    (Fault("tags", 503, b"", times=5), 5, "tags: status 503"),
    (Fault("fields", 502, json.dumps({"errors": [{"title": "Bad"}]}).encode()), 5,
     "fields: status 502: Bad"),
    (Fault("accounts", kind="reset"), 5, "accounts: 127.0.0.1:{port} does not answer ("),
    (Fault("accountContacts", kind="truncate"), 5, "accountContacts: the reply broke off ("),
    (Fault("accountCustomFieldMeta", kind="half"), 5,
     'accountCustomFieldMeta: the reply is no JSON object, it starts: {{"accountCustomFieldM'),
    (Fault("accountCustomFieldData", kind="empty"), 5,
     "accountCustomFieldData: the reply is empty"),
    (Fault("dealActivities", kind="html"), 5,
     "dealActivities: the reply is no JSON object, it starts: <!DOCTYPE html>"),
    (Fault("contactDeals", kind="gzip_broken"), 5, "contactDeals: the reply broke off ("),
    (Fault("dealGroups", 200, b'{"others":[]}'), 5,
     "dealGroups: the reply holds no 'dealGroups', it starts: {{\"others\":[]}}"),
    (Fault("dealTasktypes", 200, b'{"dealTasktypes":{"1":{}}}'), 5,
     "dealTasktypes: the reply has no list where one is due, but:"),
    (Fault("taskOutcomes", 400, b"no"), 1, "taskOutcomes: status 400: no"),
    (Fault("dealCustomFieldMeta", 422, b'{"errors":[{"detail":"what?"}]}'), 1,
     "dealCustomFieldMeta: status 422: what?"),
    # on a later page the same answers mean no missing right but a list that broke off
    (Fault("contacts", 403, after=1), 4, "contacts: status 403: You do not have permission"),
    (Fault("dealTasks", 404, b"gone", after=1), 2, "dealTasks: status 404: gone"),
    # the key must not follow
    (Fault("deals", 301, headers={"Location": "{url}"}), 1, "deals: 127.0.0.1:{port} redirects"),
    (Fault("notes", 302, headers={"Location": "{url}"}), 1, "notes: 127.0.0.1:{port} redirects"),
    (Fault("campaigns", 307, headers={"Location": "{url}"}), 1, "campaigns: 127.0.0.1:{port} redi"),
    (Fault("messages", 308, headers={"Location": "{url}"}), 1, "messages: 127.0.0.1:{port} redi"),
)  # fmt: skip


def test_a_lasting_failure_costs_its_endpoint_alone_and_says_why(load: Load) -> None:
    account = Account.generate(contacts=120, seed=5)
    while len(account.records("dealTasks")) <= 100:
        account.add("dealTasks", title="one more", relid="1", dealTasktype="1")
    with serve(account) as elsewhere, serve(account) as server:
        for fault, *_ in LASTING:
            headers = dict.fromkeys(fault.headers, f"{elsewhere.url}/api/3/{fault.path}")
            server.behaviour.faults.append(replace(fault, headers=headers))
        loaded = load(server)
    assert loaded.exit_code == 3
    for fault, tries, says in LASTING:
        reason = says.format(port=server.server_address[1])
        assert f"{fault.path}: failed, what was loaded before stays" in said(loaded)
        assert f": failed: {reason}" in loaded.output
        asked = [request for request in server.requests if request.path == fault.path]
        assert len(asked) == tries, fault.path
    failed = {fault.path for fault, *_ in LASTING}
    assert {path for path, (_, is_complete) in reads(loaded).items() if not is_complete} == failed
    assert payloads(loaded, "users").keys() == held(account, "users").keys()
    assert payloads(loaded, "groups").keys() == held(account, "groups").keys()
    assert len(payloads(loaded, "contacts")) == len(payloads(loaded, "deal_tasks")) == 100
    assert not elsewhere.requests


def test_an_account_that_refuses_requests_at_random_is_read_whole(load: Load) -> None:
    account = Account.generate(contacts=450, seed=5)
    fault = Fault("*", 403, NO_PERMISSION, chance=0.1, seed=1)
    with serve(account, behaviour=Behaviour(faults=[fault])) as server:
        loaded = load(server)
    assert loaded.exit_code == 0, loaded.output
    assert_all_is_loaded(loaded, account)
    refused = [request for request in server.requests if request.status == 403]
    assert len(refused) == sum(retries for retries, _ in reads(loaded).values()) > 3


def test_a_server_that_is_too_slow(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loader.client.TIMEOUT", (10, 0.3))
    account = Account.generate(contacts=20, seed=5)
    faults = [
        Fault("lists", kind="slow", seconds=0.8, times=1),
        Fault("tags", kind="slow", seconds=0.8),
    ]
    with serve(account, behaviour=Behaviour(faults=faults)) as server:
        loaded = load(server, "--select", "lists", "tags")
    assert loaded.exit_code == 3
    assert payloads(loaded, "lists").keys() == held(account, "lists").keys()
    assert f"(tags: {server.url[7:]} does not answer (timed out))" in said(loaded)
    assert reads(loaded)["tags"] == (4, False)


LACKING: Final = {
    "lists": b'{"message":"No route"}',
    "tags": b'{"errors":[{"title":"Not Found"}]}',
    "notes": WEB_PAGE,
    "scores": b"",
    "messages": b'["?"]',
    "campaigns": b"\xff",
}


def test_what_key_or_plan_lack_is_skipped_in_the_server_s_own_words(load: Load) -> None:
    account = Account.generate(contacts=20, seed=5)
    faults = [Fault(path, 404, body) for path, body in LACKING.items()]
    with serve(account, behaviour=Behaviour(faults=faults, forbidden=WITHOUT_DEALS)) as server:
        loaded = load(server)
    assert loaded.exit_code == 0, loaded.output
    without = {one.path for one in ENDPOINTS if one.path.startswith(("deal", "contactDeals"))}
    without -= {one.path for one in ENDPOINTS if one.stands_in or not one.documented}
    reasons = dict.fromkeys(without, "status 403: You do not have permission to do that.")
    reasons |= {"lists": "status 404: No route", "tags": "status 404: Not Found"}
    reasons |= {"notes": "status 404: Page not found", "scores": "status 404"}
    reasons |= {
        "messages": 'status 404: ["?"]',
        "campaigns": "status 404: \N{REPLACEMENT CHARACTER}",
    }
    assert dict(
        loaded.rows(
            "select distinct endpoint, skipped_reason from activecampaign_raw.endpoint_reads "
            "where skipped_reason is not null"
        )
    ) == {path: f"{path}: {reason}" for path, reason in reasons.items()}
    for path, reason in reasons.items():
        asked = [request for request in server.requests if request.path == path]
        assert len(asked) == (3 if path in without else 1), path
        assert f"{path}: skipped, what was loaded before stays ({path}: {reason})" in said(loaded)
    for resource, table in {"contacts": "contacts", "accounts": "accounts"}.items():
        assert payloads(loaded, table).keys() == held(account, resource).keys()


@pytest.mark.parametrize(
    ("status", "says"), [(401, "refuses the key (401: who?)"), (402, "the account has lapsed")]
)
def test_an_account_that_stops_answering_ends_the_run(status: int, says: str, load: Load) -> None:
    account = Account.generate(contacts=350, seed=5)
    fault = Fault("contacts", status, b'{"message":"who?"}', after=3)
    with serve(account, behaviour=Behaviour(faults=[fault])) as server:
        loaded = load(server, "--select", "contacts", "lists")
    assert loaded.exit_code == 1
    assert says in said(loaded)
    assert "Traceback" not in loaded.output
    asked = [request.status for request in server.requests if request.path == "contacts"]
    assert asked == [200, 200, 200, status]
    assert len(payloads(loaded, "contacts")) == 300


@pytest.mark.parametrize(
    ("fault", "tries", "says"),
    [
        (Fault("users/me", 401, b"{}"), 1, "refuses the key (401)"),
        (Fault("users/me", 402, b""), 1, "the account has lapsed. Renew it"),
        (Fault("users/me", 403, b'{"message":"no"}'), 3, "refuses the key (users/me: status 403"),
        (Fault("users/me", 404, b"{}"), 1, "status 404"),
        (Fault("users/me", 500, b"{}"), 3, "status 500"),
        (Fault("users/me", 200, b'{"user":null}'), 3, "no user in the reply"),
        (Fault("users/me", kind="reset"), 3, "does not answer"),
    ],
)
def test_a_run_that_cannot_begin_asks_for_no_list(
    fault: Fault, tries: int, says: str, load: Load
) -> None:
    with serve(Account.empty(), behaviour=Behaviour(faults=[fault])) as server:
        loaded = load(server)
    assert loaded.exit_code == 1
    assert says in said(loaded)
    assert "Traceback" not in loaded.output
    assert [request.path for request in server.requests] == ["users/me"] * tries
    assert not loaded.database.exists()


def test_a_server_without_paging_repeats_itself(load: Load) -> None:
    account = Account.generate(contacts=150, seed=5)
    for number in range(150):
        account.add("tags", tag=f"tag {number}")
    with serve(account) as server:
        server.behaviour.ignored_filters = {"offset", "id_greater"}
        loaded = load(server, "--select", "tags", "lists", "contact[s]")
    assert loaded.exit_code == 3
    assert "tags: failed, what was loaded before stays (the server repeats" in said(loaded)
    assert "contacts: failed, what was loaded before stays (the server does not" in said(loaded)
    assert payloads(loaded, "lists").keys() == held(account, "lists").keys()
    assert len(payloads(loaded, "tags")) == len(payloads(loaded, "contacts")) == 100
    assert len(server.requests) < 15


KEYLESS = ("tags", "lists", "notes")


def test_no_part_of_the_key_is_shown_where_a_reply_holds_it(load: Load) -> None:
    key = "0123456789abcdef" * 4
    shown = key[:8]
    with serve(Account.empty(), api_key=key) as server:
        server.behaviour.faults = [
            Fault("tags", 200, b"x" + b" " * 950 + key.encode() * 3),
            Fault("lists", 500, b"<p>" + b" " * 3950 + key.encode() * 3),
            Fault("notes", 200, b"x" + key.encode() * 30),
        ]
        loaded = load(server, "--select", *(f"[{name[0]}]{name[1:]}" for name in KEYLESS))
    assert loaded.exit_code == 1
    assert shown not in loaded.output
    assert shown.encode() not in loaded.database.read_bytes()
