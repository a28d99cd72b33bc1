"""Who owns arrays in the memory of a GPU, and answers there; the GPU is emulated (emulated_gpu.py)."""

import ctypes
import gc
import threading

import numpy
import pytest

import gramian as gr
from emulated_gpu import CUDA, Managed, OnGpu, configure, cosines, emulation, median_of, one_device, values  # noqa: F401


@pytest.mark.parametrize("packed", [False, True])
def test_ownership(values, packed):
    array = OnGpu(numpy.asfortranarray(values) if packed else values)
    E = gr.Embedding(array)
    answer = gr.stats(E)
    gc.collect()
    assert array.deleted == (1 if packed else 0), "of what is packed nothing is needed any more"
    del E
    gc.collect()
    assert array.deleted == (1 if packed else 0), "the answer's inputs are still there"
    answer.to_dict()
    del answer
    gc.collect()
    assert array.deleted == 1
    array.free()


def test_nothing_leaks(values):
    array = OnGpu(values)
    gr.stats(array)
    gc.collect()
    at_first = emulation.gramian_test_allocated()
    for _ in range(50):
        E = gr.Embedding(array)
        near = gr.neighbors(E, all=True, k=3, arrays="device")
        gr.stats(E, device="cpu")
        near.indices, near.scores
        E.numpy()
        del E, near
    gc.collect()
    assert emulation.gramian_test_allocated() == at_first
    assert array.deleted == len(array.asked) == 51


def test_several_threads(values):
    # A device each, and none on that which threads begin with: the emulation takes it for a fault that memory ends while
    # a device works, whosever memory and work.
    configure(5)
    arrays = [OnGpu(values + k, number=k + 1) for k in range(3)]
    arrays.append(OnGpu(values, number=4))
    shared = gr.Embedding(arrays[3])
    wanted = [median_of(values + k) for k in range(3)]
    failures = []

    def work(number):
        try:
            for _ in range(3):
                assert gr.stats(arrays[number]).distribution.median == pytest.approx(wanted[number], abs=1e-6)
                assert gr.stats(shared, device="cpu").distribution.median == pytest.approx(wanted[0], abs=1e-6)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    del shared
    gc.collect()
    assert all(array.deleted == len(array.asked) for array in arrays)
    for array in arrays:
        array.free()


def read(array):
    """Values of a DLPack array of the emulation: its memory is the processor's."""
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    capsule = array.__dlpack__(stream=7)
    tensor = ctypes.cast(get(capsule, b"dltensor"), ctypes.POINTER(Managed)).contents.tensor
    assert (tensor.kind, tensor.number) == array.__dlpack_device__()
    shape = [tensor.shape[k] for k in range(tensor.ndim)]
    kind = {0: "i", 1: "u", 2: "f"}[tensor.code]
    bytes_ = ctypes.string_at(tensor.data + tensor.offset, int(numpy.prod(shape)) * tensor.bits // 8)
    return numpy.frombuffer(bytes_, f"{kind}{tensor.bits // 8}").reshape(shape), capsule


def test_answers_on_the_device(values):
    E = gr.Embedding(OnGpu(values))
    near = gr.neighbors(E, all=True, k=3, arrays="device")
    full = cosines(values)
    numpy.fill_diagonal(full, -2)
    for got, wanted in [(near.indices, numpy.argsort(-full, axis=1)[:, :3]), (near.scores, -numpy.sort(-full, axis=1)[:, :3])]:
        assert isinstance(got, gr.DeviceArray) and got.__dlpack_device__() == (CUDA, 0) and got.device == "cuda:0"
        found, _ = read(got)
        assert found.shape == got.shape and found.dtype == got.dtype
        assert found == pytest.approx(wanted, abs=1e-6)
    assert near.indices is near.indices, "copied again"
    assert isinstance(near.arrays["indices"], numpy.ndarray)
    umap, _ = near.for_umap()
    assert numpy.array_equal(umap[:, 1:], near.arrays["indices"])
    assert "DeviceArray 70 x 3" in repr(near.indices)
    [stats, near] = gr.ask(E, gr.Stats(), gr.Neighbors(all=True, k=3), arrays="device")
    assert isinstance(near.scores, gr.DeviceArray)
    assert isinstance(gr.graph(values, no_communities=True, arrays="cuda:0").degrees, gr.DeviceArray)


def test_an_array_of_an_answer_outlives_it(values):
    scores = gr.neighbors(OnGpu(values), all=True, k=3, arrays="device").scores
    at_first, capsule = read(scores)
    allocated = emulation.gramian_test_allocated()
    del scores
    gc.collect()
    assert emulation.gramian_test_allocated() == allocated, "who shares it keeps it"
    del capsule
    gc.collect()
    assert emulation.gramian_test_allocated() < allocated


def test_where_arrays_cannot_lie(values):
    with pytest.raises(ValueError, match='none lies on a GPU; say arrays="cuda:0"'):
        gr.neighbors(values, all=True, k=3, arrays="device")
    with pytest.raises(ValueError, match='must be "numpy", "device" or "cuda:N"'):
        gr.neighbors(values, all=True, k=3, arrays="gpu")
    with pytest.raises(RuntimeError, match='arrays="cuda:5".*no cuda:5'):
        gr.neighbors(values, all=True, k=3, arrays="cuda:5")


def test_a_device_without_memory(values):
    near = gr.neighbors(OnGpu(values), all=True, k=20, arrays="device")
    transposed = OnGpu(numpy.asfortranarray(values))
    gc.collect()  # what earlier tests left would make room
    configure(1, memory=emulation.gramian_test_allocated() + 1024)
    for _ in range(3):
        with pytest.raises(MemoryError, match="no memory for an array of the answer"):
            near.scores
    assert near.arrays["scores"].shape == (70, 20)
    with pytest.raises(MemoryError, match="no memory for a copy of the array"):
        gr.Embedding(transposed)
    configure(1)
    assert near.scores.shape == (70, 20)
