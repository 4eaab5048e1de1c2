"""Shops of the sandbox: amounts and counts agree, and nothing happens before it can."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.account import Account
from sandbox.dates import NOW
from sandbox.resources import RESOURCES
from sandbox.server import Server, serve
from tests.conftest import Get
from tests.test_sandbox_account import by_id, time

Record = dict[str, Any]
COMPLETED, ABANDONED, RECOVERED = 1, 2, 3


@pytest.fixture(scope="module")
def generated() -> Account:
    """An account of 600 contacts that no test changes."""
    return Account.generate(contacts=600, seed=3)


@pytest.fixture(scope="module")
def server(generated: Account) -> Iterator[Server]:
    with serve(generated) as running:
        yield running


def rows_by(account: Account, resource: str, member: str) -> defaultdict[str, list[Record]]:
    rows = defaultdict(list)
    for row in account.records(resource):
        rows[row[member]].append(row)
    return rows


@pytest.mark.parametrize("contacts", [0, 1, 20, 600])
def test_amounts_of_an_order_agree(contacts: int) -> None:
    account = Account.generate(contacts=contacts, seed=3)
    products = rows_by(account, "ecomOrderProducts", "orderid")
    discounts = rows_by(account, "ecomOrderDiscounts", "orderid")
    for order in account.records("ecomOrders"):
        held = products[order["id"]]
        assert order["orderProducts"] == [row["id"] for row in held]
        assert order["totalProducts"] == len(held) > 0
        assert order["discountAmount"] == sum(
            int(row["discountAmount"]) for row in discounts[order["id"]]
        )
        assert order["totalPrice"] == (
            sum(int(row["price"]) * int(row["quantity"]) for row in held)
            + order["shippingAmount"]
            + order["taxAmount"]
            - order["discountAmount"]
        )


def test_customers_know_what_they_bought(generated: Account) -> None:
    orders = rows_by(generated, "ecomOrders", "customer")
    addresses = {contact["email"] for contact in generated.records("contacts")}
    of_address = rows_by(generated, "ecomCustomers", "email")
    assert of_address.keys() <= addresses
    for customers in of_address.values():
        everywhere, *buyers = customers
        assert (everywhere["connectionid"], everywhere["connection"]) == ("0", None)
        assert not orders[everywhere["id"]]
        for customer in buyers:
            assert customer["connection"] == customer["connectionid"] != "0"
            bought = [
                order
                for order in orders[customer["id"]]
                if order["state"] in (COMPLETED, RECOVERED)
            ]
            assert {order["email"] for order in orders[customer["id"]]} == {customer["email"]}
            assert customer["totalOrders"] == str(len(bought))
            assert customer["totalRevenue"] == str(sum(order["totalPrice"] for order in bought))
            assert customer["totalProducts"] == str(sum(o["totalProducts"] for o in bought))
        for member in ("totalOrders", "totalRevenue", "totalProducts"):
            assert int(everywhere[member]) == sum(int(buyer[member]) for buyer in buyers)
    assert {len(customers) for customers in of_address.values()} == {2, 3}


def test_orders_come_after_their_customer_and_shop_and_before_the_present(
    generated: Account,
) -> None:
    contacts = {contact["email"]: contact for contact in generated.records("contacts")}
    shops, customers = by_id(generated, "connections"), by_id(generated, "ecomCustomers")
    activities = rows_by(generated, "ecomOrderActivities", "order")
    for order in generated.records("ecomOrders"):
        known = [contacts[order["email"]]["cdate"], shops[order["connection"]]["cdate"]]
        course = [order[name] for name in ("orderDate", "createdDate", "updatedDate")]
        assert max(map(time, known)) <= time(course[0]) <= time(course[1]) <= time(course[2]) <= NOW
        assert customers[order["customer"]]["connection"] == order["connection"]
        told = activities[order["id"]]
        states = [ABANDONED, RECOVERED] if order["state"] == RECOVERED else [order["state"]]
        assert [int(row["state"]) for row in told] == states
        for row in told:
            assert row["totalPrice"] == str(order["totalPrice"])
            assert row["customerid"] == order["customerid"]
            assert time(course[1]) <= time(row["createdDate"]) <= time(course[2])


@pytest.mark.parametrize("seed", range(1, 6))
def test_twenty_contacts_show_the_oddities(seed: int) -> None:
    account = Account.generate(contacts=20, seed=seed)
    orders = account.records("ecomOrders")
    assert any("T2:10:00-" in (order.get("externalUpdatedDate") or "") for order in orders)
    assert {ABANDONED} < {order["state"] for order in orders}
    assert {row["type"] for row in account.records("ecomOrderDiscounts")} == {"order", "shipping"}
    assert {row["connectionid"] for row in account.records("ecomCustomers")} > {"0"}
    connections = account.records("connections")
    assert {"0000-00-00 00:00:00", None} <= {row["lastSync"] for row in connections}
    assert {"planTier" in row for row in connections} == {True, False}


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("connections", {"filters[service]": "shopify"}, lambda row: row["service"] == "shopify"),
        ("connections", {"filters[externalid]": "spares-eu"}, lambda row: row["id"] == "3"),
        ("ecomCustomers", {"filters[connectionid]": "0"}, lambda row: row["connection"] is None),
        ("ecomCustomers", {"filters[externalid]": "7000026"}, lambda row: row["id"] == "2"),
        ("ecomOrders", {"filters[state]": "3"}, lambda row: row["state"] == RECOVERED),
        ("ecomOrders", {"filters[connectionid]": "3"}, lambda row: row["connection"] == "3"),
        ("ecomOrders", {"filters[customerid]": "2"}, lambda row: row["customer"] == "2"),
    ],
)
def test_filters(
    path: str,
    params: dict[str, str],
    expected: Callable[[Record], bool],
    generated: Account,
    get: Get,
) -> None:
    records = generated.records(path)
    wanted = [row["id"] for row in records if expected(row)]
    assert 0 < len(wanted) < len(records)
    assert [row["id"] for row in get(path, limit=100, **params)[path]] == wanted[:100]


def test_orders_know_their_filters(get: Get) -> None:
    assert "color" in str(get("ecomOrders", expect=422, **{"filters[color]": "1"}))
    page = get("ecomOrders", limit=100, **{"orders[external_created_date]": "DESC"})["ecomOrders"]
    dates = [order["externalCreatedDate"] for order in page]
    assert dates == sorted(dates, reverse=True)


def test_what_belongs_to_an_order_is_served_under_it(generated: Account, get: Get) -> None:
    discounts = rows_by(generated, "ecomOrderDiscounts", "orderid")
    order = next(order for order, rows in discounts.items() if len(rows) == 2)
    for relation, key, member in (
        ("orderDiscounts", "ecomOrderDiscounts", "orderid"),
        ("orderProducts", "ecomOrderProducts", "ecomOrder"),
        ("orderActivities", "ecomOrderActivities", "order"),
    ):
        held = rows_by(generated, key, member)[order]
        if RESOURCES[key].is_listed:
            get(key)  # is remembered, and must not be taken for the order's rows
        assert get(f"ecomOrders/{order}/{relation}") == {key: held}
    get("ecomOrderDiscounts", expect=404)
    get("ecomOrders/99999/orderDiscounts", expect=404)
    assert get("connections/2/customers", limit=1)["ecomCustomers"][0]["connection"] == "2"


def test_a_shop_that_is_deleted_takes_its_orders_along(account: Account) -> None:
    account.delete("connections", 2)
    for key in ("ecomCustomers", "ecomOrders", "ecomOrderActivities"):
        assert "2" not in {row["connectionid"] for row in account.records(key)}
    held = {order["id"] for order in account.records("ecomOrders")}
    for key in ("ecomOrderProducts", "ecomOrderDiscounts", "ecomOrderActivities"):
        assert {row["orderid"] for row in account.records(key)} <= held
    assert {row["connectionid"] for row in account.records("ecomCustomers")} >= {"0"}
