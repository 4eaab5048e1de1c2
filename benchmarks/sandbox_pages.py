"""How fast the sandbox serves, beside how fast the loader takes: it must not be the limit."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode, urlsplit

from benchmarks import loaders
from benchmarks.account import Host, served
from benchmarks.results import Line
from benchmarks.scale import Scale

INCLUDE: Final = "fieldValues,contactLists,contactTags.tag"
PAGE: Final = 100


def lines(scale: Scale) -> Iterator[Line]:
    """Pages of contacts a second, with all that comes beside them, from one connection."""
    pages = scale.contacts / PAGE
    with served(scale.contacts) as account:
        alone, loading = [], []
        for _ in range(scale.rounds):
            alone.append(pages / _sweep(account, scale.contacts))
            with TemporaryDirectory() as folder:
                taken = loaders.loader(account.url(), Path(folder) / "warehouse.duckdb")
            loading.append(pages / taken.seconds)
    yield Line(
        "pages of contacts a second, served",
        median(alone),
        "taken by the loader",
        median(loading),
        better="more",
    )


def _sweep(account: Host, contacts: int) -> float:
    """Seconds to ask for all pages of contacts, looking at none."""
    connection = http.client.HTTPConnection(urlsplit(account.url()).netloc)
    started = time.perf_counter()
    for offset in range(0, contacts, PAGE):
        query = {"limit": PAGE, "orders[id]": "ASC", "offset": offset, "include": INCLUDE}
        headers = {"Api-Token": loaders.API_KEY}
        connection.request("GET", f"/api/3/contacts?{urlencode(query)}", headers=headers)
        connection.getresponse().read()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds
