"""The README's first steps in one go: load a made-up account, build the tables, look at them."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from loader.trial import DEFAULT_CONTACTS, DEFAULT_SEED, database_name

ROOT = Path(__file__).parent.parent

QUERIES = {
    "How are our lists doing?": """
        select
            lists.name as list,
            count(*) filter (where status = 1) as subscribed,
            count(*) filter (where status = 2) as unsubscribed,
            count(*) filter (where status = 3) as bounced,
            max(contacts_list_activity.sdate)::date as last_subscribed,
        from activecampaign.contacts_list_activity
        inner join activecampaign.lists on contacts_list_activity.list = lists.id
        group by all
        order by subscribed desc
    """,
    "What are our open deals worth?": """
        select
            pipelines.title as pipeline,
            dealstages_title as stage,
            count(*) as deals,
            sum(deals.value) / 100 as value,
            upper(deals.currency) as currency,
        from activecampaign.deals
        inner join activecampaign.pipelines on deals.pipeline_id = pipelines.id
        inner join activecampaign.pipelines__deal_stages on deals.stage = dealstages_id
        where deals.status = 0
        group by all
        order by pipeline, any_value(dealstages_order)
    """,
    "Who joined last, and what do we know about them?": """
        select
            contacts.firstname || ' ' || contacts.lastname as contact,
            contacts.email,
            contacts.cdate as created_at,
            string_agg(contacts_tags.tag_name, ', ' order by contacts_tags.cdate) as tags,
        from activecampaign.contacts
        inner join activecampaign.contacts_tags on contacts.id = contacts_tags.contact
        group by all
        order by created_at desc
        limit 5
    """,
}


def main() -> int:
    """Run loader and dbt as a user would, then show what they made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=DEFAULT_CONTACTS)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args()
    started = time.monotonic()
    database = database_name(options.contacts, options.seed)
    sandbox = ["--sandbox", "--contacts", str(options.contacts), "--seed", str(options.seed)]
    dbt = str(Path(sys.executable).with_name("dbt"))
    for step in ([sys.executable, "-m", "loader", *sandbox], [dbt, "--quiet", "build"]):
        done = subprocess.run(
            step,
            cwd=ROOT,
            env=os.environ | {"ACTIVECAMPAIGN_DUCKDB": database},
            check=False,
        )
        if done.returncode:
            return done.returncode
    show(ROOT / database)
    print(
        f"{time.monotonic() - started:.0f} s in all. "
        f"To go on, open {database} with any DuckDB client."
    )
    return 0


def show(database: Path) -> None:
    """Print the documented tables with their numbers of rows, and two answers."""
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'activecampaign' order by table_name"
        ).fetchall()
        counts = " union all ".join(
            f"select '{name}' as documented_table, count(*) as rows from activecampaign.{name}"
            for (name,) in tables
        )
        print("\nThe documented tables, schema activecampaign:")
        connection.sql(counts).show(max_rows=100)
        for question, query in QUERIES.items():
            print(question)
            connection.sql(query).show(max_width=120)


if __name__ == "__main__":
    sys.exit(main())
