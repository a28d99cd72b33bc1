#!/usr/bin/env python3
"""Datasets of HDF5 files as h5py writes them: the same bits, and refusals where there is no matrix.

    crosscheck_hdf5.py OPEN_MATRIX
"""

import pathlib
import sys
import tempfile

import numpy as np

from crosscheck import Opened, need, same_bits

h5py = need("h5py")
TYPES = ("f8", "f4", "f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
WAYS = {
    "plain": {},
    "chunked": {"chunks": (7, 5)},
    "gzip": {"compression": "gzip", "chunks": (64, 30)},
    "shuffled": {"compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf"},
}


def random_array(random, dtype):
    return (random.standard_normal((200, 30)) * 50).astype(dtype)


def check_values(program, path):
    """Every type and every way to store it, and the byte order of other machines."""
    random = np.random.default_rng(20261126)
    checked = 0
    for userblock in (0, 512):
        arrays = {}
        with h5py.File(path, "w", userblock_size=userblock) as file:
            for dtype in TYPES:
                for way, options in WAYS.items():
                    for order in "<>":
                        if way == "lzf":  # h5py's own filter, which libhdf5 does not have
                            continue
                        name = f"/deep/{way}/{dtype}{'big' if order == '>' else ''}"
                        array = random_array(random, dtype).astype(order + dtype)
                        file.create_dataset(name, data=array, **options)
                        arrays[name] = array
            file.create_dataset("numbers", data=np.arange(7.0))
        for name, array in arrays.items():
            opened = Opened(program, f"{path}#{name}")
            assert opened.ok, (name, opened.error)
            assert opened.format == "hdf5" and opened.tensor == name
            assert same_bits(opened.values, array.astype(array.dtype.newbyteorder("<"))), name
            little = array.dtype.byteorder in "<=|"
            assert opened.converted == (not ("/plain/" in name and little)), name
            checked += 1
        assert Opened(program, f"{path}#deep/gzip/f4").ok  # without the first slash
    return checked


def refusal(program, path, *words):
    opened = Opened(program, path)
    assert not opened.ok, path
    for word in words:
        assert word in opened.error, (word, opened.error)


def check_choice(program, path):
    matrix = np.arange(12, dtype="f4").reshape(4, 3)
    with h5py.File(path, "w") as file:
        file["only"] = matrix
        file["list"] = np.arange(3.0)
    opened = Opened(program, path)
    assert opened.ok and opened.tensor == "/only" and same_bits(opened.values, matrix), opened.error
    refusal(program, f"{path}#/list", "1 dimensions")
    refusal(program, f"{path}#/none", "no tensor", "/only [4 x 3]")
    with h5py.File(path, "a") as file:
        file["second"] = matrix
    refusal(program, path, "cannot be told", "/only [4 x 3]", "/second [4 x 3]")


def check_refusals(program, folder):
    path = folder / "odd.h5"
    other = folder / "other.h5"
    matrix = np.ones((4, 3), "f4")
    with h5py.File(other, "w") as file:
        file["matrix"] = matrix
    (folder / "raw.bin").write_bytes(matrix.tobytes())
    with h5py.File(path, "w") as file:
        file["text"] = np.array([["a", "b"]], dtype="S3")
        file["pairs"] = np.zeros((2, 2), dtype=[("x", "f4"), ("y", "f4")])
        file["complex"] = np.zeros((2, 2), "c8")
        file["long"] = np.zeros((2, 2), np.longdouble)
        file.create_dataset("nothing", (0, 3), "f4", maxshape=(None, 3))
        file.create_dataset("unwritten", (5, 3), "f4")
        file.create_dataset("vast", (1 << 40, 300), "f4", chunks=(1, 300))[0] = 1
        file.create_dataset("lzf", data=np.ones((50, 3)), compression="lzf")
        file["link"] = h5py.ExternalLink("other.h5", "/matrix")
        file.create_dataset("elsewhere", (4, 3), "f4", external=[(str(folder / "raw.bin"), 0, 48)])
        virtual = h5py.VirtualLayout((4, 3), "f4")
        virtual[:] = h5py.VirtualSource(str(other), "matrix", (4, 3))
        file.create_virtual_dataset("virtual", virtual)
    for name, word in {"text": "holds text", "pairs": "compound", "complex": "compound", "long": "known type",
                       "nothing": "empty", "unwritten": "never written", "vast": "more than this file can hold",
                       "lzf": "filter", "link": "no tensor", "elsewhere": "other files",
                       "virtual": "other files"}.items():
        refusal(program, f"{path}#/{name}", word)
    with h5py.File(path, "w", userblock_size=512) as file:
        file["x"] = matrix
    content = bytearray(path.read_bytes())
    content[:19] = b"MATLAB 7.3 MAT-file"
    path.write_bytes(content)
    refusal(program, path, "MATLAB", "transposed")


def check_damage(program, folder):
    """Cut short at every byte: refused in words, or what was cut is not needed for these numbers."""
    path = folder / "whole.h5"
    cut = folder / "cut.h5"
    matrix = np.random.default_rng(1).standard_normal((6, 3))
    refused = 0
    for options in ({}, {"compression": "gzip", "chunks": (3, 3), "fletcher32": True}):
        with h5py.File(path, "w") as file:
            file.create_dataset("matrix", data=matrix, **options)
        content = path.read_bytes()
        for length in range(1, len(content), 13 if len(content) > 4000 else 5):
            cut.write_bytes(content[:length])
            opened = Opened(program, cut)
            if opened.ok:
                assert same_bits(opened.values, matrix), length
            else:
                assert str(cut) in opened.error and "\n" not in opened.error, opened.error
                refused += 1
    assert refused > 100, refused
    # A byte of a compressed chunk: its checksum says so.
    at = content.rfind(b"x\x5e") if b"x\x5e" in content else content.rfind(b"x\x9c")
    content = bytearray(content)
    content[at + 20] ^= 0x40
    cut.write_bytes(content)
    refusal(program, cut, "damaged")
    return refused


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        checked = check_values(program, folder / "arrays.h5")
        check_choice(program, folder / "choice.h5")
        check_refusals(program, folder)
        refused = check_damage(program, folder)
    print(f"{checked} datasets read as h5py wrote them; {refused} files cut short are refused")


if __name__ == "__main__":
    main()
