#!/usr/bin/env python3
"""Limits of the system end a run by a message. Usage: limits_test.py PROGRAM [unittest options]"""

import os
import resource
import subprocess
import unittest

from hostile import PROGRAM, Hostile, trials

MB = 1 << 20


def limited(**limits):
    def set_limits():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))

    return set_limits


class Limits(Hostile):
    def commands(self):
        both = (self.matrix("a.npy", 300, 40), self.matrix("b.npy", 300, 40, seed=2))
        yield "stats", both[0]
        yield "spectrum", both[0]
        yield "similarity", both[0], "--limit", "100"
        yield "neighbors", both[0], "--all", "-k", "3"
        yield "inspect", both[0]
        yield ("rsa", *both, "--join", "rows")

    def test_address_space(self):
        """Under any limit of it a command gives its answer or says that there is too little; it does not look for more for ever."""
        refused = 0
        for command in self.commands():
            for megabytes in trials((150, 330, 700), (80, 120, 150, 200, 250, 330, 400, 500, 700, 1000, 2000)):
                done = subprocess.run([PROGRAM, *map(str, command), "-q"], capture_output=True, text=True, timeout=120,
                                      preexec_fn=limited(AS=megabytes * MB))  # fmt: skip
                told = f"{command[0]} {megabytes} MB: {done.returncode} {done.stderr}"
                if "error while loading shared libraries" in done.stderr or "cannot allocate" in done.stderr:
                    continue  # not even the program has room
                self.assertIn(done.returncode, (0, 4), told)
                refused += done.returncode == 4
                if done.returncode == 4:
                    self.assertRegex(done.stderr, r"\Agramian: [^\n]+\n\Z", told)
        self.assertGreater(refused, 0)

    def peak(self, *arguments):
        """Exit code, message and largest resident set in MB of a run."""
        program = subprocess.Popen([PROGRAM, *map(str, arguments), "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        with program.stderr as told_on:
            error = told_on.read().decode()
        _, status, usage = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        return program.returncode, error, usage.ru_maxrss / 1024

    def asked_of(self, path, other):
        """Questions of a matrix, and of it together with another."""
        yield ("stats", path)
        yield ("neighbors", path, "--all", "-k", "10")
        yield ("graph", path, "--threshold", "q0.999")
        yield ("spectrum", path)
        yield ("rsa", path, other, "--join", "rows")
        yield ("stats", path, "--center", "--remove-top", "2")
        yield ("similarity", path, "--limit", "600")
        yield ("inspect", path)
        yield ("stability", path, other, "--join", "rows")
        yield ("unembed", path, other)
        yield ("spectrum", path, "--vectors", "3")
        yield ("stats", path, "--precision", "double")
        yield ("rsa", path, other, "--join", "rows", "--method", "both", "--permutations", "10", "--bootstrap", "10")

    def test_memory_limit_is_a_ceiling(self):
        """Peaks of memory under --memory-limit, over commands and shapes: within a tenth of it, or refused beforehand."""
        shapes = {"wide": (60, 4000), "long": (12000, 64), "both": (trials(1500, 3000), 512), "square": (1000, 1000)}
        for name, (n, d) in shapes.items():
            for seed in (1, 2):
                subprocess.run([PROGRAM, "synth", str(n), str(d), "--seed", str(seed), "-q", "-o", self.home / f"{name}{seed}.npy"], check=True)
        done, worst = 0, 0.0
        for name in shapes:
            both = (self.home / f"{name}1.npy", self.home / f"{name}2.npy")
            for place, command in enumerate(self.asked_of(*both)):
                # The gate takes one limit a question and shape, each another one.
                limits = (30, 45, 60, 80, 100, 150, 200, 300, 500)
                for limit in trials((limits[(3 * place + len(name)) % 7],), limits):
                    code, error, peak = self.peak(*command, "--memory-limit", f"{limit}M")
                    told = f"{command} {limit} MB: {code}, peak {peak:.0f} MB {error}"
                    self.assertIn(code, (0, 4), told)
                    if code == 0:
                        done += 1
                        worst = max(worst, peak / limit)
                        self.assertLessEqual(peak, 1.1 * limit, told)
                    else:
                        self.assertRegex(error, r"this needs about [^\n]+, more than --memory-limit \d+M; [^\n]+", told)
        self.assertGreater(done, trials(15, 200))
        print(f"\npeak memory: at most {100 * worst:.0f} % of the limit in {done} runs")

    def test_the_smaller_gram_product_is_formed(self):
        """Of few rows of many dimensions: bags of words, one-hot vectors."""
        paths = []
        for seed in ("1", "2"):
            paths.append(self.home / f"bags{seed}.npy")
            subprocess.run([PROGRAM, "synth", "40", "30000", "--seed", seed, "-q", "-o", paths[-1]], check=True)
        # A product of all dimensions would take 7 GB.
        for command in (("stats", paths[0]), ("graph", paths[0]), ("spectrum", paths[0]), ("rsa", *paths, "--join", "rows"),
                        ("stats", paths[0], "--center", "--remove-top", "2")):  # fmt: skip
            code, error, peak = self.peak(*command, "--memory-limit", "200M")
            self.assertEqual(code, 0, error)
            self.assertLess(peak, 220, command)
        # There, the rotation itself has that size.
        code, error, _ = self.peak("stability", *paths, "--join", "rows", "--memory-limit", "200M")
        self.assertEqual(code, 4)
        self.assertRegex(error, "this needs about [0-9.]+ GiB")

    def test_what_a_remedy_says_helps(self):
        path = self.home / "square3.npy"
        subprocess.run([PROGRAM, "synth", "1200", "1200", "-q", "-o", path], check=True)
        code, error, _ = self.peak("spectrum", path, "--memory-limit", "60M")
        self.assertEqual(code, 4)
        self.assertIn("--limit below 1200 rows", error)
        self.assertEqual(self.peak("spectrum", path, "--memory-limit", "60M", "--limit", "200")[0], 0)
        code, error, _ = self.peak("inspect", path, "--memory-limit", "10M")
        self.assertEqual(code, 4)

    def test_more_threads_than_address_space(self):
        self.assertEqual(self.run_program("stats", self.matrix(), "-q", preexec_fn=limited(AS=900 * MB))[0], 0)
        code, _, error = self.run_program("stats", self.matrix(), "-q", "--threads", "64", preexec_fn=limited(AS=900 * MB))
        self.assertEqual(code, 4)
        self.assertIn("fewer threads or a higher limit", error)

    @unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else, whose processes are counted")
    def test_no_thread_to_be_had(self):
        # Of a user that has nothing else: nobody's processes would count as well.
        os.chmod(self.home, 0o755)
        os.chmod(self.place, 0o777)
        self.matrix()
        code, _, error = self.run_program("stats", self.matrix(), "-q", "--threads", "4", "-o", "out", user=61234, preexec_fn=limited(NPROC=1))
        self.assertEqual(code, 0, error)


if __name__ == "__main__":
    unittest.main()
