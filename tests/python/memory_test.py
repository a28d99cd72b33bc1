"""Nothing is copied that need not be, and nothing is kept."""

import gc
import resource
import subprocess
import sys

import numpy
import pytest

import gramian as gr


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_thousand_calls_leave_nothing(run1):
    rows = numpy.random.default_rng(2).normal(size=(40, 8)).astype(numpy.float32)

    def calls(count):
        for _ in range(count):
            E = gr.Embedding(rows, tokens=map(str, range(40)))
            near = gr.neighbors(E, all=True, k=2)
            near.indices, near.to_dict(), str(near)
            E.numpy()
        gc.collect()

    calls(100)
    before, references = resident(), sys.getrefcount(rows)
    files = len(_descriptors())
    calls(1000)
    assert sys.getrefcount(rows) == references, "arrays are kept"
    assert len(_descriptors()) == files, "files are kept open"
    assert resident() - before < 4 << 20, "memory is kept"


def _descriptors():
    import os

    return os.listdir("/proc/self/fd")


def test_failures_leave_nothing():
    rows = numpy.zeros((40, 8), dtype=numpy.float32)
    references = sys.getrefcount(rows)
    for _ in range(200):
        with pytest.raises(ValueError):
            gr.stats(rows)
    gc.collect()
    assert sys.getrefcount(rows) == references


PEAK = """
import resource, numpy
import gramian as gr
n, d = 4000, 6000
rows = numpy.random.default_rng(0).random(size=(n, d), dtype=numpy.float32)
gr.stats(rows[:50, :20])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
gr.inspect(rows)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / rows.nbytes)
"""


def test_the_matrix_is_not_copied():
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.5, "a matrix was copied"
