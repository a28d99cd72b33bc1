"""What the tests of the package share."""

import json
import os
import pathlib
import subprocess

import numpy
import pytest

import gramian as gr

SOURCE = pathlib.Path(os.environ["GRAMIAN_SOURCE"])
PROGRAM = os.environ["GRAMIAN_PROGRAM"]
# Of the program: the runtime of a sanitizer, which Python needs to be given, is in it already.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


@pytest.fixture(scope="session")
def sample():
    return SOURCE / "sample"


@pytest.fixture(scope="session")
def run1(sample):
    return gr.open(sample / "run1.npy")


@pytest.fixture(scope="session")
def run2(sample):
    return gr.open(sample / "run2.npy")


@pytest.fixture(scope="session")
def cosines(run1):
    """All of them, in fp64 by numpy: the upper triangle."""
    rows = run1.numpy().astype(numpy.float64)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    return (rows @ rows.T)[numpy.triu_indices(len(rows), 1)]


@pytest.fixture
def program(tmp_path):
    """result.json of the program, with -o: program("stats", "x.npy")."""

    def run(*words, cwd=SOURCE):
        folder = tmp_path / "program"
        done = subprocess.run([PROGRAM, *map(str, words), "-q", "--force", "-o", folder], cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads((folder / "result.json").read_text(encoding="utf-8"))

    return run
