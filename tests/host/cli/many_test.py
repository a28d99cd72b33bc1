#!/usr/bin/env python3
"""Layers of one file and several trainings: rsa of many against numpy, the rotation of stability.

Usage: many_test.py PROGRAM [unittest options]
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy

PROGRAM = sys.argv.pop(1)
LAYERS = [f"layer.{k}" for k in range(12)]


def triangle(rows):
    unit = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    return (unit @ unit.T)[numpy.triu_indices(len(rows), 1)]


class Many(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_many_"))
        source = numpy.random.default_rng(8)
        common = source.normal(size=(60, 9))
        cls.rows = {name: (common + 0.2 * k * source.normal(size=(60, 9))).astype(numpy.float32) for k, name in enumerate(LAYERS)}
        # Written in another order than that of their numbers.
        numpy.savez(cls.folder / "layers.npz", **{name: cls.rows[name] for name in sorted(LAYERS)}, bias=numpy.zeros(9))
        (cls.folder / "words.txt").write_text("".join(f"w{k}\n" for k in range(60)))
        for k in (0, 3):
            numpy.save(cls.folder / f"run{k}.npy", cls.rows[LAYERS[k]])
            shutil.copy(cls.folder / "words.txt", cls.folder / f"run{k}.vocab.txt")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def ask(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments), "--json"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return json.loads(done.stdout)

    def refused(self, word, *arguments):
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertIn(word, done.stderr)

    def test_layers_in_the_order_of_their_numbers(self):
        result = self.ask("rsa", "layers.npz#layer.*", "--vocab", "words.txt", "-o", "layers")
        self.assertEqual(result["tensors"], LAYERS)
        wanted = numpy.corrcoef([triangle(self.rows[name].astype(float)) for name in LAYERS])
        self.assertLess(abs(numpy.array(result["rsa"]["pearson"]) - wanted).max(), 1e-9)
        self.assertTrue((self.folder / "layers/pearson.svg").exists())
        some = self.ask("rsa", "layers.npz#layer.?", "--vocab", "words.txt")
        self.assertEqual(some["tensors"], LAYERS[:10])
        two = self.ask("rsa", "layers.npz#layer.1?", "--vocab", "words.txt")
        self.assertLess(abs(two["rsa"]["pearson"] - wanted[10, 11]), 1e-9)
        self.refused("no matrix", "rsa", "layers.npz#head.*")
        self.refused("two matrices", "rsa", "run0.npy")

    def test_noise_ceiling_and_partial_correlations(self):
        result = self.ask("rsa", "layers.npz#layer.?", "--vocab", "words.txt")["rsa"]
        z = numpy.array([triangle(self.rows[name].astype(float)) for name in LAYERS[:10]])
        z = (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True)
        correlation = lambda a, b: numpy.corrcoef(a, b)[0, 1]  # noqa: E731
        high = numpy.mean([correlation(row, z.mean(axis=0)) for row in z])
        low = numpy.mean([correlation(z[k], numpy.delete(z, k, axis=0).mean(axis=0)) for k in range(len(z))])
        self.assertLess(abs(numpy.array(result["noise_ceiling"]) - [low, high]).max(), 1e-9)
        pairs = numpy.corrcoef(z)[numpy.triu_indices(10, 1)]
        self.assertLess(abs(result["mean"] - pairs.mean()) + abs(result["sd"] - pairs.std()), 1e-9)
        # What is left of two once the others are regressed out.
        for i, j in ((0, 1), (2, 7)):
            others = numpy.delete(z, [i, j], axis=0).T
            left = [z[k] - others @ numpy.linalg.lstsq(others, z[k], rcond=None)[0] for k in (i, j)]
            self.assertLess(abs(result["partial"][i][j] - correlation(*left)), 1e-8)

    def test_debiased_cka_of_many_is_that_of_two(self):
        many = self.ask("rsa", "layers.npz#layer.*", "--vocab", "words.txt")["linear_cka_debiased"]
        two = self.ask("rsa", "layers.npz#layer.2", "layers.npz#layer.5", "--vocab", "words.txt")["linear_cka_debiased"]
        self.assertEqual(many[2][5], two)

    def test_stats_of_layers(self):
        each = self.ask("stats", "layers.npz#layer.*")["each"]
        self.assertEqual([entry["tensor"] for entry in each], LAYERS)
        for entry in each:
            self.assertLess(abs(entry["distribution"]["mean"] - triangle(self.rows[entry["tensor"]].astype(float)).mean()), 1e-9)

    def test_rotation(self):
        self.ask("stability", "run0.npy", "run3.npy", "-k", 5, "--center", "-o", "turned")
        a, b = (self.rows[LAYERS[k]].astype(float) - self.rows[LAYERS[k]].astype(float).mean(axis=0) for k in (0, 3))
        u, _, vt = numpy.linalg.svd(a.T @ b)
        rotation = numpy.load(self.folder / "turned/rotation.npy")
        self.assertLess(abs(rotation - u @ vt).max(), 1e-9)
        rotated = numpy.load(self.folder / "turned/rotated.npy")
        self.assertEqual((rotated.dtype, rotated.shape), (numpy.float32, (60, 9)))
        self.assertLess(abs(rotated - a @ u @ vt).max(), 1e-6)

    def test_stability_of_runs_is_that_of_every_two(self):
        layers = [f"layers.npz#layer.{k}" for k in (1, 4, 7)]
        result = self.ask("stability", *layers, "--vocab", "words.txt", "-k", 5, "-o", "runs")
        found = result["stability"]
        self.assertEqual((result["tensors"], found["k"]), (["layer.1", "layer.4", "layer.7"], 5))
        pairs = [(0, 1), (0, 2), (1, 2)]
        two = [self.ask("stability", layers[i], layers[j], "--vocab", "words.txt", "-k", 5, "-o", f"runs{i}{j}") for i, j in pairs]
        for key in ("procrustes_residual", "cosine_before", "cosine_after", "overlap", "jaccard", "spectral_distance"):
            of_two = [each["stability"][key] for each in two]
            matrix = numpy.load(self.folder / f"runs/{key}.npy")
            self.assertTrue((matrix == numpy.array(found[key])).all() and (matrix == matrix.T).all(), key)
            self.assertEqual([matrix[i, j] for i, j in pairs], of_two, key)
            self.assertLess(abs(found["mean"][key] - numpy.mean(of_two)) + abs(found["sd"][key] - numpy.std(of_two)), 1e-12)
        self.assertEqual([found["pearson"][i][j] for i, j in pairs], [each["rsa"]["pearson"] for each in two])
        self.assertEqual([found["linear_cka_debiased"][i][j] for i, j in pairs], [each["linear_cka_debiased"] for each in two])
        self.assertEqual([found["wasserstein"][i][j] for i, j in pairs], [each["cosine_shift"]["wasserstein"] for each in two])
        self.assertTrue((self.folder / "runs/overlap.svg").exists())
        # A token's numbers are the mean and the standard deviation of those of every two.
        tables = [self.table(f"runs{i}{j}/per_token.tsv") for i, j in pairs]
        moved = self.table("runs/per_token.tsv")
        self.assertEqual(len(moved), 60)
        for token, row in moved.items():
            for key in ("cosine_after", "overlap", "jaccard"):
                values = [float(each[token][key]) for each in tables]
                self.assertLess(abs(float(row[key]) - numpy.mean(values)) + abs(float(row[key + "_sd"]) - numpy.std(values)), 1e-12)
        after = [float(row["cosine_after"]) for row in moved.values()]
        self.assertEqual(after, sorted(after))
        self.assertEqual(result["most_moved"][0]["token"], next(iter(moved)))
        self.refused("--pairs", "stability", *layers, "--vocab", "words.txt", "--pairs", "w1")
        self.refused("two matrices", "stability", "run0.npy")

    def table(self, path):
        head, *rows = [line.split("\t") for line in (self.folder / path).read_text().splitlines()]
        return {row[0]: dict(zip(head, row)) for row in rows}


if __name__ == "__main__":
    unittest.main()
