#!/usr/bin/env python3
"""That bench/gpu_record.py compares before it records. Usage: gpu_record_test.py PROGRAM BENCH [unittest options]"""

import json
import pathlib
import sys
import tempfile
import unittest

import numpy

PROGRAM = sys.argv.pop(1)
sys.path.insert(0, sys.argv.pop(1))

import gpu_record  # noqa: E402
import gpu_rivals  # noqa: E402


class GpuRecordTest(unittest.TestCase):
    def setUp(self):
        self.held = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.held.name)
        self.program = gpu_record.Program(PROGRAM, "cpu")

    def tearDown(self):
        self.held.cleanup()

    def test_numpy_finds_what_the_program_finds(self):
        checked = gpu_record.check(self.program, self.folder, 300)
        self.assertTrue(checked["agrees"], checked)
        self.assertEqual(checked["pairs_missed"], 0)

    def test_chunks_change_nothing(self):
        path = gpu_record.synthetic(self.program, self.folder / "e.npy", 100, 30)
        found = []
        for chunk in (7, 50, 100, 1000):
            library = gpu_rivals.Arrays("numpy", "float64")
            gpu_rivals.sweep(library, library.unit_rows(path), 0.4, 5, chunk)
            found.append(library.found())
        for other in found[1:]:
            numpy.testing.assert_array_equal(other["counts"], found[0]["counts"])
            numpy.testing.assert_array_equal(other["degrees"], found[0]["degrees"])
            numpy.testing.assert_allclose(other["neighbors"], found[0]["neighbors"], atol=1e-14)

    def test_what_differs_is_seen(self):
        path = gpu_record.synthetic(self.program, self.folder / "e.npy", 300, 30)
        found = gpu_record.reference(self.program, path, 0.4, self.folder)
        self.assertTrue(gpu_rivals.agreement(found, found)["agrees"])
        self.assertGreater(int(found["degrees"].sum()), 300)
        wrong = {
            "counts": numpy.roll(found["counts"], 1),  # as many pairs, elsewhere
            "degrees": found["degrees"] + 1,
            "min": found["min"] + 1e-4,
            "max": found["max"] - 1e-4,
            "neighbors": found["neighbors"] + 1e-4,
        }
        self.assertEqual(wrong.keys(), found.keys())
        for name, value in wrong.items():
            self.assertFalse(gpu_rivals.agreement({**found, name: value}, found)["agrees"], name)
        lost = found["counts"] - (found["counts"] > 0)
        self.assertFalse(gpu_rivals.agreement({**found, "counts": lost}, found)["agrees"])

    def test_a_failure_is_recorded_and_what_follows_goes_on(self):
        record = gpu_record.Record(self.folder / "record.json", 100)
        record.measure("a/wrong", lambda: self.program("stats", "nowhere.npy"))
        record.measure("a/right", lambda: 7)
        record.measure("a/late", lambda: self.fail("it began"), needs=101)
        kept = json.loads((self.folder / "record.json").read_text())["a"]
        self.assertIn("nowhere.npy", kept["wrong"]["failed"])
        self.assertIn("exit 2", kept["wrong"]["failed"])
        self.assertEqual(kept["right"], 7)
        self.assertIn("left_out", kept["late"])

    def test_a_safetensors_file_is_what_the_matrix_was(self):
        path = gpu_record.synthetic(self.program, self.folder / "e.npy", 50, 7)
        file = gpu_record.as_safetensors(path)
        one, other = (self.program("stats", each)["distribution"] for each in (path, file))
        self.assertEqual(one, other)


if __name__ == "__main__":
    unittest.main()
