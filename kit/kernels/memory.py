"""The memory of a fork server, laid out so that a fork is quick and its children share what they can.

A fork copies the table of the pages, and the end of a child takes it apart again: a quarter of a million
entries for a gigabyte. In pages of 2 MiB there are far fewer. A child that writes to one gets a copy of the
4 KiB around it, as before.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import weakref
from collections.abc import Iterator

_HUGE = 2 * 2**20
_MADV_DONTNEED = 4
# Linux 6.1. Older systems refuse it, and nothing changes.
_MADV_COLLAPSE = 25


def settle_memory() -> None:
    """Do what can be done once, before the first fork; nothing of it changes what a program sees."""
    leave_finalizers_to_the_server()
    gc.collect()
    if sys.version_info < (3, 12):
        # It holds names from all over the heap, and each that a child puts another in the place of is a page.
        sys._clear_type_cache()
    gc.freeze()
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    try:
        mappings = list(read_mappings())
    except OSError:
        # A system that does not show them, such as some sandboxes: slower, and right all the same.
        return
    for begin, end, kind in mappings:
        if kind == "data":
            for at in range(-(-begin // _HUGE) * _HUGE, end - _HUGE + 1, _HUGE):
                libc.madvise(at, _HUGE, _MADV_COLLAPSE)
        elif kind == "code":
            # What was needed only to load: a child maps what it runs, from the page cache.
            libc.madvise(begin, end - begin, _MADV_DONTNEED)


def leave_finalizers_to_the_server() -> None:
    """Let no child finalize, when it ends, what a library made while it was loaded.

    A child has none of it for itself. torch would take its tables of operators apart, in each kernel again,
    and a temporary folder would be gone for all the others.
    """
    for finalizer in list(weakref.finalize._registry):  # type: ignore[attr-defined]
        finalizer.atexit = False


def read_mappings() -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and kind of this process's mappings: "data", "code", or "other"."""
    with open("/proc/self/smaps", encoding="utf-8") as file:  # noqa: PTH123
        begin = end = 0
        access = name = ""
        for line in file:
            words = line.split()
            if not words[0].endswith(":"):
                begin, end = (int(part, 16) for part in words[0].split("-"))
                access, name = words[1], words[5] if len(words) > 5 else ""
            elif words[0] == "Anonymous:":
                # The last of the lines that matter. Code that was changed in memory can't be read again.
                if access == "rw-p" and name in ("", "[heap]") and words[1] != "0":
                    yield begin, end, "data"
                elif access == "r-xp" and name.startswith("/") and words[1] == "0":
                    yield begin, end, "code"
                else:
                    yield begin, end, "other"
