#!/usr/bin/env python3
"""Each call of the system fails in its turn, or is the last before kill -9. Usage: faults_test.py PROGRAM PRELOADED [unittest options]"""

import os
import pathlib
import sys
import unittest

LIBRARY = pathlib.Path(sys.argv.pop(2)).resolve() if len(sys.argv) > 2 else None

from hostile import Hostile, broken, trials  # noqa: E402


class Faults(Hostile):
    def graph(self, threshold="0.2", folder="out"):
        return "graph", self.matrix(), "--threshold", threshold, "--gexf", "-q", "--threads", "2", "--force", "-o", folder

    def commands(self):
        yield "graph", self.graph("0.1")
        yield "stats", ("stats", self.matrix(), "-q", "--threads", "2", "--force", "-o", "out")
        yield "neighbors", ("neighbors", self.matrix(), "--all", "-k", "3", "-q", "--threads", "2", "--force", "-o", "out")
        yield "spectrum", ("spectrum", self.matrix(), "-q", "--threads", "2", "--force", "-o", "out")
        yield "rsa", ("rsa", self.matrix(), self.matrix("n.npy", seed=2), "--join", "rows", "-q", "--threads", "2", "--force", "-o", "out")

    def with_fault(self, fault, arguments):
        mark = self.place.parent / "mark"
        mark.unlink(missing_ok=True)
        environment = {"LD_PRELOAD": str(LIBRARY), "GRAMIAN_FAULT": fault, "GRAMIAN_FAULT_MARK": str(mark)}
        code, out, error = self.run_program(*arguments, env=environment)
        return mark.exists(), code, error

    def each(self, kind, most, step=1, names=("graph", "stats", "neighbors", "spectrum", "rsa")):
        """Calls 1, 1 + step, ... of a kind fail, in each command, until there are no more of them."""
        tried = 0
        for name, arguments in self.commands():
            if name not in names:
                continue
            self.assertEqual(self.run_program(*self.graph())[0], 0)
            before = (self.place / "out/result.json").read_bytes()
            for number in range(1, most, step):
                happened, code, error = self.with_fault(f"{kind}:{number}", arguments)
                if not happened:
                    self.assertEqual(code, 0, error)
                    break
                tried += 1
                told = f"{name}, {kind} {number}: {code} {error}"
                # Some can be done without (a further thread, a look at /proc), and then the result is as whole as ever.
                self.assertIn(code, (0, 2, 3, 4), told)
                if code != 0:
                    self.assertRegex(error, r"\Agramian: [^\n]+\n\Z", told)
                    self.assertNotIn("internal", error, told)
                    self.assertEqual((self.place / "out/result.json").read_bytes(), before, told)
                self.assertIsNone(broken(self.place / "out"), told)
                if code == 0:
                    self.assertEqual(self.run_program(*self.graph())[0], 0)
                    before = (self.place / "out/result.json").read_bytes()
        print(f"\n{kind}: {tried} faults")
        self.assertGreater(tried, 0)

    def test_open(self):
        self.each("open", 1000, step=trials(3, 1), names=("graph", "rsa") if trials(1, 0) else ("graph", "stats", "neighbors", "spectrum", "rsa"))

    def test_write(self):
        self.each("write", 1000, step=trials(3, 1))

    def test_sync(self):
        self.each("sync", 1000, names=("graph", "stats"))

    def test_thread(self):
        self.each("thread", 200, names=("graph", "stats") if trials(1, 0) else ("graph", "stats", "neighbors", "spectrum", "rsa"))

    def test_memory(self):
        """Some ten thousand allocations a command, of which the gate takes one in sixteen hundred."""
        self.each("memory", 200_000, step=trials(1597, 1))

    def test_names(self):
        self.each("name", 1000, names=("graph", "stats"))

    def test_killed_in_front_of_every_call_that_makes_a_name(self):
        """Exhaustively what the test of random kills meets by chance."""
        for fault in ("name", "sync", "write"):
            killed = 0
            for number in range(1, 200):
                self.assertEqual(self.run_program(*self.graph("0.2"))[0], 0)
                self.assertEqual(self.names(), ["out"])  # what the killed one before left is gone
                happened, code, error = self.with_fault(f"{fault}:{number}:kill", ("stats", self.matrix(), "-q", "--force", "-o", "out"))
                if not happened:
                    break
                killed += 1
                self.assertEqual(code, -9)
                self.assertIsNone(broken(self.place / "out"), f"{fault} {number}")
            self.assertGreater(killed, 0)

    def test_a_new_folder_is_there_whole_or_not_at_all(self):
        for number in range(1, 200):
            folder = f"new{number}"
            happened, code, _ = self.with_fault(f"name:{number}:kill", ("stats", self.matrix(), "-q", "--force", "-o", f"{folder}/a"))
            if not happened:
                break
            if (self.place / folder / "a").exists():
                self.assertIsNone(broken(self.place / folder / "a"))
        self.assertGreater(number, 2)

    def test_beside_files_that_are_not_ours_no_result_is_called_whole_that_is_not(self):
        for number in range(1, 200):
            self.assertEqual(self.run_program(*self.graph("0.2"))[0], 0)
            (self.place / "out/notes.txt").write_text("mine")
            happened, code, _ = self.with_fault(f"name:{number}:kill", self.graph("0.1"))
            if not happened:
                break
            self.assertEqual((self.place / "out/notes.txt").read_text(), "mine")
            os.remove(self.place / "out/notes.txt")
            hidden = [name for name in self.names(self.place / "out") if name.startswith(".gramian-")]
            for name in hidden:
                os.rename(self.place / "out" / name, self.place / name)
            if (self.place / "out/result.json").exists():
                self.assertIsNone(broken(self.place / "out"), f"name {number}")
        self.assertGreater(number, 5)

    def test_file_systems_that_know_no_unnamed_files_and_no_exchange(self):
        environment = {"LD_PRELOAD": str(LIBRARY), "GRAMIAN_WITHOUT_UNNAMED_FILES": "1"}
        for threshold in ("0.1", "0.2"):
            code, _, error = self.run_program(*self.graph(threshold), env=environment)
            self.assertEqual((code, error.count("internal")), (0, 0), error)
            self.assertIsNone(broken(self.place / "out"))
        for _ in range(2):
            self.assertEqual(self.run_program("synth", "10", "4", "-q", "-o", "m.npy", env=environment)[0], 0)
        self.assertEqual(self.names(), ["m.npy", "out"])


if __name__ == "__main__":
    unittest.main()
