#!/usr/bin/env python3
"""Measures this machine and prints one JSON record: record.py PROGRAM [A.vec B.vec] > results/MACHINE.json

Without vectors only synthetic matrices are measured. With two text files of vectors over the same words (say
40,007 x 300) also the sweep on real data, the reading of text, and RSA. Takes some minutes; let nothing else run."""

import json
import math
import subprocess
import sys


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def bench(program, *arguments):
    result = run(program, "bench", *arguments)
    return {"command": " ".join(["gramian", "bench", *(str(a) for a in arguments if "/" not in str(a))]), **result["bench"]}


def main():
    program, vectors = sys.argv[1], sys.argv[2:]
    record = {"version": run(program, "devices")["version"]}
    record["single"] = bench(program, 50257, 768)
    record["half"] = bench(program, 50257, 768, "--precision", "half")
    record["half_over_single"] = record["single"]["sweep_seconds"] / record["half"]["sweep_seconds"]

    scaling = [bench(program, n, 768) for n in (12500, 25000, 50000)]
    record["scaling"] = [{key: one[key] for key in ("n", "dim", "gemm_seconds", "sweep_seconds")} for one in scaling]
    record["scaling_exponent"] = math.log(scaling[-1]["sweep_seconds"] / scaling[0]["sweep_seconds"]) / math.log(4)

    if vectors:
        record["real"] = bench(program, "--input", vectors[0])
        stats = run(program, "stats", vectors[0])
        whole = stats["timing"]["total"]
        parts = stats["timing"]["load"] + stats["timing"]["sweep"]
        record["stats_from_text"] = {"timing": stats["timing"], "total_over_load_plus_sweep": whole / parts}
    if len(vectors) > 1:
        rsa = run(program, "rsa", vectors[0], vectors[1])
        record["rsa"] = {"shared": rsa["shared"], "timing": rsa["timing"],
                         "after_loading": rsa["timing"]["total"] - rsa["timing"]["load"]}
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
