"""gramian rsa against rsatoolbox (PyPI) on words of the shipped sample: Pearson, Spearman, tau-a.

Usage: crosscheck_rsatoolbox.py GRAMIAN SAMPLE_FOLDER. Exits with 77 where rsatoolbox is not installed.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

try:
    import rsatoolbox
except ImportError:
    print("skipped: rsatoolbox is not installed (scripts/setup --ci, or pip install rsatoolbox)")
    sys.exit(77)

GRAMIAN, SAMPLE = sys.argv[1], pathlib.Path(sys.argv[2])


def check(one, two, limit):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([GRAMIAN, "rsa", SAMPLE / f"{one}.npy", SAMPLE / f"{two}.npy", "--limit", str(limit),
                        "--method", "both", "-o", folder, "-q"], check=True)
        result = json.loads((pathlib.Path(folder) / "result.json").read_text())
        lines = [line.split("\t") for line in (pathlib.Path(folder) / "joined.tsv").read_text().splitlines()[1:]]
    # The distances are numpy's, from the rows; only which rows pair up is taken from the result.
    rdms = []
    for column, name in ((1, one), (2, two)):
        x = np.load(SAMPLE / f"{name}.npy").astype(np.float64)[[int(line[column]) for line in lines]]
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        rdms.append(rsatoolbox.rdm.RDMs(1.0 - (x @ x.T)[np.triu_indices(len(x), 1)]))
    for method, found, tolerance in (("corr", result["rsa"]["pearson"], 1e-9),
                                     ("spearman", result["rsa"]["spearman"], 1e-7),
                                     ("tau-a", result["rsa"]["kendall"]["tau_a"], 1e-9)):
        expected = float(rsatoolbox.rdm.compare(*rdms, method=method)[0, 0])
        assert abs(found - expected) <= tolerance, (one, two, method, found, expected)
        print(f"{one} {two} {limit}: {method} {found:.9f}, off by {abs(found - expected):.1e}")
    assert result["rsa"]["kendall"]["standard_error"] == 0.0


check("run1", "run2", 300)
check("small", "run1", 362)
