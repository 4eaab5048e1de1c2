"""The endpoint table: every list endpoint of the API and how to read it. Data, no logic."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    key: str  # where the reply holds its records; their raw table is this in snake case
    group: str
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
    grows: bool = False  # at its end, and what is there hardly changes
    documented: bool = True  # the documented tables need it
    tolerated: frozenset[int] = frozenset({403, 404})  # statuses that mean: not on this key or plan
    per: str | None = None  # raw table whose ids fill `{id}` of the path, one read each
    stands_in: bool = False  # read only where the collection did not come beside its parent

    @property
    def name(self) -> str:
        """What the command line, the summary and `endpoint_reads` call it."""
        return self.path

    @property
    def is_incremental(self) -> bool:
        """Whether a read can bring only what came or changed since the last."""
        return self.grows or self.changed_since is not None

    @property
    def raw_table(self) -> str:
        """Where its records go."""
        return snake_case(self.key)

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
        beside=(Beside(key="userGroups", parent_key="userid", relation="userGroup", exhaustive=True),),
    ),
    Endpoint(path="groups", key="groups", group="users"),
    Endpoint(path="groups/{id}/userGroups", key="userGroups", group="users", parent_key="userid", per="groups", stands_in=True),
    Endpoint(
        path="contacts", key="contacts", group="contacts", walk=Walk.ID_GREATER,
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
    Endpoint(path="fieldValues", key="fieldValues", group="contacts", parent_key="contact", stands_in=True),
    Endpoint(path="contactLists", key="contactLists", group="contacts", parent_key="contact", stands_in=True),
    Endpoint(path="contactTags", key="contactTags", group="contacts", parent_key="contact", stands_in=True),
    Endpoint(path="scoreValues", key="scoreValues", group="contacts", parent_key="contact", stands_in=True),
    Endpoint(path="scores", key="scores", group="contacts"),
    Endpoint(
        path="fields", key="fields", group="contacts",
        beside=(
            Beside(key="fieldOptions", parent_key="field", relation="options", exhaustive=True),
            Beside(key="fieldRels", parent_key="field", relation="relations", exhaustive=True),
        ),
    ),
    Endpoint(path="lists", key="lists", group="contacts"),
    Endpoint(path="tags", key="tags", group="contacts"),
    Endpoint(path="accounts", key="accounts", group="accounts", params={"count_deals": "true"}),
    Endpoint(path="accountContacts", key="accountContacts", group="accounts"),
    Endpoint(path="accountCustomFieldMeta", key="accountCustomFieldMeta", group="accounts"),
    Endpoint(path="accountCustomFieldData", key="accountCustomFieldData", group="accounts"),
    Endpoint(
        path="deals", key="deals", group="deals", stub_key="isDisabled", whole_key="cdate",
        params={"orders[id]": "ASC"},  # without an order its pages overlap and skip
        changed_since="filters[updated_after]", changed_key="mdate",
        include=("dealCustomFieldData",),
        # not exhaustive: a stub comes without its values
        beside=(Beside(key="dealCustomFieldData", parent_key=("deal_id", "deal", "dealId"), relation="dealCustomFieldData"),),
    ),
    Endpoint(path="dealCustomFieldData", key="dealCustomFieldData", group="deals", parent_key="dealId", stands_in=True),
    Endpoint(path="dealCustomFieldMeta", key="dealCustomFieldMeta", group="deals"),
    Endpoint(path="dealActivities", key="dealActivities", group="deals", grows=True),
    Endpoint(path="contactDeals", key="contactDeals", group="deals"),
    Endpoint(
        path="dealGroups", key="dealGroups", group="deals",
        beside=(Beside(key="dealStages", parent_key="group", relation="stages", exhaustive=True),),
    ),
    Endpoint(path="dealStages", key="dealStages", group="deals", parent_key="group", stands_in=True),
    Endpoint(path="dealTasks", key="dealTasks", group="tasks"),
    Endpoint(path="dealTasktypes", key="dealTasktypes", group="tasks"),
    Endpoint(path="tasktypeOutcomeRels", key="tasktypeOutcomeRels", group="tasks"),
    Endpoint(path="taskOutcomes", key="taskOutcomes", group="tasks"),
    Endpoint(path="notes", key="notes", group="notes"),
    Endpoint(
        path="campaigns", key="campaigns", group="campaigns", include=("campaignMessages",),
        beside=(Beside(key="campaignMessages", parent_key="campaignid", relation="campaignMessages"),),
    ),
    Endpoint(path="campaignMessages", key="campaignMessages", group="campaigns", parent_key="campaignid", stands_in=True),
    Endpoint(path="messages", key="messages", group="campaigns"),
)  # fmt: skip

RAW_TABLES: Final = frozenset(table for endpoint in ENDPOINTS for table in endpoint.raw_tables)
