#!/usr/bin/env python3
"""Compares the program's results on the sample with numpy and scipy in fp64. Usage: crosscheck_numpy.py PROGRAM SAMPLE

What comes from Gram products has to agree to 1e-9; single cosines, and what is selected from them, to 1e-6.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import scipy.linalg
import scipy.stats

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
    agree("centred participation ratio", iso["participation_ratio_centered"], np.trace(a) ** 2 / (a**2).sum(), FP64 * 100)
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


def shared(one, two):
    (x, a), (y, b) = load(one), load(two)
    words = [word for word in a if word in set(b)]
    return x[[a.index(w) for w in words]], y[[b.index(w) for w in words]], words


def check_per_token(one, two):
    """Row against row, by scipy; the listed ones are the least and the most."""
    x, y, words = shared(one, two)
    with tempfile.TemporaryDirectory() as folder:
        result = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", "-o", folder)
        r = np.load(pathlib.Path(folder) / "per_token.npy")
    s, t = unit(x) @ unit(x).T, unit(y) @ unit(y).T
    others = ~np.eye(len(words), dtype=bool)
    for i in range(0, len(words), 7):
        agree("per-token RSA", r[i], scipy.stats.pearsonr(s[i][others[i]], t[i][others[i]])[0], FP64)
    order = np.argsort(r, kind="stable")
    for got, rows in ((result["per_token"]["least"], order[:10]), (result["per_token"]["most"], order[::-1][:10])):
        assert [g["token"] for g in got] == [words[i] for i in rows]
        agree("per-token RSA, listed", [g["r"] for g in got], r[rows], 0)
        for g, i in zip(got, rows):
            for near, cosines in zip(g["neighbors"], (s, t)):
                agree("neighbours listed", [c for _, c in near], np.sort(cosines[i][others[i]])[::-1][:5], FP32)


def check_ranks(one, two, precision):
    """Spearman exact and by bins, and Kendall of a sample, against scipy over all pairs; in double precision equal
    cosines are not told apart by roundings, so ranks are those of numpy's cosines too."""
    x, y, _ = shared(one, two)
    rho = scipy.stats.spearmanr(triangle(x), triangle(y))[0]
    options = ("--method", "both", "--precision", precision)
    got = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", *options, "--ranks", "exact")["rsa"]
    assert got["ranks"]["exact"]
    agree(f"Spearman, {precision}", got["spearman"], rho, FP64 if precision == "double" else 1e-8)
    tau = scipy.stats.kendalltau(triangle(x), triangle(y))[0]
    off = abs(got["kendall"]["tau_a"] - tau)
    assert 0 < got["kendall"]["standard_error"] < 0.01 and off < 5 * got["kendall"]["standard_error"], (got, tau)
    got = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", *options, "--ranks", "binned")["rsa"]
    assert not got["ranks"]["exact"] and 0 < got["ranks"]["error_bound"] <= 1e-4, got["ranks"]
    agree(f"Spearman by bins, {precision}", got["spearman"], rho, got["ranks"]["error_bound"] + 1e-8)


def check_local(one, two):
    """The matrices and triangles of 100 words of six letters: 4,950 values each."""
    with tempfile.TemporaryDirectory() as folder:
        result = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", "--length", 6, "--limit", 100, "-o", folder)
        words = [line.split("\t") for line in (pathlib.Path(folder) / "joined.tsv").read_text().splitlines()[1:]]
        assert len(words) == result["shared"] == 100
        for number, name in enumerate((one, two), 1):
            x = load(name)[0][[int(line[number]) for line in words]]
            upper = np.load(pathlib.Path(folder) / f"triangle{number}.npy")
            assert upper.shape == (4950,)
            agree("local triangle", upper, triangle(x), FP32)
            agree("local matrix", np.load(pathlib.Path(folder) / f"matrix{number}.npy"), unit(x) @ unit(x).T, FP32)


def check_many(*names):
    """Every pair of several spaces, over the words that all have."""
    loaded = [load(name) for name in names]
    common = [word for word in loaded[0][1] if all(word in set(words) for _, words in loaded)]
    spaces = [x[[words.index(word) for word in common]] for x, words in loaded]
    result = run("rsa", *(SAMPLE / f"{name}.npy" for name in names), "--method", "both", "--limit", 700)
    assert result["shared"] == min(700, len(common))
    triangles = [triangle(x[:700]) for x in spaces]
    agree("Pearson, several", result["rsa"]["pearson"], np.corrcoef(triangles), FP64)
    agree("Spearman, several", result["rsa"]["spearman"], scipy.stats.spearmanr(np.array(triangles).T)[0], 1e-8)
    cka = [[linear_cka(x[:700], y[:700]) for y in spaces] for x in spaces]
    agree("linear CKA, several", result["linear_cka"], cka, FP64)


def check_inference(one, two, n):
    """The null's mean and sd, and the interval, against numpy's own resampling: equal but for chance."""
    x, y, _ = shared(one, two)
    x, y = x[:n], y[:n]
    s, t = unit(x) @ unit(x).T, unit(y) @ unit(y).T
    upper = np.triu_indices(n, 1)
    observed = np.corrcoef(s[upper], t[upper])[0, 1]
    result = run("rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", "--limit", n, "--permutations", 2000,
                 "--bootstrap", 2000, "--seed", 5)["rsa"]
    source = np.random.default_rng(1)
    null = []
    for _ in range(2000):
        order = source.permutation(n)
        null.append(np.corrcoef(s[upper], t[np.ix_(order, order)][upper])[0, 1])
    agree("null: mean, in standard errors", (result["null"]["mean"] - np.mean(null)) / np.std(null) * 1000**0.5, 0, 4)
    agree("null: sd, relative", result["null"]["sd"] / np.std(null), 1, 0.1)
    assert result["p_value"] == (1 + result["null"]["reached"]) / 2001
    agree("p-value", result["p_value"], np.mean(np.array(null) >= observed), 0.03)
    drawn = []
    for _ in range(2000):
        w = source.multinomial(n, np.full(n, 1 / n))
        weights = np.outer(w, w)[upper].astype(float)
        a, b = s[upper] - np.average(s[upper], weights=weights), t[upper] - np.average(t[upper], weights=weights)
        drawn.append((weights * a * b).sum() / np.sqrt((weights * a * a).sum() * (weights * b * b).sum()))
    sd = np.std(drawn)
    agree("bootstrap: interval, in sd", (np.array(result["ci95"]) - np.quantile(drawn, [0.025, 0.975])) / sd, 0, 0.3)
    agree("bootstrap: sd, relative", result["bootstrap"]["sd"] / sd, 1, 0.1)


def check_stability(one, two, k):
    x, y, words = shared(one, two)
    with tempfile.TemporaryDirectory() as folder:
        result = run("stability", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", "-k", k, "-o", folder)
        lines = [line.split("\t") for line in (pathlib.Path(folder) / "per_token.tsv").read_text().splitlines()]
    s, t = unit(x) @ unit(x).T, unit(y) @ unit(y).T
    wide = max(x.shape[1], y.shape[1])
    e1, e2 = (np.pad(m, ((0, 0), (0, wide - m.shape[1]))) for m in (x, y))
    q, _ = scipy.linalg.orthogonal_procrustes(e1, e2)
    got = result["stability"]
    size = np.linalg.norm(e1) + np.linalg.norm(e2)
    agree("stability: Frobenius", got["frobenius"] / size, np.linalg.norm(e1 - e2) / size, FP64)
    agree("stability: residual", got["procrustes_residual"] / size, np.linalg.norm(e1 @ q - e2) / size, FP64)
    before, after = (unit(e1) * unit(e2)).sum(axis=1), (unit(e1 @ q) * unit(e2)).sum(axis=1)
    agree("stability: cosines", [got["cosine_before"], got["cosine_after"]], [before.mean(), after.mean()], FP64)
    np.fill_diagonal(s, -2)
    np.fill_diagonal(t, -2)
    n1, n2 = (np.argsort(-m, axis=1, kind="stable")[:, :k] for m in (s, t))
    both = np.array([len(set(a) & set(b)) for a, b in zip(n1, n2)])
    # A tie within the promise of a cosine may be broken either way.
    agree("stability: overlap", got["overlap"], (both / k).mean(), 2 / k / len(words))
    agree("stability: Jaccard", got["jaccard"], (both / (2 * k - both)).mean(), 2 / k / len(words))
    agree("stability: pearson", result["rsa"]["pearson"], np.corrcoef(triangle(x), triangle(y))[0, 1], FP64)
    for spectrum, m in zip(result["spectra"], (x, y)):
        values = scipy.linalg.svd(unit(m), compute_uv=False)
        agree("stability: spectra", np.array(spectrum["singular_values"]) / values[0], values / values[0], FP64)
    moved = scipy.stats.wasserstein_distance(triangle(x), triangle(y))
    agree("stability: Wasserstein", result["cosine_shift"]["wasserstein"], moved, 2 / 16384)
    assert lines[0] == ["token", "cosine_after", "overlap", "jaccard", "row1", "row2"]
    assert sorted(line[0] for line in lines[1:]) == sorted(words)
    place = {word: i for i, word in enumerate(words)}
    listed = [float(line[1]) for line in lines[1:]]
    assert listed == sorted(listed)
    agree("stability: per_token.tsv", listed, [after[place[line[0]]] for line in lines[1:]], FP64)
    assert [m["token"] for m in result["most_moved"]] == [line[0] for line in lines[1:11]]


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
check_ranks("run1", "run2", "double")
check_ranks("small", "run2", "single")
check_local("run1", "small")
check_many("run1", "run2", "small")
check_rsa("run1", "small")
check_rsa("small", "run2", ["--length", "6", "--limit", "100"], lambda word: len(word) == 6, 100)
check_per_token("run1", "run2")
check_per_token("small", "run1")
check_inference("run1", "run2", 40)
check_inference("run1", "small", 25)
check_stability("run1", "run2", 10)
check_stability("run1", "small", 5)
check_stability("small", "run2", 5)
for what, error in worst.items():
    print(f"{error:8.1e}  {what}")
print("The program and numpy agree.")
