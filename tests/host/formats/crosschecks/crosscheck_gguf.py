#!/usr/bin/env python3
"""Compares the reader of GGUF with the package that llama.cpp's converters write it by: values bit for bit, tokens.

    crosscheck_gguf.py OPEN_MATRIX

Files are written by gguf.GGUFWriter, of random values that it quantizes, and of random blocks for the types that it
only unpacks. Exits with 77 where the package is not installed."""

import pathlib
import sys
import tempfile

import numpy as np
from crosscheck import Opened, need, same_bits

gguf = need("gguf")
from gguf import GGMLQuantizationType as Type  # noqa: E402

QUANTIZED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0"]
BLOCKS = ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"] + QUANTIZED
# Where the fp16 numbers of a block lie, which have to be finite.
HALVES = {"Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
          "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0]}


def write(path, tensors, tokens=None, types=None, architecture="llama"):
    writer = gguf.GGUFWriter(path, architecture)
    if tokens is not None:
        writer.add_tokenizer_model("llama")
        writer.add_token_list(tokens)
        writer.add_token_types(types)
        writer.add_token_scores([0.0] * len(tokens))
    for name, (data, kind) in tensors.items():
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def random_blocks(random, kind, rows, blocks):
    size = gguf.GGML_QUANT_SIZES[Type[kind]][1]
    data = random.integers(0, 256, (rows, blocks, size), dtype=np.uint8)
    for at in HALVES[kind]:
        # Every sign, subnormal numbers and zero among them.
        half = random.integers(0, 1 << 16, (rows, blocks), dtype=np.uint16)
        half[(half & 0x7C00) == 0x7C00] &= 0xBFFF
        data[:, :, at:at + 2] = half.view(np.uint8).reshape(rows, blocks, 2)
    data[0, 0, HALVES[kind][0]:HALVES[kind][0] + 2] = [1, 0]
    return data.reshape(rows, blocks * size)


def main(program):
    random = np.random.default_rng(11)
    compared = 0
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "m.gguf"
        for rows, cols in ((1, 256), (3, 512), (130, 2048)):
            values = random.standard_normal((rows, cols)).astype(np.float32)
            for kind in ("F32", "F16", "BF16"):
                data = gguf.quantize(values, Type[kind])
                write(path, {"token_embd.weight": (data, Type[kind])})
                opened = Opened(program, path)
                want = gguf.GGUFReader(path).tensors[0]
                got = opened.values
                if kind == "BF16":
                    got = (got.astype(np.uint32) << 16).view(np.float32)
                else:
                    got = got.astype(np.float32)
                assert same_bits(got, gguf.dequantize(want.data, want.tensor_type)), kind
                assert not opened.converted and opened.stored_type == "", kind
                compared += 1
            for kind in BLOCKS:
                sources = [random_blocks(random, kind, rows, cols // gguf.GGML_QUANT_SIZES[Type[kind]][0])]
                if kind in QUANTIZED:
                    sources.append(gguf.quantize(values, Type[kind]))
                for data in sources:
                    write(path, {"blk.0.attn_norm.weight": (values[0], Type.F32),
                                 "token_embd.weight": (data, Type[kind])})
                    opened = Opened(program, path)
                    assert opened.ok, (kind, opened.error)
                    assert opened.dtype == "f32" and opened.stored_type == kind and opened.converted
                    assert any(kind in note and "fp32" in note for note in opened.notes), opened.notes
                    want = next(t for t in gguf.GGUFReader(path).tensors if t.name == "token_embd.weight")
                    assert same_bits(opened.values, gguf.dequantize(want.data, want.tensor_type)), kind
                    compared += 1

        tokens = [b"<unk>", b"\xe2\x96\x81the", b"<0x0A>", b"x", b"[PAD4]"]
        types = [gguf.TokenType.UNKNOWN, gguf.TokenType.NORMAL, gguf.TokenType.BYTE, gguf.TokenType.NORMAL,
                 gguf.TokenType.UNUSED]
        values = random.standard_normal((5, 32)).astype(np.float32)
        write(path, {"token_embd.weight": (values, Type.F32), "output.weight": (values * 2, Type.F32)}, tokens, types)
        for member, factor in (("", 1), ("#in", 1), ("#out", 2), ("#output.weight", 2)):
            opened = Opened(program, str(path) + member)
            assert same_bits(opened.values, values * np.float32(factor)), member
            assert opened.tokens == tokens[:4] + [None], opened.tokens
    print(f"{compared} matrices are the same, bit for bit")


if __name__ == "__main__":
    main(sys.argv[1])
