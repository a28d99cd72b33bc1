#!/usr/bin/env python3
"""Limits of the system end a run by a message. Usage: limits_test.py PROGRAM [unittest options]"""

import os
import resource
import signal
import subprocess
import time
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

    def test_memory_limit_is_a_ceiling(self):
        """Peaks of memory under --memory-limit, over commands and shapes: within a tenth of it, or refused beforehand."""
        shapes = {"long": (12000, 64), "wide": (60, 4000), "both": (3000, 512)}
        for name, (n, d) in shapes.items():
            subprocess.run([PROGRAM, "synth", str(n), str(d), "-q", "-o", self.home / f"{name}.npy"], check=True)
        done, worst = 0, 0.0
        for name in shapes:
            for command in (("stats",), ("neighbors", "--all", "-k", "10"), ("graph", "--threshold", "q0.999"), ("spectrum",),
                            ("similarity", "--limit", "600"))[: trials(3, 5)]:  # fmt: skip
                for limit in trials((60, 150), (30, 60, 100, 150, 300)):
                    words = [command[0], self.home / f"{name}.npy", *command[1:], "-q", "--memory-limit", f"{limit}M"]
                    program = subprocess.Popen([PROGRAM, *words], stderr=subprocess.PIPE)
                    with program.stderr as told_on:
                        error = told_on.read().decode()
                    _, status, usage = os.wait4(program.pid, 0)
                    program.returncode = code = os.waitstatus_to_exitcode(status)
                    told = f"{command[0]} {name} {limit} MB: {code}, peak {usage.ru_maxrss / 1024:.0f} MB {error}"
                    self.assertIn(code, (0, 4), told)
                    if code == 0:
                        done += 1
                        worst = max(worst, usage.ru_maxrss / 1024 / limit)
                        self.assertLessEqual(usage.ru_maxrss / 1024, 1.1 * limit, told)
        self.assertGreater(done, 5)
        print(f"\npeak memory: at most {100 * worst:.0f} % of the limit in {done} runs")

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

    def test_an_interrupt_is_answered(self):
        big = self.home / "big.npy"
        subprocess.run([PROGRAM, "synth", "20000", "300", "-q", "-o", big], check=True)
        longest = 0.0
        for command in (("stats", big), ("neighbors", big, "--all", "-k", "10"), ("similarity", big, "--limit", "2500"), ("graph", big, "--threshold", "0.5")):
            program = subprocess.Popen([PROGRAM, *map(str, command), "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            time.sleep(0.7)
            begin = time.monotonic()
            program.send_signal(signal.SIGINT)
            _, error = program.communicate(timeout=120)
            longest = max(longest, time.monotonic() - begin)
            if program.returncode != 0:  # else it had come to its end
                self.assertEqual((program.returncode, error), (130, b"gramian: interrupted\n"), command[0])
        print(f"\nlongest wait for an interrupt: {longest:.2f} s")
        # Half a second, on a machine that does something else as well.
        self.assertLess(longest, 2.0)


if __name__ == "__main__":
    unittest.main()
