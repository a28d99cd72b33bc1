"""Runs the program for the measurements of this folder."""

import json
import os
import pathlib
import statistics
import subprocess
import tempfile


class Program:
    """Answers are result.json; `peak` is the resident memory of the last run at its most, in bytes."""

    def __init__(self, path):
        self.path = str(path)
        self.peak = 0
        self.commands = []

    def __call__(self, *arguments):
        words = [str(word) for word in arguments]
        self.commands.append(" ".join(["gramian", *(os.path.basename(w) if os.sep in w else w for w in words)]))
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen([self.path, *words, "--json"], stdout=out)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                raise SystemExit(f"{self.commands[-1]}: exit {child.returncode}")
            self.peak = usage.ru_maxrss * 1024
            out.seek(0)
            return json.load(out)

    def quietly(self, *arguments):
        subprocess.run([self.path, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def bare_triangle(self, matrix):
        """Seconds of the products of all tiles alone, the median of the program's own rounds."""
        rounds = self("bench", "--input", matrix)["bench"]["rounds"]
        return statistics.median(one["gemm_seconds"] for one in rounds)


def synthetic(program, folder, n, d, seed=0):
    path = pathlib.Path(folder) / f"{n}x{d}-{seed}.npy"
    program.quietly("synth", n, d, "-o", path, "--mean-cosine", 0.3, "--seed", seed)
    return path
