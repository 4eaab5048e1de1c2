"""The company's two shops: who buys there, and what. Amounts are in cents."""

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from sandbox.account import Account
from sandbox.business.contacts import Contact
from sandbox.business.timeline import DAY, PRESENT, days_ago, later
from sandbox.dates import iso, moment
from sandbox.resources import Record

_PENDING, _COMPLETED, _ABANDONED, _RECOVERED, _WAITING = range(5)  # states of an order
_BOUGHT: Final = {_COMPLETED, _RECOVERED}  # what counts as revenue
_STATES: Final = (  # of one order after the other
    *(_COMPLETED, _ABANDONED, _COMPLETED, _RECOVERED, _COMPLETED, _COMPLETED, _PENDING),
    *(_COMPLETED, _COMPLETED, _ABANDONED, _COMPLETED, _WAITING, _COMPLETED),
)
_NEWEST: Final = {"externalcheckoutid", "orderNumber", "externalUpdatedDate", "abandonedDate"}


class _Shop(NamedTuple):
    id: str
    name: str
    url: str
    currency: str
    since: int  # seconds since 1970


class _Article(NamedTuple):
    name: str
    sku: str | None
    category: str | None
    price: int


_ARTICLES: Final = (
    _Article("Calibration weight 100 g, class F1", "W-100-F1", "weights", 5_900),
    _Article("Weighing boats \u00d7 500", "WB-500", "consumables", 2_450),
    _Article('Draft shield \u201eAero\u201c, 10"', "DS-10", "accessories", 24_900),
    _Article("\u6821\u6b63\u5206\u9285 1 kg \u2696\ufe0f", "W-1000-E2", "weights", 31_900),
    _Article("Gift card", None, None, 5_000),
    _Article("Sample <free>", "", "", 0),
    _Article("Anti-vibration table & mat", "AV-1", "accessories", 89_000),
)
_DESCRIPTIONS: Final = (
    "Stainless steel, with certificate.",
    None,
    "",
    "<p>For <b>dry</b> rooms only.</p>\n" + "All measures are in millimetres. " * 40,
)
_SHIPPING: Final = (("UPS Ground", 890), ("DHL \u201eExpress\u201c", 2_400), (None, 0), ("", 0))
_UNKNOWN: Final = (  # to connections of earlier years
    *("serviceName", "connectionType", "planTier", "credentialExpiration"),
    *("sync_request_time", "sync_start_time", "disconnectDate"),
)


@dataclass(slots=True)
class _Customer:
    """A buyer at one shop, or, with no shop, at all of them together."""

    id: str
    shop: str  # its id
    external_id: str
    email: str
    latest: int  # seconds since 1970
    revenue: int = 0
    orders: int = 0
    products: int = 0
    category: str | None = None  # of what came first

    def bought(self, price: int, articles: list[_Article]) -> None:
        """Count an order."""
        self.revenue += price
        self.orders += 1
        self.products += len(articles)
        self.category = self.category or articles[0].category


def generate(account: Account, contacts: list[Contact], random: Random) -> None:
    """Make the shops; one contact in ten buys there, a few of them in both."""
    shops = _connect(account)
    clerk = _Clerk(account, random)
    customers: list[_Customer] = []

    def register(shop: str, email: str, since: int) -> _Customer:
        number = len(customers) + 1
        external_id = f"{7_000_000 + 13 * number}" if shop != "0" else ""
        customers.append(_Customer(str(number), shop, external_id, email, since))
        return customers[-1]

    starts: list[tuple[int, int, _Shop, list[_Customer]]] = []
    for nth, contact in enumerate(contacts[::10]):
        email = (account.find("contacts", contact.id) or {})["email"]
        chosen = shops if nth % 8 == 1 else (shops[nth % 5 == 4],)
        since = max(contact.created, *(shop.since for shop in chosen))
        everywhere = register("0", email, since)
        for shop in chosen:
            buyer = register(shop.id, email, since)
            for _ in range(random.choice((1, 1, 2, 3))):
                starts.append((later(random, since), len(starts), shop, [buyer, everywhere]))
    for index, (at, _, shop, buyers) in enumerate(sorted(starts, key=lambda start: start[:2])):
        clerk.order(index, at, shop, buyers)
    for customer in customers:
        _write_down(account, customer)


def _connect(account: Account) -> tuple[_Shop, _Shop]:
    """Connect two shops; the one before them was closed before anyone bought there."""
    now, store_since, spares_since = days_ago(0.1), days_ago(1700), days_ago(1650)
    account.create(
        "connections",
        days_ago(1800),
        service="woocommerce",
        externalid="https://old.larkfield.example/",
        name='The "old" shop',
        status="0",
        disconnectDate=iso(days_ago(1790)),
        lastSync="0000-00-00 00:00:00",
        planTier="",
        udate=iso(days_ago(1790)),
    )
    store = account.create(
        "connections",
        store_since,
        service="shopify",
        serviceName="Shopify",
        externalid="larkfield.myshopify.com",
        name="Larkfield Store",
        connectionType="ecommerce",
        listId=str(account.collections["lists"].numbers[0]),
        isInternal="1",
        lastSync=iso(now),
        sync_request_time=iso(now),
        sync_start_time=iso(now),
        logoUrl="https://larkfield.example/logo.png",
        linkUrl="https://larkfield.myshopify.com",
        planTier="professional",
        credentialExpiration=iso(days_ago(-200)),
        udate=iso(now),
    )
    spares = account.create(
        "connections",
        spares_since,
        service="larkfield-spares",
        externalid="spares-eu",
        name="Ersatzteile \u00b7 spares \u2699\ufe0f",
        udate=iso(days_ago(300)),
    )
    for name in _UNKNOWN:
        del spares[name]
    account.collections["connections"].write(spares)
    urls = store["linkUrl"], "https://spares.larkfield.example"
    return (
        _Shop(store["id"], store["name"], urls[0], "USD", int(store_since.timestamp())),
        _Shop(spares["id"], spares["name"], urls[1], "EUR", int(spares_since.timestamp())),
    )


def _write_down(account: Account, customer: _Customer) -> None:
    number = int(customer.id)
    row = account.create(
        "ecomCustomers",
        moment(customer.latest),
        id=customer.id,
        connectionid=customer.shop,
        externalid=customer.external_id,
        email=customer.email,
        totalRevenue=str(customer.revenue),
        totalOrders=str(customer.orders),
        totalProducts=str(customer.products),
        avgRevenuePerOrder=str(customer.revenue // max(customer.orders, 1)),
        avgProductCategory=customer.category,
        acceptsMarketing=("1", "0", None)[number % 3],
    )
    if number % 4 == 3:  # as customers of earlier years were served
        del row["acceptsMarketing"]
        account.collections["ecomCustomers"].write(row)


class _Clerk:
    """Makes orders one after the other, with what belongs to them."""

    def __init__(self, account: Account, random: Random) -> None:
        self.account = account
        self.random = random

    def order(self, index: int, at: int, shop: _Shop, buyers: list[_Customer]) -> None:
        """Make an order of a customer, who is the first of `buyers`, at that moment."""
        random = self.random
        state = _STATES[index % len(_STATES)]
        articles = random.sample(_ARTICLES, random.choice((1, 1, 2, 3)))
        quantities = [random.choice((1, 1, 1, 2, 10)) for _ in articles]
        subtotal = sum(a.price * n for a, n in zip(articles, quantities, strict=True))
        method, shipping = _SHIPPING[index % len(_SHIPPING)]
        discounts = self._discounts(index, subtotal, shipping)
        tax = 0 if index % 3 == 1 else (subtotal + 9) // 12
        discount = sum(int(row["discountAmount"]) for row in discounts)
        price = subtotal + shipping + tax - discount
        told = min(at + random.randrange(600), PRESENT)  # when the shop reported it
        updated = later(random, told) if index % 3 or state == _RECOVERED else told
        is_cart = state in (_ABANDONED, _RECOVERED)
        bought = state in _BOUGHT
        order = self.account.create(
            "ecomOrders",
            moment(told),
            externalid="" if state == _ABANDONED else f"{3_246_315_000 + index}",
            externalcheckoutid=f"c-{random.getrandbits(32):08x}" if is_cart else None,
            source="0" if index % 10 == 0 else "1",
            orderNumber=f"L-{1000 + index}" if bought else None,
            email=buyers[0].email,
            currency=shop.currency,
            connectionid=shop.id,
            customerid=buyers[0].id,
            orderUrl=(f"{shop.url}/orders/{index}", None, "")[index % 3],
            shippingMethod=method,
            totalPrice=price,
            shippingAmount=shipping,
            taxAmount=tax,
            discountAmount=discount,
            externalCreatedDate=iso(moment(at)),
            externalUpdatedDate=_edited(index, at, updated),
            abandonedDate=iso(moment(at)) if is_cart else None,
            totalProducts=len(articles),
            updatedDate=iso(moment(updated)),
            state=state,
            orderDate=iso(moment(at)),
            tstamp=iso(moment(updated)),
        )
        if index % 4 == 2 and not is_cart:  # as orders of earlier years were served
            older = {name: value for name, value in order.items() if name not in _NEWEST}
            self.account.collections["ecomOrders"].write(older)
        self._log(order, shop, state, told, updated)
        dated = {"createdDate": iso(moment(told)), "updatedDate": iso(moment(updated))}
        for nth, article in enumerate(articles):
            self._product(index + nth, order, shop, article, quantities[nth], dated)
        for row in discounts:
            self.account.create(
                "ecomOrderDiscounts", moment(told), orderid=order["id"], **row, **dated
            )
        for buyer in buyers:
            buyer.latest = max(buyer.latest, updated)
            if bought:
                buyer.bought(price, articles)

    def _discounts(self, index: int, subtotal: int, shipping: int) -> list[Record]:
        """What an order is cheaper for; two on some, for nothing on others."""
        rows = []
        if index % 5 == 1:
            name = ("1OFF", "Fr\u00fchling \u2600\ufe0f", "")[index // 5 % 3]
            rows.append({"name": name, "type": "order", "discountAmount": str(subtotal // 10)})
        if index % 10 == 1:
            rows.append({"name": "FREESHIP", "type": "shipping", "discountAmount": str(shipping)})
        return rows

    def _product(
        self,
        nth: int,
        order: Record,
        shop: _Shop,
        article: _Article,
        quantity: int,
        dated: Record,
    ) -> None:
        image = ("https://larkfield.example/{}.jpg", "", None)[nth % 3]
        self.account.create(
            "ecomOrderProducts",
            moment(0),
            orderid=order["id"],
            connectionid=shop.id,
            externalid=str(1_269_385_000 + _ARTICLES.index(article)),
            sku=article.sku,
            name=article.name,
            description=_DESCRIPTIONS[nth % len(_DESCRIPTIONS)],
            price=str(article.price),
            quantity=str(quantity),
            category=article.category,
            imageUrl=image and image.format(article.sku),
            productUrl=f"{shop.url}/{article.sku}" if article.sku else None,
            tstamp=dated["updatedDate"],
            **dated,
        )

    def _log(self, order: Record, shop: _Shop, state: int, told: int, updated: int) -> None:
        """Write down what happened to an order: a cart that was recovered was abandoned first."""
        events = [(told, _ABANDONED if state == _RECOVERED else state)]
        if state == _RECOVERED:
            events.append((updated, state))
        amounts = ("totalPrice", "discountAmount", "shippingAmount", "taxAmount", "totalProducts")
        same = (
            *("connectionid", "customerid", "externalid", "externalcheckoutid", "source"),
            *("orderNumber", "email", "currency", "shippingMethod", "orderUrl"),
            *("externalCreatedDate", "abandonedDate"),
        )
        for at, then in events:
            self.account.create(
                "ecomOrderActivities",
                moment(at),
                orderid=order["id"],
                state=str(then),
                storeName=shop.name,
                **{name: str(order[name]) for name in amounts},
                **{name: order[name] for name in same},
            )


def _edited(index: int, at: int, updated: int) -> str | None:
    """When the shop changed an order; once without the zero of the hour, as shops write it."""
    if index % 50 == 1 and at + 2 * DAY < PRESENT:
        day_after = moment(at + DAY).replace(hour=2, minute=10, second=0)
        return iso(day_after).replace("T02:", "T2:")
    return None if index % 2 else iso(moment(updated))
