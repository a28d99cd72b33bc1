#!/usr/bin/env python3
"""Odd values of options and of numbers: understood as they are meant, or refused. Usage: values_test.py PROGRAM [unittest options]"""

import json
import math
import os
import struct
import unittest

from hostile import Hostile, gaussian, npy


class Values(Hostile):
    def setUp(self):
        super().setUp()
        npy(self.place / "m.npy", gaussian(60, 6, 1))
        (self.place / "m.vocab.txt").write_text("".join(f"w{k}\n" for k in range(60)))

    def result(self, *arguments, env=None):
        code, out, error = self.run_program(*arguments, "--json", env=env)
        self.assertEqual(code, 0, error)
        return json.loads(out)

    def test_what_is_no_number_is_refused(self):
        for number in ("nan", "inf", "-inf", "NaN", "infinity"):
            self.refused(2, "neighbors", "m.npy", "--tokens", "w1", "--radius", number, saying="is not a finite number")
            self.refused(2, "unembed", "m.npy", "m.npy", "--temperature", number, saying="is not a finite number")
        for number in ("-1", "99999999999999999999999", "1.5", "one", ""):
            self.refused(2, "stats", "m.npy", "--seed", number)
        for number in ("99999999999999999999999", "1e3", "0x10"):
            self.refused(2, "neighbors", "m.npy", "--all", "-k", number)
            self.refused(2, "stats", "m.npy", "--limit", number)
        self.assertEqual(self.result("stats", "m.npy", "--seed", str(2**64 - 1))["settings"]["seed"], 2**64 - 1)

    def test_more_neighbours_than_rows_is_no_matter_of_memory(self):
        for arguments in (("neighbors", "m.npy", "--all"), ("unembed", "m.npy", "m.npy"), ("stability", "m.npy", "m.npy")):
            self.refused(2, *arguments, "-k", "99999999999", saying="k = 99999999999: must be between 1 and")
        for arguments in (("neighbors", "m.npy", "--all"), ("neighbors", "m.npy", "--all", "-k", "10"), ("neighbors", "m.npy", "--tokens", "w0", "-k", "1")):
            self.refused(2, *arguments, "--limit", "1", saying="one row has no neighbour")

    def test_instruction_sets_that_are_not_there(self):
        code, _, error = self.run_program("stats", "m.npy", env={"GRAMIAN_CPU_ISA": "nonsense"})
        self.assertEqual(code, 2)
        self.assertRegex(error, r"\Agramian: GRAMIAN_CPU_ISA: [^\n]*baseline\n\Z")
        self.assertIn("baseline", self.result("stats", "m.npy", env={"GRAMIAN_CPU_ISA": "baseline"})["backend"]["detail"])

    def test_weights_of_any_size_have_a_direction(self):
        def found(factor):
            expression = " + ".join(f"{factor}*{word}" for word in ("w1", "w2")) + f" - {factor}*w3"
            return list(self.result("neighbors", "m.npy", "--expr", expression)["neighbors"].values())[0]

        usual = found("1")
        for factor in ("1e308", "1e200", "1e-200", "1e-308"):
            for (token, cosine), (expected, right) in zip(found(factor), usual):
                self.assertEqual(token, expected, factor)
                self.assertAlmostEqual(cosine, right, 12)
        self.refused(3, "neighbors", "m.npy", "--expr", "1e308*w1 - 1e308*w1", saying="the terms cancel")

    def test_enormous_logits_fit_their_column(self):
        npy(self.place / "large.npy", [[1e38 * x for x in row] for row in gaussian(6, 4, 1)], "d")
        code, out, error = self.run_program("unembed", "large.npy", "large.npy", "-k", "2")
        self.assertEqual(code, 0, error)
        self.assertLess(max(map(len, out.decode().splitlines())), 80)

    def test_rows_along_one_direction_have_no_condition(self):
        npy(self.place / "line.npy", [[1.0 * k, 2.0 * k, 3.0 * k] for k in range(1, 7)])
        self.assertIsNone(self.result("spectrum", "line.npy")["spectrum"]["condition"])
        self.assertLess(self.result("spectrum", "m.npy")["spectrum"]["condition"], 100)

    def test_cosines_closer_together_than_a_precision_tells(self):
        npy(self.place / "narrow.npy", [[1 + 1e-4 * (x - 0.2) for x in row] for row in gaussian(300, 32, 1)], "d")
        for question, key in (("stats", "distribution"), ("graph", "graph")):
            asked = self.result(question, "narrow.npy")
            double = self.result(question, "narrow.npy", "--precision", "double")
            self.assertEqual((asked["notes"], double["notes"]), ([], []))  # exact, by itself
            for name in ("median", "min", "max", "quantiles", "edges", "degree"):
                self.assertEqual(asked[key].get(name), double[key].get(name))
            notes = self.result(question, "narrow.npy", "--precision", "half")["notes"]
            self.assertTrue(any("--precision double" in note and "sd 2.4e-09" in note for note in notes), notes)
            self.assertEqual(self.result(question, "m.npy")["notes"], [])

    def test_cosines_closer_together_than_fp64_tells(self):
        npy(self.place / "narrower.npy", [[1 + 1e-7 * (x - 0.2) for x in row] for row in gaussian(300, 32, 1)], "d")
        for question in ("stats", "graph"):
            notes = self.result(question, "narrower.npy")["notes"]
            self.assertTrue(any("than fp64 tells apart" in note for note in notes), notes)

    def test_rows_of_the_smallest_and_the_largest_numbers(self):
        rows = gaussian(30, 8, 1)
        for factor in (1e-300, 2.0**-1060, 1e300):
            scaled = [[x * factor for x in row] for row in rows]
            npy(self.place / "scaled.npy", scaled, "d")
            stored = [[struct.unpack("<d", struct.pack("<d", x))[0] for x in row] for row in scaled]
            matrix = self.result("similarity", "scaled.npy", "--limit", "30", "--precision", "double")["matrix"]
            for i in range(30):
                for j in range(i):
                    a, b = ([x * (1 / factor if factor > 1e-300 else 2.0**1000) for x in stored[k]] for k in (i, j))
                    a, b = ([x / max(map(abs, y)) for x in y] for y in (a, b))
                    right = math.fsum(x * y for x, y in zip(a, b)) / math.sqrt(math.fsum(x * x for x in a)) / math.sqrt(math.fsum(y * y for y in b))
                    self.assertAlmostEqual(matrix[i][j], right, 13)

    def test_a_pattern_without_end(self):
        """(a+)+$ on aaa...b tries 2^40 ways; what is counted is processor time, since the machine does other things as well."""
        pattern = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
        model = {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}
        (self.place / "tokenizer.json").write_text(json.dumps({"version": "1.0", "added_tokens": [], "normalizer": None, "pre_tokenizer": pattern, "post_processor": None, "decoder": None, "model": model}))
        (self.place / "text").write_text("a" * 40 + "b")
        npy(self.place / "two.npy", gaussian(2, 3, 1))
        before = os.times().children_user
        self.refused(3, "color", "two.npy", "--text", "text", "--tokenizer", "tokenizer.json", "--by", "norm", saying="takes too much time")
        self.assertLess(os.times().children_user - before, 10)

    def test_text_that_is_none(self):
        (self.place / "byte").write_bytes(b"\x93")
        self.refused(3, "stats", "byte", saying="no known format")


if __name__ == "__main__":
    unittest.main()
