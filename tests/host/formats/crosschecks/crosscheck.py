"""What the comparisons with other libraries' readers share."""

import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

DTYPES = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "bf16": "<u2", "i8": "i1", "u8": "u1", "i16": "<i2", "u16": "<u2",
          "i32": "<i4", "u32": "<u4", "i64": "<i8", "u64": "<u8"}


def need(*modules):
    """The modules, or the end of the test, which says what is missing."""
    found = []
    for module in modules:
        try:
            found.append(importlib.import_module(module))
        except ImportError as error:
            print(f"skipped: {error}; scripts/setup --ci installs into .venv what tests/requirements.txt lists")
            sys.exit(77)
    return found[0] if len(found) == 1 else found


class Opened:
    """What the program `open_matrix` found: its description as attributes, `values`, and tokens as bytes."""

    def __init__(self, program, path, environment=None):
        with tempfile.NamedTemporaryFile() as values:
            run = subprocess.run([program, str(path), values.name], capture_output=True, env=environment)
            self.error = run.stderr.decode().strip()
            self.ok = run.returncode == 0
            assert run.returncode in (0, 1), (path, run.returncode, self.error)
            if not self.ok:
                return
            self.__dict__.update(json.loads(run.stdout))
            self.values = np.frombuffer(pathlib.Path(values.name).read_bytes(), DTYPES[self.dtype])
            self.values = self.values.reshape(self.rows, self.cols)
        if self.tokens is not None:
            self.tokens = [None if token is None else bytes.fromhex(token) for token in self.tokens]


def same_bits(a, b):
    """Whether two arrays have the same type, extents and bits."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
