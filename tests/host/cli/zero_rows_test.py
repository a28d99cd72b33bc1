#!/usr/bin/env python3
"""Rows of length zero where no cosine is taken (padding rows of nn.Embedding), against numpy. Usage: zero_rows_test.py PROGRAM"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM = sys.argv[1]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return json.loads(done.stdout) if code == 0 else done.stderr


def main():
    random = np.random.default_rng(20261126)
    x = random.standard_normal((40, 6))
    x[[0, 17]] = 0
    states = random.standard_normal((3, 6))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        matrix = folder / "e.npy"
        np.save(matrix, x)
        np.save(folder / "h.npy", states)
        (folder / "e.vocab.txt").write_text("".join(f"w{row}\n" for row in range(40)))
        (folder / "text.txt").write_text("w0 w1 w17")

        result = run("unembed", matrix, folder / "h.npy", "-k", 40)
        logits = states @ x.T
        p = np.exp(logits - logits.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        assert result["rows_used"] == 40
        for state in range(3):
            rows = result["prediction_rows"][state]
            found = np.array([prediction[1] for prediction in result["predictions"][state]])
            assert sorted(rows) == list(range(40)) and np.abs(found - p[state, rows]).max() < 1e-12
        assert run("unembed", matrix, folder / "h.npy", "--drop-bad-rows")["rows_used"] == 38
        assert "row 0" in run("unembed", matrix, folder / "h.npy", "--normalized", code=3)

        singular = run("spectrum", matrix, "--raw")["spectrum"]["singular_values"]
        assert np.abs(np.array(singular) - np.linalg.svd(x, compute_uv=False)).max() < 1e-10
        assert "row 0" in run("spectrum", matrix, code=3)

        values = run("color", matrix, "--text", folder / "text.txt")["values"]
        wanted = np.linalg.norm(x[[0, 1, 17]], axis=1)
        assert np.abs(np.array(values) - wanted).max() < 1e-12
        assert "row 0" in run("color", matrix, "--text", folder / "text.txt", "--by", "previous", code=3)
        assert run("inspect", matrix)["bad_rows"]["zero"] == 2
    print("rows of zeros are rows like any other where no cosine is taken")


if __name__ == "__main__":
    main()
