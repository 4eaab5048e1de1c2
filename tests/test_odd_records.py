"""Records that no one expects: loaded to the letter, or left out and counted; never a run's end."""

from types import SimpleNamespace
from typing import Final

import pytest

from loader.reading import Outcome
from sandbox.account import Account
from sandbox.behaviour import Behaviour, Fault
from sandbox.server import serve
from tests.conftest import Load
from tests.recorded import served
from tests.test_paging import BY_PATH, account_of, read
from tests.test_reading import payloads

HUGE: Final = "9" * 4000
LOADED: Final = {  # by id as text
    "7": '{"id": 7, "name": "a number as id"}',
    "8": '{"id": "8", "big": 123456789012345678901234567890, "below": -9223372036854775809}',
    "9": '{"id": "9", "exact": 1.10, "whole": 1.0, "power": 1E5, "minus": -0, "small": 1e-400}',
    "10": '{"id": "10", "infinite": 1e400, "and": [-1e400], "long": ' + HUGE + "}",
    "11": '{"zebra": 1, "apple": 2, "": 3, "id": "11", "nul\\u0000": "\\u0000", "Zebra": 4}',
    "12": '{"id": "12", "private": "\ue000first", "emoji": "👩👧 \\ud83d\\ude00", "bom": "\ufeff"}',
    "13": '{"id": "13", "deep": ' + "[" * 500 + "]" * 500 + "}",
    "14": '{"id": "14", "arrays": [[], [[1, [null]], {"a": [{}]}], [[["x"]]]]}',
    "15": '{"id": "15", "text": "' + "ä" * 2_500_000 + '"}',  # 5 MB
    "16": '{ "id" : "16" ,\t"spaces" :\n[ 1 , 2 ] }',
    "17": '{"id": "17", "twice": 1, "twice": 2, "slash": "\\/", "escaped": "\\u00e4 \\\\ud83d"}',
    "123456789012345678901234567890": '{"id": 123456789012345678901234567890}',
    "\ue000": '{"id": "\ue000", "name": "a private character as id"}',
    "nul\0": '{"id": "nul\\u0000", "name": "an id that holds nothing"}',
    "no number": '{"id": "no number"}',
    "-5": '{"id": -5}',
}
REJECTED: Final = (
    '{"name": "no id"}',
    '{"id": null}',
    '{"id": ""}',
    '{"id": true}',
    '{"id": 1.5}',
    '{"id": 1e400}',
    '{"id": ' + HUGE + HUGE + "}",
    '{"id": ["1"]}',
    '{"id": {"id": "1"}}',
    "{}",
    "[]",
    '"text"',
    "null",
    "3",
)
MENDED: Final = {
    "20": ('{"id": "20", "name": "half \\ud83d, a pair \\ud83d\\ude00, none \\\\ud83d"}',
           '{"id": "20", "name": "half \\ufffd, a pair \\ud83d\\ude00, none \\\\ud83d"}'),
    "21": ('{"id": "21", "wrong way round": "\\uDE00\\uD83D", "number": 1.10}',
           '{"id": "21", "wrong way round": "\\ufffd\\ufffd", "number": 1.10}'),
    "\ufffd": ('{"id": "\\udc00"}', '{"id": "\\ufffd"}'),
}  # fmt: skip


def test_odd_records_are_loaded_to_the_letter_or_counted(load: Load) -> None:
    account = Account.empty()
    for record in (*LOADED.values(), *REJECTED):
        account.put("lists", record)
    for id, record in LOADED.items():
        if id.isdecimal():  # contacts are walked by number
            account.put("contacts", record)
    with serve(account) as server:
        loaded = load(server, "--select", "lists", "contacts")
    assert loaded.exit_code == 0, loaded.output
    rows = dict(loaded.rows("select id, payload from activecampaign_raw.lists"))
    assert rows.keys() == LOADED.keys()
    for id, record in LOADED.items():
        assert rows[id] == record, id
    rows = dict(loaded.rows("select id, payload from activecampaign_raw.contacts"))
    assert rows.keys() == {id for id in LOADED if id.isdecimal()}
    for id, payload in rows.items():
        assert payload.endswith(LOADED[id][1:]), id  # relations stand before it
    assert f"lists: {len(REJECTED)} records without an id left out" in loaded.output
    assert "broken Unicode" not in loaded.output
    assert loaded.rows(
        "select collection, proves_absence from activecampaign_raw.endpoint_reads "
        "where collection in ('lists', 'contacts') order by collection"
    ) == [("contacts", True), ("lists", False)]


@pytest.mark.parametrize("empty", [b"null", b"{}"])
def test_an_empty_list_may_be_written_in_other_ways_where_nothing_is_announced(
    empty: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loader.client.BACKOFF", 0.0)
    for total, outcome in ((b'"0"', Outcome.COMPLETE), (b"0", Outcome.COMPLETE),
                           (b'"3"', Outcome.FAILED), (b"null", Outcome.FAILED)):  # fmt: skip
        body = b'{"fields":%b,"fieldOptions":%b,"meta":{"total":%b}}' % (empty, empty, total)
        habits = Behaviour(faults=[Fault(status=200, body=body)])
        with serve(Account.empty(), behaviour=habits) as server:
            done, ids = read(server, BY_PATH["fields"])
        assert (ids, done.outcome) == (set(), outcome)
        assert done.proves_absence == (outcome is Outcome.COMPLETE)


def test_broken_unicode_is_mended_where_it_stands(load: Load) -> None:
    account = Account.empty()
    for record, _ in MENDED.values():
        account.put("lists", record)
    account.put("tags", '{"id": "1", "tag": "\udcff, no UTF-8"}')
    account.put("tags", '{"id": "2", "tag": "\\uD83D"}')
    with serve(account) as server:
        loaded = load(server, "--select", "lists", "tags")
    assert loaded.exit_code == 0, loaded.output
    rows = dict(loaded.rows("select id, payload from activecampaign_raw.lists"))
    assert rows == {id: mended for id, (_, mended) in MENDED.items()}
    tags = dict(loaded.rows("select id, payload ->> 'tag' from activecampaign_raw.tags"))
    assert tags["1"].strip("\ufffd") == ", no UTF-8"
    assert tags["2"] == "\ufffd"
    assert loaded.output.count("1 replies with broken Unicode mended") == 2


def test_an_odd_relation_or_parent_costs_no_record(load: Load) -> None:
    account = Account.empty()
    account.put("contacts", '{"id": "1", "contactLists": {"a": 1}, "fieldValues": [1.5]}')
    account.put("contacts", '{"id": "2", "contactTags": "3"}')
    account.put("contactLists", '{"id": "1", "contact": ["1"]}')
    account.put("contactLists", '{"id": null, "contact": "1"}')
    account.put("contactTags", '{"id": "1", "contact": {"id": "2"}}')
    account.put("fieldValues", '{"id": "1", "contact": 1.5}')
    account.put("fieldValues", '{"id": "2", "contact": 2}')
    account.put("fieldValues", '{"id": "3", "contact": "0"}')
    with serve(account) as server:
        loaded = load(server)
    assert loaded.exit_code == 0, loaded.output
    assert payloads(loaded, "contacts").keys() == {"1", "2"}
    assert "contacts: 1 records without an id left out" in loaded.output
    for table in ("contact_lists", "contact_tags"):
        query = f"select id, parent_id from activecampaign_raw.{table}"
        assert loaded.rows(query) == [("1", None)], table
    query = "select id, parent_id from activecampaign_raw.field_values order by id"
    assert loaded.rows(query) == [("1", None), ("2", "2"), ("3", None)]


def test_a_side_load_that_is_in_no_reply_is_not_taken_to_be_empty() -> None:
    account = Account.empty()
    account.put("contacts", '{"id": "1", "contactTags": []}')
    account.put("contactTags", '{"id": "1", "contact": "1"}')
    with serve(account) as server:
        done, _ = read(server, BY_PATH["contacts"])
        assert done.carries("contactTags")
        server.behaviour.withheld_includes = {"contactTags"}
        done, _ = read(server, BY_PATH["contacts"])
        assert not done.carries("contactTags")


def test_a_contact_without_an_id_costs_no_other() -> None:
    account = account_of(BY_PATH["contacts"], range(1, 101))
    account.put("contacts", '{"email": "nobody@example.com"}')
    with serve(account) as server:
        done, ids = read(server, BY_PATH["contacts"])
    assert ids - {None} == set(map(str, range(1, 101)))
    assert done.outcome
    assert not done.proves_absence


def test_an_id_that_becomes_a_text_is_still_the_same_record(load: Load) -> None:
    account = Account.empty()
    with serve(account) as server:
        for record in ('{"id": 7, "name": "before"', '{"id": "7", "name": "after"'):
            account.put("lists", record + "}")
            account.put("contacts", record + ', "udate": "2026-11-01T12:00:00-06:00"}')
            loaded = load(server, "--select", "lists", "contacts")
    for table in ("lists", "contacts"):
        query = f"select id, payload ->> 'name', deleted_in_run from activecampaign_raw.{table}"
        assert loaded.rows(query) == [("7", "after", None)], table


def test_of_an_id_served_twice_the_later_record_stays(load: Load) -> None:
    def named(number: int, name: str) -> dict[str, str]:
        return {"id": str(number), "name": name}

    on_a_page = [named(1, "a"), named(2, "old"), named(2, "newer"), named(2, "newest")]
    across = [*(named(id, "old") for id in range(1, 151)), named(5, "new"), named(140, "new")]
    replies = {
        "contacts": {"contacts": on_a_page, "contactTags": [named(9, "old"), named(9, "new")]},
        "lists": {"lists": on_a_page},
        "tags": {"tags": across},
    }
    with served(replies) as url:
        loaded = load(
            SimpleNamespace(url=url, api_key="key"), "--select", "contacts", "lists", "tags"
        )

    def names(table: str) -> dict[str, str]:
        rows = loaded.rows(f"select id, payload ->> 'name' from activecampaign_raw.{table}")
        assert len(rows) == len(dict(rows))
        return dict(rows)

    assert names("contacts") == names("lists") == {"1": "a", "2": "newest"}
    assert names("contact_tags") == {"9": "new"}
    assert names("tags") == {str(id): "new" if id in (5, 140) else "old" for id in range(1, 151)}
