#!/usr/bin/env python3
"""Text and word2vec files as Python's own gzip, bz2, lzma and zstandard compress them: the same bits as unpacked.

    crosscheck_compressed.py OPEN_MATRIX
"""

import bz2
import gzip
import lzma
import pathlib
import sys
import tempfile

import numpy as np

from crosscheck import Opened, need, same_bits

zstandard = need("zstandard")

ROWS, DIM = 3000, 50


def packed_in_many_ways(data):
    half = len(data) // 2
    for level in (1, 6, 9):
        yield f"gzip -{level}", "gzip", gzip.compress(data, level)
        yield f"bzip2 -{level}", "bzip2", bz2.compress(data, level)
        yield f"xz -{level}", "xz", lzma.compress(data, preset=level)
    for check in (lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256):
        yield f"xz with check {check}", "xz", lzma.compress(data, check=check, preset=0)
    for level in (-5, 1, 19):
        yield f"zstd {level}", "zstd", zstandard.ZstdCompressor(level=level, write_checksum=True).compress(data)
    stream = zstandard.ZstdCompressor().compressobj()  # without its unpacked size
    yield "zstd as a stream", "zstd", stream.compress(data) + stream.flush()
    for name, pack in (("gzip", gzip.compress), ("bzip2", bz2.compress), ("xz", lzma.compress),
                       ("zstd", zstandard.ZstdCompressor().compress)):
        yield f"{name} in two parts", name, pack(data[:half]) + pack(data[half:])


def main():
    program = sys.argv[1]
    random = np.random.default_rng(20261125)
    values = random.standard_normal((ROWS, DIM)).astype("<f4")
    tokens = [f"t{i}é".encode() for i in range(ROWS)]
    header = f"{ROWS} {DIM}\n".encode()
    text = b"".join(token + b" " + b" ".join(repr(float(v)).encode() for v in row) + b"\n"
                    for token, row in zip(tokens, values))
    binary = header + b"".join(token + b" " + row.tobytes() + b"\n" for token, row in zip(tokens, values))
    checked = 0
    with tempfile.TemporaryDirectory() as folder:
        for kind, data in (("GloVe", text), ("word2vec text", header + text), ("word2vec binary", binary)):
            for name, compression, packed in packed_in_many_ways(data):
                path = pathlib.Path(folder) / "vectors"
                path.write_bytes(packed)
                opened = Opened(program, path)
                assert opened.ok, (kind, name, opened.error)
                assert same_bits(opened.values, values), (kind, name)
                assert opened.tokens == tokens, (kind, name)
                assert any(f"unpacked from {compression}" in note for note in opened.notes), (name, opened.notes)
                path.write_bytes(packed[:-1])
                cut = Opened(program, path)
                assert not cut.ok and "cut off" in cut.error, (kind, name, cut.error)
                checked += 1
    print(f"{checked} compressed files read as they were before, and refused when cut short")


if __name__ == "__main__":
    main()
