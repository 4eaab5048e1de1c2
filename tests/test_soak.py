"""A large account over a bad line, by a loader that is killed: `make soak`, as it takes minutes."""

import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.behaviour import Fault
from sandbox.server import serve
from tests.conftest import BUILT, DOCUMENTED, DOCUMENTED_MODELS, SOAK_EXAMPLES, Dbt
from tests.runs import Runs, change
from tests.test_documented_rows import expected, shown

pytestmark = pytest.mark.skipif(not SOAK_EXAMPLES, reason="make soak")

FAULTY = 0.2  # of all requests
MOST_RUNS = 10  # the more, the less likely that each has met five failures in a row


LINE: tuple[dict[str, Any], ...] = (
    {"status": 429},
    {"status": 429, "headers": {"Retry-After": "1"}},
    {"status": 500},
    {"status": 403},
    {"kind": "reset"},
    {"kind": "truncate"},
    {"kind": "empty"},
    {"kind": "html"},
)


def test_a_large_account_arrives_whole_through_faults_and_kills(dbt: Dbt, tmp_path: Path) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")  # shown where the test fails
    dice = random.Random(seed)
    account = Account.generate(contacts=20_000, seed=seed)
    with serve(account) as server:
        chance = FAULTY / len(LINE)
        server.behaviour.faults = [
            Fault(**fault, chance=chance, seed=seed + number) for number, fault in enumerate(LINE)
        ]
        runs = Runs(server, tmp_path / "warehouse.duckdb", *DOCUMENTED)
        for _ in range(3):
            with runs.started() as run:
                try:
                    run.wait(dice.uniform(2, 40))
                except subprocess.TimeoutExpired:
                    run.kill()
            change(account)
        exit_codes = [1]
        # the second run brings what changed while the first went on where a killed one had stopped
        while exit_codes[-2:] != [0, 0] and len(exit_codes) < MOST_RUNS:
            exit_code, said = runs.ended()
            exit_codes.append(exit_code)
            assert exit_code in (0, 1, 3), said
        assert exit_codes[-2:] == [0, 0], said
        met = sum(one.status != 200 for one in server.requests)
        assert met > FAULTY / 4 * len(server.requests)  # half of them have the status of a success
    built = dbt.build(runs.database, *DOCUMENTED_MODELS)
    assert built.returncode == 0, built.stdout
    for table in BUILT:
        rows = shown(runs.database, table)
        assert len(rows) == len(set(rows)), table
        assert set(rows) == expected(account, table), table
