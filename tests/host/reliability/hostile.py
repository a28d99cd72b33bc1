"""What the tests of a hostile world share: matrices, folders that are whole or not, the program run in a place of its own."""

import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
# The gate takes a part of the trials; scripts/hostile all of them.
ALL = os.environ.get("GRAMIAN_HOSTILE") == "all"


def trials(gate, everything):
    return everything if ALL else gate


def npy(path, rows, kind="f"):
    """Writes rows of numbers as a .npy file; kind as in struct."""
    width = struct.calcsize(kind)
    text = f"{{'descr': '<f{width}', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    text += " " * ((64 - (10 + len(text) + 1) % 64) % 64) + "\n"
    flat = [x for row in rows for x in row]
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + struct.pack(f"<{len(flat)}{kind}", *flat)
    pathlib.Path(path).write_bytes(data)


def gaussian(n, d, seed):
    source = random.Random(seed)
    return [[source.gauss(0.2, 1) for _ in range(d)] for _ in range(n)]


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def broken(folder):
    """What is wrong with a result folder; None where it is whole: result.json is there, lists its files as they are, and
    nothing else lies beside them."""
    folder = pathlib.Path(folder)
    names = set(os.listdir(folder))
    if "result.json" not in names:
        return f"no result.json among {sorted(names)}"
    listed = json.loads((folder / "result.json").read_text())["files"]
    if names != {"result.json"} | {file["name"] for file in listed}:
        return f"{sorted(names)} are not those that are listed"
    for file in listed:
        path = folder / file["name"]
        if path.stat().st_size != file["bytes"] or sha256(path) != file["sha256"]:
            return f"{file['name']} is not the one that is listed"
    return None


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="gramian_hostile_"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.home, ignore_errors=True)

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(dir=self.home))

    def matrix(self, name="m.npy", n=120, d=8, seed=1):
        path = self.home / name
        if not path.exists():
            npy(path, gaussian(n, d, seed))
        return path

    def run_program(self, *arguments, env=None, **options):
        environment = {**os.environ, **(env or {})}
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.place, capture_output=True, env=environment, timeout=300, **options)
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def start(self, *arguments, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([PROGRAM, *map(str, arguments)], cwd=self.place, **pipes)

    def refused(self, code, *arguments, saying=(), **options):
        got, _, error = self.run_program(*arguments, **options)
        self.assertEqual(got, code, error)
        self.assertRegex(error, r"\Agramian: [^\n]+\n\Z")
        for words in [saying] if isinstance(saying, str) else saying:
            self.assertIn(words, error)

    def names(self, folder=None):
        return sorted(os.listdir(folder or self.place))
