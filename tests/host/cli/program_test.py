#!/usr/bin/env python3
"""The program from outside: keys of its results, exit codes, clean output. Usage: program_test.py PROGRAM [unittest options]"""

import hashlib
import json
import math
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)


def npy(path, rows, type="<f4"):
    """Writes rows of numbers as a .npy file."""
    code = {"<f4": "f", "<f8": "d"}[type]
    text = f"{{'descr': '{type}', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    text += " " * ((64 - (10 + len(text) + 1) % 64) % 64) + "\n"
    flat = [x for row in rows for x in row]
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + struct.pack(f"<{len(flat)}{code}", *flat)
    pathlib.Path(path).write_bytes(data)


def read_npy(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + length])  # written by the program under test
    count = math.prod(header["shape"])
    assert header["descr"] == "<f8"
    return header["shape"], struct.unpack(f"<{count}d", data[10 + length :])


def gaussian_rows(n, d, seed):
    source = random.Random(seed)
    return [[source.gauss(0.2, 1) for _ in range(d)] for _ in range(n)]


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_cli_"))
        cls.words = [f"w{i}" for i in range(200)]
        cls.words[3:6] = ["cat", "dog", "banana"]
        npy(cls.folder / "e.npy", gaussian_rows(200, 16, 1))
        (cls.folder / "e.vocab.txt").write_text("".join(w + "\n" for w in cls.words))
        npy(cls.folder / "f.npy", gaussian_rows(200, 12, 2))
        (cls.folder / "f.vocab.txt").write_text("".join(w + "\n" for w in reversed(cls.words)))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments, **options):
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def json(self, *arguments):
        code, out, err = self.run_program(arguments[0], "--json", *arguments[1:])
        self.assertEqual((code, err), (0, ""))
        result = json.loads(out, parse_constant=lambda name: self.fail(f"{name} is not JSON"))
        self.assertEqual(result["command"], arguments[0])
        for key in ("version", "inputs", "settings", "timing"):
            self.assertIn(key, result)
        return result

    def refused(self, code, *arguments, saying=()):
        got, out, err = self.run_program(*arguments)
        self.assertEqual(got, code, err)
        self.assertEqual(out, "")
        self.assertRegex(err, r"\Agramian: [^\n]+\n\Z")
        for words in [saying] if isinstance(saying, str) else saying:
            self.assertIn(words, err)

    def names(self, folder):
        return sorted(os.listdir(folder))


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
        self.assertEqual(set(result["isotropy"]), {"mean_cosine", "mean_vector_norm", "participation_ratio"})
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
        self.assertEqual(self.names(out), ["result.json", "singular_values.npy", "vectors.npy"])
        self.assertEqual(read_npy(out / "singular_values.npy"), ((16,), tuple(values)))
        shape, vectors = read_npy(out / "vectors.npy")
        self.assertEqual(shape, (3, 16))
        self.assertAlmostEqual(sum(x * x for x in vectors[:16]), 1, 12)
        self.assertNotEqual(self.json("spectrum", "e.npy", "--raw")["spectrum"]["singular_values"], values)
        self.refused(2, "spectrum", "e.npy", "--vectors", "17")

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
        self.assertEqual(self.names(out), ["joined.tsv", "matrix1.npy", "matrix2.npy", "per_token.npy", "result.json",
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
        self.assertEqual(self.names(out), ["joined.tsv", "per_token.tsv", "result.json"])
        lines = (out / "per_token.tsv").read_text().splitlines()
        self.assertEqual((lines[0], len(lines)), ("token\tcosine_after\toverlap\tjaccard", 201))
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
        self.assertEqual(self.names(out), ["joined.tsv", "linear_cka.npy", "pearson.npy", "result.json", "spearman.npy"])
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
            ("devices",),
        ):
            code, out, err = self.run_program(*arguments)
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(out)
            for line in out.splitlines():
                self.assertLessEqual(len(line), 100, line)
            self.assertEqual(self.run_program(*arguments, "-q"), (0, "", ""))


class Choices(Program):
    def test_rows(self):
        self.assertEqual(self.json("stats", "e.npy", "--limit", "50")["rows_used"], 50)
        self.assertEqual(self.json("stats", "e.npy", "--tokens", "cat,dog,w9")["rows_used"], 3)
        self.assertEqual(self.json("stats", "e.npy", "--length", "2")["rows_used"], 7)
        self.refused(3, "stats", "e.npy", "--length", "77")
        self.refused(2, "stats", "e.npy", "--tokens", "cat,catt", saying='"catt"')

    def test_preprocessing(self):
        plain = self.json("stats", "e.npy")["distribution"]["mean"]
        centered = self.json("stats", "e.npy", "--center")["distribution"]["mean"]
        self.assertLess(abs(centered), abs(plain))
        self.json("stats", "e.npy", "--remove-top", "2")
        self.refused(2, "stats", "e.npy", "--remove-top", "16")

    def test_padding_rows_are_left_out(self):
        npy(self.folder / "padded.npy", gaussian_rows(5, 4, 9))
        (self.folder / "padded.json").write_text('{"a": 0, "b": 1, "d": 3}')
        result = self.json("stats", "padded.npy", "--vocab", "padded.json")
        self.assertEqual((result["rows_used"], result["rows_unnamed"]), (3, 2))
        self.assertEqual(self.json("inspect", "padded.npy", "--vocab", "padded.json")["unnamed_rows"], 2)


class Output(Program):
    def test_result_json_is_what_json_prints(self):
        out = self.folder / "deep" / "er"
        code, text, err = self.run_program("stats", "e.npy", "-o", out, "--json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual((out / "result.json").read_text(), text)
        self.assertEqual(self.names(out), ["result.json"])
        code, text, _ = self.run_program("stats", "e.npy", "-o", out)
        self.assertIn("all pairs", text)

    def test_same_bytes_for_any_number_of_threads(self):
        for arguments in (
            ("stats", "e.npy"),
            ("stats", "e.npy", "--precision", "double", "--center"),
            ("similarity", "e.npy", "cat", "dog", "w1"),
            ("spectrum", "e.npy"),
            ("rsa", "e.npy", "f.npy", "--permutations", 9, "--bootstrap", 9),
            ("stability", "e.npy", "f.npy"),
            ("inspect", "e.npy"),
        ):
            texts = set()
            for threads in (1, 2, 5):
                code, out, _ = self.run_program(*arguments, "--json", "--threads", threads)
                self.assertEqual(code, 0)
                texts.add(out[: out.index('"timing"')])
            self.assertEqual(len(texts), 1, arguments)

    def test_full_disk(self):
        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

        out = self.folder / "full"
        code, text, err = self.run_program("stats", "e.npy", "-o", out, preexec_fn=small_files)
        self.assertEqual(code, 2)
        self.assertRegex(err, r"\Agramian: .*result.json: cannot be written: File too large\n\Z")
        self.assertFalse(out.exists())
        out.mkdir()
        (out / "result.json").write_text("old")
        self.assertEqual(self.run_program("stats", "e.npy", "-o", out, preexec_fn=small_files)[0], 2)
        self.assertEqual((self.names(out), (out / "result.json").read_text()), (["result.json"], "old"))
        before = self.names(self.folder)
        self.assertEqual(self.run_program("synth", 1000, 100, "-o", "big.npy", preexec_fn=small_files)[0], 2)
        self.assertEqual(self.names(self.folder), before)
        with open("/dev/full", "w") as full:
            done = subprocess.run([PROGRAM, "stats", "e.npy"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (2, b"gramian: stdout: cannot be written: No space left on device\n"))

    def test_nobody_reads(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([PROGRAM, "stats", "e.npy"], cwd=self.folder, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def interrupt(self, number, *arguments):
        """Starts, waits for the first sign of progress, sends a signal."""
        process = subprocess.Popen(
            [PROGRAM, *arguments, "--progress", "always"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        first = process.stderr.read(1)
        self.assertEqual(first, b"\r", "it ended before it could be interrupted")
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
        self.assertTrue(err.endswith(b"gramian: interrupted\n"), err)
        self.assertEqual(out, b"")
        return process.returncode

    def test_interrupt(self):
        self.assertEqual(self.run_program("synth", 100000, 128, "-o", "large.npy")[0], 0)
        out = self.folder / "interrupted"
        out.mkdir()
        arguments = ("stats", "large.npy", "--precision", "double", "-o", str(out))
        self.assertEqual(self.interrupt(signal.SIGINT, *arguments), 130)
        self.assertEqual(self.interrupt(signal.SIGTERM, *arguments), 130)
        self.assertEqual(os.listdir(out), [])
        before = self.names(self.folder)
        self.assertEqual(self.interrupt(signal.SIGINT, "synth", "3000000", "128", "-o", "larger.npy"), 130)
        self.assertEqual(self.names(self.folder), before)
        os.remove(self.folder / "large.npy")

    def test_no_progress_without_a_terminal(self):
        self.assertEqual(self.run_program("stats", "e.npy", "--progress", "auto")[2], "")
        self.assertIn("load", self.run_program("stats", "e.npy", "-v")[2])


class Refusals(Program):
    def neighbours_hubness(self):
        code, out, err = self.run_program("neighbours", "e.npy", "--all", "--json")
        self.assertEqual((code, err), (0, ""))
        return json.loads(out)["hubness"]

    def test_usage(self):
        self.refused(2)
        self.refused(2, "frobnicate", saying="unknown command 'frobnicate'")
        self.refused(2, "stast", "e.npy", saying=("unknown command 'stast'", "stats"))
        self.assertEqual(self.json("neighbors", "e.npy", "--all")["hubness"], self.neighbours_hubness())
        self.refused(2, "stats")
        self.refused(2, "stats", "--foo", saying="--foo")
        self.refused(2, "stats", "e.npy", "--foo", saying="--foo")
        self.refused(2, "stats", "e.npy", "more")
        for option, value in (
            ("--precision", "quadruple"),
            ("--progress", "maybe"),
            ("--device", "tpu"),
            ("--threads", "0"),
            ("--limit", "0"),
            ("--limit", "1e3"),
            ("--seed", "x"),
            ("--memory-limit", "4X"),
            ("--quantiles", "0.5,half"),
            ("--quantiles", "1.5"),
            ("--range", "1,-1"),
            ("--range", "0"),
            ("--bins", "0"),
            ("--tokens", "@nowhere"),
        ):
            self.refused(2, "stats", "e.npy", option, value)

    def test_files(self):
        (self.folder / "empty").write_bytes(b"")
        whole = (self.folder / "e.npy").read_bytes()
        (self.folder / "cut.npy").write_bytes(whole[:-5])
        (self.folder / "noise").write_bytes(bytes(random.Random(4).randrange(256) for _ in range(999)))
        for command in ("stats", "inspect", "spectrum"):
            self.refused(2, command, "nowhere.npy", saying="nowhere.npy")
            self.refused(2, command, self.folder)
            self.refused(3, command, "empty")
            self.refused(3, command, "cut.npy", saying="cut.npy")
            self.refused(3, command, "noise")
        self.refused(2, "stats", "e.npy", "--vocab", "nowhere")
        self.refused(2, "stats", "e.npy", "-o", "e.npy", saying="is a file")
        self.refused(2, "stats", "e.npy", "-o", "e.npy/below")

    def test_devices_and_memory(self):
        usable = [d["name"] for d in self.json("devices")["devices"] if d["available"]]
        for device in ("cuda", "cuda:0", "cuda:99"):
            if device == "cuda:99" or "cuda:0" not in usable:
                self.refused(5, "stats", "e.npy", "--device", device, saying="CUDA")
            else:
                self.assertTrue(self.json("stats", "e.npy", "--device", device)["backend"]["name"].startswith("cuda:0"))
        self.refused(4, "stats", "e.npy", "--device", "cpu", "--memory-limit", "1M", saying="--memory-limit 1M")
        self.refused(4, "bench", 2000000, 1000, "--device", "cpu", "--memory-limit", "1G")

    def test_help_and_version(self):
        for arguments in (("--help",), ("stats", "--help"), ("--version",)):
            code, out, err = self.run_program(*arguments)
            self.assertEqual((code, err), (0, ""))
            self.assertTrue(out)


if __name__ == "__main__":
    unittest.main()
