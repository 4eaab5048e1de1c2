"""The baseline "plain DuckDB": the loader's pages, sliced into files that SQL merges; no dlt.

    python -m benchmarks.plain_duckdb http://127.0.0.1:8765 plain.duckdb

It checks nothing, retries nothing and cannot go on where it was stopped: what is left is the cost
of asking, cutting and merging.
"""

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Final

import duckdb
import msgspec
import requests

API_KEY: Final = "sandbox"
SCHEMA: Final = "raw"
SIZE: Final = 100
THREADS: Final = 8  # as many as the loader has requests in flight
INCLUDES: Final = {
    "users": "userGroup",
    "contacts": "fieldValues,contactLists,contactTags.tag",
    "deals": "dealCustomFieldData",
    "campaigns": "campaignMessages",
}
LISTS: Final = (
    *("contacts", "dealActivities", "deals", "accountCustomFieldData", "notes", "dealTasks"),
    *("accountContacts", "accounts", "contactDeals", "users", "groups", "scores", "fields"),
    *("lists", "tags", "accountCustomFieldMeta", "dealCustomFieldMeta", "dealGroups"),
    *("dealTasktypes", "tasktypeOutcomeRels", "taskOutcomes", "campaigns", "messages"),
)
# Of a record served with several pages one is kept; a run that brings it again replaces it.
MERGE: Final = """
    create schema if not exists {schema};
    create table if not exists {schema}.{table} (id varchar, payload json);
    merge into {schema}.{table} as held
    using (
        select distinct on (id)
            json ->> '$.id' as id,
            json as payload
        from read_ndjson_objects('{file}', maximum_object_size = 67108864)
    ) as served
    on held.id = served.id
    when matched then update set payload = served.payload
    when not matched then insert values (served.id, served.payload)
"""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(list[msgspec.Raw])


class _Id(msgspec.Struct):
    id: str


class _Meta(msgspec.Struct):
    total: int | str | None = None


_last_id = msgspec.json.Decoder(_Id)


class Files:
    """One file a collection, a record a line."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._files: dict[str, Any] = {}
        self._lock = Lock()

    def write(self, collection: str, records: list[msgspec.Raw]) -> None:
        """Append records to their collection's file."""
        text = b"".join(b"%b\n" % bytes(record) for record in records)
        with self._lock:
            if collection not in self._files:
                self._files[collection] = (self._folder / f"{collection}.ndjson").open("wb")
            self._files[collection].write(text)

    def close(self) -> Mapping[str, Path]:
        """The files by collection, ready to be read."""
        for file in self._files.values():
            file.close()
        return {collection: Path(file.name) for collection, file in self._files.items()}


def pages(session: requests.Session, url: str, key: str) -> Iterator[dict[str, msgspec.Raw]]:
    """The pages of a list: contacts by `id_greater`, the others by offset."""
    query: dict[str, str] = {"limit": str(SIZE)}
    if key in INCLUDES:
        query["include"] = INCLUDES[key]
    if key in ("contacts", "deals"):
        query["orders[id]"] = "ASC"
    read = 0
    while True:
        reply = session.get(f"{url}/api/3/{key}", params=query, timeout=60)
        reply.raise_for_status()
        page = _members.decode(reply.content)
        records = _texts.decode(page[key])
        yield page
        read += len(records)
        total = msgspec.json.decode(page["meta"], type=_Meta).total if "meta" in page else None
        if len(records) < SIZE or (key != "contacts" and total and read >= int(total)):
            return
        if key == "contacts":
            query["id_greater"] = _last_id.decode(records[-1]).id
        else:
            query["offset"] = str(read)


def load(url: str, database: Path) -> None:
    """Read all lists of the account at `url` into `database`."""
    files = Files(database.with_suffix(".pages"))
    with requests.Session() as session, ThreadPoolExecutor(THREADS) as threads:
        session.headers["Api-Token"] = API_KEY

        def read(key: str) -> None:
            for page in pages(session, url, key):
                for collection, raw in page.items():
                    if collection != "meta":
                        files.write(collection, _texts.decode(raw))

        list(threads.map(read, LISTS))
    with duckdb.connect(str(database)) as connection:
        for collection, file in files.close().items():
            connection.execute(MERGE.format(schema=SCHEMA, table=collection, file=file))


if __name__ == "__main__":
    load(sys.argv[1], Path(sys.argv[2]))
