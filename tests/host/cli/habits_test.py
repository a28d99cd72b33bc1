#!/usr/bin/env python3
"""What a shell is used to: standard input and pipes, several inputs, words by place or by option, folders that are kept.

Usage: habits_test.py PROGRAM SAMPLE [unittest options]
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SAMPLE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))


class Habits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_habits_"))
        for file in SAMPLE.iterdir():
            shutil.copy(file, cls.folder)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments, **options):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, cwd=self.folder, **options)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def json(self, *arguments, **options):
        code, out, err = self.run_program(*arguments, "--json", **options)
        self.assertEqual((code, err), (0, ""), arguments)
        return json.loads(out)

    def shell(self, line):
        done = subprocess.run(["bash", "-c", line.replace("gramian", PROGRAM)], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""), line)
        return json.loads(done.stdout)

    def test_standard_input(self):
        plain = self.json("stats", "run1.npy")
        for line in ("cat run1.npy | gramian stats - --json", "gramian stats - --json < run1.npy", "gramian stats <(cat run1.npy) --json"):
            piped = self.shell(line)
            for key in ("mean", "median", "histogram"):
                self.assertEqual(piped["distribution"][key], plain["distribution"][key], line)
            self.assertEqual(piped["inputs"][0]["sha256"], plain["inputs"][0]["sha256"], line)
        vocab = "--vocab run1.vocab.txt"
        self.assertEqual(self.shell(f"cat run1.npy | gramian similarity - font color {vocab} --json")["tokens"], ["font", "color"])
        self.assertEqual(self.shell("printf 'font\\ncolor\\n' | gramian similarity run1.npy --tokens @- --json")["tokens"], ["font", "color"])
        self.assertEqual(self.shell("gramian similarity run1.npy --tokens @<(printf 'font\\ncolor\\n') --json")["tokens"], ["font", "color"])
        text = "gramian color run1.npy --text {} --by norm --json"
        painted = self.shell(text.format("text.txt"))
        self.assertEqual(self.shell("cat text.txt | " + text.format("-"))["values"], painted["values"])
        self.assertEqual(self.shell(text.format("<(cat text.txt)"))["values"], painted["values"])
        self.assertEqual(self.shell("gramian rsa <(cat run1.npy) <(cat run2.npy) --vocab run1.vocab.txt --vocab2 run2.vocab.txt --json")["rsa"],
                         self.json("rsa", "run1.npy", "run2.npy")["rsa"])
        code, _, err = self.run_program("stats", "-", input=b"")
        self.assertEqual((code, err.count("\n")), (3, 1), err)

    def test_several_inputs(self):
        each = self.json("stats", "run1.npy", "run2.npy", "small.npy", "--limit", 300)
        self.assertNotIn("distribution", each)
        self.assertNotIn("rows_used", each)
        for entry, name in zip(each["each"], ("run1.npy", "run2.npy", "small.npy")):
            one = self.json("stats", name, "--limit", 300)
            self.assertEqual((entry["path"], entry["rows_used"]), (name, 300))
            for key in ("distribution", "isotropy", "random_baseline"):
                self.assertEqual(entry[key], one[key])
        code, text, _ = self.run_program("stats", "run1.npy", "run2.npy", "--limit", 300)
        self.assertEqual([line.split()[0] for line in text.splitlines()[1:3]], ["run1.npy", "run2.npy"])
        inspected = self.json("inspect", "run1.npy", "small.npy")["each"]
        for entry, name in zip(inspected, ("run1.npy", "small.npy")):
            one = self.json("inspect", name)
            self.assertEqual({key: entry[key] for key in ("rows", "dim", "norms", "duplicates")}, {key: one[key] for key in ("rows", "dim", "norms", "duplicates")})

    def test_words_by_place_and_by_option(self):
        wanted = self.json("neighbors", "run1.npy", "--tokens", "font,color")["neighbors"]
        for arguments in (["font", "color"], ["font", "--tokens", "color"], ["--tokens", "font", "--tokens", "color"]):
            self.assertEqual(self.json("neighbors", "run1.npy", *arguments)["neighbors"], wanted)
        self.assertEqual(self.json("similarity", "run1.npy", "--tokens", "font", "--tokens", "color")["tokens"], ["font", "color"])
        for command in ("graph", "spectrum"):
            wanted = self.json(command, "run1.npy", "--tokens", "font,color,kernel", "-q")
            placed = self.json(command, "run1.npy", "font", "--tokens", "color,kernel", "-q")
            self.assertEqual([placed[key] for key in (command, "rows_used", "settings")], [wanted[key] for key in (command, "rows_used", "settings")])
        self.assertEqual(self.run_program("transform", "run1.npy", "font", "color", "-o", "two.npy")[0], 0)
        self.assertEqual((self.folder / "two.vocab.txt").read_text(), "font\ncolor\n")
        code, _, err = self.run_program("graph", "run1.npy", "font", "--text", "text.txt")
        self.assertEqual(code, 2)
        self.assertIn("not both", err)
        code, _, err = self.run_program("similarity", "run1.npy", "--tokens", "font,,color")
        self.assertEqual(code, 2)
        self.assertIn("empty token", err)
        code, _, err = self.run_program("neighbors", "run1.npy", "--expr", "font-color")
        self.assertEqual(code, 2)
        self.assertIn("king - man + woman", err)

    def test_a_folder_of_another_command_is_kept(self):
        self.json("stats", "run1.npy", "-o", "kept")
        before = (self.folder / "kept/result.json").read_bytes()
        code, _, err = self.run_program("spectrum", "run1.npy", "-o", "kept")
        self.assertEqual((code, err.count("\n")), (2, 1), err)
        self.assertIn("--force", err)
        self.assertEqual((self.folder / "kept/result.json").read_bytes(), before)
        self.json("stats", "run1.npy", "--limit", 9, "-o", "kept")
        self.json("spectrum", "run1.npy", "-o", "kept", "--force")
        self.assertFalse((self.folder / "kept/histogram.svg").exists())

    def test_the_version_names_a_commit(self):
        self.assertRegex(self.run_program("--version")[1], r"\Agramian \d+\.\d+\.\d+( \([0-9a-f]{7,40}\))?\n\Z")

    def test_help_is_a_word_as_well(self):
        self.assertEqual(self.run_program("help"), self.run_program("--help"))
        self.assertEqual(self.run_program("help", "rsa"), self.run_program("rsa", "--help"))
        code, _, err = self.run_program("help", "stat")
        self.assertEqual(code, 2)
        self.assertIn("nearest: stats", err)

    def test_a_spectrum_says_whether_rows_were_centred(self):
        self.assertIn("participation ratio, not centred ", self.run_program("spectrum", "run1.npy")[1])
        centred = self.run_program("spectrum", "run1.npy", "--center")[1]
        self.assertIn("participation ratio, after --center ", centred)
        self.assertNotIn("not centred", centred)

    def test_definitions_are_in_help_and_in_the_manual(self):
        for command, word in (("stats", "participation ratio"), ("rsa", "Mantel"), ("stability", "orthogonal Q")):
            self.assertIn(word, self.run_program(command, "--help")[1])
        manual = self.run_program("man")[1]
        self.assertIn("Roy & Vetterli", manual)
        self.assertTrue(manual.isascii())
        self.assertTrue(re.search(r"\\\[u221A\]\(2", manual))

    def test_times_have_units(self):
        last = self.run_program("stats", "run1.npy")[1].splitlines()[-1]
        self.assertRegex(last, r"\d s$")


if __name__ == "__main__":
    unittest.main()
