"""Memory that was freed is used again, and not kept by each thread and each library for itself."""

import ctypes
from contextlib import suppress
from typing import Final

import pyarrow as pa

M_ARENA_MAX: Final = -8  # of glibc's malloc.h
M_MMAP_THRESHOLD: Final = -3
LARGE: Final = 128 * 2**10  # bytes


def share_pools() -> None:
    """Let Arrow use the system's pools, and the system two for all threads, none for what is large.

    What is large is given back as soon as it is freed; glibc would put more and more of it into
    pools, where a small thing that stays behind it keeps it all. Before the first thread: glibc
    looks at the number only once. Other C libraries have no pool for each thread.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_ARENA_MAX, 2)
        mallopt(M_MMAP_THRESHOLD, LARGE)
