"""`python -m loader purge`: what is deleted at the source leaves the disk, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from loader import cli
from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import Dbt, Load, Loaded
from tests.test_reading import held, payloads

SECRET = "Wilhelmina-Featherstonehaugh"
NOTHING_LEFT = "Nothing in"


@pytest.fixture
def account() -> Account:
    """One contact that will go, with a value, a tag and a membership, and others that stay."""
    account = Account.generate(contacts=30, seed=4)
    gone = account.add("contacts", firstName=SECRET, email=f"{SECRET}@example.com")["id"]
    account.add("fieldValues", contact=gone, field="1", value=f"{SECRET} in a field")
    account.add("contactTags", contact=gone, tag="1")
    account.add("contactLists", contact=gone, list="1", status="1")
    return account


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with serve(account) as running:
        yield running


def gone_of(account: Account) -> str:
    return str(next(row["id"] for row in account.records("contacts") if row["firstName"] == SECRET))


def files_with(folder: Path, text: str) -> list[str]:
    """Every file that has the text somewhere in it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]


def purge(capsys: pytest.CaptureFixture[str], loaded: Loaded, *arguments: str) -> Loaded:
    """Runs the command; the database is the one that was loaded before."""
    capsys.readouterr()
    exit_code = cli.main(["purge", *arguments])
    said = capsys.readouterr()
    return Loaded(exit_code, said.out + said.err, loaded.database)


def test_nothing_stays_on_disk_of_what_is_deleted_at_the_source(
    account: Account,
    server: Server,
    load: Load,
    dbt: Dbt,
    capsys: pytest.CaptureFixture[str],
) -> None:
    loaded = load(server)
    folder = loaded.database.parent
    models = ("--select", "+contacts", "+contacts_tags")
    assert dbt("run", loaded.database, *models).returncode == 0
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("create schema mine")
        database.execute("create table mine.copies as select 1 as copy")
        database.execute("comment on table mine.copies is 'of what'")
        database.execute("create view mine.seen as select * from activecampaign.contacts")
    gone = gone_of(account)
    account.delete("contacts", gone)
    loaded = load(server, "--full")
    raw = {
        table: loaded.rows(
            f"select * from activecampaign_raw.{table} where deleted_in_run is null order by id"
        )
        for table in ("contacts", "field_values", "contact_tags", "contact_lists", "deals")
    }
    loaded.database.chmod(0o600)
    waiting = loaded.database.with_name(f"{loaded.database.name}.dlt") / "activecampaign/load/new"
    (waiting / "a killed run").write_text(SECRET, encoding="utf-8")
    assert sorted(files_with(folder, SECRET)) == ["a killed run", loaded.database.name]
    purged = purge(capsys, loaded, "--yes")
    assert loaded.database.stat().st_mode & 0o777 == 0o600
    assert purged.exit_code == 0
    lines = [line.split() for line in purged.output.splitlines()]
    for table in ("contacts", "contact_tags", "contact_lists"):
        assert [table, "1"] in lines
    assert "mine.copies, mine.seen" in purged.output
    assert files_with(folder, SECRET) == []
    for table, rows in raw.items():
        assert loaded.rows(f"select * from activecampaign_raw.{table} order by id") == rows
    assert (
        loaded.rows("select schema_name from duckdb_schemas() where schema_name = 'activecampaign'")
        == []
    )
    assert loaded.rows("select comment from duckdb_tables() where table_name = 'copies'") == [
        ("of what",)
    ]
    assert dbt("run", loaded.database, *models).returncode == 0
    assert len(loaded.rows("select id from mine.seen")) == 30
    again = load(server)
    assert again.exit_code == 0
    assert payloads(again, "contacts").keys() == held(account, "contacts").keys()
    assert NOTHING_LEFT in purge(capsys, loaded).output


def test_a_purge_without_a_word_erases_nothing(
    account: Account, server: Server, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server)
    account.delete("contacts", gone_of(account))
    loaded = load(server, "--full")
    refused = purge(capsys, loaded)
    assert refused.exit_code == 2
    assert "--yes" in refused.output
    assert loaded.rows("select 1 from activecampaign_raw.contacts where deleted_in_run is not null")


def test_what_seems_gone_but_is_not_believed_is_not_erased(
    account: Account, server: Server, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server)
    for contact in account.records("contacts"):
        account.delete("contacts", contact["id"])
    loaded = load(server, "--full")
    assert loaded.exit_code == 3
    purged = purge(capsys, loaded, "--yes")
    assert "contacts" not in [line.split()[0] for line in purged.output.splitlines()]
    assert len(loaded.rows("select 1 from activecampaign_raw.contacts")) == 31


def test_a_purge_that_finds_no_room_changes_nothing(
    account: Account,
    server: Server,
    load: Load,
    capsys: pytest.CaptureFixture[str],
) -> None:
    load(server)
    account.delete("contacts", gone_of(account))
    loaded = load(server, "--full")
    in_the_way = loaded.database.with_name(f"{loaded.database.name}.purge")
    in_the_way.mkdir()
    purged = purge(capsys, loaded, "--yes")
    assert purged.exit_code == 1
    assert "Purge broke off" in purged.output
    in_the_way.rmdir()
    assert loaded.rows("select 1 from activecampaign_raw.contacts where deleted_in_run is not null")
    assert purge(capsys, loaded, "--yes").exit_code == 0


def test_a_database_behind_a_link_is_purged_where_it_is(
    account: Account,
    server: Server,
    load: Load,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    link = tmp_path / "link.duckdb"
    (tmp_path / "elsewhere").mkdir()
    link.symlink_to(tmp_path / "elsewhere" / "warehouse.duckdb")
    load(server, database=link)
    account.delete("contacts", gone_of(account))
    loaded = load(server, "--full", database=link)
    assert purge(capsys, loaded, "--yes").exit_code == 0
    assert link.is_symlink()
    assert files_with(tmp_path, SECRET) == []
    assert len(payloads(loaded, "contacts")) == 30


def test_a_purge_of_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACTIVECAMPAIGN_DUCKDB", str(tmp_path / "none.duckdb"))
    assert cli.main(["purge", "--yes"]) == 2
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "none.duckdb").exists()


def test_children_go_with_their_parent_though_it_was_not_believed_that_they_are_gone(
    account: Account, server: Server, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    load(server)
    gone = gone_of(account)
    account.delete("contacts", gone)
    loaded = load(server, "--full")
    with duckdb.connect(str(loaded.database)) as database:
        database.execute("update activecampaign_raw.contact_tags set deleted_in_run = null")
    assert purge(capsys, loaded, "--yes").exit_code == 0
    query = "select 1 from activecampaign_raw.contact_tags where parent_id = ?"
    assert loaded.rows(query, gone) == []
    assert loaded.rows("select 1 from activecampaign_raw.contact_tags")
