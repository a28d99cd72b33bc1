"""What the tests of the program share: how it is run, small files, and what an error looks like."""

import json
import math
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


def npy(path, rows, type="<f4"):
    """Writes rows of numbers as a .npy file."""
    code = {"<f4": "f", "<f8": "d"}[type]
    text = f"{{'descr': '{type}', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    text += " " * ((64 - (10 + len(text) + 1) % 64) % 64) + "\n"
    flat = [x for row in rows for x in row]
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + struct.pack(f"<{len(flat)}{code}", *flat)
    pathlib.Path(path).write_bytes(data)


def read_npy(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + length])  # written by the program under test
    count = math.prod(header["shape"])
    assert header["descr"] == "<f8"
    return header["shape"], struct.unpack(f"<{count}d", data[10 + length :])


def gaussian_rows(n, d, seed):
    source = random.Random(seed)
    return [[source.gauss(0.2, 1) for _ in range(d)] for _ in range(n)]


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_cli_"))
        cls.words = [f"w{i}" for i in range(200)]
        cls.words[3:6] = ["cat", "dog", "banana"]
        npy(cls.folder / "e.npy", gaussian_rows(200, 16, 1))
        (cls.folder / "e.vocab.txt").write_text("".join(w + "\n" for w in cls.words))
        npy(cls.folder / "f.npy", gaussian_rows(200, 12, 2))
        (cls.folder / "f.vocab.txt").write_text("".join(w + "\n" for w in reversed(cls.words)))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments, **options):
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def json(self, *arguments):
        code, out, err = self.run_program(arguments[0], "--json", *arguments[1:])
        self.assertEqual((code, err), (0, ""))
        result = json.loads(out, parse_constant=lambda name: self.fail(f"{name} is not JSON"))
        self.assertEqual(result["command"], arguments[0])
        for key in ("version", "inputs", "settings", "timing"):
            self.assertIn(key, result)
        return result

    def refused(self, code, *arguments, saying=()):
        got, out, err = self.run_program(*arguments)
        self.assertEqual(got, code, err)
        self.assertEqual(out, "")
        self.assertRegex(err, r"\Agramian: [^\n]+\n\Z")
        for words in [saying] if isinstance(saying, str) else saying:
            self.assertIn(words, err)

    def names(self, folder):
        return sorted(os.listdir(folder))
