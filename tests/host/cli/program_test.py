#!/usr/bin/env python3
"""The program from outside: choices that all questions share, clean output, exit codes, refusals. Usage: program_test.py PROGRAM [unittest options]"""

import json
import os
import random
import resource
import signal
import subprocess
import unittest

from program import PROGRAM, Program, gaussian_rows, npy


class Choices(Program):
    def test_rows(self):
        self.assertEqual(self.json("stats", "e.npy", "--limit", "50")["rows_used"], 50)
        self.assertEqual(self.json("stats", "e.npy", "--tokens", "cat,dog,w9")["rows_used"], 3)
        self.assertEqual(self.json("stats", "e.npy", "--length", "2")["rows_used"], 7)
        self.refused(3, "stats", "e.npy", "--length", "77")
        self.refused(2, "stats", "e.npy", "--tokens", "cat,catt", saying='"catt"')

    def test_preprocessing(self):
        plain = self.json("stats", "e.npy")["distribution"]["mean"]
        centered = self.json("stats", "e.npy", "--center")["distribution"]["mean"]
        self.assertLess(abs(centered), abs(plain))
        self.json("stats", "e.npy", "--remove-top", "2")
        self.refused(2, "stats", "e.npy", "--remove-top", "16")

    def test_padding_rows_are_left_out(self):
        npy(self.folder / "padded.npy", gaussian_rows(5, 4, 9))
        (self.folder / "padded.json").write_text('{"a": 0, "b": 1, "d": 3}')
        result = self.json("stats", "padded.npy", "--vocab", "padded.json")
        self.assertEqual((result["rows_used"], result["rows_unnamed"]), (3, 2))
        self.assertEqual(self.json("inspect", "padded.npy", "--vocab", "padded.json")["unnamed_rows"], 2)


class Output(Program):
    def test_result_json_is_what_json_prints(self):
        out = self.folder / "deep" / "er"
        code, text, err = self.run_program("stats", "e.npy", "-o", out, "--json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual((out / "result.json").read_text(), text)
        self.assertEqual(self.names(out), ["histogram.svg", "result.json"])
        code, text, _ = self.run_program("stats", "e.npy", "-o", out)
        self.assertIn("all pairs", text)

    def test_same_bytes_for_any_number_of_threads(self):
        for arguments in (
            ("stats", "e.npy"),
            ("stats", "e.npy", "--precision", "double", "--center"),
            ("similarity", "e.npy", "cat", "dog", "w1"),
            ("spectrum", "e.npy"),
            ("rsa", "e.npy", "f.npy", "--permutations", 9, "--bootstrap", 9),
            ("stability", "e.npy", "f.npy"),
            ("inspect", "e.npy"),
        ):
            texts = set()
            for threads in (1, 2, 5):
                code, out, _ = self.run_program(*arguments, "--json", "--threads", threads)
                self.assertEqual(code, 0)
                texts.add(out[: out.index('"timing"')])
            self.assertEqual(len(texts), 1, arguments)

    def test_full_disk(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        out = self.folder / "full"
        code, text, err = self.run_program("stats", "e.npy", "-o", out, preexec_fn=small_files)
        self.assertEqual(code, 2)
        self.assertRegex(err, r"\Agramian: .*(result.json|histogram.svg): cannot be written: File too large\n\Z")
        self.assertFalse(out.exists())
        out.mkdir()
        (out / "result.json").write_text("old")
        self.assertEqual(self.run_program("stats", "e.npy", "-o", out, preexec_fn=small_files)[0], 2)
        self.assertEqual((self.names(out), (out / "result.json").read_text()), (["result.json"], "old"))
        before = self.names(self.folder)
        self.assertEqual(self.run_program("synth", 1000, 100, "-o", "big.npy", preexec_fn=small_files)[0], 2)
        self.assertEqual(self.names(self.folder), before)
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "stats", "e.npy"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (2, b"gramian: stdout: cannot be written: No space left on device\n"))

    def test_nobody_reads(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([PROGRAM, "stats", "e.npy"], cwd=self.folder, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def interrupt(self, number, *arguments):
        """Starts, waits for the first sign of progress, sends a signal."""
        process = subprocess.Popen(
            [PROGRAM, *arguments, "--progress", "always"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        first = process.stderr.read(1)
        self.assertEqual(first, b"\r", "it ended before it could be interrupted")
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
        self.assertTrue(err.endswith(b"gramian: interrupted\n"), err)
        self.assertEqual(out, b"")
        return process.returncode

    def test_interrupt(self):
        self.assertEqual(self.run_program("synth", 100000, 128, "-o", "large.npy")[0], 0)
        out = self.folder / "interrupted"
        out.mkdir()
        arguments = ("stats", "large.npy", "--precision", "double", "-o", str(out))
        self.assertEqual(self.interrupt(signal.SIGINT, *arguments), 130)
        self.assertEqual(self.interrupt(signal.SIGTERM, *arguments), 130)
        self.assertEqual(os.listdir(out), [])
        before = self.names(self.folder)
        self.assertEqual(self.interrupt(signal.SIGINT, "synth", "3000000", "128", "-o", "larger.npy"), 130)
        self.assertEqual(self.names(self.folder), before)
        os.remove(self.folder / "large.npy")

    def test_no_progress_without_a_terminal(self):
        self.assertEqual(self.run_program("stats", "e.npy", "--progress", "auto")[2], "")
        self.assertIn("load", self.run_program("stats", "e.npy", "-v")[2])


class Refusals(Program):
    def neighbours_hubness(self):
        code, out, err = self.run_program("neighbours", "e.npy", "--all", "--json")
        self.assertEqual((code, err), (0, ""))
        return json.loads(out)["hubness"]

    def test_usage(self):
        self.refused(2)
        self.refused(2, "frobnicate", saying="unknown command 'frobnicate'")
        self.refused(2, "stast", "e.npy", saying=("unknown command 'stast'", "stats"))
        self.assertEqual(self.json("neighbors", "e.npy", "--all")["hubness"], self.neighbours_hubness())
        self.refused(2, "stats")
        self.refused(2, "stats", "--foo", saying="--foo")
        self.refused(2, "stats", "e.npy", "--foo", saying="--foo")
        self.refused(2, "stats", "e.npy", "more")
        for option, value in (
            ("--precision", "quadruple"),
            ("--progress", "maybe"),
            ("--device", "tpu"),
            ("--threads", "0"),
            ("--limit", "0"),
            ("--limit", "1e3"),
            ("--seed", "x"),
            ("--memory-limit", "4X"),
            ("--quantiles", "0.5,half"),
            ("--quantiles", "1.5"),
            ("--range", "1,-1"),
            ("--range", "0"),
            ("--bins", "0"),
            ("--tokens", "@nowhere"),
        ):
            self.refused(2, "stats", "e.npy", option, value)

    def test_files(self):
        (self.folder / "empty").write_bytes(b"")
        whole = (self.folder / "e.npy").read_bytes()
        (self.folder / "cut.npy").write_bytes(whole[:-5])
        (self.folder / "noise").write_bytes(bytes(random.Random(4).randrange(256) for _ in range(999)))
        for command in ("stats", "inspect", "spectrum"):
            self.refused(2, command, "nowhere.npy", saying="nowhere.npy")
            self.refused(2, command, self.folder)
            self.refused(3, command, "empty")
            self.refused(3, command, "cut.npy", saying="cut.npy")
            self.refused(3, command, "noise")
        self.refused(2, "stats", "e.npy", "--vocab", "nowhere")
        self.refused(2, "stats", "e.npy", "-o", "e.npy", saying="is a file")
        self.refused(2, "stats", "e.npy", "-o", "e.npy/below")

    def test_devices_and_memory(self):
        usable = [d["name"] for d in self.json("devices")["devices"] if d["available"]]
        for device in ("cuda", "cuda:0", "cuda:99"):
            if device == "cuda:99" or "cuda:0" not in usable:
                self.refused(5, "stats", "e.npy", "--device", device, saying="CUDA")
            else:
                self.assertTrue(self.json("stats", "e.npy", "--device", device)["backend"]["name"].startswith("cuda:0"))
        self.refused(4, "stats", "e.npy", "--device", "cpu", "--memory-limit", "1M", saying="--memory-limit 1M")
        self.refused(4, "bench", 2000000, 1000, "--device", "cpu", "--memory-limit", "1G")

    def test_help_and_version(self):
        for arguments in (("--help",), ("stats", "--help"), ("--version",)):
            code, out, err = self.run_program(*arguments)
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(out)


if __name__ == "__main__":
    unittest.main()
