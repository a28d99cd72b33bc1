#!/usr/bin/env python3
"""Runs every numpy line of docs/definitions.md on the sample and compares it with the program.

Usage: definitions_test.py PROGRAM ROOT
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SAMPLE = ROOT / "sample"
BLOCK = re.compile(r"^```python ?([a-z ]*)\n(.*?)^```$", re.S | re.M)
SECTION = re.compile(r"^## `gramian (\w+)", re.M)
EXPECTED = re.compile(r"# (\S+) (exactly|within (\S+?)( of it)?)$")
ARGUMENTS = {
    "stats": ["run1.npy"],
    "spectrum": ["run1.npy"],
    "neighbors": ["run1.npy", "--all", "-k", "10"],
    "graph": ["run1.npy"],
    "rsa": ["run1.npy", "run2.npy", "--method", "both", "--permutations", "20"],
    "stability": ["run1.npy", "run2.npy", "-k", "10"],
    "similarity": ["run1.npy", "linux", "kernel", "fonts", "python"],
    "color": ["run1.npy", "--text", "text.txt", "--by", "norm"],
    "inspect": ["run1.npy"],
}


def ask(command, folder):
    subprocess.run([PROGRAM, command, *ARGUMENTS[command], "-q", "-o", folder], check=True, cwd=SAMPLE)
    return json.loads((pathlib.Path(folder) / "result.json").read_text())


def at(result, path):
    for key in path.split("."):
        result = result[int(key)] if isinstance(result, list) else result[key]
    return list(result.values()) if isinstance(result, dict) else result


def evaluate(lines, names):
    """All lines but the last are run; the last one is the value."""
    exec("\n".join(lines[:-1]), names)
    return eval(lines[-1], names)


def main():
    os.chdir(ROOT)
    page = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    setups = {kind.strip(): code for kind, code in BLOCK.findall(page) if kind.startswith("setup")}
    one = {}
    exec(setups["setup"], one)
    shared = {**one, "A": one["E"], "B": np.load(SAMPLE / "run2.npy").astype(np.float64)}
    parts = SECTION.split(page)
    checked = 0
    for command, text in zip(parts[1::2], parts[2::2]):
        blocks = BLOCK.findall(text)
        if not blocks:
            continue
        with tempfile.TemporaryDirectory() as folder:
            result = ask(command, folder)
            names = one
            if command in ("rsa", "stability"):
                lines = [line.split("\t") for line in (pathlib.Path(folder) / "joined.tsv").read_text().splitlines()[1:]]
                names = {**shared, "rows1": [int(line[1]) for line in lines], "rows2": [int(line[2]) for line in lines]}
                exec(setups["setup two"], names)
        names["result"] = result
        if command in ("similarity", "color"):
            names["rows"] = [row for row in result["rows"] if row is not None]
        for _, code in blocks:
            head, *lines = code.strip().splitlines()
            match = EXPECTED.fullmatch(head)
            assert match, f"{command}: a block that names no key: {head}"
            wanted = np.asarray(evaluate(lines, names), dtype=float)
            got = np.asarray(at(result, match[1]), dtype=float)
            assert got.shape == wanted.shape, f"{command} {match[1]}: {got.shape} against {wanted.shape}"
            tolerance = 0.0 if match[2] == "exactly" else float(match[3])
            if match[4]:
                tolerance *= abs(float(wanted))
            error = float(np.max(np.abs(got - wanted)))
            print(f"{command:10} {match[1]:36} off by {error:.1e}, allowed {tolerance:.1e}")
            assert error <= tolerance, f"{command} {match[1]}: the program has {got}, the page's lines give {wanted}"
            checked += 1
    assert checked >= 30, f"only {checked} definitions were found"
    print(f"{checked} definitions hold")


main()
