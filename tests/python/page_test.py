"""docs/python.md and docs/sources.ipynb say nothing that does not run."""

import importlib
import re

import numpy
import pytest

import gramian as gr
from conftest import SOURCE

PAGE = (SOURCE / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
PAIRS = [block for block in BLOCKS if "# gramian\n" in block]


@pytest.fixture(scope="module")
def names():
    """What the blocks of the page have defined so far."""
    import os

    before = os.getcwd()
    os.chdir(SOURCE)
    found = {}
    exec(compile(BLOCKS[0], "docs/python.md", "exec"), found)
    yield found
    os.chdir(before)


def heading(block):
    return block.split("\n", 1)[0].removeprefix("# ")


@pytest.mark.parametrize("block", PAIRS, ids=heading)
def test_a_pair(block, names):
    theirs, ours = block.split("# gramian\n")
    for name in re.findall(r"^import (\w+)", theirs, re.M) + re.findall(r"^from (\w+)", theirs, re.M):
        pytest.importorskip(name)
    if "torch" in theirs:
        names["torch"] = pytest.importorskip("torch")
    if "vectors" in theirs:
        pytest.importorskip("gensim")
    names.pop("theirs", None), names.pop("ours", None)
    exec(compile(theirs, "docs/python.md", "exec"), names)
    exec(compile(ours, "docs/python.md", "exec"), names)
    wanted, got = numpy.asarray(names["theirs"], dtype=float), numpy.asarray(names["ours"], dtype=float)
    assert wanted.shape == got.shape
    # Degrees count pairs, of which a few lie within the error of a cosine from the threshold.
    assert got == pytest.approx(wanted, abs=1 if wanted.max() > 50 else 2e-6)


def test_there_are_pairs_of_every_library():
    assert {heading(block) for block in PAIRS} >= {"numpy", "torch", "rsatoolbox", "gensim", "scikit-learn", "scipy"}


def test_the_notebook_runs(monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    importlib.import_module("ipykernel")
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = nbformat.read(SOURCE / "docs" / "sources.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells), "the notebook is kept without its outputs"
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(SOURCE / "docs")}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert any("image/png" in output.get("data", {}) for output in shown)
    assert any("<iframe" in output.get("data", {}).get("text/html", "") for output in shown)
