#!/usr/bin/env python3
"""Inputs that change while they are read. Usage: inputs_test.py PROGRAM [unittest options]"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from hostile import PROGRAM, Hostile, sha256, trials


class Inputs(Hostile):
    """A run is stopped as soon as it has mapped its matrix, something is done to the file, and the run goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls.home / "big.npy"
        subprocess.run([PROGRAM, "synth", "6000", "256", "-q", "-o", cls.big], check=True)
        cls.other = cls.home / "other.npy"
        subprocess.run([PROGRAM, "synth", "6000", "256", "--seed", "5", "--mean-cosine", "0", "-q", "-o", cls.other], check=True)

    def setUp(self):
        super().setUp()
        self.path = self.place / "x.npy"
        shutil.copy(self.big, self.path)
        # Written well before, as most files are.
        os.utime(self.path, (1_700_000_000, 1_700_000_000))

    def run_while(self, change, *arguments, after=0.0):
        program = self.start(*arguments)
        maps = pathlib.Path(f"/proc/{program.pid}/maps")
        while program.poll() is None and str(self.path) not in maps.read_text():
            time.sleep(0.001)
        time.sleep(after)
        self.assertIsNone(program.poll(), "the run was over before anything could be done to it")
        program.send_signal(signal.SIGSTOP)
        change()
        program.send_signal(signal.SIGCONT)
        out, error = program.communicate(timeout=300)
        return program.returncode, out.decode(), error.decode()

    def assert_refused(self, found, words):
        code, out, error = found
        self.assertEqual((code, out), (3, ""), error)
        self.assertRegex(error, r"\Agramian: [^\n]*x\.npy: [^\n]+\n\Z")
        self.assertRegex(error, words)
        self.assertFalse((self.place / "out").exists())

    def overwrite(self, keep_time=False):
        with open(self.path, "r+b") as file, open(self.other, "rb") as other:
            shutil.copyfileobj(other, file)
        if keep_time:
            os.utime(self.path, (1_700_000_000, 1_700_000_000))

    def test_shortened(self):
        for command in ("stats", "inspect", "spectrum"):
            with self.subTest(command):
                shutil.copy(self.big, self.path)
                found = self.run_while(lambda: os.truncate(self.path, 4096), command, self.path, "-o", "out")
                self.assert_refused(found, "became shorter|changed while")

    def test_shortened_while_many_threads_read(self):
        # All of them may meet a page that is not there at once: one line all the same.
        for _ in range(trials(5, 100)):
            shutil.copy(self.big, self.path)
            os.utime(self.path, (1_700_000_000, 1_700_000_000))
            found = self.run_while(lambda: os.truncate(self.path, 4096), "stats", self.path, "--threads", "8")
            self.assert_refused(found, "became shorter|changed while")

    def test_overwritten(self):
        found = self.run_while(self.overwrite, "stats", self.path, "-o", "out")
        self.assert_refused(found, "changed while it was read")

    def test_overwritten_by_somebody_who_sets_its_time_back(self):
        code, out, error = self.run_while(lambda: self.overwrite(keep_time=True), "stats", self.path, "-o", "out")
        # If the sums were taken after that, they are of what the numbers are of: then it is one file all the same.
        if code == 0:
            inputs = json.loads((self.place / "out/result.json").read_text())["inputs"]
            self.assertEqual(inputs[0]["sha256"], sha256(self.other))
        else:
            self.assertIn(code, (1, 3), error)
            self.assertFalse((self.place / "out").exists())

    def test_another_file_under_its_name(self):
        os.link(self.other, self.place / "new.npy")
        found = self.run_while(lambda: os.rename(self.place / "new.npy", self.path), "stats", self.path, "--json")
        self.assertEqual(found[0], 0, found[2])
        self.assertEqual(json.loads(found[1])["inputs"][0]["sha256"], sha256(self.big))

    def test_nothing_but_its_mode(self):
        found = self.run_while(lambda: os.chmod(self.path, 0o600), "stats", self.path, "--json")
        self.assertEqual(found[0], 0, found[2])
        self.assertEqual(json.loads(found[1])["inputs"][0]["sha256"], sha256(self.big))

    def test_few_descriptors(self):
        code, out, error = self.run_program("stats", self.path, "--limit", "50", "--json", preexec_fn=lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_NOFILE, (8, 8)))
        self.assertEqual(code, 0, error)
        self.assertEqual(json.loads(out)["inputs"][0]["sha256"], sha256(self.big))


if __name__ == "__main__":
    unittest.main()
