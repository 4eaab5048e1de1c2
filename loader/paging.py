"""How the pages of a list are asked for, side by side, until the list's end is certain."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from math import ceil, log2
from typing import Final, Protocol

from loader.errors import EndpointError
from loader.id_set import IdSet
from loader.pages import Page

LIMIT: Final = 100  # the API's largest page
USUAL_LIMIT: Final = 20  # the API's default: a page so long may have been cut at it
ROUND: Final = 5  # where a server's own limit would be: a length that this divides
STEPS_BACK: Final = 10  # an unordered list may never show the anchor again, nor a changed one
DIGITS: Final = 4000  # of an id: Python reads no longer numbers
REPEATS: Final = 3  # pages without a new record before the server is taken to repeat itself
AHEAD: Final = 5  # pages of a list that are asked for before they are wanted
SIDE_BY_SIDE: Final = 8  # ranges of ids that are read at a time
WORTH_SPLITTING: Final = 8  # pages: each further range costs half a page, and the first split one

Query = Mapping[str, str]
Fetch = Callable[[Query], Page]


class Stored(Protocol):
    """What is loaded of a list that grows at its end."""

    @property
    def rows(self) -> int:
        """How many records, without those that are gone."""

    def holds(self, page: Page, offset: int) -> bool:
        """Whether all of a page is stored as it is, and so many records that come before it."""


@dataclass(slots=True, eq=False)
class Gap:
    """Ids that are still to be read: those above `after`, up to `until` where that is known."""

    after: int = 0
    until: int | None = None


@dataclass(slots=True)
class Progress:
    """What a walk has seen, and how far it is to be trusted."""

    distinct: int = 0
    gaps: list[Gap] = field(default_factory=lambda: [Gap()])  # where the walk goes by ids
    start: int = 0  # offset where the walk began; `total` counts from there
    total: int | None = None
    longest: int = 0  # page
    is_sound: bool = True  # nothing moved, so nothing can have been passed over
    is_gapped: bool = False  # it went on where no record was known, so some were passed over
    ignores_offset: bool = False  # the server gave all it has on one page
    is_unordered: bool = False  # ids do not ascend, so the end is not where new records are

    @property
    def is_short(self) -> bool:
        """Whether records are missing, or nothing tells that none is."""
        if self.is_sound or self.ignores_offset:
            return False
        return self.is_gapped or self.total is None or self.distinct < self.total

    def is_all(self, page: Page) -> bool:
        """Whether `page` is the last: one that was not cut and completes the announced total.

        Neither sign is enough alone: a server may give fewer records than asked for, a total may
        lie, and where records went during the read, those still to come complete no total.
        """
        is_complete = self.is_sound and self.distinct == self.total
        return is_complete and (page.length % ROUND != 0 or page.length < self.longest)


class Ahead:
    """Asks for the pages that a walk will want, side by side, while it looks at the one it has."""

    def __init__(self, fetch: Fetch, pool: Executor | None) -> None:
        self._fetch = fetch
        self._pool = pool
        self._asked: dict[frozenset[tuple[str, str]], Future[Page]] = {}

    def ask(self, query: Query) -> Future[Page]:
        """Ask for a page, unless that is done already."""
        future = self._asked.pop(frozenset(query.items()), None)
        if future:
            return future
        if self._pool:
            return self._pool.submit(self._fetch, query)
        future = Future()
        try:
            future.set_result(self._fetch(query))
        except EndpointError as problem:
            future.set_exception(problem)
        return future

    def expect(self, queries: Iterable[Query]) -> None:
        """Ask for pages that will be wanted."""
        if self._pool:
            for query in queries:
                key = frozenset(query.items())
                if key not in self._asked:
                    self._asked[key] = self._pool.submit(self._fetch, query)

    def forget(self) -> None:
        """Want none of what was asked for."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()


def walk_by_offset(
    fetch: Fetch, progress: Progress, size: int = LIMIT, pool: Executor | None = None
) -> Iterator[Page]:
    """Pages by `offset`. Each overlaps the one before by a record, the anchor.

    Where the anchor is missing, records moved while the list was read: the walk steps back until
    it meets records it knows, or has done so too often. It ends on a page without a new record.
    With a `pool` the next pages are under way while one is looked at: the anchors tell just as well
    whether something moved in between.

    Raises:
        EndpointError: the server sends the same page again and again.
    """
    ahead = Ahead(fetch, pool)
    seen = IdSet()
    offset, steps, repeats = progress.start, 0, 0
    anchor: str | None = None
    first: list[str | None] = []
    try:
        while True:
            page = ahead.ask(_at(offset, size)).result()
            if page.total is not None:
                total = page.total - progress.start
                progress.is_sound &= total >= (progress.total or 0)
                progress.total = total
            progress.longest = max(progress.longest, page.length)
            if offset and page.ids == first and page.length not in (USUAL_LIMIT, size):
                progress.ignores_offset = True
                progress.is_sound = False
                break
            if anchor is not None:
                known = [id for id in page.ids if id is not None and id in seen]
                progress.is_sound &= known == page.ids[:1] == [anchor]
                if offset and not known and steps < STEPS_BACK:
                    steps += 1
                    ahead.forget()
                    offset = max(offset - progress.longest, 0)
                    continue
                progress.is_gapped |= not known
            if not page.length:
                break
            first = first or page.ids
            before = len(seen)
            seen.update(page.ids)
            progress.distinct = len(seen)
            repeats = 0 if len(seen) > before else repeats + 1
            # A single record is its own anchor: overlapping it would never move on.
            anchor = page.ids[-1] if page.length > 1 else None
            step = page.length - 1 if anchor else page.length
            offset += step
            if page.length == progress.longest and not repeats:
                end = progress.start + (progress.total or 0) - 1  # there is the last anchor
                coming = range(offset, end, step)[:AHEAD]
                ahead.expect(_at(one, size) for one in coming)
            yield page
            if progress.is_all(page) or (repeats and page.length < progress.longest):
                break
            if repeats > REPEATS + steps:
                raise EndpointError("the server repeats the same page whatever the offset")
    finally:
        ahead.forget()


def requests_by_offset(records: int, *, has_total: bool = True, size: int = LIMIT) -> int:
    """How many requests `walk_by_offset` needs for so many records."""
    pages = 1 + max(ceil((records - size) / (size - 1)), 0)
    last = records - (pages - 1) * (size - 1)
    is_last = has_total and (last < size if pages > 1 else last % ROUND != 0)
    return pages if is_last or not records else pages + 1


def walk_from_end(
    fetch: Fetch,
    progress: Progress,
    stored: Stored,
    size: int = LIMIT,
    pool: Executor | None = None,
) -> Iterator[Page]:
    """Pages by `offset` of a list that grows at its end, from the last one that is stored on.

    Where ids do not ascend, or too much of its end has changed, the whole list.

    Raises:
        EndpointError: the server sends the same page again and again.
    """
    met: dict[int, Page] = {}
    size = max(size - 1, 1)  # of a full page nothing tells that it is the last
    offset = max(stored.rows - size, 0)
    while offset:
        met[offset] = page = fetch(_at(offset, size))
        if progress.is_unordered or not _ascends(page):
            progress.is_unordered, offset = True, 0
        elif stored.holds(page, offset):
            break
        elif len(met) == STEPS_BACK:
            offset = 0
        else:
            offset = max(offset - max(size - 1, 1), 0)  # an anchor ahead
    progress.start = offset

    def known(query: Query) -> Page:
        return met.pop(int(query["offset"]), None) or fetch(query)

    for page in walk_by_offset(known, progress, size, pool):
        if progress.start and not _ascends(page):
            progress.is_unordered, progress.start = True, 0
            break
        yield page
    else:
        return
    progress.distinct, progress.total, progress.longest = 0, None, 0
    progress.is_sound, progress.is_gapped = True, False
    yield from walk_by_offset(fetch, progress, size, pool)


def requests_from_end(records: int, size: int = LIMIT) -> int:
    """About how many requests `walk_from_end` needs where so many records came."""
    return 1 + ceil(max(records, 0) / (size - 2))


def _ascends(page: Page) -> bool:
    ids = [int(id) for id in page.ids if id and id.isdecimal() and len(id) <= DIGITS]
    return len(ids) == page.length and ids == sorted(set(ids))


def _at(offset: int, size: int) -> Query:
    return {"limit": str(size), "offset": str(offset)}


def walk_by_id(
    fetch: Fetch, progress: Progress, size: int = LIMIT, pool: Executor | None = None
) -> Iterator[Page]:
    """Pages of ascending ids by `id_greater`, which no change during the read can shift.

    It reads what `progress` says is still to be read. With a `pool` a long list is read in several
    ranges of ids side by side; where one has come to its end, the widest of the others is halved.

    Raises:
        EndpointError: the server does not honour `id_greater` or the order.
    """
    ahead = Ahead(fetch, pool)
    asked: dict[Future[Page], Gap] = {}
    newest: int | None = None
    try:
        while progress.gaps:
            for gap in progress.gaps if pool else progress.gaps[:1]:
                if gap not in asked.values():
                    asked[ahead.ask(_above(gap, size))] = gap
            for future in wait(asked, return_when=FIRST_COMPLETED).done:
                gap, page = asked.pop(future), future.result()
                if progress.total is None:  # later totals count what is left, the first all
                    progress.total = page.total
                if _takes(progress, gap, page, size):
                    yield page
            if pool and newest is None and _pages_left(progress, size) >= 2 * WORTH_SPLITTING:
                newest = _newest(ahead)
            if newest:
                _split(progress, newest, size)
    finally:
        for future in asked:
            future.cancel()


def requests_by_id(records: int, size: int = LIMIT) -> int:
    """About how many requests `walk_by_id` needs for so many records."""
    pages = records // size + 1  # also where the last is full: then nothing tells that it is
    halvings = int(log2(max((records / size - 1) / WORTH_SPLITTING, 1)))
    ranges = min(1 << halvings, SIDE_BY_SIDE)
    return pages + ranges // 2 + (ranges > 1)  # half a page each, and the newest id


def _above(gap: Gap, size: int) -> Query:
    query = {"limit": str(size), "orders[id]": "ASC"}
    return query | {"id_greater": str(gap.after)} if gap.after else query


def _takes(progress: Progress, gap: Gap, page: Page, size: int) -> bool:
    """Take note of a page that begins a gap: whether it brings anything."""
    progress.longest = max(progress.longest, page.length)
    if not any(page.ids) and page.length < size:  # none of them says what comes after it
        progress.gaps.remove(gap)
        return page.length > 0 and not progress.distinct
    ids = [int(id) for id in page.ids if id and id.isdecimal() and len(id) <= DIGITS]
    if not ids or ids[0] <= gap.after or ids != sorted(ids):
        raise EndpointError("the server does not list by id_greater and orders[id]=ASC")
    progress.distinct += len({id for id in ids if gap.until is None or id <= gap.until})
    gap.after = ids[-1]
    if progress.is_all(page) if gap.until is None else gap.after >= gap.until:
        progress.gaps.remove(gap)
    return True


def _pages_left(progress: Progress, size: int) -> float:
    return ((progress.total or 0) - progress.distinct) / size


def _newest(ahead: Ahead) -> int:
    """The greatest id that there is, 0 where the server does not tell."""
    try:
        ids = ahead.ask({"limit": "1", "orders[id]": "DESC"}).result().ids
    except EndpointError:
        return 0
    return next((int(id) for id in ids if id and id.isdecimal() and len(id) <= DIGITS), 0)


def _split(progress: Progress, newest: int, size: int) -> None:
    """Halve the widest gaps, as long as that is worth it, until enough are read side by side."""

    def pages(gap: Gap) -> float:
        return ((gap.until or newest) - gap.after) * (progress.total or 0) / newest / size

    while progress.gaps and len(progress.gaps) < SIDE_BY_SIDE:
        widest = max(progress.gaps, key=pages)
        if pages(widest) < 2 * WORTH_SPLITTING:
            return
        middle = (widest.after + (widest.until or newest)) // 2
        progress.gaps.append(Gap(middle, widest.until))
        widest.until = middle
