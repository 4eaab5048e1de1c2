"""The sandbox as a server: who is refused, and what can be made to go wrong."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.budget import most_within_a_second
from sandbox.server import Handler, Server, serve
from tests.conftest import asking

Ask = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def account() -> Account:
    return Account.generate(contacts=30, seed=6)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    """A server of its own for each test, which may set its behaviour."""
    with serve(account) as running:
        yield running


@pytest.fixture
def ask(server: Server) -> Ask:
    def get(path: str, **params: Any) -> requests.Response:
        headers = {"Api-Token": server.api_key}
        return requests.get(f"{server.url}/api/3/{path}", params, headers=headers, timeout=5)

    return get


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "content_type"),
    [
        ("GET", "/api/3/contacts", {}, 403, "application/json"),
        ("GET", "/api/3/contacts", {"Api-Token": "wrong"}, 403, "application/json"),
        ("GET", "/api/3/users/me", {"Api-Token": "wrong"}, 403, "application/json"),
        ("GET", "/contacts", {"Api-Token": "sandbox"}, 404, "text/html"),
        ("GET", "/api/3/lists", {"Api-Token": "sandbox", "User-Agent": ""}, 403, "text/html"),
        ("POST", "/api/3/contacts", {"Api-Token": "sandbox"}, 405, "application/json"),
        ("DELETE", "/api/3/contacts/1", {"Api-Token": "sandbox"}, 405, "application/json"),
    ],
)
def test_requests_that_are_refused(
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    content_type: str,
    server: Server,
) -> None:
    reply = requests.request(method, server.url + path, headers=headers, data=b"{}")
    assert reply.status_code == status
    assert reply.headers["Content-Type"].startswith(content_type)
    if content_type == "application/json":
        assert reply.json()["message"]


def test_a_client_need_not_say_what_it_is(server: Server) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("GET", "/api/3/lists", headers={"Api-Token": "sandbox"})
    assert connection.getresponse().status == 200
    connection.close()


def test_headers_of_a_reply(server: Server) -> None:
    reply = requests.get(f"{server.url}/api/3/lists", headers={"Api-Token": "sandbox"})
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["RateLimit-Limit"] == "1000"
    assert reply.headers["Retry-After"] == "1"
    assert reply.headers["X-Request-Id"]
    assert "PHPSESSID" in reply.cookies
    assert len(reply.content) == int(reply.headers["Content-Length"])


def test_a_reply_is_dated_by_the_account_s_own_clock(server: Server, ask: Ask) -> None:
    account = server.account = Account.empty()
    server.behaviour.forbidden["tags"] = b"{}"
    server.behaviour.faults.append(Fault(path="scores", kind="html"))
    assert ask("lists").headers["Date"] == "Sun, 01 Nov 2026 18:00:00 GMT"
    account.add("lists", name="A")
    assert ask("lists").headers["Date"] == "Sun, 01 Nov 2026 18:00:01 GMT"
    moments = iter([datetime(2030, 5, 6, 7, 8, 9, 999_999, timezone(timedelta(hours=2)))])
    account.clock = lambda: next(moments)  # asked once: a reply moves no clock on
    account.delete("lists", 1)
    for path in ("lists", "tags", "scores", "groups/9", "unheard_of"):
        assert ask(path).headers["Date"] == "Mon, 06 May 2030 05:08:09 GMT"
    elsewhere = requests.get(f"{server.url}/contacts", headers={"Api-Token": "wrong"})
    assert elsewhere.headers["Date"] == "Mon, 06 May 2030 05:08:09 GMT"


def test_the_date_is_that_of_the_state_which_the_reply_shows(
    server: Server, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.account = Account.empty()
    send = Handler._send

    def change_and_send(handler: Handler, *arguments: Any) -> None:
        server.account.add("lists", name="too late")
        send(handler, *arguments)

    monkeypatch.setattr(Handler, "_send", change_and_send)
    reply = ask("lists")
    assert (reply.json()["lists"], reply.headers["Date"]) == ([], "Sun, 01 Nov 2026 18:00:00 GMT")


def test_the_server_remembers_what_was_asked(server: Server, ask: Ask) -> None:
    before = time.monotonic()
    ask("lists", limit=5, **{"filters[name]": "x"})
    ask("groups/999999")
    first, second = server.requests
    assert (first.path, first.status) == ("lists", 200)
    assert first.query == {"limit": ["5"], "filters[name]": ["x"]}
    assert (second.path, second.status) == ("groups/999999", 403)
    assert before <= first.at <= second.at <= time.monotonic()


def test_a_fault_begins_and_ends(server: Server, ask: Ask) -> None:
    fault = Fault(path="lists", status=500, body=b"oh", times=2, after=1)
    server.behaviour.faults.append(fault)
    assert [ask("lists").status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    assert fault.met == 5
    assert ask("tags").status_code == 200


def test_a_fault_may_strike_by_chance(account: Account) -> None:
    def struck(seed: int, *others: str) -> list[int]:
        fault = Fault(path="*", status=403, chance=0.3, seed=seed)
        found = []
        for number in range(200):
            for other in others:
                fault.strikes(other)
            if fault.strikes("lists"):
                found.append(number)
        return found

    assert struck(1) == struck(1, "tags", "tags") != struck(2)
    assert all(30 < len(struck(seed)) < 90 for seed in range(5))
    with serve(account, behaviour=Behaviour(faults=[Fault(chance=0.3, seed=1)])) as server:
        headers = {"Api-Token": server.api_key}
        asked = [requests.get(f"{server.url}/api/3/lists", headers=headers) for _ in range(20)]
    refused = [number for number, reply in enumerate(asked) if reply.status_code == 403]
    assert refused == [number for number in struck(1) if number < 20]


@pytest.mark.parametrize(
    ("path", "struck"),
    [
        ("*", {"lists", "groups/3/userGroups", "users/me"}),
        ("groups/*", {"groups/3/userGroups"}),
        ("groups/{id}/userGroups", {"groups/3/userGroups"}),
        ("users/me", {"users/me"}),
    ],
)
def test_which_paths_a_fault_strikes(path: str, struck: set[str], server: Server, ask: Ask) -> None:
    server.behaviour.faults.append(Fault(path=path, status=503))
    paths = ("lists", "groups/3/userGroups", "users/me")
    assert {path for path in paths if ask(path).status_code == 503} == struck


def test_a_status_comes_with_its_body_and_headers(server: Server, ask: Ask) -> None:
    fault = Fault(
        status=520, body=b"busy", content_type="text/plain", headers={"Retry-After": "7"}, times=1
    )
    server.behaviour.faults.append(fault)
    reply = ask("lists")
    assert (reply.status_code, reply.text) == (520, "busy")
    assert (reply.headers["Content-Type"], reply.headers["Retry-After"]) == ("text/plain", "7")


@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_connection_that_breaks_off(kind: Any, server: Server, ask: Ask) -> None:
    server.behaviour.faults.append(Fault(path="lists", kind=kind, times=1))
    broken = requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError
    with pytest.raises(broken, match="reset" if kind == "reset" else "IncompleteRead"):
        ask("lists")
    assert server.requests[-1].status == (0 if kind == "reset" else 200)
    assert ask("lists").json()["lists"]


def test_a_reply_that_is_cut_but_claims_to_be_whole(server: Server, ask: Ask) -> None:
    whole = ask("lists").content
    server.behaviour.faults.append(Fault(path="lists", kind="half", times=1))
    half = ask("lists")
    assert half.status_code == 200
    assert half.content == whole[: len(whole) // 2]
    assert int(half.headers["Content-Length"]) == len(half.content)
    assert ask("lists").content == whole


def test_a_reply_with_headers_of_its_own(server: Server, ask: Ask) -> None:
    headers = {"Content-Type": "text/html", "Date": "", "X-More": "1"}
    server.behaviour.faults.append(Fault(path="lists", kind="headers", headers=headers))
    reply = ask("lists")
    assert reply.json()["lists"]
    assert (reply.headers["Content-Type"], reply.headers["X-More"]) == ("text/html", "1")
    assert "Date" not in reply.headers


@pytest.mark.parametrize(("kind", "content"), [("empty", b""), ("html", b"<!DOCTYPE html>")])
def test_a_reply_that_is_none(kind: Any, content: bytes, server: Server, ask: Ask) -> None:
    server.behaviour.faults.append(Fault(path="lists", kind=kind))
    reply = ask("lists")
    assert reply.status_code == 200
    assert reply.content[:15] == content


def test_a_reply_that_claims_to_be_compressed(server: Server, ask: Ask) -> None:
    server.behaviour.faults.append(Fault(kind="gzip_broken"))
    with pytest.raises(requests.exceptions.ContentDecodingError):
        ask("lists")


def test_slow_replies(server: Server, ask: Ask) -> None:
    server.behaviour.faults.append(Fault(path="lists", kind="slow", seconds=0.2))
    started = time.monotonic()
    assert ask("lists").json()["lists"]
    assert time.monotonic() - started >= 0.2
    server.behaviour.latency = 0.1
    started = time.monotonic()
    ask("tags")
    assert 0.1 <= time.monotonic() - started < 0.2 + 0.1


def test_replies_are_held_back_side_by_side(server: Server, ask: Ask) -> None:
    server.behaviour.latency = 0.3
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert all(reply.ok for reply in pool.map(ask, ["contacts"] * 8))
    assert 0.3 <= time.monotonic() - started < 2 * 0.3
    assert most_within_a_second(request.at for request in server.requests) == 8


def test_some_replies_are_held_back_longer_than_others() -> None:
    delays = [Behaviour(latency=(0.2, 1.0)).delay() for _ in range(2)]
    assert delays[0] == delays[1]
    behaviour = Behaviour(latency=(0.2, 1.0))
    drawn = [behaviour.delay() for _ in range(200)]
    assert 0.2 <= min(drawn) < 0.25
    assert 0.95 < max(drawn) <= 1.0
    behaviour.latency = 0.5
    assert behaviour.delay() == 0.5


def test_a_reply_that_is_held_back_shows_what_there_was_when_it_was_asked_for() -> None:
    account, arrived = Account.empty(), threading.Event()
    behaviour = Behaviour(latency=0.3, before_reply=lambda _: arrived.set())
    with serve(account, behaviour=behaviour) as server, ThreadPoolExecutor() as pool:
        reply = pool.submit(asking(server), "lists")
        assert arrived.wait(5)
        time.sleep(0.1)
        account.add("lists", name="too late")
        assert reply.result()["lists"] == []


@pytest.mark.parametrize(
    ("times", "most"),
    [([], 0), ([3.0], 1), ([0.9, 0.0, 1.8], 2), ([0.0, 1.0, 2.0], 1), ([5.5, 5.0, 5.9, 6.4], 3)],
)
def test_the_busiest_second(times: list[float], most: int) -> None:
    assert most_within_a_second(times) == most


def test_refusals_for_good(server: Server, ask: Ask) -> None:
    server.behaviour.forbidden["lists"] = b'{"message":"no"}'
    assert [(reply.status_code, reply.json()) for reply in (ask("lists"), ask("lists"))] == [
        (403, {"message": "no"})
    ] * 2
    del server.behaviour.forbidden["lists"]
    assert ask("lists").status_code == 200
    server.behaviour.lapsed = True
    assert [(ask(path).status_code, ask(path).content) for path in ("users/me", "lists")] == [
        (402, b"")
    ] * 2


@pytest.mark.parametrize(
    ("total", "expected"),
    [("string", "8"), ("number", 8), ("null", None), (3, "3"), ("absent", "nothing")],
)
def test_totals_of_other_kinds(
    total: str | int, expected: object, server: Server, ask: Ask
) -> None:
    server.behaviour.meta_total["lists"] = total
    assert ask("lists").json().get("meta", {}).get("total", "nothing") == expected


def test_a_total_where_there_is_none(server: Server, ask: Ask) -> None:
    server.behaviour.meta_total["groups/{id}/userGroups"] = 9
    assert ask("groups/4/userGroups").json()["meta"] == {"total": "9"}


def test_a_page_size_that_nobody_asked_for(server: Server, ask: Ask) -> None:
    server.behaviour.max_limit = 7
    assert len(ask("contacts", limit=100).json()["contacts"]) == 7
    assert len(ask("contacts", limit=3, offset=28).json()["contacts"]) == 2
    assert len(ask("fields/1/options").json()["fieldOptions"]) == 7


def test_parameters_that_are_as_if_not_given(server: Server, ask: Ask) -> None:
    since = {"filters[updated_after]": "2099-01-01"}
    assert ask("contacts", **since).json()["contacts"] == []
    whole = ask("contacts", offset=3).content
    server.behaviour.ignored_filters = {"filters[updated_after]"}
    assert ask("contacts", offset=3, **since).content == whole
    assert ask("contacts", **{"filters[updated_before]": "2000-01-01"}).json()["contacts"] == []
    assert list(server.requests[-2].query) == ["offset", "filters[updated_after]"]
    server.behaviour.ignored_filters = {"offset", "id_greater"}
    assert ask("contacts", offset=20, id_greater=5).content == ask("contacts").content


def test_relations_that_are_unknown(server: Server, ask: Ask) -> None:
    server.behaviour.withheld_includes = {"contactTags", "userGroup", "scoreValues"}
    page = ask("contacts", include="contactTags.tag,fieldValues").json()
    assert list(page) == ["fieldValues", "contacts", "meta"]
    assert {"contactTags", "scoreValues"}.isdisjoint(page["contacts"][0])
    assert "userGroup" not in ask("users", include="userGroup").json()["users"][0]


def test_side_loads_left_out_where_empty(server: Server, ask: Ask) -> None:
    server.account = Account.empty()
    server.account.add("contacts")
    assert list(ask("contacts").json()) == ["scoreValues", "contacts", "meta"]
    server.behaviour.empty_keys_omitted = True
    page = ask("contacts", include="fieldValues").json()
    assert list(page) == ["contacts", "meta"]
    assert page["contacts"][0]["fieldValues"] == []


def test_a_change_before_a_reply_shows_in_it(server: Server, ask: Ask) -> None:
    server.account = Account.generate(contacts=5, seed=1)
    first = server.account.records("contacts")[0]["id"]

    def change(path: str) -> None:
        if path == "contacts" and len(server.requests) == 1:
            server.account.delete("contacts", first)

    server.behaviour.before_reply = change
    totals = [ask("contacts").json()["meta"]["total"] for _ in range(3)]
    assert totals == ["5", "4", "4"]


def test_every_change_shows_in_the_next_reply(server: Server, ask: Ask) -> None:
    account = server.account = Account.empty()
    changes: list[Callable[[], object]] = [
        lambda: account.add("lists", name="A"),
        lambda: account.put("lists", {"id": "5", "name": "B"}),
        lambda: account.update("lists", 1, name="C"),
        lambda: account.delete("lists", 5),
    ]
    seen = []
    for change in changes:
        change()
        page = ask("lists", **{"filters[name][contains]": "", "orders[name]": "ASC"}).json()
        seen.append([entry["name"] for entry in page["lists"]])
    assert seen == [["A"], ["A", "B"], ["B", "C"], ["C"]]


def test_a_reply_waits_for_a_change_to_be_complete(server: Server, ask: Ask) -> None:
    replies: list[requests.Response] = []
    client = threading.Thread(target=lambda: replies.append(ask("lists")))
    with server.account.lock:
        client.start()
        client.join(0.1)
        assert not replies
    client.join(5)
    assert replies[0].ok


def test_odd_records_are_served_as_put(server: Server, ask: Ask) -> None:
    server.account = Account.empty()
    texts = [
        '{"id": 7, "exact": 1.10, "big": 123456789012345678901234567890}',
        '{"id": "8", "half": "\\ud83d"}',
        '{"name": "no id"}',
        "{}",
        '["no object"]',
    ]
    for text in texts:
        server.account.put("lists", text)
    assert ask("lists").text.startswith('{"lists":[' + ",".join(texts) + "]")
    server.account.put("contacts", "{}")
    server.account.put("contacts", '{"id":"5","contactLists":["77"]}')
    served = (
        '"contacts":[{"scoreValues":[],"accountContacts":[],"id":"5","contactLists":["77"]},{}]'
    )
    assert served in ask("contacts", include="contactLists").text


def test_the_account_s_budget(account: Account) -> None:
    with serve(account, rate=5) as server:
        headers = {"Api-Token": server.api_key}
        replies = [requests.get(f"{server.url}/api/3/lists", headers=headers) for _ in range(12)]
        refused = [reply for reply in replies if reply.status_code == 429]
        served = [reply for reply in replies if reply.status_code == 200]
        assert len(served) >= 5
        assert refused
        assert refused[0].headers["Retry-After"] == "1"
        time.sleep(1)
        assert requests.get(f"{server.url}/api/3/lists", headers=headers).status_code == 200


def test_many_clients_at_once(server: Server, ask: Ask) -> None:
    def page(offset: int) -> bytes:
        return ask("contacts", limit=3, offset=offset, include="contactTags.tag").content

    offsets = [*range(10)] * 4
    expected = [page(offset) for offset in offsets]
    with ThreadPoolExecutor(8) as clients:
        assert list(clients.map(page, offsets)) == expected


def test_a_server_that_ended_answers_nobody(account: Account) -> None:
    session = requests.Session()
    with serve(account) as server:
        headers = {"Api-Token": server.api_key}
        assert session.get(f"{server.url}/api/3/lists", headers=headers).ok
    with pytest.raises(requests.exceptions.ConnectionError):
        session.get(f"{server.url}/api/3/lists", headers=headers)
