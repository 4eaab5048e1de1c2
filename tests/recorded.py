"""The documentation, what was recorded of the API, and a server of any replies."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.conftest import ROOT

Record = dict[str, Any]
Replies = dict[str, dict[str, list[Record]]]
"""records by path and data key: those of the path's own name come in pages, the rest with each"""

CONTRACT: dict[str, dict[str, dict[str, Any]]] = {
    table["table"]: table["columns"]
    for table in yaml.safe_load((ROOT / "docs/contract/documented_tables.yml").read_text())
}
RECORDED: dict[str, dict[str, Any]] = {
    table["name"]: table
    for table in json.loads((ROOT / "tests/data/endpoints.json").read_text())["tables"]
}


class Samples:
    """The recorded records: by data key, and by path as its reply has them.

    `form` is the shape of deal custom field values: beside the deals, or as their own list.
    """

    def __init__(self, form: str) -> None:
        self.replies: Replies = {}
        for name, table in RECORDED.items():
            if "[]" in table["data_key"]:
                continue  # inside the parent's sample
            key = re.split(r"\W", table["data_key"])[0]
            if name == "deals_custom_fields_data" and form == "own list":
                self._add("dealCustomFieldData", key, table["sample_B"])
                continue
            self._add(table["list_path"], key, table["sample"])
            if "sample_tag" in table:
                self._add(table["list_path"], "tags", table["sample_tag"])

    def _add(self, path: str, key: str, sample: Record) -> None:
        held = self.replies.setdefault(path, {path: []} if path == key else {}).setdefault(key, [])
        if sample not in held:
            held.append(sample)

    def records(self, resource: str) -> list[Record]:
        """The samples of a data key."""
        found: list[Record] = []
        for reply in self.replies.values():
            found += [one for one in reply.get(resource, []) if one not in found]
        return found


@contextmanager
def served(replies: Replies) -> Iterator[str]:
    """An account of those replies, at the address given back."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            name = url.path.removeprefix("/api/3/")
            asked = {key: values[0] for key, values in parse_qs(url.query).items()}
            if name == "users/me":
                self._answer(200, {"user": {"id": "1"}})
                return
            reply = replies.get(name)
            if reply is None:
                self._answer(404, {"errors": [{"status": 404, "title": "Not Found"}]})
                return
            main = reply.get(name, [])
            after = int(asked.get("id_greater", 0))
            page = [one for one in main if int(one["id"]) > after]
            page = page[int(asked.get("offset", 0)) :][: int(asked.get("limit", 20))]
            beside = {key: records for key, records in reply.items() if key != name}
            self._answer(200, {**beside, name: page, "meta": {"total": str(len(main))}})

        def _answer(self, status: int, reply: Mapping[str, Any]) -> None:
            body = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
