#!/usr/bin/env python3
"""Hidden states: keys, exit codes and messages. Usage: unembed_test.py PROGRAM [unittest options]"""

import json
import math
import unittest

from program import gaussian_rows, npy, read_npy
from texts import WORDS, Texts, cosine


class Unembed(Texts):
    def test_predictions(self):
        states = gaussian_rows(3, 8, 6)
        npy(self.folder / "h.npy", states, "<f8")
        out = self.folder / "predicted"
        code, text, err = self.run_program("unembed", "w.npy", "h.npy", "-k", 4, "--temperature", 0.5, "-o", out)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("nats", text)
        names = ["entropy.npy", "predictions.logits.npy", "predictions.probabilities.npy", "predictions.rows.npy", "result.json"]
        self.assertEqual(self.names(out), names)
        result = json.loads((out / "result.json").read_text())
        self.assertEqual((result["states"], result["entropy_unit"]), (3, "nats"))
        self.assertEqual(read_npy(out / "entropy.npy"), ((3,), tuple(result["entropy"])))
        for state, list_, entropy in zip(states, result["predictions"], result["entropy"]):
            z = [sum(a * b for a, b in zip(row, state)) for row in self.rows]
            e = [math.exp((x - max(z)) / 0.5) for x in z]
            p = [x / sum(e) for x in e]
            order = sorted(range(len(z)), key=lambda i: -z[i])[:4]
            self.assertEqual([token for token, _, _ in list_], [WORDS[i] for i in order])
            for (_, probability, logit), i in zip(list_, order):
                self.assertAlmostEqual(probability, p[i], 13)
                self.assertAlmostEqual(logit, z[i], 12)
            self.assertAlmostEqual(entropy, -sum(x * math.log(x) for x in p), 12)
        cosines = self.json("unembed", "w.npy", "h.npy", "-k", 1, "--normalized")["predictions"]
        for state, [[token, _, z]] in zip(states, cosines):
            self.assertAlmostEqual(z, max(cosine(row, state) for row in self.rows), 13)

    def test_bad_input(self):
        npy(self.folder / "h7.npy", gaussian_rows(2, 7, 1))
        self.refused(3, "unembed", "w.npy", "h7.npy", saying=("h7.npy", "7 dimensions", "matrix of 8"))
        bad = gaussian_rows(2, 8, 1)
        bad[1][3] = math.inf
        npy(self.folder / "hinf.npy", bad)
        self.refused(3, "unembed", "w.npy", "hinf.npy", saying=("hinf.npy", "hidden state 1", "column 3"))
        npy(self.folder / "h.npy", gaussian_rows(2, 8, 1))
        for temperature in ("0", "-1", "nan", "inf"):
            self.refused(2, "unembed", "w.npy", "h.npy", "--temperature", temperature, saying="temperature")
        for k in (0, 13):
            self.refused(2, "unembed", "w.npy", "h.npy", "-k", k, saying="between 1 and the 12 rows")
        self.refused(2, "unembed", "w.npy", "missing.npy", saying="missing.npy")
        self.refused(2, "unembed", "w.npy")


if __name__ == "__main__":
    unittest.main()
