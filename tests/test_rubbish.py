"""Looking for rubbish: a batch does it often and looks as seldom afterwards as before; its threads share heaps."""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
from collections.abc import Iterator

import pytest

from returnctl import rubbish


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_for_now_is_taken_back() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with rubbish.often_for_now():
        assert gc.get_threshold()[0] < 10_000
        assert gc.get_freeze_count() > before[1]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


_HEAPS = """
import ctypes, threading
from returnctl import rubbish

if {often}:
    rubbish.often()
together = threading.Barrier(12)


def work():
    together.wait()
    kept = [bytes(3_000) for _ in range(100)]
    together.wait()


threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
c = ctypes.CDLL(None)
c.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(c.fdopen(1, b"w"))
c.malloc_info(0, out)
c.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are the GNU C library's")
def test_threads_share_few_heaps() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    heaps = {
        often: subprocess.run(
            [sys.executable, "-c", _HEAPS.format(often=often)],
            env=environ,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.count("<heap nr=")
        for often in (False, True)
    }
    assert heaps[False] > 2
    assert heaps[True] == 2


def test_often_lasts() -> None:
    rubbish.seldom()
    seldom = gc.get_threshold()[0]
    rubbish.often()
    gc.collect()
    assert gc.get_threshold()[0] < seldom
