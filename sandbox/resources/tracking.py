"""Where contacts were and what they did there: data of their visits, places, events tracked."""

from typing import Any, Final

from sandbox.dates import iso
from sandbox.resources.resource import Resource

_DATA: dict[str, Any] = {
    "contact": None,
    "tstamp": None,
    "geoTstamp": None,
    "geoIp4": "0",
    "geoCountry2": "",
    "geo_country": "",
    "geoState": "",
    "geoCity": "",
    "geoZip": "",
    "geoArea": "0",
    "geoLat": "0.000000",
    "geoLon": "0.000000",
    "geoTz": "",
    "geoTzOffset": "0.00",
    "ga_campaign_source": "",
    "ga_campaign_name": "",
    "ga_campaign_medium": "",
    "ga_campaign_term": "",
    "ga_campaign_content": "",
    "ga_campaign_customsegment": "",
    "ga_first_visit": None,
    "ga_times_visited": "0",
    "fb_id": "0",
    "fb_name": "",
    "tw_id": "0",
    "created_timestamp": "0000-00-00 00:00:00",
    "updated_timestamp": "0000-00-00 00:00:00",
    "created_by": "0",
    "updated_by": "0",
}
_LOG: dict[str, Any] = {
    "subscriberid": None,
    "type": "",
    "value": "",
    "tstamp": None,
    "hash": "",
    "contact": None,
}
_IP: dict[str, Any] = {
    "contact": None,
    "campaignid": "0",
    "messageid": "0",
    "geoaddrid": None,
    "ip4": "0",
    "tstamp": None,
    "geoAddress": None,
}
_ADDRESS: dict[str, Any] = {
    "ip4": "0",
    "country2": "",
    "country": "",
    "state": "",
    "city": "",
    "zip": "",
    "area": "0",
    "lat": "0.000000",
    "lon": "0.000000",
    "tz": "",
    "tstamp": None,
}

RESOURCES: Final = (
    Resource(
        key="contactData",
        template=_DATA,
        class_name="ContactData",
        created={"tstamp": iso},
        changed={"tstamp": iso},
        references={"contact": "contacts"},
        unique=("contact",),
    ),
    Resource(
        key="trackingLogs",
        template=_LOG,
        links=("contact",),
        class_name="TrackingLog",
        created={"tstamp": iso},
        twins=(("contact", "subscriberid"),),
        references={"contact": "contacts"},
        is_listed=False,  # by contact only
    ),
    Resource(
        key="geoIps",
        template=_IP,
        links=("geoAddress",),
        class_name="GeoIp",
        created={"tstamp": iso},
        twins=(("geoAddress", "geoaddrid"),),
        references={"contact": "contacts", "geoAddress": "geoAddresses"},
        mentions={"campaignid": "campaigns", "messageid": "messages"},
        is_listed=False,  # by contact only
        always=("geoAddress",),
    ),
    Resource(
        key="geoAddresses",
        template=_ADDRESS,
        class_name="GeoAddress",
        created={"tstamp": iso},
        is_listed=False,  # beside geoIps only
    ),
)
