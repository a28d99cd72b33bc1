#!/usr/bin/env python3
"""The program from outside: keys of the results of questions about several matrices. Usage: comparison_test.py PROGRAM [unittest options]"""

import math
import shutil
import unittest

from program import Program, gaussian_rows, npy, read_npy


class Comparisons(Program):
    def test_rsa(self):
        out = self.folder / "rsa"
        result = self.json("rsa", "e.npy", "f.npy", "-o", out)
        self.assertEqual(result["shared"], 200)
        self.assertLess(abs(result["rsa"]["pearson"]), 0.2)
        self.assertEqual(len(result["distributions"]), 2)
        for distribution in result["distributions"]:
            self.assertLessEqual({"mean", "sd", "min", "max", "median"}, set(distribution))
        self.assertIn("linear_cka", result)
        self.assertEqual(len(result["inputs"]), 2)
        lines = (out / "joined.tsv").read_text().splitlines()
        self.assertEqual(lines[:2], ["token\trow1\trow2", "w0\t0\t199"])
        self.assertEqual(len(lines), 201)
        self.assertAlmostEqual(self.json("rsa", "e.npy", "e.npy")["rsa"]["pearson"], 1, 12)

    def test_rsa_inference(self):
        out = self.folder / "inference"
        options = ("--permutations", 99, "--bootstrap", 20, "--seed", 3)
        result = self.json("rsa", "e.npy", "f.npy", *options, "-o", out)
        rsa = result["rsa"]
        self.assertEqual(rsa["p_value"], (1 + rsa["null"]["reached"]) / 100)
        self.assertEqual((rsa["null"]["permutations"], rsa["bootstrap"]["replicates"]), (99, 20))
        self.assertLess(rsa["ci95"][0], rsa["ci95"][1])
        settings = result["settings"]
        self.assertEqual([settings[k] for k in ("permutations", "bootstrap", "two_sided")], [99, 20, False])
        self.assertEqual(self.names(out), ["joined.tsv", "matrices.svg", "matrix1.npy", "matrix2.npy", "per_token.npy", "result.json", "scatter.svg",
                                           "triangle1.npy", "triangle2.npy"])
        shape, r = read_npy(out / "per_token.npy")
        self.assertEqual(shape, (200,))
        least = result["per_token"]["least"]
        self.assertEqual([each["r"] for each in least], sorted(r)[:10])
        self.assertEqual(least[0]["token"], self.words[r.index(min(r))])
        self.assertEqual([len(near) for near in least[0]["neighbors"]], [5, 5])
        self.assertEqual(self.json("rsa", "e.npy", "f.npy", *options)["rsa"], rsa)
        other = self.json("rsa", "e.npy", "f.npy", *options[:4], "--seed", 4, "--two-sided")["rsa"]
        self.assertNotEqual(other["null"], rsa["null"])
        none = self.json("rsa", "e.npy", "f.npy")["rsa"]
        self.assertEqual([none[k] for k in ("p_value", "ci95", "null", "bootstrap")], [None] * 4)
        same = self.json("rsa", "e.npy", "e.npy", "--permutations", 19)
        self.assertEqual(same["rsa"]["p_value"], 1 / 20)
        self.assertAlmostEqual(same["per_token"]["least"][0]["r"], 1, 12)
        self.refused(2, "rsa", "e.npy", "f.npy", "--permutations", "-1")
        self.refused(2, "rsa", "e.npy", "f.npy", "--bootstrap", "some")

    def test_rsa_of_equal_cosines(self):
        npy(self.folder / "flat.npy", [[1.0, 2.0]] * 200)
        shutil.copy(self.folder / "e.vocab.txt", self.folder / "flat.vocab.txt")
        result = self.json("rsa", "flat.npy", "e.npy", "--permutations", 9, "--bootstrap", 9)
        self.assertEqual([result["rsa"][k] for k in ("pearson", "p_value")], [None, None])
        self.assertEqual(result["rsa"]["ci95"], [None, None])
        self.assertEqual(result["per_token"], {"least": [], "most": []})
        self.assertTrue(any("not defined" in note for note in result["notes"]))
        self.assertIsNone(self.json("stability", "flat.npy", "e.npy")["rsa"]["pearson"])

    def test_stability(self):
        out = self.folder / "stability"
        result = self.json("stability", "e.npy", "f.npy", "-k", 7, "--pairs", "cat,w9", "-o", out)
        stability = result["stability"]
        self.assertLessEqual(
            {"frobenius", "procrustes_residual", "cosine_before", "cosine_after", "overlap", "jaccard"}, set(stability)
        )
        self.assertLess(stability["procrustes_residual"], stability["frobenius"])
        self.assertGreater(stability["cosine_after"], stability["cosine_before"])
        self.assertEqual((result["shared"], len(result["spectra"]), len(result["distributions"])), (200, 2, 2))
        self.assertEqual([word["token"] for word in result["words"]], ["cat", "w9"])
        self.assertEqual([len(near) for near in result["words"][0]["neighbors"]], [7, 7])
        self.assertEqual(self.names(out), ["joined.tsv", "per_token.tsv", "result.json", "rotated.npy", "rotation.npy", "stability.svg"])
        lines = (out / "per_token.tsv").read_text().splitlines()
        self.assertEqual((lines[0], len(lines)), ("token\tcosine_after\toverlap\tjaccard\trow1\trow2", 201))
        self.assertEqual(lines[1].split("\t")[0], result["most_moved"][0]["token"])

    def test_stability_of_a_rotated_copy(self):
        rows = gaussian_rows(200, 16, 1)
        turned = [[row[1], *(-x for x in row[2:]), row[0], 0.0] for row in rows]
        npy(self.folder / "turned.npy", list(reversed(turned)))  # and one dimension more, and another order
        shutil.copy(self.folder / "f.vocab.txt", self.folder / "turned.vocab.txt")
        for pair in (("e.npy", "turned.npy"), ("turned.npy", "e.npy")):
            result = self.json("stability", *pair)
            stability = result["stability"]
            self.assertEqual((stability["overlap"], stability["jaccard"]), (1, 1))
            self.assertAlmostEqual(stability["cosine_after"], 1, 12)
            self.assertAlmostEqual(stability["procrustes_residual"], 0, 10)
            self.assertAlmostEqual(stability["spectral_distance"], 0, 12)
            self.assertAlmostEqual(result["rsa"]["pearson"], 1, 12)

    def test_stability_refuses(self):
        self.refused(2, "stability", "e.npy", "f.npy", "-k", 200)
        self.refused(2, "stability", "e.npy", "f.npy", "-k", 0)
        self.refused(2, "stability", "e.npy", "f.npy", "--pairs", "nothing", saying='"nothing"')
        self.refused(2, "stability", "e.npy")
        self.refused(3, "stability", "e.npy", "f.npy", "--limit", "2", saying="at least 3")

    def test_rsa_filters(self):
        result = self.json("rsa", "e.npy", "f.npy", "--length", "3", "--limit", "5")
        self.assertEqual((result["shared"], result["shared_before_filters"]), (5, 200))
        lost = result["lost"]
        three = sum(len(word) == 3 for word in self.words)
        self.assertEqual((lost["filtered_length"], lost["beyond_limit"]), (200 - three, three - 5))
        self.assertEqual(self.json("rsa", "e.npy", "f.npy", "--alpha")["shared"], 3)
        self.assertEqual(self.json("rsa", "e.npy", "f.npy", "--tokens", "cat,dog,w7,nothing")["shared"], 3)
        self.refused(3, "rsa", "e.npy", "f.npy", "--limit", "2", saying="at least 3")
        self.refused(2, "rsa", "e.npy", "f.npy", "--method", "magic", saying="pearson, spearman or both")
        self.refused(2, "rsa", "e.npy", "f.npy", "--join", "magic")

    def test_rsa_of_three(self):
        npy(self.folder / "g.npy", gaussian_rows(50, 4, 9))
        (self.folder / "g.vocab.txt").write_text("\n".join(reversed(self.words[:50])) + "\n")
        out = self.folder / "three"
        result = self.json("rsa", "e.npy", "f.npy", "g.npy", "--method", "both", "-o", out)
        self.assertEqual((result["shared"], len(result["models"])), (50, 3))
        self.assertEqual(self.names(out), ["joined.tsv", "linear_cka.npy", "linear_cka_debiased.npy", "partial.npy", "pearson.npy",
                                           "pearson.svg", "result.json", "spearman.npy"])
        pearson = result["rsa"]["pearson"]
        for i in range(3):
            self.assertEqual(pearson[i][i], 1.0)
            for j in range(3):
                self.assertEqual(pearson[i][j], pearson[j][i])
        # The same as of two files over the same tokens.
        (self.folder / "fifty.txt").write_text("\n".join(self.words[:50]) + "\n")
        two = self.json("rsa", "e.npy", "f.npy", "--tokens", "@fifty.txt", "--method", "both")
        self.assertAlmostEqual(two["rsa"]["pearson"], pearson[0][1], places=12)
        self.assertAlmostEqual(two["rsa"]["spearman"], result["rsa"]["spearman"][0][1], places=12)
        self.refused(2, "rsa", "e.npy", "f.npy", "g.npy", "--permutations", 9, saying="compare two matrices")
        self.refused(3, "rsa", "e.npy", "f.npy", "g.npy", "--limit", 2, saying="at least 3")
        self.refused(2, "rsa", "e.npy", "f.npy", "none.npy", saying="none.npy")
        npy(self.folder / "bad.npy", [[0.0] * 4] + gaussian_rows(49, 4, 9))
        (self.folder / "bad.vocab.txt").write_text("\n".join(self.words[:50]) + "\n")
        self.refused(3, "rsa", "e.npy", "f.npy", "bad.npy", saying=("bad.npy", "--drop-bad-rows"))
        self.assertEqual(self.json("rsa", "e.npy", "f.npy", "bad.npy", "--drop-bad-rows")["shared"], 49)

    def test_rsa_without_common_tokens(self):
        npy(self.folder / "up.npy", gaussian_rows(4, 5, 7))
        (self.folder / "up.vocab.txt").write_text("ĠCAT\nĠDOG\nĠBANANA\nxx\n")
        self.refused(3, "rsa", "e.npy", "up.npy", saying=("share no token", "--join word --casefold finds 3"))
        self.assertEqual(self.json("rsa", "e.npy", "up.npy", "--join", "word", "--casefold")["shared"], 3)

    def test_rsa_without_vocabulary(self):
        npy(self.folder / "bare.npy", gaussian_rows(200, 5, 8))
        self.refused(2, "rsa", "e.npy", "bare.npy", saying="--vocab2")
        self.assertEqual(self.json("rsa", "e.npy", "bare.npy", "--join", "rows")["shared"], 200)
        named = self.json("rsa", "bare.npy", "e.npy", "--vocab", "f.vocab.txt")
        self.assertEqual((named["shared"], named["inputs"][0]["vocabulary"]), (200, "f.vocab.txt"))
        npy(self.folder / "short.npy", gaussian_rows(7, 5, 8))
        self.refused(3, "rsa", "e.npy", "short.npy", "--join", "rows")

    def test_rsa_stays_aligned_without_bad_rows(self):
        e, f = gaussian_rows(200, 16, 1), gaussian_rows(200, 12, 2)
        e[7] = [0.0] * 16  # w7
        f[199 - 9] = [math.nan] * 12  # w9
        for name, rows in (("eb", e), ("fb", f)):
            npy(self.folder / f"{name}.npy", rows)
            shutil.copy(self.folder / f"{name[0]}.vocab.txt", self.folder / f"{name}.vocab.txt")
        self.refused(3, "rsa", "eb.npy", "fb.npy", saying='"w7"')
        result = self.json("rsa", "eb.npy", "fb.npy", "--drop-bad-rows")
        kept = ",".join(word for word in self.words if word not in ("w7", "w9"))
        clean = self.json("rsa", "e.npy", "f.npy", "--tokens", kept)
        self.assertEqual((result["shared"], result["lost"]["bad_rows"]), (198, 2))
        self.assertAlmostEqual(result["rsa"]["pearson"], clean["rsa"]["pearson"], 14)
        self.assertEqual(self.json("rsa", "eb.npy", "fb.npy", "--tokens", "cat,dog,banana")["shared"], 3)


if __name__ == "__main__":
    unittest.main()
