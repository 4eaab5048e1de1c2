"""What the README shows is what its reader gets."""

import re
from pathlib import Path

import duckdb

from tests.conftest import LOADER, ROOT, Dbt, run_command


def test_the_first_query_gives_the_result_shown(dbt: Dbt, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```sql\n(.*?)```\n\n```\n(.*?)```", readme, re.DOTALL)
    assert shown
    assert run_command(*LOADER, "--sandbox", environment={}, cwd=tmp_path).returncode == 0
    database = tmp_path / "sandbox.duckdb"
    assert dbt("run", database, "--select", "+contacts_list_activity", "+lists").returncode == 0
    with duckdb.connect(str(database), read_only=True) as connection:
        assert str(connection.sql(shown[1])).strip() == shown[2].strip()
