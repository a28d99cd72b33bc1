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


if __name__ == "__main__":
    unittest.main()
