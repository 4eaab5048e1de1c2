"""What a person sees of a run: progress while it goes on, a summary when it ends."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loader.endpoints import Endpoint
from loader.estimate import Forecast
from loader.evidence import Finding
from loader.paging import LIMIT
from loader.pipeline import Run
from loader.purge import Erasure
from loader.reading import Outcome, Read

LOG_INTERVAL = 0.25  # seconds between looks at which reads have ended


class Progress:
    """Shows a run while it goes on: a table that redraws in a terminal, lines in a log."""

    def __init__(self, console: Console, per_second: float) -> None:
        self._console = console
        self._per_second = per_second
        self._run: Run | None = None
        self._told: set[int] = set()
        self._sized: set[int] = set()
        self._done = threading.Event()

    def watch(self, run: Run) -> None:
        """Show this run from now on."""
        self._run = run

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress as long as the block runs."""
        if self._console.is_terminal:
            with Live(get_renderable=self._table, console=self._console, transient=True):
                yield
            return
        thread = threading.Thread(target=self._log, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._done.set()
            thread.join()

    def _log(self) -> None:
        while not self._done.wait(LOG_INTERVAL):
            self._tell()
        self._tell()

    def _tell(self) -> None:
        for read in self._run.reads if self._run else ():
            if read.parents and read.endpoint.opt_in and id(read) not in self._sized:
                self._sized.add(id(read))
                self._console.print(self._size(read), soft_wrap=True, highlight=False)
            if read.outcome and id(read) not in self._told:
                self._told.add(id(read))
                self._console.print(_line(read), soft_wrap=True, highlight=False)

    def _size(self, read: Read) -> str:
        lists = len(read.parents or ())
        time = f", {_duration(lists / self._per_second)} or more" if self._per_second else ""
        return f"{read.endpoint.name}: one request for each of {lists:,} {read.endpoint.per}{time}"

    def _table(self) -> Group:
        if (run := self._run) is None:
            return Group()
        table = Table("endpoint", box=None, pad_edge=False)
        table.add_column("rows", justify="right")
        table.add_column("of", justify="right")
        table.add_column("")
        for read in run.reads:
            table.add_row(read.endpoint.name, f"{read.rows:,}", _total(read), _state(read))
        rate = run.requests / max(run.seconds, 0.001)
        left = sum(
            len(read.parents) - len(read.walks)
            if read.parents
            else max((read.api_total or 0) - read.rows, 0) // LIMIT
            for read in run.reads
            if read.outcome is None
        )
        speed = f"{rate:.1f} requests/s"
        time = f", about {_duration(left / rate)} left" if left and rate else ""
        return Group(table, Text(speed + time))


def summary(run: Run) -> Group:
    """Per endpoint what was read, and indented what came beside it; then what is worth a word."""
    table = Table("endpoint", "mode", box=None, pad_edge=False)
    for name in ("rows", "of", "gone", "requests", "retries", "seconds"):
        table.add_column(name, justify="right")
    notes: list[str] = []
    for read in run.reads:
        findings = run.findings.get(read.endpoint.name, [])
        main = findings[0] if findings else Finding(read.endpoint.raw_table, read.rows, 0, 0)
        table.add_row(
            read.endpoint.name,
            read.mode,
            f"{main.rows:,}",
            _total(read),
            _gone(main),
            f"{read.tally.requests:,}",
            f"{read.tally.retries:,}",
            f"{_seconds(read):.1f}",
        )
        for finding in findings[1:]:
            if finding.collection == read.endpoint.stubs_table and not finding.rows:
                continue
            table.add_row(
                f"  {finding.collection}", "", f"{finding.rows:,}", "", _gone(finding), style="dim"
            )
        notes += _notes(read, findings, run.reads)
    if limited := [read.endpoint.name for read in run.reads if read.is_limited]:
        notes.append(f"read in part only (--limit): {', '.join(limited)}")
    return Group(table, *(Text(note) for note in notes))


def estimates(forecast: Forecast, per_second: float) -> Group:
    """Per endpoint what a full and an incremental run ask for, and how long they take."""
    table = Table("endpoint", box=None, pad_edge=False)
    for name in ("records", "full", "incremental"):
        table.add_column(name, justify="right")
    notes: list[str] = []
    for one in forecast.estimates:
        name = one.endpoint.name
        numbers = one.records, one.full, 0 if one.due else one.incremental
        table.add_row(name, *("?" if number is None else f"{number:,}" for number in numbers))
        if one.problem:
            notes.append(f"{name}: will be skipped or fail ({one.problem})")
        elif one.full is None:
            notes.append(f"{name}: the API gives no total, and it was never read: not counted")
        elif one.is_from_last_read:
            notes.append(f"{name}: the API gives no total, so counted as last read")
        if one.due:
            notes.append(f"{name}: not due before {one.due.astimezone():%Y-%m-%d %H:%M}")
        if one.is_full_due:
            notes.append(f"{name}: read in full by the next run")
    rate = f"at {per_second:g} requests/s" if per_second else "as fast as the server answers"
    for is_full, kind in ((True, "full"), (False, "incremental")):
        time = _duration(forecast.seconds(per_second, is_full=is_full))
        requests = forecast.requests(is_full=is_full)
        notes.append(f"{kind} run: {requests:,} requests, about {time} {rate}")
    return Group(table, *(Text(note) for note in notes))


def listing(endpoints: Sequence[Endpoint]) -> Table:
    """What can be loaded."""
    names = ("endpoint", "group", "mode", "cursor", "read", "raw tables", "documented tables")
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for one in endpoints:
        table.add_row(
            one.name,
            one.group,
            "from its end" if one.grows else "incremental" if one.is_incremental else "full",
            one.changed_key or "",
            "if named" if one.opt_in else "if not beside" if one.stands_in else "always",
            "\n".join(one.raw_tables),
            "\n".join(one.documented),
        )
    return table


def erasable(erasure: Erasure, path: str) -> Group:
    """What a purge of the database at `path` erases."""
    table = Table("raw table", box=None, pad_edge=False)
    table.add_column("deleted at the source", justify="right")
    for name, records in erasure.records.items():
        table.add_row(name, f"{records:,}")
    said = [
        f"These {erasure.total:,} records are erased, and nothing of them stays in {path}.",
    ]
    if erasure.derived:
        said.append(
            f"The {len(erasure.derived):,} tables and views that dbt made of them are dropped; "
            "`dbt build` makes them again."
        )
    if erasure.others:
        said.append(f"Left alone, look for copies yourself: {', '.join(erasure.others)}.")
    return Group(table, *(Text(line) for line in said))


def _line(read: Read) -> str:
    of = f" of {read.api_total:,}" if read.api_total is not None else ""
    retries = f", {read.tally.retries} retries" if read.tally.retries else ""
    state = "" if read.outcome is Outcome.COMPLETE else f": {_state(read)}"
    return (
        f"{read.endpoint.name}: {read.rows:,}{of} rows, {read.tally.requests:,} requests"
        f"{retries}, {_seconds(read):.1f} s{state}"
    )


def _state(read: Read) -> str:
    if read.outcome is None:
        lists = f" {len(read.walks):,} of {len(read.parents):,} lists" if read.parents else ""
        return f"…{lists}" if read.started_at else ""
    if read.outcome is Outcome.COMPLETE:
        return "done"
    return f"{read.outcome.value}: {read.reason}"


def _notes(read: Read, findings: Sequence[Finding], reads: Sequence[Read]) -> Iterator[str]:
    name = read.endpoint.name
    if read.outcome is Outcome.SKIPPED:
        yield f"{name}: skipped, what was loaded before stays ({read.reason})"
    if read.outcome is Outcome.FAILED:
        yield f"{name}: failed, what was loaded before stays ({read.reason})"
    if read.goes_on and read.started_at:
        yield f"{name}: went on where an earlier run stopped"
    if read.ignores_filter:
        yield f"{name}: the API ignored the filter by date of change, so all of it was read"
    if any(walk.is_unordered for walk in read.walks):
        yield f"{name}: its ids do not ascend, so all of it was read and not only its end"
    if read.leaves_gap and not read.is_limited:
        yield (
            f"{name}: changes before --since were not read; the next run begins where it would "
            "have begun"
        )
    if read.is_short:
        yield (
            f"{name}: records moved while the list was read, and {_missing(read)} missing. They "
            "come with a run that finds the list at rest; nothing of it is taken to be gone"
        )
    elif read.is_complete and read.is_under_total:
        yield (
            f"{name}: the API announces more records than it serves; nothing of it is taken to be "
            "gone"
        )
    if read.outcome is Outcome.COMPLETE and read.skipped_parents:
        yield f"{name}: {read.skipped_parents:,} lists skipped ({read.reason})"
    for beside in read.endpoint.beside:
        if beside.relation and not read.carries(beside.key):
            by_itself = any(one.endpoint.key == beside.key and one.tally.requests for one in reads)
            yield f"{name}: {beside.key} not served beside every record, " + (
                "so read by itself" if by_itself else "nor read by itself: rows may be missing"
            )
    if read.rejected:
        yield (
            f"{name}: {read.rejected:,} records without an id left out; nothing of it is taken to "
            "be gone"
        )
    if read.repaired:
        yield f"{name}: {read.repaired:,} replies with broken Unicode mended"
    for finding in findings:
        if finding.collection == read.endpoint.stubs_table and finding.rows:
            yield (
                f"{name}: {finding.rows:,} served with a few members only, since this key's user "
                "may not see them; what was loaded of them before stays"
            )
        if finding.withheld:
            yield (
                f"{name}: {finding.withheld:,} of {finding.collection} seem gone, too many to "
                "believe. Check the key's permissions; if they are gone, run with "
                f"--full {name} --accept-deletions"
            )


def _missing(read: Read) -> str:
    missing = (read.api_total or 0) - read.rows
    return f"{missing:,} are" if missing > 0 else "some are"


def _gone(finding: Finding) -> str:
    return f"{finding.marked:,}" if finding.marked else ""


def _total(read: Read) -> str:
    return "?" if read.api_total is None else f"{read.api_total:,}"


def _seconds(read: Read) -> float:
    if not (read.started_at and read.finished_at):
        return 0.0
    return (read.finished_at - read.started_at).total_seconds()


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
