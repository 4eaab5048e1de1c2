"""The table of resources: all that the sandbox serves. A new one is an entry in its area's file."""

from collections.abc import Mapping
from typing import Final

from sandbox.resources import (
    accounts,
    activities,
    automations,
    campaigns,
    contacts,
    conversions,
    custom_fields,
    custom_objects,
    deals,
    ecommerce,
    fields,
    lists,
    mail_log,
    marketing,
    notes,
    pipelines,
    settings,
    tasks,
    tracking,
    users,
)
from sandbox.resources.resource import Record, Relation, Resource

RESOURCES: Final[Mapping[str, Resource]] = {
    resource.key: resource
    for area in (
        *(users, lists, fields, contacts, accounts, pipelines, deals, custom_fields),
        *(campaigns, tasks, notes, marketing, settings, automations, conversions),
        *(mail_log, activities, tracking, ecommerce, custom_objects),
    )
    for resource in area.RESOURCES
}

ADDRESSES: Final[Mapping[str, Resource]] = {
    resource.path: resource for resource in RESOURCES.values()
}

__all__ = ["ADDRESSES", "RESOURCES", "Record", "Relation", "Resource"]
