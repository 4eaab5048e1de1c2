"""The endpoint table: every list endpoint of the API and how to read it. Data, no logic."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final


class Walk(Enum):
    """How the pages of a list follow each other."""

    OFFSET = "offset"
    ID_GREATER = "id_greater"


def snake_case(key: str) -> str:
    """An API key as a table name: `fieldValues` is `field_values`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A collection that an endpoint's reply holds beside its main one."""

    key: str
    parent_key: str | tuple[str, ...] | None = None  # member of a row that names its parent
    relation: str | None = None  # member of the parent that names its rows
    exhaustive: bool = False  # a complete read of the endpoint serves every row there is

    @property
    def raw_table(self) -> str:
        """Where its rows go."""
        return snake_case(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A list endpoint of the API and how to read it; `source.py` makes a dlt resource of it."""

    path: str
    key: str  # where the reply holds its records
    group: str
    other_key: str | None = None  # where it holds them instead, by another account of the API
    table: str | None = None  # raw table, where it is not the key in snake case
    id_key: str = "id"
    parent_key: str | tuple[str, ...] | None = None
    stub_key: str | None = None  # member that is true on a record cut down to a few others
    whole_key: str | None = None  # member that only a whole record has
    params: Mapping[str, str] = field(default_factory=dict, hash=False)
    walk: Walk = Walk.OFFSET
    include: tuple[str, ...] = ()
    beside: tuple[Beside, ...] = ()
    exhaustive: bool = True  # a complete read serves every row there is
    changed_since: str | None = None  # parameter that lets only what changed since through
    changed_key: str | None = None  # member that it compares
    changed_in_utc: bool = False  # the parameter takes no offset but `Z`
    grows: bool = False  # at its end, and what is there hardly changes
    documented: tuple[str, ...] = ()  # tables that need it
    per: str | None = None  # raw table whose ids fill `{id}` of the path, one read each
    stands_in: bool = False  # read only where the collection did not come beside its parent
    opt_in: bool = False  # read only where it is named: it may hold secrets, or takes hours

    @property
    def name(self) -> str:
        """What the command line, the summary and `endpoint_reads` call it."""
        return self.path

    @property
    def tolerated(self) -> frozenset[int]:
        """Statuses that mean: not on this key or plan."""
        return frozenset({403, 404} if self.documented else {400, 403, 404, 405})

    @property
    def is_incremental(self) -> bool:
        """Whether a read can bring only what came or changed since the last."""
        return self.grows or self.changed_since is not None

    def written(self, cursor: datetime) -> str:
        """A moment as `changed_since` takes it."""
        if not self.changed_in_utc:
            return cursor.isoformat(timespec="seconds")
        return cursor.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def raw_table(self) -> str:
        """Where its records go."""
        return self.table or snake_case(self.key)

    @property
    def stubs_table(self) -> str | None:
        """Where its stubs go, so that none replaces the record that was served whole before."""
        return f"{self.raw_table}_stubs" if self.stub_key else None

    @property
    def raw_tables(self) -> tuple[str, ...]:
        """Of the main collection and of those beside it."""
        own = (self.raw_table, self.stubs_table) if self.stubs_table else (self.raw_table,)
        return (*own, *(beside.raw_table for beside in self.beside))


ENDPOINTS: Final = (
    Endpoint(
        path="users", key="users", group="users", include=("userGroup",),
        documented=("users", "users__user_groups"),
        beside=(Beside(key="userGroups", parent_key="userid", relation="userGroup", exhaustive=True),),
    ),
    Endpoint(path="groups", key="groups", group="users", documented=("user_groups",)),
    Endpoint(path="groups/{id}/userGroups", key="userGroups", group="users", parent_key="userid", per="groups", stands_in=True, documented=("users__user_groups",)),
    Endpoint(
        path="contacts", key="contacts", group="contacts", walk=Walk.ID_GREATER,
        documented=("contacts", "contacts_custom_fields_data", "contacts_list_activity", "contacts_tags", "contacts_tasks", "deals_tasks", "lists_contacts"),
        changed_since="filters[updated_after]", changed_key="udate",
        include=("fieldValues", "contactLists", "contactTags.tag"),
        beside=(
            Beside(key="fieldValues", parent_key="contact", relation="fieldValues", exhaustive=True),
            Beside(key="contactLists", parent_key="contact", relation="contactLists", exhaustive=True),
            Beside(key="contactTags", parent_key="contact", relation="contactTags", exhaustive=True),
            Beside(key="scoreValues", parent_key="contact", relation="scoreValues"),
            Beside(key="tags"),
        ),
    ),
    Endpoint(path="fieldValues", key="fieldValues", group="contacts", parent_key="contact", stands_in=True, documented=("contacts_custom_fields_data",)),
    Endpoint(path="contactLists", key="contactLists", group="contacts", parent_key="contact", stands_in=True, documented=("contacts_list_activity", "lists_contacts")),
    Endpoint(path="contactTags", key="contactTags", group="contacts", parent_key="contact", stands_in=True, documented=("contacts_tags",)),
    Endpoint(path="scoreValues", key="scoreValues", group="contacts", parent_key="contact", stands_in=True),
    Endpoint(path="scores", key="scores", group="contacts", documented=("scores",)),
    Endpoint(
        path="fields", key="fields", group="contacts",
        documented=("contacts_custom_fields_meta", "contacts_custom_fields_meta__field_options"),
        beside=(
            Beside(key="fieldOptions", parent_key="field", relation="options", exhaustive=True),
            Beside(key="fieldRels", parent_key="field", relation="relations", exhaustive=True),
        ),
    ),
    Endpoint(path="lists", key="lists", group="contacts", documented=("lists",)),
    Endpoint(path="tags", key="tags", group="contacts", documented=("contacts_tags",)),
    Endpoint(path="accounts", key="accounts", group="accounts", params={"count_deals": "true"}, documented=("accounts", "contacts_tasks", "deals_tasks")),
    Endpoint(path="accountContacts", key="accountContacts", group="accounts", documented=("accounts_contacts",)),
    Endpoint(path="accountCustomFieldMeta", key="accountCustomFieldMeta", group="accounts", documented=("accounts_custom_fields_meta",)),
    Endpoint(path="accountCustomFieldData", key="accountCustomFieldData", group="accounts", documented=("accounts_custom_fields_data",)),
    Endpoint(
        path="deals", key="deals", group="deals", stub_key="isDisabled", whole_key="cdate",
        documented=("contacts_tasks", "deals", "deals_custom_fields_data", "deals_tasks"),
        params={"orders[id]": "ASC"},  # without an order its pages overlap and skip
        changed_since="filters[updated_after]", changed_key="mdate",
        include=("dealCustomFieldData",),
        # not exhaustive: a stub comes without its values
        beside=(Beside(key="dealCustomFieldData", parent_key=("deal_id", "deal", "dealId"), relation="dealCustomFieldData"),),
    ),
    Endpoint(path="dealCustomFieldData", key="dealCustomFieldData", group="deals", parent_key="dealId", stands_in=True, documented=("deals_custom_fields_data",)),
    Endpoint(path="dealCustomFieldMeta", key="dealCustomFieldMeta", group="deals", documented=("deals_custom_fields_data", "deals_custom_fields_meta")),
    Endpoint(path="dealActivities", key="dealActivities", group="deals", grows=True, documented=("deals_activities",)),
    Endpoint(path="contactDeals", key="contactDeals", group="deals", documented=("deals_secondary_contacts",)),
    Endpoint(
        path="dealGroups", key="dealGroups", group="deals",
        documented=("pipelines", "pipelines__deal_stages"),
        beside=(Beside(key="dealStages", parent_key="group", relation="stages", exhaustive=True),),
    ),
    Endpoint(path="dealStages", key="dealStages", group="deals", parent_key="group", stands_in=True, documented=("pipelines__deal_stages",)),
    Endpoint(path="dealTasks", key="dealTasks", group="tasks", documented=("contacts_tasks", "deals_tasks")),
    Endpoint(path="dealTasktypes", key="dealTasktypes", group="tasks", documented=("tasks_types", "tasks_types__outcomes")),
    Endpoint(path="tasktypeOutcomeRels", key="tasktypeOutcomeRels", group="tasks", documented=("tasks_types__outcomes",)),
    Endpoint(path="taskOutcomes", key="taskOutcomes", group="tasks", documented=("tasks_outcomes",)),
    Endpoint(path="notes", key="notes", group="notes", documented=("accounts_notes", "contacts_notes")),
    Endpoint(
        path="campaigns", key="campaigns", group="campaigns", include=("campaignMessages",),
        documented=("campaigns", "campaigns_messages"),
        beside=(Beside(key="campaignMessages", parent_key="campaignid", relation="campaignMessages"),),
    ),
    Endpoint(path="campaignMessages", key="campaignMessages", group="campaigns", parent_key="campaignid", stands_in=True, documented=("campaigns_messages",)),
    Endpoint(path="messages", key="messages", group="campaigns", documented=("campaigns_messages_content",)),
    Endpoint(path="campaignLists", key="campaignLists", group="campaigns"),
    Endpoint(path="links", key="links", group="campaigns"),
    Endpoint(path="linkData", key="linkData", group="campaigns", grows=True),
    Endpoint(path="messageActivities", key="messageActivities", group="campaigns", grows=True),
    Endpoint(path="bounceLogs", key="bounceLogs", group="campaigns", grows=True),
    Endpoint(path="templates", key="templates", group="campaigns"),
    Endpoint(path="personalizations", key="personalizations", group="campaigns"),
    Endpoint(path="segments", key="segments", group="campaigns"),
    Endpoint(path="forms", key="forms", group="campaigns"),
    Endpoint(path="automations", key="automations", group="automations"),
    Endpoint(path="automationBlocks", key="automationBlocks", group="automations"),
    Endpoint(path="contactAutomations", key="contactAutomations", group="automations"),
    Endpoint(path="goals", key="goals", group="automations"),
    Endpoint(path="contactGoals", key="contactGoals", group="automations"),
    Endpoint(path="siteMessages", key="siteMessages", group="automations"),
    Endpoint(path="sms", key="sms", group="automations"),
    Endpoint(path="conversions", key="conversions", group="conversions"),
    Endpoint(path="conversionTriggers", key="conversionTriggers", group="conversions"),
    Endpoint(path="contactConversions", key="contactConversions", group="conversions"),
    Endpoint(
        path="activities", key="activities", group="activities",
        # without `after` the API may ask for one contact
        params={"after": "1970-01-01T00:00:00+00:00", "orders[tstamp]": "ASC"},
        changed_since="after", changed_key="tstamp",
    ),
    Endpoint(path="emailActivities", key="emailActivities", group="activities", grows=True),
    Endpoint(path="contactEmails", key="contactEmails", group="activities", grows=True),
    Endpoint(path="contactData", key="contactData", group="contacts"),
    Endpoint(path="contacts/{id}/trackingLogs", key="trackingLogs", group="contacts", per="contacts", opt_in=True),
    Endpoint(
        path="contacts/{id}/geoIps", key="geoIps", group="contacts", per="contacts", opt_in=True,
        beside=(Beside(key="geoAddresses"),),
    ),
    Endpoint(path="groupMembers", key="groupMembers", other_key="groupDefinitions", group="contacts"),
    Endpoint(path="listGroups", key="listGroups", group="users"),
    Endpoint(path="groupLimits", key="groupLimits", group="users"),
    Endpoint(path="dealRoles", key="dealRoles", group="deals"),
    Endpoint(path="dealGroupUsers", key="dealGroupUsers", group="deals"),
    Endpoint(path="connections", key="connections", group="ecommerce"),
    Endpoint(path="ecomCustomers", key="ecomCustomers", group="ecommerce"),
    Endpoint(path="ecomOrders", key="ecomOrders", group="ecommerce"),
    Endpoint(path="ecomOrderProducts", key="ecomOrderProducts", group="ecommerce"),
    Endpoint(
        path="ecomOrders/{id}/orderDiscounts", key="ecomOrderDiscounts", group="ecommerce", per="ecom_orders",
        opt_in=True,
    ),
    Endpoint(path="ecomOrderActivities", key="ecomOrderActivities", group="ecommerce"),
    Endpoint(
        path="customObjects/schemas", key="schemas", table="custom_object_schemas", group="customObjects",
        params={"showFields": "all"},
    ),
    Endpoint(
        path="customObjects/records/{id}", key="records", table="custom_object_records", group="customObjects",
        per="custom_object_schemas", params={"orders[createdTimestamp]": "ASC"},
        changed_since="filters[updatedTimestamp][gt]", changed_key="updatedTimestamp", changed_in_utc=True,
    ),
    Endpoint(path="savedResponses", key="savedResponses", group="settings"),
    Endpoint(path="addresses", key="addresses", group="settings"),
    Endpoint(path="brandings", key="brandings", group="settings"),
    Endpoint(path="calendars", key="calendars", group="settings"),
    Endpoint(path="webhooks", key="webhooks", group="settings"),
    Endpoint(path="eventTrackingEvents", key="eventTrackingEvents", group="settings", id_key="name"),
    Endpoint(path="configs", key="configs", group="settings", opt_in=True),
)  # fmt: skip

RAW_TABLES: Final = frozenset(table for endpoint in ENDPOINTS for table in endpoint.raw_tables)
