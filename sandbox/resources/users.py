"""Users, their groups, and which user is in which group."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.resource import Relation, Resource

_FLAGS = """
    unsubscribelink optinconfirm p_admin pgListAdd pgListEdit pgListDelete pgListHeaders
    pgListEmailaccount pgListBounce pgMessageAdd pgMessageEdit pgMessageDelete pgMessageSend
    pgContactAdd pgContactEdit pgContactDelete pgContactMerge pgContactImport pgContactApprove
    pgContactExport pgContactSync pgContactFilters pgContactActions pgContactFields pg_user_add
    pg_user_edit pg_user_delete pgGroupAdd pgGroupEdit pgGroupDelete pgTemplateAdd pgTemplateEdit
    pgTemplateDelete pgPersonalizationAdd pgPersonalizationEdit pgPersonalizationDelete
    pgAutomationManage pgFormEdit pgReportsCampaign pgReportsList pgReportsUser pgReportsTrend
    pgReportsDeal pgStartupReports pgStartupGettingstarted pgAccountAdd pgAccountEdit
    pgAccountDelete pgAccountManageCustomField pgDeal pgDealDelete pgDealReassign pgDealFields
    pgDealGroupAdd pgDealGroupEdit pgDealGroupDelete pgSavedResponsesManage reqApproval
    reqApproval1st socialdata pgMfaAdmin pgDealExport pgDealManageRoles pgAccountNoteAdd
    pgAccountNoteEdit pgAccountNoteDelete pgDealNoteAdd pgDealNoteEdit pgDealNoteDelete
    pgDealListAll pgTagManage pgContactResubscribe pgDealImport pgAccountImport pgAccountExport
    pgLandingPagesAccess pgWebPersonalizationManage
"""
# The API serves more flags than anyone has written down; clients must live with names like these.
_UNDOCUMENTED_FLAGS = "pgSmsSend pgCustomObjectsManage pgConversationsReply pgAttributionView"

GROUP_FLAGS: Final = (*_FLAGS.split(), *_UNDOCUMENTED_FLAGS.split())

_GROUP: dict[str, Any] = {
    "title": "",
    "descript": None,
    **dict.fromkeys(GROUP_FLAGS, "0"),
    "sdate": None,
    "reqApprovalNotify": "",
}
_USER: dict[str, Any] = {
    "username": "",
    "firstName": "",
    "lastName": "",
    "email": "",
    "phone": "",
    "signature": None,
    "lang": "english",
    "localZoneid": "America/Chicago",
    "mfaEnabled": "0",
    "roles": [],
}
_USER_GROUP: dict[str, Any] = {
    "userid": "0",
    "groupid": "0",
    "cdate": None,
    "udate": None,
    "group": None,
    "user": None,
}
_GROUP_LIMIT: dict[str, Any] = {
    "groupid": None,
    "limitMail": "0",
    "limitMailType": "month",
    "limitContact": "0",
    "limitList": "0",
    "limitCampaign": "0",
    "limitCampaignType": "month",
    "limitAttachment": "-1",
    "limitUser": "0",
    "abuseRatio": "4",
    "forceSenderInfo": "0",
    "group": None,
}
_LIST_FLAGS = """
    p_list_add p_list_edit p_list_delete p_list_sync p_list_filter p_message_add p_message_edit
    p_message_delete p_message_send p_subscriber_add p_subscriber_edit p_subscriber_delete
    p_subscriber_import p_subscriber_approve
"""
LIST_FLAGS: Final = tuple(_LIST_FLAGS.split())

_LIST_GROUP: dict[str, Any] = {"list": None, "group": None, **dict.fromkeys(LIST_FLAGS, "0")}

RESOURCES: Final = (
    Resource(
        key="users",
        template=_USER,
        links=(
            "lists",
            "userGroup",
            "dealGroupTotals",
            "dealGroupUsers",
            "configs",
            "dealConnection",
            "userConversationsPermission",
            "seatUser",
        ),
        class_name="User",
        relations={
            "userGroup": Relation("userGroups", "userid", single=True),
            "configs": Relation("configs", "owner"),
            "dealGroupUsers": Relation("dealGroupUsers", "user"),
        },
    ),
    Resource(
        key="groups",
        template=_GROUP,
        links=(
            "userGroups",
            "groupLimit",
            "dealGroupGroups",
            "listGroups",
            "addressGroups",
            "automationGroups",
        ),
        class_name="Group",
        missing_status=403,  # the API's own way to say that there is no such group
        created={"sdate": iso},
        relations={
            "userGroups": Relation("userGroups", "groupid"),
            "groupLimit": Relation("groupLimits", "group", single=True),
            "listGroups": Relation("listGroups", "group"),
        },
    ),
    Resource(
        key="userGroups",
        template=_USER_GROUP,
        links=("group", "user"),
        class_name="UserGroup",
        aliases={"group": "groupid", "user": "userid"},
        references={"userid": "users", "groupid": "groups"},
        unique=("userid",),
        is_listed=False,
    ),
    Resource(
        key="groupLimits",
        template=_GROUP_LIMIT,
        links=("group",),
        class_name="GroupLimit",
        twins=(("group", "groupid"),),
        references={"group": "groups"},
        unique=("group",),
    ),
    Resource(
        key="listGroups",
        template=_LIST_GROUP,
        links=("list", "group"),
        class_name="ListGroup",
        references={"list": "lists", "group": "groups"},
        unique=("list", "group"),
    ),
)
