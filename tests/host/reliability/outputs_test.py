#!/usr/bin/env python3
"""Results are whole: the old one or the new one, whatever happens. Usage: outputs_test.py PROGRAM [unittest options]"""

import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import time
import unittest

from hostile import PROGRAM, Hostile, broken, trials


class Outputs(Hostile):
    def graph(self, threshold, *more):
        return "graph", self.matrix(), "--threshold", threshold, "-q", "-o", "out", *more

    def test_result_lists_its_files(self):
        self.assertEqual(self.run_program(*self.graph("0.1", "--gexf"))[0], 0)
        self.assertIsNone(broken(self.place / "out"))
        listed = [file["name"] for file in json.loads((self.place / "out/result.json").read_text())["files"]]
        self.assertLessEqual({"degrees.npy", "adjacency.npz", "graph.gexf"}, set(listed))
        code, out, _ = self.run_program("stats", self.matrix(), "--json")
        self.assertEqual((code, json.loads(out)["files"]), (0, []))

    def test_nothing_of_an_earlier_result_stays(self):
        self.assertEqual(self.run_program(*self.graph("0.1", "--gexf", "--edge-list", "--limit", "100"))[0], 0)
        self.assertEqual(self.run_program(*self.graph("0.2"))[0], 0)
        self.assertNotIn("edges.tsv", self.names(self.place / "out"))
        self.assertIsNone(broken(self.place / "out"))
        self.assertEqual(self.run_program("stats", self.matrix(), "-q", "-o", "out", "--force")[0], 0)
        self.assertEqual(self.names(self.place / "out"), ["histogram.svg", "result.json"])

    def test_what_is_not_ours_stays_and_is_named(self):
        self.assertEqual(self.run_program(*self.graph("0.1", "--gexf"))[0], 0)
        (self.place / "out/notes.txt").write_text("mine")
        self.assertEqual(self.run_program(*self.graph("0.2"))[0], 0)
        self.assertEqual((self.place / "out/notes.txt").read_text(), "mine")
        self.assertNotIn("graph.gexf", self.names(self.place / "out"))
        result = json.loads((self.place / "out/result.json").read_text())
        self.assertTrue(any("notes.txt" in note for note in result["notes"]), result["notes"])

    def test_killed_at_random_moments(self):
        """Two results by turns, ended by kill -9: the folder holds one of them whole, and the next run tidies up."""
        random.seed(7)
        begin = time.monotonic()
        self.assertEqual(self.run_program(*self.graph("0.1"))[0], 0)
        usual = time.monotonic() - begin
        mixed, killed, hidden = [], 0, 0
        for trial in range(trials(60, 200)):
            program = self.start(*self.graph(("0.2", "0.1")[trial % 2], *(("--gexf",) if trial % 4 < 2 else ())))
            try:
                program.communicate(timeout=usual * random.uniform(0.3, 1.1))
            except subprocess.TimeoutExpired:
                program.kill()
                program.communicate()
                killed += 1
            if (wrong := broken(self.place / "out")) is not None:
                mixed.append(wrong)
            hidden += len(self.names()) - 1
        self.assertEqual(mixed, [])
        self.assertGreater(killed, trials(60, 200) // 4)
        self.assertEqual(self.run_program(*self.graph("0.1"))[0], 0)
        self.assertEqual(self.names(), ["out"])
        print(f"\n{killed} runs killed, none mixed; {hidden} times a hidden folder waited for the next run")

    def test_signals_end_a_run_tidily(self):
        # Long enough to be met, and asked to end early.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            program = self.start("synth", "30000000", "16", "-q", "-o", "long.npy")
            time.sleep(0.5)
            program.send_signal(number)
            _, error = program.communicate(timeout=60)
            self.assertEqual((program.returncode, error), (130, b"gramian: interrupted\n"), number)
            self.assertEqual(self.names(), [])

    def test_a_signal_that_was_ignored_stays_ignored(self):
        program = self.start("synth", "400000", "16", "-q", "-o", "m.npy", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        time.sleep(0.1)
        program.send_signal(signal.SIGHUP)
        program.communicate(timeout=60)
        self.assertEqual(program.returncode, 0)

    def test_closed_standard_streams(self):
        arguments = [PROGRAM, "neighbors", self.matrix(), "--all", "-k", "5", "-v"]
        subprocess.run([*arguments, "-o", "right"], cwd=self.place, capture_output=True, check=True)
        right = (self.place / "right/neighbors.indices.npy").read_bytes()
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            command = " ".join(f"'{word}'" for word in [*arguments, "-o", "out"]) + " " + closed
            done = subprocess.run(["sh", "-c", command], cwd=self.place, capture_output=True)
            self.assertEqual(done.returncode, 0, closed)
            self.assertEqual((self.place / "out/neighbors.indices.npy").read_bytes(), right, closed)
            self.assertIsNone(broken(self.place / "out"))

    def test_devices_and_pipes_are_not_replaced(self):
        os.mkfifo(self.place / "pipe")
        for target in ("pipe", "/dev/null", "/dev/stdout", "/dev/fd/1"):
            self.refused(2, "synth", "10", "4", "-o", target, saying="device")
        self.assertTrue(stat.S_ISFIFO(os.stat(self.place / "pipe").st_mode))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))
        os.mkdir(self.place / "out")
        os.mkfifo(self.place / "out/result.json")
        self.refused(2, "stats", self.matrix(), "-o", "out", saying="result.json")

    def test_symbolic_links_are_not_followed(self):
        victim = self.place / "victim"
        victim.write_text("kept")
        os.mkdir(self.place / "out")
        os.symlink(victim, self.place / "out/result.json")
        self.assertEqual(self.run_program("stats", self.matrix(), "-q", "-o", "out")[0], 0)
        os.symlink(victim, self.place / "m.npy")
        self.assertEqual(self.run_program("synth", "10", "4", "-q", "-o", "m.npy")[0], 0)
        self.assertEqual(victim.read_text(), "kept")
        self.assertFalse(os.path.islink(self.place / "m.npy") or os.path.islink(self.place / "out/result.json"))

    def test_what_cannot_be_written_is_refused_before_the_work(self):
        # The matrix is not there: whoever looks at the folder first does not notice.
        (self.place / "file").write_text("x")
        self.refused(2, "stats", "no.npy", "-o", "file", saying="is a file; -o wants a directory")
        self.refused(2, "stats", "no.npy", "-o", "file/a/b", saying="Not a directory")
        self.refused(2, "stats", "no.npy", "-o", "/proc/gramian/a", saying="cannot be made")
        self.refused(2, "synth", "99999999999", "4", "-o", "huge.npy", saying="free on the disk")
        # A disk of 64 KB would do as well as one that is nearly full; without one, more than any disk has.
        subprocess.run([PROGRAM, "synth", "3", "4", "-q", "-o", self.place / "e.npy"], check=True)
        wide = self.place / "states.npy"
        text = "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000, 4), }"
        text += " " * (117 - len(text)) + "\n"
        wide.write_bytes(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode())
        os.truncate(wide, 128 + 4 * 10**12)
        self.refused(2, "unembed", "e.npy", wide, "-k", "3", "--memory-limit", "900T", "-o", "out", saying="free on the disk")
        os.remove(wide)
        self.assertEqual(self.names(), ["e.npy", "file"])

    def test_a_full_disk_leaves_the_old_result(self):
        self.assertEqual(self.run_program(*self.graph("0.1"))[0], 0)
        before = (self.place / "out/result.json").read_bytes()
        code, _, error = self.run_program("stats", self.matrix("wide.npy", 400, 4), "-q", "-o", "out", "--force", "--bins", "60000",
                                          preexec_fn=lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_FSIZE, (65536, 65536)))
        self.assertEqual(code, 2, error)
        self.assertIn("cannot be written", error)
        self.assertEqual((self.place / "out/result.json").read_bytes(), before)
        self.assertIsNone(broken(self.place / "out"))
        self.assertEqual(self.names(), ["out"])


if __name__ == "__main__":
    unittest.main()
