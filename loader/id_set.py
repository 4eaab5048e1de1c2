"""A set of ids that takes little memory where they are numbers close together, as most lists'."""

from collections.abc import Iterable
from typing import Final

WIDTH: Final = (
    8  # 256 numbers share an integer, one bit each: sparse ids cost little more than text
)
DIGITS: Final = 18  # of a number that is no text in disguise


class IdSet:
    """The ids of a list that were seen; a list of a million dense numbers takes half a megabyte."""

    def __init__(self) -> None:
        self._bits: dict[int, int] = {}
        self._texts: set[str] = set()
        self._numbers = 0

    def __len__(self) -> int:
        """How many different ids there are."""
        return self._numbers + len(self._texts)

    def __contains__(self, record_id: str) -> bool:
        """Whether an id is among them, as it is written: `7` is not `07`."""
        if not _is_number(record_id):
            return record_id in self._texts
        number = int(record_id)
        return self._bits.get(number >> WIDTH, 0) >> (number & ((1 << WIDTH) - 1)) & 1 == 1

    def update(self, ids: Iterable[str | None]) -> None:
        """Add those of some records; a record may have none."""
        for id in ids:
            if id is None:
                continue
            if not _is_number(id):
                self._texts.add(id)
            elif id not in self:
                number = int(id)
                chunk = number >> WIDTH
                self._bits[chunk] = self._bits.get(chunk, 0) | 1 << (number & ((1 << WIDTH) - 1))
                self._numbers += 1


def _is_number(text: str) -> bool:
    is_plain = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return is_plain and (text[0] != "0" or text == "0")
