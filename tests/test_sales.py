"""The tables on sales hold what the account holds."""

from pathlib import Path

import duckdb

from sandbox.server import Server


def test_notes_on_deals_and_on_their_tasks_find_their_deal(
    warehouse: Path, sandbox_server: Server
) -> None:
    account = sandbox_server.account
    deals_of_tasks = {
        task["id"]: task["relid"]
        for task in account.records("dealTasks")
        if task["reltype"] == "Deal"
    }
    expected: set[tuple[int, int, int | None, str]] = set()
    for note in account.records("notes"):
        id, relid, text = note["id"], note["relid"], note["note"]
        if note["reltype"] == "Deal":
            expected.add((int(id), int(relid), None, text))
        elif note["reltype"] == "DealTask" and relid in deals_of_tasks:
            expected.add((int(id), int(deals_of_tasks[relid]), int(relid), text))
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "select id, deal_id, task_id, note from activecampaign_analytics.deals_notes"
        ).fetchall()
    assert len(rows) == len(set(rows))
    assert set(rows) == expected
    assert {task_id is None for _, _, task_id, _ in rows} == {True, False}
