#!/usr/bin/env python3
"""Measures the package of Python beside the program, and prints one JSON record:

    PYTHONPATH=build/cpu/python bench/package.py PROGRAM [N D] > bench/results/package-MACHINE.json

`import`: the whole process, less one that imports nothing, the median of eleven. `stats`: an array in memory against the
program's own sweep of the same numbers in a file, each its `timing.total` less hashing and loading, in turns; the median of
the ratios counts. `memory`: what stats adds to a process, as a share of the matrix, against the program's whole peak."""

import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time


def seconds(*command):
    begin = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - begin


def importing():
    rounds = [(seconds(sys.executable, "-c", "pass"), seconds(sys.executable, "-c", "import gramian")) for _ in range(11)]
    return {
        "nothing": statistics.median(each[0] for each in rounds),
        "gramian": statistics.median(each[1] for each in rounds),
        "difference": statistics.median(each[1] - each[0] for each in rounds),
    }


STATS = """
import json, sys, time
import numpy
import gramian as gr
rows = numpy.load(sys.argv[1], mmap_mode=None)
E = gr.Embedding(rows)
gr.stats(E, limit=100)
begin = time.perf_counter()
answer = gr.stats(E)
whole = time.perf_counter() - begin
print(json.dumps({"whole": whole, "timing": answer.to_dict()["timing"], "median": answer.distribution.median}))
"""

MEMORY = """
import resource, sys
import numpy
import gramian as gr
rows = numpy.load(sys.argv[1])
gr.stats(rows[:100])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
gr.stats(rows)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / rows.nbytes)
"""

PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def main():
    program, n, d = sys.argv[1], int((sys.argv[2:] or [20000])[0]), int((sys.argv[3:] or [768])[0])
    record = {"machine": platform.processor() or platform.machine(), "import_seconds": importing(), "n": n, "dim": d}
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.npy")
        subprocess.run([program, "synth", str(n), str(d), "-o", path, "-q"], check=True)
        rounds = []
        for _ in range(5):
            theirs = json.loads(subprocess.run([program, "stats", path, "--json"], capture_output=True, check=True).stdout)
            ours = json.loads(subprocess.run([sys.executable, "-c", STATS, path], capture_output=True, check=True).stdout)
            assert ours["median"] == theirs["distribution"]["median"]
            own = theirs["timing"]["total"] - theirs["timing"].get("load", 0)
            rounds.append({"program": own, "package": ours["whole"], "ratio": ours["whole"] / own,
                           "sweeps": ours["timing"]["sweep"] / theirs["timing"]["sweep"]})
        middle = sorted(rounds, key=lambda each: each["ratio"])[len(rounds) // 2]
        record["stats"] = {**middle, "rounds": rounds}
        added = float(subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, check=True).stdout)
        peak = int(subprocess.run([sys.executable, "-c", PEAK, program, "stats", path, "-q"], capture_output=True, check=True).stdout)
        record["memory"] = {"added_by_stats": added, "peak_of_the_program": peak / path.stat().st_size}
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
