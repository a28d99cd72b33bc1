#!/usr/bin/env python3
"""Arrays of .npz files as numpy writes them, stored and deflated: the same bits.

    crosscheck_npz.py OPEN_MATRIX
"""

import pathlib
import sys
import tempfile

import numpy as np

from crosscheck import Opened, same_bits


def main():
    program = sys.argv[1]
    random = np.random.default_rng(20261125)
    arrays = {f"of_{dtype}": (random.standard_normal((200, 30)) * 50).astype(dtype)
              for dtype in ("f8", "f4", "f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")}
    arrays["big_endian"] = arrays["of_f4"].astype(">f4")
    arrays["columns_first"] = np.asfortranarray(arrays["of_f8"])
    arrays["list"] = random.standard_normal(7)
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "arrays.npz"
        for save in (np.savez, np.savez_compressed):
            save(path, **arrays)
            for name, array in arrays.items():
                opened = Opened(program, f"{path}#{name}")
                if array.ndim != 2:
                    assert not opened.ok and "1 dimensions" in opened.error, opened.error
                    continue
                assert opened.ok, (name, opened.error)
                assert opened.tensor == name and opened.format == "npz"
                assert same_bits(opened.values, array.astype(array.dtype.newbyteorder("<"), order="C")), name
                mapped = save is np.savez and name.startswith("of_")
                assert opened.converted == (not mapped), name
                checked += 1
            save(path, arrays["of_f4"])  # arr_0, and nothing to choose from
            opened = Opened(program, path)
            assert opened.ok and same_bits(opened.values, arrays["of_f4"]), opened.error
    print(f"{checked} arrays read as numpy wrote them")


if __name__ == "__main__":
    main()
