#!/usr/bin/env python3
"""`rsa --rdm`: dissimilarities that are given, against scipy. Usage: rdm_test.py PROGRAM"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import scipy.stats
from scipy.spatial.distance import pdist, squareform

PROGRAM = sys.argv[1]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, "rsa", *map(str, arguments), "--rdm", "--json"], capture_output=True, text=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    assert code == 0 or done.stderr.count("\n") == 1, done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


def main():
    random = np.random.default_rng(20261126)
    x = random.standard_normal((30, 5))
    a = pdist(x, "cosine")
    b = np.round(pdist(x + random.standard_normal((30, 5)), "cityblock"), 1)  # with ties
    pearson, spearman = scipy.stats.pearsonr(a, b)[0], scipy.stats.spearmanr(a, b)[0]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        np.save(folder / "a.npy", a)
        np.save(folder / "a_square.npy", squareform(a))
        np.save(folder / "b_square.npy", squareform(b).astype("f4"))
        np.savez(folder / "b.npz", other=np.float64(3), rdm=b)
        for first in ("a.npy", "a_square.npy"):
            for second in ("b_square.npy", "b.npz", "b.npz#rdm"):
                result = run(folder / first, folder / second, "--method", "both", "--permutations", 200, "--bootstrap", 100)
                rsa = result["rsa"]
                assert (result["shared"], result["pairs"]) == (30, 435)
                # The square one is rounded to fp32, which leaves ties as they are.
                assert abs(rsa["pearson"] - pearson) < (1e-7 if "square" in second else 1e-12), (first, second)
                assert abs(rsa["spearman"] - spearman) < 1e-12 and rsa["ranks"]["exact"]
                assert rsa["p_value"] == 1 / 201 and abs(rsa["null"]["mean"]) < 0.05
                assert rsa["ci95"][0] < pearson < rsa["ci95"][1] and rsa["kendall"] is None
                assert "paired by their numbers" in result["notes"][0]

        # Names pair items, also those of a vector; what only one has is left out.
        order = random.permutation(30)[:20]
        np.save(folder / "c.npy", squareform(b)[np.ix_(order, order)])
        (folder / "c.vocab.txt").write_text("".join(f"w{item}\n" for item in order))
        (folder / "a.vocab.txt").write_text("".join(f"w{item}\n" for item in range(30)))
        result = run(folder / "a.npy", folder / "c.npy", "-q")
        kept = np.sort(order)
        pair = [squareform(full)[np.ix_(kept, kept)][np.triu_indices(20, 1)] for full in (a, b)]
        assert abs(result["rsa"]["pearson"] - scipy.stats.pearsonr(*pair)[0]) < 1e-12
        assert (result["shared"], result["lost"]["only_in_first"]) == (20, 10)
        assert run(folder / "a.npy", folder / "c.npy", "--limit", 5)["shared"] == 5
        subprocess.run([PROGRAM, "rsa", folder / "a.npy", folder / "c.npy", "--rdm", "-o", folder / "out"], check=True,
                       capture_output=True)
        assert (folder / "out/joined.tsv").read_text().startswith("token\trow1\trow2\nw")

        np.save(folder / "similar.npy", 1 - squareform(a))
        assert "0 on the diagonal" in run(folder / "similar.npy", folder / "c.npy", code=3)
        np.save(folder / "lopsided.npy", np.triu(squareform(a)))
        assert "not symmetric" in run(folder / "lopsided.npy", folder / "c.npy", code=3)
        np.save(folder / "rows.npy", x)
        assert "30 x 5" in run(folder / "rows.npy", folder / "c.npy", code=3)
        np.save(folder / "short.npy", a[:-1])
        assert "434 values" in run(folder / "short.npy", folder / "a_square.npy", code=3)
        assert "as they are" in run(folder / "a.npy", folder / "c.npy", "--center", code=2)
        assert "sorted" in run(folder / "a.npy", folder / "c.npy", "--method", "both", "--ranks", "binned", code=2)
        # Without --rdm a vector is no matrix.
        done = subprocess.run([PROGRAM, "stats", folder / "a.npy"], capture_output=True, text=True)
        assert done.returncode == 3 and "1 dimensions" in done.stderr
    print("correlations of dissimilarities are scipy's")


if __name__ == "__main__":
    main()
