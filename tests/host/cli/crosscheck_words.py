#!/usr/bin/env python3
"""Compares trees, sums of words, painted texts and predictions on the sample with numpy and scipy in fp64.
Usage: crosscheck_words.py PROGRAM SAMPLE"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform
from scipy.special import softmax
from scipy.stats import entropy

PROGRAM, SAMPLE = sys.argv[1], pathlib.Path(sys.argv[2])
FP64 = 1e-12
worst = {}


def run(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{arguments}: exit {done.returncode}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def agree(what, got, wanted, tolerance=FP64):
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    assert got.shape == wanted.shape, (what, got.shape, wanted.shape)
    assert (np.isnan(got) == np.isnan(wanted)).all(), what
    error = float(np.nanmax(np.abs(got - wanted), initial=0))
    worst[what] = max(worst.get(what, 0.0), error)
    if not error <= tolerance:
        sys.exit(f"{what}: {error} > {tolerance}")


def load(stem):
    return np.load(SAMPLE / f"{stem}.npy").astype(np.float64), (SAMPLE / f"{stem}.vocab.txt").read_text().splitlines()


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def check_tree(folder, arguments):
    out = folder / "tree"
    result = run("similarity", *arguments, "--vectors", 3, "--precision", "double", "-o", out)
    s = np.array(result["matrix"])
    tree = hierarchy.linkage(squareform(1 - s, checks=False), "average")
    got = np.load(out / "linkage.npy")
    assert (got[:, [0, 1, 3]] == tree[:, [0, 1, 3]]).all(), "linkage"
    agree("heights of linkage", got[:, 2], tree[:, 2])
    assert result["order"] == hierarchy.leaves_list(tree).tolist(), "order"
    values, vectors = np.linalg.eigh(s)
    agree("eigenvalues", result["eigenvalues"], values[::-1], 1e-11)
    vectors = np.load(out / "eigenvectors.npy")
    agree("eigenvectors", vectors @ vectors.T, np.eye(3))
    agree("eigenvectors' images", s @ vectors.T / values[::-1][:3], vectors.T, 1e-9)
    assert (vectors[np.arange(3), np.abs(vectors).argmax(axis=1)] > 0).all()


def check_trees(folder):
    _, words = load("run1")
    check_tree(folder, [SAMPLE / "run1.npy", "--limit", 300])
    check_tree(folder, [SAMPLE / "small.npy", "--limit", 60])
    check_tree(folder, [SAMPLE / "run1.npy", "--tokens", ",".join(words[100:104])])
    # Ties everywhere: few directions, many rows.
    rng = np.random.default_rng(1)
    np.save(folder / "ties.npy", rng.choice([-1.0, 1.0], size=(120, 8)))
    check_tree(folder, [folder / "ties.npy", "--limit", 120])
    np.save(folder / "copies.npy", np.tile(np.array([[1.0, 2.0, 2.0], [2.0, -2.0, 1.0], [2.0, 1.0, -2.0]]), (20, 1)))
    check_tree(folder, [folder / "copies.npy", "--limit", 60])


def check_sums():
    x, words = load("run1")
    y = unit(x)
    for text, terms in {
        "python - perl + ruby": {"python": 1, "perl": -1, "ruby": 1},
        "linux + kernel": {"linux": 1, "kernel": 1},
        "2*font - 0.5 glyphs - image + font": {"font": 3, "glyphs": -0.5, "image": -1},
    }.items():
        total = sum(weight * y[words.index(word)] for word, weight in terms.items())
        cosines = y @ unit(total)
        for include in (False, True):
            result = run("neighbors", SAMPLE / "run1.npy", "--expr", text, "-k", 25, *(["--include-inputs"] if include else []))
            order = [i for i in np.argsort(-cosines, kind="stable") if include or words[i] not in terms][:25]
            assert [word for word, _ in result["neighbors"][text]] == [words[i] for i in order], text
            agree("cosines to sums", [c for _, c in result["neighbors"][text]], cosines[order])


def check_color(folder):
    x, words = load("run1")
    source = random.Random(3)
    tokens = [source.choice(words[:400] + ["zzqx"] * 9) for _ in range(5000)]
    (folder / "text.txt").write_text(" ".join(tokens))
    rows = [words.index(t) if t in words else None for t in tokens]
    y = unit(x)
    by = ["norm", "previous", "target=linux", "target=kernel module"]
    result = run("color", SAMPLE / "run1.npy", "--text", folder / "text.txt", *[a for b in by for a in ("--by", b)])
    assert result["tokens"] == tokens and result["out_of_vocabulary"] == rows.count(None)
    mean = (x[words.index("kernel")] + x[words.index("module")]) / 2
    nan = float("nan")
    wanted = [
        [nan if r is None else np.linalg.norm(x[r]) for r in rows],
        [nan if a is None or b is None else y[a] @ y[b] for a, b in zip([None, *rows], rows)],
        [nan if r is None else y[r] @ y[words.index("linux")] for r in rows],
        [nan if r is None else y[r] @ unit(mean) for r in rows],
    ]
    for name, values, scaled, limits, expected in zip(by, result["values"], result["scaled"], result["range"], wanted):
        expected = np.array(expected)
        lo, hi = np.nanmin(expected), np.nanmax(expected)
        agree(f"painted by {name.split('=')[0]}", values, expected)
        agree("scaled", scaled, (expected - lo) / (hi - lo))
        agree("ranges", limits, [lo, hi])
    assert max(v for v in result["values"][2] if v is not None) == 1


def check_unembed(folder):
    x, words = load("run1")
    rng = np.random.default_rng(5)
    for type, m in (("f4", 1200), ("f8", 7), ("f2", 3)):
        states = (rng.normal(size=(m, x.shape[1])) * 2).astype(type)
        np.save(folder / "states.npy", states)
        for temperature, normalized in ((1.0, False), (0.3, False), (0.05, True)):
            flags = ["--normalized"] if normalized else []
            result = run("unembed", SAMPLE / "run1.npy", folder / "states.npy", "-k", 8, "--temperature", temperature, *flags, "-o", folder / "out")
            h = states.astype(np.float64)
            z = unit(h) @ unit(x).T if normalized else h @ x.T
            p = softmax(z / temperature, axis=1)
            top = np.argsort(-z, axis=1, kind="stable")[:, :8]
            assert (np.array(result["prediction_rows"]) == top).all()
            assert [[t for t, _, _ in state] for state in result["predictions"]] == [[words[i] for i in state] for state in top]
            take = lambda a: np.take_along_axis(a, top, axis=1)
            agree("probabilities", [[q for _, q, _ in state] for state in result["predictions"]], take(p))
            agree("logits", [[w for _, _, w in state] for state in result["predictions"]], take(z))
            agree("entropies", result["entropy"], entropy(p, axis=1))
            assert (np.load(folder / "out/predictions.rows.npy") == top).all()
            agree("arrays", np.load(folder / "out/predictions.probabilities.npy"), take(p))
            agree("arrays", np.load(folder / "out/predictions.logits.npy"), take(z))
            assert np.load(folder / "out/entropy.npy").tolist() == result["entropy"]


with tempfile.TemporaryDirectory(prefix="gramian_words_") as name:
    folder = pathlib.Path(name)
    check_trees(folder)
    check_sums()
    check_color(folder)
    check_unembed(folder)
for what, error in worst.items():
    print(f"{error:8.1e}  {what}")
print("The program, numpy and scipy agree.")
