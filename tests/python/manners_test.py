"""How a question behaves towards the interpreter: locks, signals, threads, processes, memory."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy
import pytest

import gramian as gr


def large(n=40_000, d=64):
    return numpy.random.default_rng(0).normal(size=(n, d)).astype(numpy.float32)


def test_other_threads_run_meanwhile():
    E = gr.Embedding(large(12_000))
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.002)

    thread = threading.Thread(target=tick)
    thread.start()
    begin = time.perf_counter()
    gr.stats(E, threads=1)
    end = time.perf_counter()
    stop.set()
    thread.join()
    during = sum(begin < each < end for each in ticks)
    assert during > (end - begin) / 0.002 / 20, "the interpreter's lock was held"


def test_ctrl_c():
    E = gr.Embedding(large())
    sent = []

    def send():
        time.sleep(0.3)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=send)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        gr.neighbors(E, all=True, k=50, threads=1)
    late = time.perf_counter() - sent[0]
    thread.join()
    assert late < 0.5
    assert gr.stats(E, limit=100).rows_used == 100, "nothing works after an interruption"


def test_progress():
    seen = []
    gr.stats(large(12_000), threads=1, progress=lambda *each: seen.append(each))
    stages = {label for label, *_ in seen}
    assert "stats" in stages
    shares = [share for label, share, *_ in seen if label == "stats"]
    assert shares == sorted(shares) and 0 <= min(shares) and max(shares) <= 1
    assert all(unit == "pairs" for label, _, _, unit in seen if label == "stats")


def test_a_bar(capsys):
    pytest.importorskip("tqdm")
    gr.stats(large(12_000), threads=1, progress=True)
    assert "stats" in capsys.readouterr().err


def test_progress_may_end_it():
    class Enough(Exception):
        pass

    def stop(*_):
        raise Enough

    begin = time.perf_counter()
    with pytest.raises(Enough):
        gr.neighbors(large(), all=True, k=50, threads=1, progress=stop)
    assert time.perf_counter() - begin < 5


def test_several_threads(run1, run2):
    wanted = [gr.stats(E).to_dict()["distribution"] for E in (run1, run2)]
    found = [None] * 8

    def ask(k):
        found[k] = gr.stats((run1, run2)[k % 2], threads=1).to_dict()["distribution"]

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == wanted * 4


def test_memory_limit():
    with pytest.raises(MemoryError, match="memory_limit 10M; "):
        gr.stats(large(12_000), memory_limit="10M")
    assert gr.stats(large(200), memory_limit=2**30).rows_used == 200


def test_a_device_that_is_not_here(run1):
    with pytest.raises(RuntimeError, match="cuda"):
        gr.stats(run1, device="cuda:7")


FORK = """
import os, sys, threading
import numpy
import gramian as gr

E = gr.Embedding(numpy.random.default_rng(0).normal(size=(3000, 32)))
wanted = gr.stats(E).distribution.median
child = os.fork()
if child == 0:
    os._exit(0 if gr.stats(E).distribution.median == wanted else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "a process forked at rest gives another answer"

begun = threading.Event()
thread = threading.Thread(target=lambda: gr.neighbors(
    numpy.random.default_rng(0).normal(size=(20000, 64)), all=True, k=50, threads=1, progress=lambda *_: begun.set()))
thread.start()
begun.wait()
child = os.fork()
if child == 0:
    try:
        gr.stats(E)
    except RuntimeError as error:
        os._exit(0 if "forked" in str(error) and "spawn" in str(error) else 2)
    os._exit(1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "a process forked amid work does not say so"
thread.join()
"""


def test_fork():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_environment_is_left_as_it_was():
    code = (
        "import os; before = dict(os.environ); import gramian; assert dict(os.environ) == before; "
        "import sys; assert 'numpy' not in sys.modules and 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_answer_outlives_its_matrix():
    """An answer outlives everything that it was asked of."""
    answer = gr.neighbors(gr.Embedding(large(300)), all=True, k=2)
    import gc

    gc.collect()
    assert answer.indices.shape == (300, 2)
    assert answer.to_dict()["hubness"]["k"] == 2
