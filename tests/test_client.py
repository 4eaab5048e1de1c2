"""The request budget and the waits that a server asks for."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from loader.client import Budget, retry_after


def test_requests_of_all_threads_keep_to_the_budget() -> None:
    budget = Budget(per_second=50, stop=threading.Event())
    taken: list[float] = []

    def take() -> None:
        for _ in range(5):
            budget.take()
            taken.append(time.monotonic())

    threads = [threading.Thread(target=take) for _ in range(4)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    # the n-th request may come late on a busy machine, but never early
    assert all(at - started >= n / 50 for n, at in enumerate(taken))


def test_a_pause_holds_every_later_request_back() -> None:
    budget = Budget(per_second=0, stop=threading.Event())
    budget.pause(0.2)
    started = time.monotonic()
    budget.take()
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 0), ("", 0), ("2", 2), ("0", 0), ("-3", 0), ("soon", 0)],
)
def test_retry_after_in_seconds(header: str | None, seconds: float) -> None:
    assert retry_after(header) == seconds


def test_retry_after_as_a_date() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 <= retry_after(header) <= 30
