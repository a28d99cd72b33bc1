"""A GPU for tests: its memory is the emulation's (tests/emulation), and DLPack's structures are made by ctypes."""

import ctypes

import numpy
import pytest

from gramian import _core

N, D = 70, 12
CUDA, PINNED, MANAGED, ROCM, METAL = 2, 3, 13, 10, 8

emulation = ctypes.CDLL(_core.__file__)
emulation.gramian_test_lend.restype = ctypes.c_void_p
emulation.gramian_test_lend.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
emulation.gramian_test_free.argtypes = [ctypes.c_void_p]
emulation.gramian_test_write_later.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
emulation.gramian_test_configure.argtypes = [ctypes.c_int, ctypes.c_size_t]
for counter in ("allocated", "copied", "copied_back"):
    getattr(emulation, f"gramian_test_{counter}").restype = ctypes.c_size_t


def configure(devices, memory=1 << 32):
    """From now on there are so many devices with so many bytes each."""
    emulation.gramian_test_configure(devices, memory)


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("kind", ctypes.c_int32), ("number", ctypes.c_int32), ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)), ("offset", ctypes.c_uint64),
    ]  # fmt: skip


class Managed(ctypes.Structure):
    pass


DELETER = ctypes.CFUNCTYPE(None, ctypes.POINTER(Managed))
Managed._fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", DELETER)]
new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
LENT, RETURNED = {}, []  # by address; what is returned stays, since its deleter is what runs then
CODES = {"i": 0, "u": 1, "f": 2, "V": 4}


class OnGpu:
    """A view of an array, with its strides, in a buffer of an emulated device; speaks DLPack as torch and cupy do."""

    def __init__(self, view, number=0, kind=CUDA, bf16=False):
        base = view
        while isinstance(base.base, numpy.ndarray):
            base = base.base
        self.kind, self.number, self.code = kind, number, 4 if bf16 else CODES[view.dtype.kind]
        self.size = base.nbytes
        host = kind == PINNED
        self.kept = base if host else None
        self.memory = base.ctypes.data if host else emulation.gramian_test_lend(number, base.ctypes.data, base.nbytes)
        assert self.memory, "no memory of the device"
        self.offset = view.ctypes.data - base.ctypes.data
        self.shape = (ctypes.c_int64 * view.ndim)(*view.shape)
        self.strides = (ctypes.c_int64 * view.ndim)(*(each // view.itemsize for each in view.strides))
        self.bits, self.ndim = 8 * view.itemsize, view.ndim
        self.asked, self.deleted = [], 0

    def __dlpack_device__(self):
        return self.kind, self.number

    def __dlpack__(self, *, stream=None, **options):
        self.asked.append(stream)
        managed = Managed()
        managed.tensor = Tensor(self.memory, self.kind, self.number, self.ndim, self.code, self.bits, 1, self.shape, self.strides, self.offset)
        address = ctypes.addressof(managed)

        def delete(pointer):
            self.deleted += 1
            RETURNED.append(LENT.pop(ctypes.addressof(pointer.contents)))

        managed.deleter = DELETER(delete)
        LENT[address] = managed
        return new_capsule(address, b"dltensor", None)

    def write(self, values):
        """New values in its memory, on a stream of the owner's."""
        values = numpy.ascontiguousarray(values)
        self.written = values
        assert emulation.gramian_test_write_later(self.number, self.memory, values.ctypes.data, values.nbytes) == 0

    def free(self):
        assert emulation.gramian_test_free(self.memory) == 0


@pytest.fixture(autouse=True)
def one_device(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    configure(1)


@pytest.fixture
def values():
    return numpy.random.default_rng(5).normal(size=(N, D)).astype(numpy.float32)


def cosines(values):
    rows = numpy.asarray(values, dtype=numpy.float64)
    rows = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows @ rows.T


def median_of(values):
    return numpy.median(cosines(values)[numpy.triu_indices(len(values), 1)])


def ran_on(answer):
    return answer.to_dict()["backend"]["name"]
