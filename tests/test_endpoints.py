"""The endpoint table names every list of the API, and a user can add what it lacks."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from loader.endpoints import ENDPOINTS
from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import ROOT, Load

API: Final = json.loads((ROOT / "tests/data/endpoints.json").read_text(encoding="utf-8"))
# Of one contact, what lists of all contacts tell as well.
LEFT_OUT: Final = {"automationEntryCounts", "plusAppend"}
NAMES: Final = [entry["name"] for entry in API["tables"] + API["extras"]]
BY_PATH: Final = {one.path: one for one in ENDPOINTS}

Serves = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LEFT_OUT])
def test_every_list_of_the_api_is_read(name: str) -> None:
    [entry] = [one for one in API["tables"] + API["extras"] if one["name"] == name]
    key = re.split(r"\W", entry["data_key"])[0]
    paths = {path.strip("/") for path in re.split(r"[\s,;?]+", entry["path"])}
    paths |= {entry.get("list_path", ""), entry["path"].replace("{schemaId}", "{id}").strip("/")}
    at = [one for path in paths if (one := BY_PATH.get(path))]
    keys = {it for one in at for it in (one.key, one.other_key, *(b.key for b in one.beside))}
    assert key in keys


def test_every_endpoint_is_a_list_of_the_api() -> None:
    said = json.dumps(API)
    unknown = [one.path for one in ENDPOINTS if f"/{one.path.split('/{id}')[0]}" not in said]
    assert unknown == []


def test_each_endpoint_names_the_documented_tables_that_need_it(manifest: dict[str, Any]) -> None:
    def sources(node: str) -> set[str]:
        above = manifest["parent_map"].get(node, [])
        own = {manifest["sources"][one]["name"] for one in above if one.startswith("source.")}
        return own.union(*(sources(one) for one in above))

    needed = {
        node["name"]: sources(name)
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["fqn"][1] == "documented"
    }
    for one in ENDPOINTS:
        tables = {table for table, raw in needed.items() if raw.intersection(one.raw_tables)}
        assert set(one.documented) == tables, one.path


def test_what_is_opt_in_is_read_only_where_it_is_named(load: Load) -> None:
    opt_in = {one.path for one in ENDPOINTS if one.opt_in}
    with serve(Account.generate(contacts=2, seed=1)) as server:
        load(server, every=True)
        load(server, "--select", "contact*", "settings", "ecommerce", "con[a-z]*")
        assert asked(server).isdisjoint(opt_in)
        loaded = load(server, "--select", "contacts", "contacts/{id}/trackingLogs", "configs")
    assert asked(server) >= {"contacts/{id}/trackingLogs", "configs"}
    assert "contacts/{id}/trackingLogs: one request for each of 2 contacts" in loaded.output


def asked(server: Server) -> set[str]:
    """The endpoints that a server was asked for."""
    return {
        "/".join("{id}" if part.isdecimal() else part for part in one.path.split("/"))
        for one in server.requests
    }


@pytest.fixture
def lists() -> Serves:
    """By path the records of an API that knows a list which the endpoint table lacks."""
    return {"appointments": [{"id": "7", "title": "fitting"}, {"id": "9", "title": "repair"}]}


@pytest.fixture
def server(lists: Serves) -> Iterator[SimpleNamespace]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path.removeprefix("/api/3/")
            reply: dict[str, Any] = {"message": "Not Found"}
            if path == "users/me":
                reply = {"user": {"username": "one", "email": "one@example.com"}}
            elif path in lists:
                reply = {path: lists[path], "meta": {"total": str(len(lists[path]))}}
            body = json.dumps(reply).encode()
            self.send_response(404 if "message" in reply else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=http.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{http.server_port}", api_key="key")
    http.shutdown()


ADDED: Final = "/api/3/appointments:appointments"
ROWS: Final = (
    "select id, payload ->> 'title', deleted_in_run is null "
    "from activecampaign_raw.appointments order by id"
)


def test_an_endpoint_that_the_table_lacks_is_added(
    server: Server, lists: Serves, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load(server, "--endpoint", ADDED)
    assert loaded.exit_code == 0
    assert "contacts: skipped" in loaded.output
    assert loaded.rows(ROWS) == [("7", "fitting", True), ("9", "repair", True)]
    again = load(server, "--select", "tags", "--endpoint", ADDED, ADDED)
    assert "appointments: 2 of 2 rows" in again.output
    lists["appointments"] = [{"id": "9", "title": "mended"}]
    monkeypatch.setenv("ACTIVECAMPAIGN_ENDPOINTS", ADDED)
    loaded = load(server, "--select", "appointments")
    assert loaded.exit_code == 0
    assert loaded.rows(ROWS) == [("7", "fitting", False), ("9", "mended", True)]


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("appointments", "path and the key"),
        ("contacts:contacts", "need not be added"),
        ("contacts/1/contactTags:contactTags", "would be contact_tags"),
        ("runs:runs", "would be runs"),
        ("appointments:appointments_", "makes no name of a table"),
    ],
)
def test_an_endpoint_that_cannot_be_added_is_refused(added: str, said: str, load: Load) -> None:
    loaded = load(SimpleNamespace(url="http://localhost:1", api_key="key"), "--endpoint", added)
    assert loaded.exit_code == 2
    assert said in loaded.output
