"""The command line: `python -m loader [run|plan|check|endpoints|purge]`."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from loader import __version__, check, evidence, pipeline, purge, selection, trial
from loader.client import Client
from loader.cursors import Plan
from loader.database import check_account, has_data, open_database
from loader.endpoints import Endpoint
from loader.errors import ConfigurationError, LoaderError
from loader.estimate import Forecaster
from loader.memory import share_pools
from loader.report import Progress, erasable, estimates, listing, summary
from loader.selection import Selection
from loader.settings import (
    Settings,
    database_in_environment,
    endpoints_in_environment,
    settings_from_environment,
)

YEARS: Final = range(1970, 2200)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        Exit code: 0 all read (what key or plan lack counts as read), 1 failed, 2 configuration,
        3 some endpoint failed or came short while others loaded, or a mass deletion waits for
        confirmation.
    """
    share_pools()
    console = Console(width=None if sys.stdout.isatty() else 160, emoji=False, markup=False)
    options = _parser().parse_args(arguments)
    try:
        known = selection.known([*options.endpoint, *endpoints_in_environment()])
        names = [*options.select, selection.ADDED] if options.endpoint and options.select else None
        selected = selection.select(known, names or options.select, options.exclude)
        if options.command == "endpoints":
            is_all = not (options.select or options.exclude)
            console.print(listing(known if is_all else selected.chosen))
            return 0
        if options.command == "purge":
            return _purge(console, options)
        with _account(options) as settings:
            client = Client(settings)
            if options.command == "check":
                return _check(console, client, selected, settings)
            if options.command == "plan":
                return _forecast(console, client, selected, settings, options)
            return _run(console, client, selected, settings, options)
    except LoaderError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print("Interrupted. What was loaded stays; the next run goes on.", file=sys.stderr)
        sys.stderr.flush()
        os._exit(1)  # a request in flight cannot be called back, and nobody waits for its answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loader",
        description="Load an ActiveCampaign account into DuckDB as raw JSON; dbt does the rest.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        default="run",
        choices=("run", "plan", "check", "endpoints", "purge"),
        help="run: load (the default). plan: how many requests and minutes that takes. check: is "
        "the key good, what may it see, is the time zone right. endpoints: what can be loaded. "
        "purge: erase what is deleted at the source.",
    )
    parser.add_argument(
        "--select",
        nargs="+",
        metavar="NAME",
        help="only these endpoints: groups, names, or patterns such as 'contact[s]'",
    )
    parser.add_argument("--exclude", nargs="+", metavar="NAME", help="all but these endpoints")
    parser.add_argument(
        "--endpoint",
        nargs="+",
        default=[],
        metavar="PATH:KEY",
        help="read this list of the API as well, which the table of endpoints lacks: its path and "
        "the key under which its reply holds the records",
    )
    parser.add_argument(
        "--full",
        nargs="*",
        metavar="NAME",
        help="read all records of these endpoints (of all, without a name) and not only those that "
        "changed since the last run",
    )
    parser.add_argument(
        "--since",
        type=_moment,
        metavar="DATE",
        help="where only changes are read, read those since this date or date-time (of the "
        "account's zone unless it names one)",
    )
    parser.add_argument(
        "--limit",
        type=_positive,
        metavar="N",
        help="read about N records an endpoint, in whole pages, for a first look",
    )
    parser.add_argument(
        "--accept-deletions",
        action="store_true",
        help="mark records as deleted even where a large share of a table is gone",
    )
    parser.add_argument(
        "--sandbox", action="store_true", help="load a made-up account; needs no settings"
    )
    parser.add_argument(
        "--contacts",
        type=_number,
        default=trial.DEFAULT_CONTACTS,
        metavar="N",
        help="size of the sandbox's account (default %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=_number,
        default=trial.DEFAULT_SEED,
        metavar="S",
        help="which made-up account (default %(default)s)",
    )
    parser.add_argument("--yes", action="store_true", help="purge without asking")
    parser.add_argument("--version", action="version", version=__version__)
    return parser


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a number from 0, not {text!r}")
    return int(text)


def _positive(text: str) -> int:
    number = _number(text)
    if not number:
        raise argparse.ArgumentTypeError("must be a number from 1")
    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.year not in YEARS:
            raise ValueError(text)
        return moment
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a date such as 2026-05-28 or a date-time, not {text!r}"
        ) from None


def _plan(options: argparse.Namespace, settings: Settings, selected: Selection) -> Plan:
    zone = check.zone_of_project(Path.cwd())
    since: datetime | None = options.since
    if since and options.full is not None:
        raise ConfigurationError("--since and --full contradict each other: give one of them.")
    if options.full is None:
        full: Sequence[Endpoint] = ()
    else:
        full = selection.named(selected.known, options.full) if options.full else selected.known
        if not any(one in selected.chosen for one in full):
            raise ConfigurationError("--full names no endpoint that is selected.")
    return Plan(
        full=full,
        full_every=settings.full_every,
        read_every=_intervals(settings, selected.known),
        since=since.replace(tzinfo=since.tzinfo or zone) if since else None,
        limit=options.limit,
        zone=zone,
    )


def _intervals(settings: Settings, known: Sequence[Endpoint]) -> dict[Endpoint, timedelta]:
    every: dict[Endpoint, timedelta] = {}
    for name, interval in settings.read_every.items():
        named = [one for one in known if name in (one.name, *selection.groups(one))]
        if not named:
            raise ConfigurationError(
                f"ACTIVECAMPAIGN_READ_HOURS: there is no endpoint or group {name!r}. "
                "`python -m loader endpoints` lists them."
            )
        every |= dict.fromkeys(named, interval)
    return every


@contextmanager
def _account(options: argparse.Namespace) -> Iterator[Settings]:
    if options.sandbox:
        with trial.sandbox(options.contacts, options.seed) as settings:
            yield settings
    else:
        yield settings_from_environment()


def _run(
    console: Console,
    client: Client,
    selected: Selection,
    settings: Settings,
    options: argparse.Namespace,
) -> int:
    if settings.database.exists():  # a wrong file or a blocking reader is found before any request
        with open_database(settings.database) as database:
            check_account(database, settings.database, settings.account)
    plan = _plan(options, settings, selected)
    owner = check.key_owner(client)
    path = _short(settings.database)
    console.print(f"Loading {settings.account} as {owner} into {path}", highlight=False)
    progress = Progress(console, settings.requests_per_second)
    with open_database(settings.database) as database, progress.shown():
        run = pipeline.run(
            settings,
            client,
            database,
            selected.chosen,
            selected.stand_ins,
            plan=plan,
            accept_deletions=options.accept_deletions,
            watch=progress.watch,
        )
    console.print(summary(run), highlight=False)
    console.print(
        f"{run.rows:,} rows in {run.seconds:.1f} s, {run.requests:,} requests "
        f"({run.requests / run.seconds:.1f}/s). Next: dbt build",
        highlight=False,
    )
    if options.sandbox:
        console.print(f"Point dbt at it: export ACTIVECAMPAIGN_DUCKDB={path}", highlight=False)
    return run.exit_code


def _forecast(
    console: Console,
    client: Client,
    selected: Selection,
    settings: Settings,
    options: argparse.Namespace,
) -> int:
    plan = _plan(options, settings, selected)
    check.key_owner(client)
    with ExitStack() as stack:
        database = None
        if settings.database.exists():
            database = stack.enter_context(open_database(settings.database))
            check_account(database, settings.database, settings.account)
        known = database if database and has_data(database) else None
        if known:
            known.execute(evidence.TABLES)  # a database of an earlier version lacks columns
            plan = pipeline.with_lost(known, selected.chosen, plan)
        forecast = Forecaster(client, known, plan).forecast(selected.chosen, selected.stand_ins)
    console.print(estimates(forecast, settings.requests_per_second), highlight=False)
    return 0


def _is_confirmed() -> bool:
    try:
        return input("Erase them? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        return False


def _purge(console: Console, options: argparse.Namespace) -> int:
    for option in ("select", "exclude", "full", "since", "limit"):
        if getattr(options, option) is not None:
            raise ConfigurationError(f"purge takes no --{option}: it erases all that is deleted.")
    name = trial.database_name(options.contacts, options.seed) if options.sandbox else None
    path = database_in_environment(name)
    if not path.exists():
        raise ConfigurationError(f"There is no database {path}. Set ACTIVECAMPAIGN_DUCKDB.")
    with open_database(path) as database:
        erasure = purge.find(database)
        if not erasure.total:
            console.print(f"Nothing in {_short(path)} is deleted at the source.", highlight=False)
            return 0
        console.print(erasable(erasure, _short(path)), highlight=False)
        if not options.yes and not sys.stdin.isatty():
            raise ConfigurationError("Nothing was erased: nobody is here to ask. Run with --yes.")
        if not options.yes and not _is_confirmed():
            console.print("Nothing was erased.")
            return 1
        purge.purge(database, path)
    console.print("Erased. Next: dbt build", highlight=False)
    return 0


def _short(path: Path) -> str:
    """As the reader can use it from here."""
    here = path.absolute()
    return str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here)


def _check(console: Console, client: Client, selected: Selection, settings: Settings) -> int:
    console.print(f"{settings.account}: the key belongs to {check.key_owner(client)}")
    answers = check.ask(client, selected.chosen)
    table = Table("endpoint", "records", "", box=None, pad_edge=False)
    for answer in answers:
        records = f"{answer.total:,}" if answer.total is not None else f"{answer.length:,} or more"
        table.add_row(
            answer.endpoint.name, "-" if answer.problem else records, answer.problem or "answers"
        )
    console.print(table, highlight=False)
    zone = check.zone_of_project(Path.cwd())
    times = [time for answer in answers for time in answer.times]
    is_right, said = check.compare_zone(zone, times)
    console.print(said, highlight=False, soft_wrap=True)
    return 0 if is_right and not any(answer.has_failed for answer in answers) else 3
