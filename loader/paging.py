"""How the pages of a list are asked for, one after the other, until the list's end is certain."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from loader.errors import EndpointError
from loader.pages import Page

LIMIT: Final = 100  # the API's largest page
FULL_PAGES: Final = (20, LIMIT)  # 20 is its default: a page so long may have been cut at it
ROUND: Final = 5  # where a server's own limit would be: a length that this divides
STEPS_BACK: Final = 10  # an unordered list may never show the anchor again
DIGITS: Final = 4000  # of an id: Python reads no longer numbers
REPEATS: Final = 3  # pages without a new record before the server is taken to repeat itself

Fetch = Callable[[Mapping[str, str]], Page]


@dataclass(slots=True)
class Progress:
    """What a walk has seen, and how far it is to be trusted."""

    distinct: int = 0
    last: int = 0  # greatest id, where the walk goes by ids: it can go on from there
    total: int | None = None
    is_sound: bool = True  # nothing moved, so nothing can have been passed over
    is_gapped: bool = False  # it went on where no record was known, so some were passed over
    ignores_offset: bool = False  # the server gave all it has on one page

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
        return is_complete and page.length % ROUND != 0


def walk_by_offset(fetch: Fetch, progress: Progress, size: int = LIMIT) -> Iterator[Page]:
    """Pages by `offset`. Each overlaps the one before by a record, the anchor.

    Where the anchor is missing, records moved while the list was read: the walk steps back until
    it meets records it knows, or has done so too often. It ends on a page without a new record.

    Raises:
        EndpointError: the server sends the same page again and again.
    """
    seen: set[str | None] = {None}
    offset = longest = steps = repeats = 0
    anchor: str | None = None
    first: list[str | None] = []
    while True:
        page = fetch({"limit": str(size), "offset": str(offset)})
        if page.total is not None:
            progress.is_sound &= page.total >= (progress.total or 0)
            progress.total = page.total
        longest = max(longest, page.length)
        if offset and page.ids == first and page.length not in FULL_PAGES:
            progress.ignores_offset = True
            progress.is_sound = False
            return
        if anchor is not None:
            known = [id for id in page.ids if id is not None and id in seen]
            progress.is_sound &= known == page.ids[:1] == [anchor]
            if offset and not known and steps < STEPS_BACK:
                steps += 1
                offset = max(offset - longest, 0)
                continue
            progress.is_gapped |= not known
        if not page.length:
            return
        first = first or page.ids
        before = len(seen)
        seen.update(page.ids)
        progress.distinct = len(seen) - 1
        repeats = 0 if len(seen) > before else repeats + 1
        yield page
        if progress.is_all(page) or (repeats and page.length < longest):
            return
        if repeats > REPEATS + steps:
            raise EndpointError("the server repeats the same page whatever the offset")
        # A single record is its own anchor: overlapping it would never move on.
        anchor = page.ids[-1] if page.length > 1 else None
        offset += page.length - 1 if anchor else page.length


def walk_by_id(fetch: Fetch, progress: Progress, size: int = LIMIT) -> Iterator[Page]:
    """Pages of ascending ids by `id_greater`, which no change during the read can shift.

    It begins where `progress` ended.

    Raises:
        EndpointError: the server does not honour `id_greater` or the order.
    """
    while True:
        last = progress.last
        params = {"limit": str(size), "orders[id]": "ASC"}
        page = fetch(params | {"id_greater": str(last)} if last else params)
        if progress.total is None:  # later totals count what is left, the first counts all
            progress.total = page.total
        if not page.length:
            return
        ids = [int(id) for id in page.ids if id and id.isdecimal() and len(id) <= DIGITS]
        if not any(page.ids) and page.length < size:  # none of them says what comes after it
            if not progress.distinct:
                yield page
            return
        if not ids or ids[0] <= last or ids != sorted(ids):
            raise EndpointError("the server does not list by id_greater and orders[id]=ASC")
        progress.distinct += len(set(ids))
        progress.last = ids[-1]
        yield page
        if progress.is_all(page):
            return
