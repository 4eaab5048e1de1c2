"""The baseline "plain dlt": the same lists with dlt's own REST source, as one writes it in an hour.

    python -m benchmarks.plain_dlt http://127.0.0.1:8765 plain.duckdb [parquet]

Pages of 100 by offset, merged by id, each record unpacked into columns; nothing comes beside. The
file format is dlt's usual one unless another is named.
"""

import sys
from pathlib import Path
from typing import Any, Final

import dlt
from dlt.sources.rest_api import rest_api_source

API_KEY: Final = "sandbox"
LISTS: Final = (
    *("users", "groups", "contacts", "fieldValues", "contactLists", "contactTags", "scores"),
    *(
        "fields",
        "lists",
        "tags",
        "accounts",
        "accountContacts",
    ),
    *("deals", "dealActivities", "contactDeals", "dealGroups"),
    *("dealStages", "dealTasks", "dealTasktypes", "tasktypeOutcomeRels", "taskOutcomes"),
    *("notes", "campaigns", "campaignMessages", "messages"),
)
LISTS_WITHOUT_TOTAL: Final = (
    *("scoreValues", "accountCustomFieldMeta", "accountCustomFieldData"),
    *("dealCustomFieldMeta", "dealCustomFieldData"),
)
SCHEMA: Final = "raw"


def _resource(name: str, total_path: str | None) -> Any:
    paginator = {"type": "offset", "limit": 100, "total_path": total_path}
    return {"name": name, "endpoint": {"path": name, "data_selector": name, "paginator": paginator}}


def load(url: str, database: Path, file_format: str | None) -> None:
    """Read all lists of the account at `url` into `database`."""
    source: Any = rest_api_source(
        {
            "client": {"base_url": f"{url}/api/3/", "headers": {"Api-Token": API_KEY}},
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge"},
            "resources": [
                *(_resource(name, "meta.total") for name in LISTS),
                *(_resource(name, None) for name in LISTS_WITHOUT_TOTAL),
            ],
        }
    )
    pipeline = dlt.pipeline(
        "plain",
        pipelines_dir=str(database.with_suffix(".dlt")),
        destination=dlt.destinations.duckdb(str(database)),
        dataset_name=SCHEMA,
    )
    formats: dict[str, Any] = {"loader_file_format": file_format} if file_format else {}
    pipeline.run(source, **formats)


if __name__ == "__main__":
    load(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
