"""The account's request budget, which all its keys share."""

import math
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable


class Budget:
    """So many requests a second; 0 is no limit."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._size = max(rate, 1.0)  # what an idle account may use at once
        self._left = self._size
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> int:
        """Take a request; the whole seconds to wait where there is none left, else 0."""
        if not self.rate:
            return 0
        with self._lock:
            now = time.monotonic()
            self._left = min(self._size, self._left + (now - self._at) * self.rate)
            self._at = now
            if self._left < 1:
                return math.ceil((1 - self._left) / self.rate)
            self._left -= 1
            return 0


def most_within_a_second(times: Iterable[float]) -> int:
    """How many of these moments (`Request.at`, any order) lie within some one second at most."""
    moments = sorted(times)
    return max(
        (bisect_left(moments, first + 1) - nth for nth, first in enumerate(moments)), default=0
    )
