"""Row by row: staging of what no documented table has holds what the account holds.

Which member a column is of is what its description says, in the YAML beside the model.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from sandbox.account import Account
from sandbox.server import Server, serve
from tests.conftest import ROOT, Dbt, Load
from tests.test_documented_rows import number, text, timestamp

TABLES = {  # -> data key
    "connections": "connections",
    "custom_object_records": "records",
    "custom_object_schemas": "schemas",
    "ecom_customers": "ecomCustomers",
    "ecom_order_activities": "ecomOrderActivities",
    "ecom_order_products": "ecomOrderProducts",
    "ecom_orders": "ecomOrders",
}
Rows = list[tuple[Any, ...]]


def moment(value: Any) -> Any:
    """A time, though the zero of its hour may be missing."""
    return timestamp(re.sub(r"T(\d):", r"T0\1:", value) if isinstance(value, str) else value)


CASTS: dict[str, Callable[[Any], Any]] = {
    "VARCHAR": text,
    "DOUBLE": number,
    "TIMESTAMP": moment,
    "JSON": text,
}


def members(table: str) -> dict[str, str]:
    """The member of each column, in lower case; those that the loader fills left out."""
    file = ROOT / f"dbt_project/models/staging/stg_activecampaign__{table}.yml"
    (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    found = {}
    for column in model["columns"]:
        named = re.search(rf"doc\('{table}__(\w+)'\)", column["description"])
        if named:
            found[column["name"]] = named[1]
    return found


def shown(database: Path, query: str) -> Rows:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def staged(database: Path, table: str) -> tuple[dict[str, str], Rows]:
    """The types of a staging model's columns, and its rows."""
    name = f"activecampaign_staging.stg_activecampaign__{table}"
    columns = [*members(table)]
    types = {column: kind for column, kind, *_ in shown(database, f"describe {name}")}
    rows = shown(database, f"select {', '.join(columns)} from {name}")
    return {column: types[column] for column in columns}, rows


def expected(account: Account, table: str, key: str, types: dict[str, str]) -> Rows:
    rows = []
    for record in account.records(key):
        held = {name.lower(): value for name, value in record.items()}
        row = []
        for column, member in members(table).items():
            value = CASTS[types[column]](held.get(member))
            is_reference = column.endswith("_id") and types[column] == "DOUBLE"
            row.append(None if is_reference and value == 0 else value)
        rows.append(tuple(row))
    return rows


@pytest.mark.parametrize("table", TABLES)
def test_staging_holds_what_the_account_holds(
    table: str, warehouse: Path, sandbox_server: Server
) -> None:
    types, rows = staged(warehouse, table)
    assert rows
    assert set(rows) == set(expected(sandbox_server.account, table, TABLES[table], types))
    assert len(rows) == len(sandbox_server.account.records(TABLES[table]))
    for column, values in zip(types, zip(*rows, strict=True), strict=True):
        assert column in ALWAYS_NULL.get(table, ()) or {*values} != {None}, column


ALWAYS_NULL = {"ecom_order_activities": {"external_updated_date", "logo_url"}}


def test_discounts_are_loaded_where_their_list_is_named(load: Load, dbt: Dbt) -> None:
    account = Account.generate(contacts=60, seed=2)
    with serve(account) as server:
        for selected in ("ecommerce", "ecomOrders/{id}/orderDiscounts"):
            loaded = load(server, "--select", selected)
            assert loaded.exit_code == 0, loaded.output
    models = [f"stg_activecampaign__{table}" for table in ("ecom_orders", "ecom_order_discounts")]
    built = dbt("run", loaded.database, "--select", *models)
    assert built.returncode == 0, built.stdout
    types, rows = staged(loaded.database, "ecom_order_discounts")
    assert rows
    assert sorted(rows) == sorted(
        expected(account, "ecom_order_discounts", "ecomOrderDiscounts", types)
    )


def test_custom_objects_are_taken_apart(warehouse: Path, sandbox_server: Server) -> None:
    account = sandbox_server.account
    schemas = {schema["id"]: schema for schema in account.records("schemas")}
    defined = {
        (schema["id"], one["id"], one["type"], number(one.get("scale")), one["required"])
        for schema in schemas.values()
        for one in schema["fields"]
    }
    fields, related = set(), set()
    for record in account.records("records"):
        schema = schemas[record["schemaId"]]
        types = {one["id"]: one["type"] for one in schema["fields"]}
        namespaces = {one["id"]: one["namespace"] for one in schema["relationships"]}
        for one in record["fields"]:
            value, kind = one["value"], types[one["id"]]
            as_number = number(value) if kind in ("number", "currency") else None
            as_time = timestamp(value) if kind == "datetime" else None
            if kind == "date":
                as_time = timestamp(f"{value}T00:00:00+00:00")
            fields.add((record["id"], one["id"], kind, text(value), as_number, as_time))
        for name, ids in record["relationships"].items():
            related |= {(record["id"], name, namespaces[name], float(id)) for id in ids}
    start = "activecampaign_intermediate.int_activecampaign__custom_object_"
    for columns, model, wanted in (
        ("id, field_id, field_type, decimal_places, is_required", "schemas_by_field", defined),
        (
            "id, field_id, field_type, field_value, number_value, date_value",
            "records_by_field",
            fields,
        ),
        ("id, relationship_id, related_namespace, related_id", "records_by_relationship", related),
    ):
        name = start + model.replace("_by_", "_unnested_by_")
        rows = shown(warehouse, f"select {columns} from {name}")
        assert len(rows) == len(wanted)
        assert set(rows) == wanted
