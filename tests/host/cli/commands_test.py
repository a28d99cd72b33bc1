#!/usr/bin/env python3
"""The program from outside: keys of the results of questions about one matrix. Usage: commands_test.py PROGRAM [unittest options]"""

import hashlib
import json
import math
import unittest

from program import Program, gaussian_rows, npy, read_npy


class Commands(Program):
    def test_inspect(self):
        result = self.json("inspect", "e.npy")
        self.assertEqual((result["rows"], result["dim"], result["dtype"], result["format"]), (200, 16, "f32", "npy"))
        self.assertEqual(result["tokens"], 200)
        self.assertEqual(set(result["norms"]), {"min", "max", "mean"})
        self.assertEqual(result["bad_rows"], {"zero": 0, "nonfinite": 0})
        self.assertEqual(result["duplicates"], 0)

    def test_inspect_reports_bad_and_repeated_rows(self):
        rows = gaussian_rows(10, 4, 3)
        rows[2] = [0.0] * 4
        rows[5][1] = math.nan
        rows[6][0] = math.inf
        rows[8] = rows[9] = rows[1]
        npy(self.folder / "bad.npy", rows)
        (self.folder / "bad.vocab.txt").write_text("a\nb\nc\nd\ne\nf\na\nh\ni\nj\n")
        result = self.json("inspect", "bad.npy")
        self.assertEqual(result["bad_rows"], {"zero": 1, "nonfinite": 2})
        self.assertEqual(result["duplicates"], 2)
        self.assertEqual(result["duplicate_tokens"], 1)
        self.assertEqual(result["bad_row_list"][0], {"row": 2, "token": "c", "why": "zero"})
        code, out, _ = self.run_program("inspect", "bad.npy")
        self.assertEqual(code, 0)
        self.assertIn('row 5 "f": NaN or infinite', out)
        self.refused(3, "stats", "bad.npy", saying=('row 2 "c" (zero)', "3 rows", "--drop-bad-rows"))
        result = self.json("stats", "bad.npy", "--drop-bad-rows")
        self.assertEqual(result["dropped"], {"zero": [2], "nonfinite": [5, 6]})
        self.assertEqual(result["distribution"]["pairs"], 21)
        self.assertTrue(result["notes"])

    def test_stats(self):
        result = self.json("stats", "e.npy", "--quantiles", "0.05,0.5", "--bins", "10", "--range", "-0.5,0.5")
        distribution = result["distribution"]
        self.assertLessEqual(
            {"pairs", "mean", "sd", "min", "max", "median", "quantiles", "histogram", "min_pair", "max_pair"}, set(distribution)
        )
        self.assertEqual(distribution["pairs"], 19900)
        self.assertEqual(list(distribution["quantiles"]), ["0.05", "0.5"])
        self.assertEqual(distribution["quantiles"]["0.5"], distribution["median"])
        histogram = distribution["histogram"]
        self.assertEqual((histogram["lo"], histogram["hi"], len(histogram["counts"])), (-0.5, 0.5, 10))
        self.assertEqual(sum(histogram["counts"]) + histogram["below"] + histogram["above"], 19900)
        self.assertEqual(result["random_baseline"], {"mean": 0, "sd": 0.25})
        self.assertEqual(set(result["isotropy"]), {"mean_cosine", "mean_vector_norm", "participation_ratio_centered",
                                                    "participation_ratio_uncentered"})
        accuracy = result["accuracy"]
        self.assertLessEqual({"pairs", "max_abs_error", "rms_error", "promise", "form"}, set(accuracy))
        self.assertEqual(accuracy["pairs"], 16384)
        self.assertLessEqual(accuracy["max_abs_error"], accuracy["promise"])
        self.assertEqual(result["sweeps"], 1)
        self.assertEqual(set(result["backend"]), {"name", "hardware", "detail"})
        sums = {f["path"]: f["sha256"] for f in result["inputs"][0]["files"]}
        self.assertEqual(sums["e.npy"], hashlib.sha256((self.folder / "e.npy").read_bytes()).hexdigest())
        self.assertEqual(result["inputs"][0]["sha256"], sums["e.npy"])
        self.assertIn("e.vocab.txt", sums)

    def test_precisions(self):
        means = set()
        for precision, promise in (("double", 1e-14), ("single", 1e-6), ("half", 5e-4)):
            result = self.json("stats", "e.npy", "--precision", precision)
            self.assertEqual(result["accuracy"]["promise"], promise)
            self.assertLessEqual(result["accuracy"]["max_abs_error"], promise)
            means.add(result["distribution"]["mean"])
        self.assertEqual(len(means), 1)  # fp64 whatever the sweep

    def test_few_rows(self):
        one = self.json("stats", "e.npy", "--limit", "1")
        self.assertEqual(one["distribution"]["pairs"], 0)
        for key in ("mean", "sd", "min", "max", "median"):
            self.assertIsNone(one["distribution"][key])
        self.assertTrue(one["notes"])
        self.assertEqual(self.run_program("stats", "e.npy", "--limit", "1")[0], 0)
        two = self.json("stats", "e.npy", "--limit", "2")["distribution"]
        self.assertEqual((two["pairs"], two["sd"]), (1, 0))
        self.assertEqual(two["min"], two["max"])

    def test_identical_rows(self):
        npy(self.folder / "same.npy", [[1.0, 2.0, 3.0]] * 6)
        distribution = self.json("stats", "same.npy")["distribution"]
        self.assertEqual((distribution["pairs"], distribution["sd"], distribution["median"]), (15, 0, 1))
        self.assertEqual(self.json("inspect", "same.npy")["duplicates"], 5)
        (self.folder / "same.vocab.txt").write_text("w0\nw1\nw2\ncat\ndog\nbanana\n")
        result = self.json("rsa", "same.npy", "e.npy")
        self.assertIsNone(result["rsa"]["pearson"])
        self.assertTrue(any("first space are equal" in note for note in result["notes"]))
        self.assertEqual(self.run_program("rsa", "same.npy", "e.npy")[0], 0)

    def test_similarity(self):
        result = self.json("similarity", "e.npy", "cat", "dog", "banana")
        self.assertEqual(result["tokens"], ["cat", "dog", "banana"])
        matrix = result["matrix"]
        for i in range(3):
            self.assertEqual(matrix[i][i], 1)
            for j in range(3):
                self.assertEqual(matrix[i][j], matrix[j][i])
        self.assertAlmostEqual(sum(result["eigenvalues"]), 3, 12)
        (self.folder / "list").write_text("banana\r\n\ncat\r\n")
        self.assertEqual(self.json("similarity", "e.npy", "--tokens", "@list")["tokens"], ["banana", "cat"])
        self.refused(2, "similarity", "e.npy", "bananna", saying=('"bananna"', '"banana"'))
        self.refused(2, "similarity", "e.npy")

    def test_similarity_finds_marked_and_odd_tokens(self):
        npy(self.folder / "odd.npy", gaussian_rows(6, 4, 5))
        (self.folder / "odd.vocab.txt").write_bytes("Ġcat\n▁dog\n[UNK]\nstats\n-x\n".encode() + b"\xe9t\xe9\n")
        result = self.json("similarity", "odd.npy", "cat", "dog", "[UNK]", "stats", "--", "-x")
        self.assertEqual(result["tokens"], ["Ġcat", "▁dog", "[UNK]", "stats", "-x"])
        self.assertEqual(result["resolved"], {"cat": "Ġcat", "dog": "▁dog"})
        self.assertEqual(self.json("stats", "odd.npy", "--tokens", "[UNK],stats")["distribution"]["pairs"], 1)
        code, out, _ = self.run_program("similarity", "odd.npy", "--limit", "6", "--json")
        self.assertEqual((code, json.loads(out)["tokens"][5]), (0, "\\xe9t\\xe9"))

    def test_spectrum(self):
        out = self.folder / "spectrum"
        result = self.json("spectrum", "e.npy", "--vectors", "3", "-o", out)
        spectrum = result["spectrum"]
        self.assertLessEqual({"singular_values", "effective_rank", "participation_ratio", "condition"}, set(spectrum))
        values = spectrum["singular_values"]
        self.assertEqual(values, sorted(values, reverse=True))
        self.assertAlmostEqual(sum(s * s for s in values), 200, 9)
        self.assertEqual(self.names(out), ["result.json", "singular_values.npy", "spectrum.svg", "vectors.npy"])
        self.assertEqual(read_npy(out / "singular_values.npy"), ((16,), tuple(values)))
        shape, vectors = read_npy(out / "vectors.npy")
        self.assertEqual(shape, (3, 16))
        self.assertAlmostEqual(sum(x * x for x in vectors[:16]), 1, 12)
        self.assertNotEqual(self.json("spectrum", "e.npy", "--raw")["spectrum"]["singular_values"], values)
        self.refused(2, "spectrum", "e.npy", "--vectors", "17")

    def test_synth(self):
        one = self.run_program("synth", 300, 20, "-o", "s1.npy", "--threads", 1)
        two = self.run_program("synth", 300, 20, "-o", "s2.npy", "--threads", 2)
        self.assertEqual((one[0], two[0]), (0, 0))
        self.assertEqual((self.folder / "s1.npy").read_bytes(), (self.folder / "s2.npy").read_bytes())
        for type in ("f16", "f64"):
            self.run_program("synth", 2000, 256, "-o", "s3.npy", "--dtype", type, "--mean-cosine", 0.4, "--seed", 3)
            self.assertAlmostEqual(self.json("stats", "s3.npy")["distribution"]["mean"], 0.4, 1)
            self.assertEqual(self.json("inspect", "s3.npy")["dtype"], type)
        self.assertEqual(self.json("synth", 5, 3, "-o", "s4.npy")["rows"], 5)
        self.refused(2, "synth", 5, 3, "-o", "s5.npy", "--mean-cosine", 2)
        self.refused(2, "synth", 5, 3)
        self.refused(2, "synth", 0, 3, "-o", "s5.npy")
        self.assertFalse((self.folder / "s5.npy").exists())

    def test_bench(self):
        bench = self.json("bench", 1500, 32)["bench"]
        for key in ("machine", "n", "dim", "precision", "gemm_seconds", "sweep_seconds", "fraction_of_gemm", "stages", "peak_memory"):
            self.assertIn(key, bench)
        self.assertEqual((bench["n"], bench["dim"], bench["precision"]), (1500, 32, "single"))
        self.assertAlmostEqual(bench["fraction_of_gemm"], bench["gemm_seconds"] / bench["sweep_seconds"])
        self.assertEqual(len(bench["rounds"]), 3)
        everything = bench["all"]
        self.assertEqual(everything["k"], 10)
        self.assertAlmostEqual(everything["fraction_of_gemm"], everything["gemm_seconds"] / everything["sweep_seconds"])
        times = [(one["gemm_seconds"], one["all_seconds"]) for one in bench["rounds"]]
        self.assertIn((everything["gemm_seconds"], everything["sweep_seconds"]), times)
        ratios = sorted(gemm / seconds for gemm, seconds in times)
        self.assertAlmostEqual(everything["fraction_of_gemm"], ratios[1])
        for part in ("order", "near"):
            ratios = sorted(one["gemm_seconds"] / one[part + "_seconds"] for one in bench["rounds"])
            self.assertAlmostEqual(bench[part]["fraction_of_gemm"], ratios[1])
        self.assertGreater(bench["peak_memory"], bench["matrix_bytes"])
        given = self.json("bench", "--input", "e.npy", "--precision", "half")["bench"]
        self.assertEqual(given["n"], 200)
        distribution = self.json("stats", "e.npy")["distribution"]
        self.assertAlmostEqual(given["all"]["threshold"], distribution["mean"] + distribution["sd"], 12)
        self.assertEqual(self.json("bench", 3, 4)["bench"]["all"]["k"], 2)
        self.refused(2, "bench", "--input", "e.npy", "--limit", 1)

    def test_devices(self):
        devices = self.json("devices")["devices"]
        gpus = [d["name"] for d in devices[1:] if d["available"]]
        self.assertEqual([d["name"] for d in devices][:2], ["cpu", "cuda:0" if gpus else "cuda"])
        self.assertIn("baseline", devices[0]["instruction_sets"])

    def test_tables(self):
        for arguments in (
            ("inspect", "e.npy"),
            ("stats", "e.npy"),
            ("similarity", "e.npy", *self.words[:30]),
            ("spectrum", "e.npy"),
            ("rsa", "e.npy", "f.npy", "--permutations", 9, "--bootstrap", 9),
            ("stability", "e.npy", "f.npy", "--pairs", "cat,dog"),
            ("stability", "e.npy", "f.npy", "e.npy"),
            ("devices",),
        ):
            code, out, err = self.run_program(*arguments)
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(out)
            for line in out.splitlines():
                self.assertLessEqual(len(line), 100, line)
            self.assertEqual(self.run_program(*arguments, "-q"), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
