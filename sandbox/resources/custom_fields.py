"""Custom fields of accounts and of deals, and their values.

The values of deals are served in two forms, of which the first is what is kept: flat with one
`fieldValue`, and beside deals with a column for each kind of value.
"""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.dates import epoch, moment, wall
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import HOST, Record, Relation, Resource

_META: dict[str, Any] = {
    "fieldLabel": "",
    "fieldType": "text",
    "fieldOptions": None,
    "fieldDefault": None,
    "fieldDefaultCurrency": None,
    "isFormVisible": 0,
    "isRequired": 0,
    "displayOrder": 1,
    "personalization": "",
    "knownFieldId": None,
    "hideFieldFlag": 0,
    "createdTimestamp": None,
    "updatedTimestamp": None,
    "createdBy": None,
    "updatedBy": None,
}
_DATA: dict[str, Any] = {
    "customFieldId": None,
    "createdTimestamp": None,
    "updatedTimestamp": None,
    "fieldValue": None,
}
_STAMPS: Final = {"createdTimestamp": wall, "updatedTimestamp": wall}
_COLUMNS: Final = {  # by type of field; all others are text
    "textarea": "custom_field_text_blob",
    "date": "custom_field_date_value",
    "datetime": "custom_field_date_value",
    "number": "custom_field_number_value",
    "currency": "custom_field_currency_value",
}


def _typed(row: Record, parents: Mapping[str, Record]) -> Record:
    """A deal's value as it comes beside deals; what has no `fieldValue` stays as it is."""
    if "fieldValue" not in row:
        return row
    id, deal, field = (str(row[key]) for key in ("id", "dealId", "dealCustomFieldMetumId"))
    kind = parents.get("dealCustomFieldMetumId", {}).get("fieldType", "")
    column = _COLUMNS.get(kind, "custom_field_text_value")
    address = f"{HOST}/api/3/dealCustomFieldData/{id}"
    return {
        "deal_id": deal,
        "custom_field_id": field,
        **dict.fromkeys(("custom_field_text_value", *dict.fromkeys(_COLUMNS.values()))),
        column: _text(row["fieldValue"], kind),
        "custom_field_currency_type": row.get("fieldCurrency"),
        "created_timestamp": row.get("createdTimestamp"),
        "updated_timestamp": row.get("updatedTimestamp"),
        "created_by": None,
        "updated_by": None,
        "links": {
            "deal": f"{address}/deal",
            "dealCustomFieldMetum": f"{address}/dealCustomFieldMetum",
        },
        "id": id,
        "deal": deal,
        "dealCustomFieldMetum": field,
    }


def _text(value: Any, kind: str) -> str | None:
    """A value as the text of its column."""
    if isinstance(value, list):
        return f"||{'||'.join(map(str, value))}||" if value else "||"
    if value is None:
        return None
    if kind in ("date", "datetime"):
        try:
            return wall(moment(epoch(str(value))))
        except ValueError:
            return str(value)
    return str(value)


def _fields(owner: str, class_name: str, filtered: str) -> tuple[Resource, Resource]:
    """The fields of `account` or `deal`, and their values."""
    meta, data, metum = f"{owner}CustomFieldMeta", f"{owner}CustomFieldData", f"{owner}Id"
    reference = f"{owner}CustomFieldMetumId"
    return (
        Resource(
            key=meta,
            template=_META,
            links=(data,),
            class_name=f"{class_name}CustomFieldMetum",
            created=_STAMPS,
            changed={"updatedTimestamp": wall},
            default_limit=100,
            total="absent",
            refuses_unknown_filters=True,
            relations={data: Relation(data, reference)},
        ),
        Resource(
            key=data,
            template={reference: None, metum: None, **_DATA},
            links=(owner, f"{owner}CustomFieldMetum"),
            class_name=f"{class_name}CustomFieldDatum",
            created=_STAMPS,
            changed={"updatedTimestamp": wall},
            twins=((reference, "customFieldId"),),
            numbers=frozenset({reference, metum, "customFieldId"}),
            references={metum: f"{owner}s", reference: meta},
            unique=(metum, reference),
            filters={f"filters[{filtered}]": Filter((metum,), equals)},
            total="absent",
            refuses_unknown_filters=True,
            beside=_typed if owner == "deal" else None,
        ),
    )


RESOURCES: Final = (
    *_fields("account", "CustomerAccount", "customerAccountId"),
    *_fields("deal", "Deal", "dealId"),
)
