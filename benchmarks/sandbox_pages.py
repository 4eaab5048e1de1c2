"""How fast the sandbox serves, against how fast the loader takes: it must not be the limit.

    python benchmarks/sandbox_pages.py --contacts 20000

Prints pages a second of the sandbox alone and of a whole `python -m loader` run, and their ratio.
"""

import argparse
import http
import http.client
import os
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlencode, urlsplit

from loader.trial import sandbox

INCLUDE = "fieldValues,contactLists,contactTags.tag"


def pages_per_second(url: str, contacts: int) -> float:
    """Sweep `/contacts` with what comes beside them over one connection, looking at nothing."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    started = time.perf_counter()
    for offset in range(0, contacts, 100):
        query = {"limit": 100, "orders[id]": "ASC", "offset": offset, "include": INCLUDE}
        headers = {"Api-Token": "sandbox"}
        connection.request("GET", f"/api/3/contacts?{urlencode(query)}", headers=headers)
        reply = connection.getresponse()
        reply.read()
        if reply.status != http.HTTPStatus.OK:
            raise SystemExit(f"the sandbox answers {reply.status}")
    return contacts / 100 / (time.perf_counter() - started)


def main() -> None:
    """Measure both against the same server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000)
    contacts = parser.parse_args().contacts
    with sandbox(contacts, seed=1) as settings, tempfile.TemporaryDirectory() as folder:
        alone = pages_per_second(settings.api_url, contacts)
        environment = {
            "ACTIVECAMPAIGN_API_URL": settings.api_url,
            "ACTIVECAMPAIGN_API_KEY": settings.api_key,
            "ACTIVECAMPAIGN_DUCKDB": f"{folder}/benchmark.duckdb",
            "ACTIVECAMPAIGN_REQUESTS_PER_SECOND": "0",
        }
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "loader"],
            env=os.environ | environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - started
    loaded = contacts / 100 / seconds
    print(f"sandbox alone      {alone:7.0f} pages/s")
    print(f"loader, whole run  {loaded:7.0f} pages/s ({seconds:.1f} s for {contacts:,} contacts)")
    print(f"ratio              {alone / loaded:7.1f}")


if __name__ == "__main__":
    main()
