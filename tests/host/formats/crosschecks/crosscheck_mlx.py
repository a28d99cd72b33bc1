#!/usr/bin/env python3
"""Compares the unpacking of quantized safetensors with MLX, which packs them.

    crosscheck_mlx.py OPEN_MATRIX

MLX computes in the type of the scales; here that is float32, so that both round alike. Exits with 77 where MLX is not
installed (PyPI: mlx[cpu])."""

import json
import pathlib
import sys
import tempfile

import numpy as np
from crosscheck import Opened, need

mx = need("mlx.core")


def main(program):
    mx.random.seed(4)
    compared = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for bits in (2, 3, 4, 5, 6, 8):
            for group in (32, 64, 128):
                weight = mx.random.normal((9, 384))
                codes, scales, biases = mx.quantize(weight, group_size=group, bits=bits)
                prefix = "model.embed_tokens."
                mx.save_safetensors(str(directory / "model.safetensors"),
                                    {prefix + "weight": codes, prefix + "scales": scales, prefix + "biases": biases})
                (directory / "config.json").write_text(json.dumps({"quantization": {"group_size": group, "bits": bits}}))
                opened = Opened(program, directory)
                assert opened.ok, opened.error
                want = np.array(mx.dequantize(codes, scales, biases, group_size=group, bits=bits))
                # One product and one sum: MLX may fuse them, which rounds once instead of twice.
                scale = np.abs(np.array(scales)).max() * 2**bits + np.abs(np.array(biases)).max()
                assert opened.values.shape == want.shape
                assert np.abs(opened.values - want).max() <= scale * 2**-23, (bits, group)
                compared += 1
    print(f"{compared} matrices are the same, but for the rounding of fused products")


if __name__ == "__main__":
    main(sys.argv[1])
