#!/usr/bin/env python3
"""Measures the CUDA backend and prints one JSON record: gpu_record.py PROGRAM --device cuda --work FOLDER

First it checks, then it measures: the program's counts on a small matrix against numpy's where numpy is there. Then
`gramian bench` at 50,257 x 768 and 400,000 x 300, `stats` from a .npy file in the page cache with the start of the process
included, and the same histogram, extremes and top-k by torch and cupy in chunks on the same GPU, where they are installed;
their results have to agree with the program's before their times are recorded."""

import argparse
import json
import subprocess
import sys
import time

BINS = 2048
TOP = 10
CHUNK = 4096


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments), "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def timed(work, synchronize):
    work()  # the first one loads code
    synchronize()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = work()
        synchronize()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[len(seconds) // 2], result


def with_torch(path):
    import numpy
    import torch

    if not torch.cuda.is_available():
        return None
    torch.backends.cuda.matmul.allow_tf32 = False
    rows = torch.from_numpy(numpy.load(path)).cuda()
    rows = rows / rows.norm(dim=1, keepdim=True)
    n = len(rows)

    def work():
        counts = torch.zeros(BINS, dtype=torch.float64, device="cuda")
        low, high = 2.0, -2.0
        for begin in range(0, n, CHUNK):
            cosines = rows[begin : begin + CHUNK] @ rows.T
            here = torch.arange(begin, begin + len(cosines), device="cuda")
            cosines[torch.arange(len(cosines), device="cuda"), here] = -2.0
            cosines.topk(TOP, dim=1)
            upper = cosines[torch.arange(n, device="cuda")[None, :] > here[:, None]]
            counts += torch.histc(upper, BINS, -1.0, 1.0)
            low, high = min(low, upper.min().item()), max(high, upper.max().item())
        return counts.sum().item(), low, high

    seconds, found = timed(work, torch.cuda.synchronize)
    return {"seconds": seconds, "pairs": found[0], "min": found[1], "max": found[2], "version": torch.__version__}


def with_cupy(path):
    import cupy

    rows = cupy.load(path)
    rows /= cupy.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    columns = cupy.arange(n)

    def work():
        counts = cupy.zeros(BINS, dtype=cupy.int64)
        low, high = 2.0, -2.0
        for begin in range(0, n, CHUNK):
            cosines = rows[begin : begin + CHUNK] @ rows.T
            upper = cosines[columns[None, :] > cupy.arange(begin, begin + len(cosines))[:, None]]
            counts += cupy.histogram(upper, BINS, (-1.0, 1.0))[0]
            low, high = min(low, float(upper.min())), max(high, float(upper.max()))
        return int(counts.sum()), low, high

    seconds, found = timed(work, cupy.cuda.Device().synchronize)
    return {"seconds": seconds, "pairs": found[0], "min": found[1], "max": found[2], "version": cupy.__version__}


def agrees(other, stats, n):
    extremes = stats["distribution"] if "distribution" in stats else stats
    pairs = n * (n - 1) // 2
    near = abs(other["min"] - extremes["min"]) < 1e-4 and abs(other["max"] - extremes["max"]) < 1e-4
    # Both round cosines a little beyond 1, which histc leaves out; no more than a few of them.
    return near and abs(other["pairs"] - pairs) <= 1e-6 * pairs + 16


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--work", required=True)
    options = parser.parse_args()
    program, device = options.program, ["--device", options.device]
    small = options.device == "cpu"  # a dry run
    shapes = [(3000, 100)] if small else [(50257, 768), (400000, 300)]

    record = {"version": run(program, "devices")["version"], "devices": run(program, "devices")["devices"], "shapes": []}
    for n, d in shapes:
        shape = {"n": n, "dim": d}
        for precision in ("single", "half"):
            shape[precision] = run(program, "bench", n, d, "--precision", precision, *device)["bench"]
        path = f"{options.work}/matrix.npy"
        subprocess.run([program, "synth", str(n), str(d), "-o", path, "--mean-cosine", "0.3"], check=True,
                       capture_output=True)
        run(program, "stats", path, *device)  # the file is in the page cache now
        start = time.perf_counter()
        stats = run(program, "stats", path, *device)
        shape["stats_from_file_seconds"] = time.perf_counter() - start
        shape["stats_timing"] = stats["timing"]
        for name, script in (("torch", with_torch), ("cupy", with_cupy)):
            if small or n > 100000:
                continue
            try:
                other = script(path)
            except ImportError:
                other = None
            if other is not None:
                other["agrees"] = agrees(other, stats, n)
            shape[name] = other
        record["shapes"].append(shape)
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
