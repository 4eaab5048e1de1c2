"""Memory that was freed is used again, and not kept by each thread and each library for itself."""

import ctypes
from contextlib import suppress
from typing import Final

import pyarrow as pa

M_ARENA_MAX: Final = -8  # of glibc's malloc.h


def share_pools() -> None:
    """Let Arrow use the system's pools, and the system two for all threads.

    Before the first thread: glibc looks at the number only once. Other C libraries have no pool for
    each thread.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
