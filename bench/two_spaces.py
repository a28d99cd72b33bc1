#!/usr/bin/env python3
"""Measures the comparison of two spaces and prints one JSON record:

    bench/two_spaces.py PROGRAM A.vec B.vec > bench/results/two-spaces-MACHINE.json

A and B are text vectors over the same words (say 40,007 x 300). Every ratio is of times of this one run. Takes some
minutes; let nothing else run."""

import json
import sys
import tempfile

from program import Program, synthetic


def main():
    program, a, b = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    record = {"version": program("devices")["version"]}
    with tempfile.TemporaryDirectory() as folder:
        n, wide, narrow = 50257, 768, 300
        x, y = synthetic(program, folder, n, wide), synthetic(program, folder, n, narrow, 1)
        timing = program("rsa", x, y, "--join", "rows")["timing"]
        record["pearson"] = {"n": n, "dims": [wide, narrow], "after_loading": timing["total"] - timing["load"],
                             "timing": timing}

        gemm = program.bare_triangle(x)
        count = 1000
        result = program("rsa", x, y, "--join", "rows", "--permutations", count)
        seconds = result["timing"]["permutations"]
        rate = count * 2.0 * n * wide * narrow / seconds
        bare = n * (n - 1.0) * wide / gemm
        record["permutations"] = {"n": n, "dims": [wide, narrow], "permutations": count, "seconds": seconds,
                                  "gflops": rate / 1e9, "bare_sgemm_gflops": bare / 1e9,
                                  "fraction_of_sgemm": rate / bare, "peak_memory": program.peak}

    triangles = program.bare_triangle(a) + program.bare_triangle(b)
    result = program("rsa", a, b, "--method", "spearman", "--kendall", 0)
    timing = result["timing"]
    spearman = timing["rank_bins"] + timing["prepare"] + timing["sweep"] + timing["ranks"]
    record["spearman"] = {"shared": result["shared"], "seconds": spearman, "bare_triangles": triangles,
                          "ratio": spearman / triangles, "error_bound": result["rsa"]["ranks"]["error_bound"],
                          "timing": timing, "peak_memory": program.peak}
    timing = program("stability", a, b, "-k", 10)["timing"]
    record["stability"] = {"after_loading": timing["total"] - timing["load"], "bare_triangles": triangles,
                           "ratio": (timing["total"] - timing["load"]) / triangles, "timing": timing,
                           "peak_memory": program.peak}
    record["commands"] = program.commands
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
