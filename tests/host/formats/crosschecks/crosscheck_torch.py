#!/usr/bin/env python3
"""Compares the reader of PyTorch checkpoints with PyTorch, and with Python's own pickler where PyTorch is absent.

    crosscheck_torch.py OPEN_MATRIX

Without PyTorch (Debian: python3-torch; no wheel of PyPI is smaller than some hundred megabytes, so it is not in
tests/requirements.txt) the same files are written by pickle and zipfile from stand-ins of its classes, and the output
says so."""

import collections
import io
import os
import pathlib
import pickle
import sys
import tempfile
import types
import zipfile

import numpy as np
from crosscheck import Opened, same_bits

STORAGES = {"float32": "FloatStorage", "float16": "HalfStorage", "float64": "DoubleStorage", "int64": "LongStorage",
            "int32": "IntStorage", "int8": "CharStorage", "uint8": "ByteStorage"}


def stand_ins():
    """Modules torch and torch._utils with what pickles of tensors name."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in [*STORAGES.values(), "Size"]:
        setattr(torch, name, type(name, (tuple,) if name == "Size" else (), {"__module__": "torch"}))
    for name in ("_rebuild_tensor_v2", "_rebuild_parameter"):
        function = types.FunctionType((lambda *a: a).__code__, {}, name)
        function.__module__, function.__qualname__ = "torch._utils", name
        setattr(utils, name, function)
    sys.modules.update({"torch": torch, "torch._utils": utils})
    return torch


class Storage:
    def __init__(self, key, array):
        self.key, self.array = key, array


class Tensor:
    """A view of a storage: offset, shape and strides in elements."""

    def __init__(self, torch, storage, offset, shape, strides, size_class=False):
        self.parts = (storage, offset, torch.Size(shape) if size_class else shape, strides, False, collections.OrderedDict())

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.parts


class Parameter:
    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        return sys.modules["torch._utils"]._rebuild_parameter, (self.tensor, True, collections.OrderedDict())


def save(path, torch, value, storages, protocol=2, compression=zipfile.ZIP_STORED, prefix="archive", order=b"little"):
    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Storage):
                kind = getattr(torch, STORAGES[str(thing.array.dtype)])
                return "storage", kind, thing.key, "cpu", thing.array.size

    buffer = io.BytesIO()
    Pickler(buffer, protocol).dump(value)
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr(f"{prefix}/data.pkl", buffer.getvalue())
        file.writestr(f"{prefix}/byteorder", order)
        for storage in storages:
            file.writestr(f"{prefix}/data/{storage.key}", storage.array.tobytes())
        file.writestr(f"{prefix}/version", b"3\n")


def expect(program, path, want, **attributes):
    opened = Opened(program, path)
    assert opened.ok, opened.error
    assert same_bits(opened.values, want), path
    assert opened.format == "pytorch"
    for name, value in attributes.items():
        assert getattr(opened, name) == value, (name, getattr(opened, name))


def refuse(program, path, *parts):
    opened = Opened(program, path)
    assert not opened.ok, f"{path} was accepted"
    assert all(part in opened.error for part in parts), opened.error


def by_pickle(program, directory):
    torch = stand_ins()
    random = np.random.default_rng(3)
    path = directory / "pytorch_model.bin"
    for dtype in STORAGES:
        array = (random.standard_normal((5, 7)) * 50).astype(dtype)
        storage, other = Storage("0", array), Storage("1", array[:2] + array.dtype.type(1))
        for protocol in (2, 3, 4, 5):
            state = collections.OrderedDict()
            state["wte.weight"] = Tensor(torch, storage, 0, (5, 7), (7, 1), protocol == 4)
            state["h.0.weight"] = Parameter(Tensor(torch, other, 0, (2, 7), (7, 1)))
            state._metadata = collections.OrderedDict(version=1)
            save(path, torch, state, [storage, other], protocol)
            expect(program, path, array, tensor="wte.weight", converted=False)
            expect(program, f"{path}#h.0.weight", array[:2] + array.dtype.type(1))
    array = random.standard_normal((6, 8)).astype(np.float32)
    storage = Storage("7", array)
    views = {"columns": ((6, 3), (8, 1), 2, array[:, 2:5], False), "transposed": ((8, 6), (1, 8), 0, array.T, True),
             "every second": ((3, 4), (16, 2), 1, array[::2, 1::2], True), "row": ((1, 8), (999, 1), 16, array[2:3], False)}
    for name, (shape, strides, offset, want, converted) in views.items():
        save(path, torch, {"model": {"x": Tensor(torch, storage, offset, shape, strides)}, "epoch": 3, "loss": 0.5},
             [storage], prefix="some name")
        expect(program, path, np.ascontiguousarray(want), tensor="model.x", converted=converted)
    save(path, torch, Tensor(torch, storage, 0, (6, 8), (8, 1)), [storage])
    expect(program, path, array, tensor="tensor")

    save(path, torch, {"x": Tensor(torch, storage, 1, (6, 8), (8, 1))}, [storage])
    refuse(program, path, "'x' reaches beyond its storage of 48 values")
    save(path, torch, {"x": Tensor(torch, storage, 0, (1 << 40, 1 << 40), (0, 0))}, [storage])
    refuse(program, path, "'x' repeats its values")
    save(path, torch, {"x": Tensor(torch, storage, 0, (6, 8), (8, 1))}, [])
    refuse(program, path, "lacks storage '7'")
    save(path, torch, {"x": Tensor(torch, storage, 0, (6, 8), (8, 1))}, [Storage("7", array[:3])])
    refuse(program, path, "96 bytes and not those of 48 values")
    save(path, torch, {"x": Tensor(torch, storage, 0, (6, 8), (8, 1))}, [storage], order=b"big")
    refuse(program, path, "big-endian")
    save(path, torch, {"x": Tensor(torch, storage, 0, (6, 8), (8, 1))}, [storage], compression=zipfile.ZIP_DEFLATED)
    refuse(program, path, "is compressed")
    save(path, torch, {"epoch": 3}, [])
    refuse(program, path, "without a tensor", "state_dict")
    for value, word in ((os.system, "posix.system"), (types.SimpleNamespace(a=1), "types.SimpleNamespace"),
                        (2 ** 70, "64 bits"), (bytearray(b"x"), "bytearray")):
        save(path, torch, {"x": Tensor(torch, storage, 0, (6, 8), (8, 1)), "more": value}, [storage], protocol=4)
        refuse(program, path, word, "nothing in it was run")
    for name in ("torch", "torch._utils"):
        del sys.modules[name]


def by_torch(program, directory):
    try:
        import torch
    except ImportError as error:
        print(f"without PyTorch ({error}; Debian: python3-torch): files were written by stand-ins of its classes alone")
        return
    torch.manual_seed(3)
    path = directory / "model.bin"
    wte = torch.nn.Embedding(11, 6)
    linear = torch.nn.Linear(6, 11, bias=False)
    linear.weight = wte.weight
    model = torch.nn.ModuleDict({"wte": wte, "lm_head": linear, "up": torch.nn.Linear(6, 4)})
    for zipped in (True, False):
        for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
            state = model.to(dtype).state_dict()
            torch.save(state, path, _use_new_zipfile_serialization=zipped)
            for name in ("wte.weight", "lm_head.weight", "up.weight"):
                want = state[name]
                want = want.view(torch.int16).numpy().view(np.uint16) if dtype == torch.bfloat16 else want.numpy()
                expect(program, f"{path}#{name}", want, tensor=name, converted=False)
        torch.save({"a": state["wte.weight"].T, "n": 1}, path, _use_new_zipfile_serialization=zipped)
        expect(program, path, np.ascontiguousarray(state["wte.weight"].T.numpy()), tensor="a", converted=True)
        torch.save(model, path, _use_new_zipfile_serialization=zipped)
        refuse(program, path, "torch.nn.modules.container.ModuleDict", "nothing in it was run")
    torch.jit.script(torch.nn.Linear(2, 2)).save(str(path))
    refuse(program, path, "TorchScript")
    print(f"the same as PyTorch {torch.__version__}")


def main(program):
    with tempfile.TemporaryDirectory() as name:
        by_pickle(program, pathlib.Path(name))
        by_torch(program, pathlib.Path(name))


if __name__ == "__main__":
    main(sys.argv[1])
