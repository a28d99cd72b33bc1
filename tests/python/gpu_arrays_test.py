"""Matrices in the memory of a GPU, which is emulated (emulated_gpu.py); values come from numpy alone."""

import gc

import numpy
import pytest

import gramian as gr
from emulated_gpu import CUDA, MANAGED, METAL, PINNED, ROCM, D, N, OnGpu, configure, emulation, median_of, one_device, ran_on, values  # noqa: F401


def bf16(values):
    """The upper halves of float32, and the numbers that they are."""
    bits = (values.view(numpy.uint32) >> 16).astype(numpy.uint16)
    return bits, (bits.astype(numpy.uint32) << 16).view(numpy.float32)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16", "int8", "int64"])
def test_types(values, dtype):
    numbers = bf16(values)[1] if dtype == "bfloat16" else (20 * values).astype(dtype) if "int" in dtype else values.astype(dtype)
    stored = bf16(values)[0] if dtype == "bfloat16" else numbers
    array = OnGpu(stored, bf16=dtype == "bfloat16")
    E = gr.Embedding(array)
    assert (E.device, E.shape) == ("cuda:0", (N, D))
    assert E.dtype == {"bfloat16": "bf16", "float16": "f16", "float32": "f32", "float64": "f64", "int8": "i8", "int64": "i64"}[dtype]
    answer = gr.stats(E)
    assert ran_on(answer) == "cuda:0"
    assert answer.distribution.median == pytest.approx(median_of(numbers), abs=1e-6)
    assert numpy.array_equal(E.numpy(), numbers)
    assert array.asked == [1], "the order of CUDA's default stream"


def views_of(values):
    wide = numpy.zeros((N, 2 * D), dtype=values.dtype)
    wide[:, ::2] = values
    return {
        "as it is": (values, False),
        "every second row": (numpy.repeat(values, 2, axis=0)[::2], False),
        "some columns": (numpy.hstack([values, values])[:, D:], False),
        "from a row on": (numpy.vstack([values[:3], values])[3:], False),
        "every second column": (wide[:, ::2], True),
        "transposed": (numpy.ascontiguousarray(values.T).T, True),
        "backwards": (numpy.ascontiguousarray(values[::-1, ::-1])[::-1, ::-1], True),
    }


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64", "int8"])
@pytest.mark.parametrize("what", views_of(numpy.zeros((N, D))))
def test_views_are_read_where_they_lie(values, what, dtype):
    if dtype == "int8":
        values = 20 * values
    view, packed = views_of(values.astype(dtype))[what]
    array = OnGpu(view)
    before = emulation.gramian_test_allocated()
    E = gr.Embedding(array)
    copied = emulation.gramian_test_allocated() - before
    assert copied == (view.nbytes if packed else 0), "bytes of another copy on the device"
    answer = gr.stats(E)
    assert answer.distribution.median == pytest.approx(median_of(view), abs=1e-6)
    assert numpy.array_equal(E.numpy(), view)
    token = gr.Embedding(array, tokens=[f"w{k}" for k in range(N)])
    assert numpy.array_equal(token["w5"], view[5])


@pytest.mark.parametrize("rows", [1, 2, 15, 16, 17])
def test_few_rows(values, rows):
    assert gr.inspect(OnGpu(values[:rows].copy())).rows == rows
    if rows > 1:
        assert gr.stats(OnGpu(values[:rows].copy())).distribution.median == pytest.approx(median_of(values[:rows]), abs=1e-6)


def test_nothing_passes_through_the_host():
    values = numpy.random.default_rng(2).normal(size=(300, 200)).astype(numpy.float32)
    E = gr.Embedding(OnGpu(values))
    gr.stats(values[:50])  # the trial of first use

    def moved(ask, matrix):
        to, back = emulation.gramian_test_copied(), emulation.gramian_test_copied_back()
        assert ran_on(ask(matrix)) == "cuda:0"
        return emulation.gramian_test_copied() - to, emulation.gramian_test_copied_back() - back

    asks = [(gr.stats, 300), (lambda M: gr.neighbors(M, all=True, k=3), 300), (gr.spectrum, 300), (lambda M: gr.stats(M, limit=200), 200)]
    for ask, rows in asks:
        to, back = moved(ask, E)
        spared = values[:rows].nbytes - 8 * rows  # of the rows used in place, their numbers go there
        assert moved(ask, values) == (to + spared, back)


def test_the_same_answers_as_of_the_host(values):
    """Every question that a matrix on a GPU may be asked, against the same numbers of numpy on the same device."""
    tokens = [f"w{k}" for k in range(N)]
    here, there = gr.Embedding(values, tokens=tokens, name="m"), gr.Embedding(OnGpu(values), tokens=tokens, name="m")
    other = gr.Embedding(values[::-1].copy() + 1, tokens=tokens, name="o")
    for ask in [
        lambda E: gr.stats(E, remove_top=2, limit=40),
        lambda E: gr.stats(E, tokens=["w3", "w60", "w7", "w9"], center=True),
        lambda E: gr.neighbors(E, tokens=["w3"], k=4),
        lambda E: gr.neighbors(E, expr=["w3 + w4 - w5"], k=4),
        lambda E: gr.neighbors(E, all=True, k=4, sample=30),
        lambda E: gr.graph(E, no_communities=True),
        lambda E: gr.spectrum(E, limit=8),
        lambda E: gr.inspect(E),
        lambda E: gr.rsa(E, other, permutations=20),
        lambda E: gr.rsa(other, E),
        lambda E: gr.stability(E, other),
        lambda E: gr.unembed(E, values[:4], k=3),
        lambda E: gr.unembed(here, E, k=3),
    ]:
        one, two = (ask(E) for E in (here, there))
        mine, theirs = one.to_dict(), two.to_dict()
        for result in (mine, theirs):
            del result["timing"], result["inputs"]
        assert mine == theirs
        assert {name: one.files[name] for name in one.files} == {name: two.files[name] for name in two.files}


def test_the_cpu_reads_a_copy(values):
    E = gr.Embedding(OnGpu(values))
    back = emulation.gramian_test_copied_back()
    answer = gr.stats(E, device="cpu")
    assert ran_on(answer) == "cpu"
    assert emulation.gramian_test_copied_back() - back == values.nbytes, "one copy, and no other"
    assert answer.distribution.median == pytest.approx(median_of(values), abs=1e-6)


def test_the_copy_is_forecast():
    values = numpy.random.default_rng(2).normal(size=(40_000, 400)).astype(numpy.float32)  # 64 MB
    E = gr.Embedding(OnGpu(values))
    back = emulation.gramian_test_copied_back()
    for ask in (lambda: gr.stats(E, device="cpu", memory_limit="60M"), lambda: gr.inspect(E, memory_limit="60M", limit=3)):
        with pytest.raises(MemoryError, match=r"needs about .* more than memory_limit 60M"):
            ask()
    assert emulation.gramian_test_copied_back() - back < values.nbytes, "it was copied before it was refused"


def test_what_was_written_before_a_question_is_awaited(values):
    array = OnGpu(numpy.zeros_like(values))
    E = gr.Embedding(array)
    array.write(values)
    assert gr.stats(E).distribution.median == pytest.approx(median_of(values), abs=1e-6)
    array.write(values[::-1] + 1)
    assert gr.stats(E, device="cpu").distribution.median == pytest.approx(median_of(values + 1), abs=1e-6)
    array.write(values + 2)
    assert numpy.array_equal(E.numpy(), values + 2)
    array.write(values.T.copy().reshape(N, D))
    assert median_of(values.T.reshape(N, D)) == pytest.approx(gr.stats(E).distribution.median, abs=1e-6)


def test_another_device(values):
    configure(2)
    array = OnGpu(values, number=1)
    E = gr.Embedding(array)
    assert E.device == "cuda:1" and "on cuda:1" in repr(E)
    emulation.gramian_test_use_device(0)
    assert ran_on(gr.stats(E)) == "cuda:1"
    answer = gr.stats(E, device="cuda:0")
    assert ran_on(answer) == "cuda:0"
    assert answer.distribution.median == pytest.approx(median_of(values), abs=1e-6)
    E = gr.Embedding(OnGpu(numpy.asfortranarray(values), number=1))
    assert numpy.array_equal(E.numpy(), values)
    del E
    assert emulation.gramian_test_current_device() == 0, "the thread's device was changed"


def test_memory_that_both_reach(values):
    managed = gr.Embedding(OnGpu(values, kind=MANAGED))
    pinned = gr.Embedding(OnGpu(values, kind=PINNED))
    assert (managed.device, pinned.device) == ("cuda:0", "cpu")
    for E in (managed, pinned):
        assert gr.stats(E).distribution.median == pytest.approx(median_of(values), abs=1e-6)
        assert numpy.array_equal(E.numpy(), values)


@pytest.mark.parametrize(
    "kind, number, said",
    [(CUDA, 3, r"cuda:3, .*no cuda:3.*\.cpu\(\)"), (ROCM, 0, r"kind 10, .*only CUDA.*\.cpu\(\)"), (METAL, 0, r"kind 8, .*\.cpu\(\)")],
)
def test_devices_that_cannot_be_used(values, kind, number, said):
    array = OnGpu(values)
    array.kind, array.number = kind, number
    with pytest.raises(ValueError, match=said):
        gr.Embedding(array)
    assert array.asked == [], "it was lent"


def test_what_is_no_matrix_on_a_gpu(values):
    for view, said in [(values[0], "has 1"), (values[:0], "empty"), (values.astype(numpy.float32)[None], "has 3")]:
        array = OnGpu(view.copy() if view.size else numpy.zeros((1, D), numpy.float32)[:0])
        with pytest.raises(ValueError, match=said):
            gr.Embedding(array)
        gc.collect()
        assert array.deleted == len(array.asked) == 1
    with pytest.raises(ValueError, match="tokens for"):
        gr.Embedding(OnGpu(values), tokens=["a"])


def test_bad_rows_are_found(values):
    values[3], values[5, 1] = 0, numpy.nan
    with pytest.raises(ValueError, match=r"row 3 \(zero\), row 5 "):
        gr.stats(OnGpu(values))
    assert gr.stats(OnGpu(values), drop_bad_rows=True).distribution.median == pytest.approx(
        median_of(numpy.delete(values, [3, 5], axis=0)), abs=1e-6
    )
