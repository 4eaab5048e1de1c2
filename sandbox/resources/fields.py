"""Custom fields of contacts, their options, and the lists they belong to."""

from typing import Any, Final

from sandbox.dates import iso, wall
from sandbox.resources.filters import Filter, equals
from sandbox.resources.resource import Record, Relation, Resource

_FIELD: dict[str, Any] = {
    "title": "",
    "descript": None,
    "type": "text",
    "isrequired": "0",
    "perstag": "",
    "defval": None,
    "show_in_list": "0",
    "rows": "0",
    "cols": "0",
    "visible": "1",
    "service": "",
    "ordernum": "0",
    "cdate": None,
    "udate": None,
    "created_timestamp": None,
    "updated_timestamp": None,
    "created_by": None,
    "updated_by": None,
}
_OPTION: dict[str, Any] = {
    "field": None,
    "orderid": "0",
    "value": "",
    "label": "",
    "isdefault": "0",
    "cdate": None,
    "udate": None,
}
_REL: dict[str, Any] = {"field": None, "relid": "0", "dorder": "0", "cdate": None}
_MEMBER: dict[str, Any] = {"rel_id": None, "group_id": 1, "ordernum": 0}


def _meta(limit: int, offset: int) -> Record:
    return {"selected": None}


RESOURCES: Final = (
    Resource(
        key="fields",
        template=_FIELD,
        links=("options", "relations"),
        class_name="Field",
        created={
            "cdate": iso,
            "udate": iso,
            "created_timestamp": wall,
            "updated_timestamp": wall,
        },
        changed={"udate": iso, "updated_timestamp": wall},
        default_limit=100,
        meta=_meta,
        filters={"filters[perstag]": Filter(("perstag",), equals)},
        relations={
            "options": Relation("fieldOptions", "field"),
            "relations": Relation("fieldRels", "field"),
        },
        always=("options", "relations"),
        single_always=("options", "relations"),
    ),
    Resource(
        key="fieldOptions",
        template=_OPTION,
        links=("field",),
        class_name="FieldOption",
        created={"cdate": iso, "udate": iso},
        changed={"udate": iso},
        references={"field": "fields"},
        is_listed=False,
    ),
    Resource(
        key="fieldRels",
        template=_REL,
        class_name="FieldRel",
        created={"cdate": iso},
        references={"field": "fields"},
        is_listed=False,
    ),
    Resource(
        key="groupMembers",  # of the groups in which a contact's fields are shown
        template=_MEMBER,
        links=("groupDefinition",),
        class_name="GroupMember",
        numbers=frozenset({"id", "rel_id"}),
        references={"rel_id": "fields"},
        total="absent",
        filters={"group_id": Filter(("group_id",), equals)},
    ),
)
