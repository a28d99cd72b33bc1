#!/usr/bin/env python3
"""Compares the program's results on the sample with numpy and scipy in fp64. Usage: crosscheck_numpy.py PROGRAM SAMPLE

What comes from Gram products has to agree to 1e-9; single cosines, and what is selected from them, to 1e-6.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
import scipy.linalg

PROGRAM, SAMPLE = sys.argv[1], pathlib.Path(sys.argv[2])
FP64, FP32 = 1e-9, 1e-6
worst = {}


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{arguments}: exit {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def agree(what, got, wanted, tolerance):
    error = float(np.max(np.abs(np.asarray(got, dtype=float) - np.asarray(wanted, dtype=float))))
    worst[what] = max(worst.get(what, 0.0), error)
    if not error <= tolerance:
        sys.exit(f"{what}: got {got}, numpy has {wanted}: {error} > {tolerance}")


def load(stem):
    words = (SAMPLE / f"{stem}.vocab.txt").read_text().splitlines()
    return np.load(SAMPLE / f"{stem}.npy").astype(np.float64), words


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def prepared(x, center, remove):
    if center or remove:
        x = x - x.mean(axis=0)
    if remove:
        directions = np.linalg.svd(x, full_matrices=False)[2][:remove]
        x = x - x @ directions.T @ directions
    return x


def triangle(x):
    s = unit(x) @ unit(x).T
    return s[np.triu_indices(len(x), 1)]


def check_distribution(stem, options=(), center=False, remove=0, precision="single"):
    x, words = load(stem)
    q = [0.001, 0.05, 0.5, 0.77, 0.999]
    result = run("stats", SAMPLE / f"{stem}.npy", "--quantiles", ",".join(map(str, q)), "--precision", precision, *options)
    s = triangle(prepared(x, center, remove))
    d = result["distribution"]
    tolerance = {"single": FP32, "double": 1e-13, "half": 5e-4}[precision]
    assert d["pairs"] == len(s)
    agree("mean", d["mean"], s.mean(), FP64)
    agree("sd", d["sd"], s.std(), FP64)
    agree(f"extremes, {precision}", [d["min"], d["max"]], [s.min(), s.max()], tolerance)
    agree(f"median, {precision}", d["median"], np.median(s), tolerance)
    agree(f"quantiles, {precision}", list(d["quantiles"].values()), np.quantile(s, q), tolerance)
    assert list(d["quantiles"]) == [str(x) for x in q]
    h = d["histogram"]
    counts, edges = np.histogram(s, bins=len(h["counts"]), range=(h["lo"], h["hi"]))
    # Cosines within the promise of an edge may fall on either side of it.
    near = np.searchsorted(np.sort(s), edges + tolerance, "right") - np.searchsorted(np.sort(s), edges - tolerance, "left")
    off = np.abs(np.cumsum(h["counts"]) - np.cumsum(counts))
    assert sum(h["counts"]) + h["below"] + h["above"] == len(s)
    assert (off <= near[1:]).all(), "histogram"
    i, j = d["min_pair"]["rows"]
    y = unit(prepared(x, center, remove))
    agree(f"cosine of min_pair, {precision}", y[i] @ y[j], d["min"], tolerance)
    assert d["min_pair"]["tokens"] == [words[i], words[j]]
    mean = y.mean(axis=0)
    a = (y - mean).T @ (y - mean)
    iso = result["isotropy"]
    agree("isotropy", [iso["mean_cosine"], iso["mean_vector_norm"]], [s.mean(), np.linalg.norm(mean)], FP64)
    agree("participation ratio", iso["participation_ratio"], np.trace(a) ** 2 / (a**2).sum(), FP64 * 100)
    assert result["accuracy"]["max_abs_error"] <= result["accuracy"]["promise"]


def check_similarity():
    x, words = load("run1")
    tokens = ["python", "perl", "kernel", "linux", "font", "glyphs"]
    result = run("similarity", SAMPLE / "run1.npy", *tokens)
    y = unit(x[[words.index(t) for t in tokens]])
    agree("similarity", result["matrix"], y @ y.T, FP32)
    agree("its eigenvalues", result["eigenvalues"], np.linalg.eigvalsh(y @ y.T)[::-1], FP32)


def check_spectrum(stem, raw):
    x, _ = load(stem)
    result = run("spectrum", SAMPLE / f"{stem}.npy", *(["--raw"] if raw else []))["spectrum"]
    s = scipy.linalg.svd(x if raw else unit(x), compute_uv=False)
    p = s / s.sum()
    agree("singular values", np.array(result["singular_values"]) / s[0], s / s[0], FP64)
    agree("effective rank", result["effective_rank"], np.exp(-(p * np.log(p)).sum()), FP64 * 100)
    agree("spectrum's participation ratio", result["participation_ratio"], (s**2).sum() ** 2 / (s**4).sum(), FP64 * 100)
    agree("condition", result["condition"] / (s[0] / s[-1]), 1, FP64)


def linear_cka(x, y):
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return (np.linalg.norm(x.T @ y) / np.linalg.norm(x.T @ x)) * (np.linalg.norm(x.T @ y) / np.linalg.norm(y.T @ y))


def check_rsa(one, two, options=(), keep=lambda word: True, limit=None):
    (x, a), (y, b) = load(one), load(two)
    place = {word: row for row, word in enumerate(b)}
    words = [word for word in a if word in place and keep(word)][:limit]
    rows = {word: row for row, word in enumerate(a)}
    x, y = x[[rows[w] for w in words]], y[[place[w] for w in words]]
    result = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", *options)
    assert result["shared"] == len(words), (result["shared"], len(words))
    s, t = triangle(x), triangle(y)
    agree("pearson", result["rsa"]["pearson"], np.corrcoef(s, t)[0, 1], FP64)
    agree("linear CKA", result["linear_cka"], linear_cka(x, y), FP64)
    agree("linear CKA, unit rows", result["linear_cka_unit_rows"], linear_cka(unit(x), unit(y)), FP64)
    for got, values in zip(result["distributions"], (s, t)):
        agree("rsa: mean, sd", [got["mean"], got["sd"]], [values.mean(), values.std()], FP64)
        agree("rsa: extremes, median", [got["min"], got["max"], got["median"]], [values.min(), values.max(), np.median(values)], FP32)


for stem in ("run1", "small"):
    check_distribution(stem)
check_distribution("run2", precision="double")
check_distribution("run2", precision="half")
check_distribution("run1", ["--center"], center=True)
check_distribution("small", ["--remove-top", "3"], center=True, remove=3)
check_similarity()
for raw in (False, True):
    check_spectrum("run1", raw)
    check_spectrum("small", raw)
check_rsa("run1", "run2")
check_rsa("run1", "small")
check_rsa("small", "run2", ["--length", "6", "--limit", "100"], lambda word: len(word) == 6, 100)
for what, error in worst.items():
    print(f"{error:8.1e}  {what}")
print("The program and numpy agree.")
