#!/usr/bin/env python3
"""Measures neighbours and graphs, and prints one JSON record:

    bench/graphs.py PROGRAM A.vec > bench/results/graphs-MACHINE.json

A is text vectors (say 40,007 x 300). Where faiss (PyPI: faiss-cpu) is installed, all neighbours are also found by its
flat index in the same run, and both lists compared. Every ratio is of times of this one run. Takes some minutes; let
nothing else run; wants 3 GB of disk."""

import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np

from program import Program, synthetic

K = 10


def faiss_flat(x):
    """Seconds and lists of the k nearest of every row by inner product of unit rows, or why there are none."""
    try:
        import faiss
    except ImportError:
        return None, None, "faiss is not installed"
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(x.shape[1])
    index.add(x)
    start = time.perf_counter()
    cosines, rows = index.search(x, K + 1)  # a row's first is itself
    return time.perf_counter() - start, (cosines, rows), f"faiss {faiss.__version__}, {faiss.omp_get_max_threads()} threads"


def without_self(cosines, rows):
    mine = rows == np.arange(len(rows))[:, None]
    mine[~mine.any(axis=1), -1] = True  # a copy of it came instead
    return cosines[~mine].reshape(len(rows), K), rows[~mine].reshape(len(rows), K)


def neighbors(program, folder, n, d):
    path = synthetic(program, folder, n, d)
    out = pathlib.Path(folder) / "neighbors"
    seconds = []
    for _ in range(3):
        seconds.append(program("neighbors", path, "--all", "-k", K, "-o", out)["timing"]["sweep"])
    peak = program.peak
    gemm = program.bare_triangle(path)
    record = {"n": n, "dim": d, "k": K, "sweep_seconds": seconds, "bare_triangle": gemm,
              "ratio": statistics.median(seconds) / gemm, "peak_memory": peak,
              "matrix": n * d * 4, "result": sum(f.stat().st_size for f in out.iterdir())}
    x = np.load(path).astype(np.float32)
    seconds_faiss, found, what = faiss_flat(x)
    record["faiss"] = {"what": what}
    if found is not None:
        cosines, rows = without_self(*found)
        ours = np.load(out / "neighbors.indices.npy")
        scores = np.load(out / "neighbors.scores.npy")
        same = rows == ours
        # Where the lists differ the cosines must be as near as fp32 tells them apart.
        off = float(np.abs(np.sort(cosines, axis=1) - np.sort(scores, axis=1)).max())
        if off > 2e-6:
            raise SystemExit(f"faiss and gramian differ by {off} in a cosine")
        record["faiss"].update({"seconds": seconds_faiss, "times_slower": seconds_faiss / statistics.median(seconds),
                                "equal_entries": float(same.mean()), "largest_difference": off})
    return record


def graph(program, folder, vectors):
    out = pathlib.Path(folder) / "graph"
    result = program("graph", vectors, "--yes", "-o", out)
    peak = program.peak
    adjacency = out / "adjacency.npz"
    written = adjacency.stat().st_size
    matrix = result["inputs"][0]["rows"] * result["inputs"][0]["dim"] * 4
    # The degrees of the sweep against those of the file, read back a piece at a time.
    degrees = np.load(out / "degrees.npy")
    with np.load(adjacency) as file:
        if not np.array_equal(np.diff(file["indptr"]), degrees):
            raise SystemExit("degrees.npy is not what adjacency.npz holds")
    os.remove(adjacency)
    return {"edges": result["graph"]["edges"], "sweeps": result["sweeps"], "timing": result["timing"],
            "file_bytes": written, "file_bytes_per_second": written / result["timing"]["adjacency"],
            "peak_memory": peak, "matrix": matrix, "beyond_matrix": peak - matrix}


def main():
    program, vectors = Program(sys.argv[1]), sys.argv[2]
    devices = program("devices")
    record = {"version": devices["version"]}
    # OpenBLAS, of which faiss brings its own, takes new processors for old ones: 3.5 times slower on one. The program
    # tells it better, and so faiss gets the same kernels.
    os.environ.setdefault("OPENBLAS_CORETYPE", devices["devices"][0]["openblas_core"])
    with tempfile.TemporaryDirectory() as folder:
        record["neighbors"] = neighbors(program, folder, 50257, 768)
        record["graph"] = graph(program, folder, vectors)
        path = synthetic(program, folder, 50000, 100)
        result = program("graph", path)
        record["communities"] = {"nodes": 50000, "on": result["graph"]["communities_on"],
                                 "seconds": result["timing"]["communities"], "timing": result["timing"]}
    record["commands"] = program.commands
    json.dump(record, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
