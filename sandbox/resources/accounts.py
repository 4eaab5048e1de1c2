"""Accounts (the companies of a CRM) and who works for them."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.filters import Filter, contains, equals
from sandbox.resources.resource import Relation, Resource

_ACCOUNT: dict[str, Any] = {
    "name": "",
    "accountUrl": None,
    "createdTimestamp": None,
    "updatedTimestamp": None,
    "owner": "1",
    "contactCount": "0",
    "dealCount": "0",
}
_ACCOUNT_CONTACT: dict[str, Any] = {
    "account": None,
    "contact": None,
    "jobTitle": None,
    "createdTimestamp": None,
    "updatedTimestamp": None,
}
_STAMPS: Final = {"createdTimestamp": iso, "updatedTimestamp": iso}

RESOURCES: Final = (
    Resource(
        key="accounts",
        template=_ACCOUNT,
        links=(
            "notes",
            "accountCustomFieldData",
            "accountContacts",
            "emailActivities",
            "contactEmails",
            "owner",
        ),
        class_name="CustomerAccount",
        created=_STAMPS,
        changed={"updatedTimestamp": iso},
        unedited=frozenset({"contactCount", "dealCount"}),
        mentions={"owner": "users"},
        orders={"name": "name"},
        filters={"search": Filter(("name",), contains)},
        on_request={"count_deals": ("contactCount", "dealCount")},
        relations={
            "accountContacts": Relation("accountContacts", "account"),
            "accountCustomFieldData": Relation("accountCustomFieldData", "accountId"),
            "notes": Relation("notes", "CustomerAccount"),
        },
    ),
    Resource(
        key="accountContacts",
        template=_ACCOUNT_CONTACT,
        links=("account", "contact"),
        class_name="CustomerAccountSubscriber",
        created=_STAMPS,
        changed={"updatedTimestamp": iso},
        references={"account": "accounts", "contact": "contacts"},
        unique=("account", "contact"),
        filters={
            "filters[account]": Filter(("account",), equals),
            "filters[contact]": Filter(("contact",), equals),
        },
        refuses_unknown_filters=True,
    ),
)
