"""What a business counts as a success, what triggers it, and which contacts it came of."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.resource import Record, Relation, Resource

_CONVERSION: dict[str, Any] = {
    "name": "",
    "value": "0",
    "currency": "USD",
    "limit": "0",
    "enforcelimit": "0",
    "cdate": None,
    "udate": None,
}
_TRIGGER: dict[str, Any] = {
    "conversion": None,
    "trigger_type": "",
    "modifier": None,
    "value": None,
    "dynamic": "0",
    "retroactive": "0",
    "cdate": None,
    "udate": None,
    "automationBlock": None,
}
_CONTACT_CONVERSION: dict[str, Any] = {
    "contact": None,
    "conversion": None,
    "conversionTrigger": None,
    "converted_by_type": None,
    "converted_by_id": None,
    "trigger_type": None,
    "modifier": None,
    "value": "0",
    "currency": "USD",
    "dynamic": "0",
    "cdate": None,
    "conversiontrigger": None,
    "convertedBy": None,
}


def _complete_conversion(row: Record) -> None:
    """What is said twice: whoever read the API found two spellings."""
    row["conversiontrigger"] = row["conversionTrigger"]
    row["convertedBy"] = row["converted_by_id"]


RESOURCES: Final = (
    Resource(
        key="conversions",
        template=_CONVERSION,
        links=("conversionTriggers", "contactConversions"),
        class_name="Conversion",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        relations={
            "conversionTriggers": Relation("conversionTriggers", "conversion"),
            "contactConversions": Relation("contactConversions", "conversion"),
        },
    ),
    Resource(
        key="conversionTriggers",
        template=_TRIGGER,
        links=("conversion", "automationBlock"),
        class_name="ConversionTrigger",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        references={"conversion": "conversions"},
        mentions={"automationBlock": "automationBlocks"},
    ),
    Resource(
        key="contactConversions",
        template=_CONTACT_CONVERSION,
        links=("contact", "conversion", "conversionTrigger", "convertedBy"),
        class_name="SubscriberConversion",
        created={"cdate": iso},
        references={"contact": "contacts", "conversion": "conversions"},
        mentions={"conversionTrigger": "conversionTriggers"},
        complete=_complete_conversion,
    ),
)
