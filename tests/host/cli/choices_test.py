#!/usr/bin/env python3
"""Which rows are used: --exclude, --no-special, --alpha, --sample, words that are unknown, joins of raw strings.

Usage: choices_test.py PROGRAM [unittest options]
"""

import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
WORDS = ["the", "cat", "dog", "[CLS]", "[unused1]", "<s>", "<|end|>", "<0x0A>", "a1", "x-y", "fish", "bird", "[", "<3"]
SPECIAL = ["[CLS]", "[unused1]", "<s>", "<|end|>", "<0x0A>"]


def write_vectors(path, words, seed):
    source = random.Random(seed)
    lines = [f"{len(words)} 5"] + [" ".join([w] + [f"{source.gauss(0, 1):.5f}" for _ in range(5)]) for w in words]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Choices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_choices_"))
        write_vectors(cls.folder / "e.vec", WORDS, 1)
        write_vectors(cls.folder / "many.vec", [f"w{k}" for k in range(500)], 2)
        write_vectors(cls.folder / "other.vec", [f"w{k}" for k in range(0, 500, 2)], 3)
        write_vectors(cls.folder / "words.vec", ["cat", "dog", "fish", "bird", "tree", "sun"], 4)
        write_vectors(cls.folder / "pieces.vec", ["Ġcat", "cat", "Ġdog", "dog", "fish", "Ġbird", "Ġtree", "ing"], 5)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments):
        code, out, err = self.run_program(*arguments, "--json")
        self.assertEqual((code, err), (0, ""), arguments)
        return json.loads(out)

    def tokens(self, *arguments):
        return self.json("similarity", "e.vec", *arguments)["tokens"]

    def test_special_tokens(self):
        self.assertEqual(self.tokens("--no-special"), [w for w in WORDS if w not in SPECIAL])
        self.assertEqual(self.json("stats", "e.vec", "--no-special")["rows_used"], len(WORDS) - len(SPECIAL))

    def test_letters_alone(self):
        self.assertEqual(self.tokens("--alpha"), ["the", "cat", "dog", "fish", "bird"])

    def test_patterns_and_lists(self):
        self.assertEqual(self.tokens("--exclude", r"^[<\[]"), ["the", "cat", "dog", "a1", "x-y", "fish", "bird"])
        self.assertEqual(self.tokens("--exclude", r"\d", "--exclude", "i", "--alpha"), ["the", "cat", "dog"])
        (self.folder / "stop.txt").write_text("the\ncat\nnothing\n")
        self.assertEqual(self.tokens("--exclude", "@stop.txt", "--alpha"), ["dog", "fish", "bird"])
        code, _, err = self.run_program("stats", "e.vec", "--exclude", "(")
        self.assertEqual(code, 2)
        self.assertIn("regular expression", err)
        self.assertEqual(self.run_program("stats", "e.vec", "--exclude", ".")[0], 3)  # nothing is left

    def test_a_sample_is_random_and_fixed_by_its_seed(self):
        def rows(*arguments):
            return self.json("similarity", "many.vec", *arguments)["rows"]

        one = rows("--sample", 50, "--seed", 1)
        self.assertEqual(one, rows("--sample", 50, "--seed", 1))
        self.assertNotEqual(one, rows("--sample", 50, "--seed", 2))
        self.assertEqual(one, sorted(set(one)))
        self.assertEqual(len(one), 50)
        # A mean row of 249.5 with a standard error of 19.4: six of them.
        self.assertLess(abs(sum(one) / 50 - 249.5), 6 * 19.4)
        # After --limit: of the most frequent only.
        self.assertLess(max(rows("--limit", 60, "--sample", 50)), 60)
        self.assertEqual(rows("--sample", 1000), list(range(500)))
        counts = [0] * 10
        for seed in range(100):
            for row in self.json("similarity", "many.vec", "--limit", 10, "--sample", 2, "--seed", seed)["rows"]:
                counts[row] += 1
        self.assertLess(sum((c - 20) ** 2 / 20 for c in counts), 28)  # chi square, 9 degrees: p = 0.001

    def test_a_sample_of_what_two_share(self):
        result = self.json("rsa", "many.vec", "other.vec", "--sample", 40, "--seed", 3)
        self.assertEqual((result["shared"], result["lost"]["not_sampled"]), (40, 210))
        self.assertEqual(self.json("rsa", "many.vec", "other.vec", "many.vec", "--sample", 40)["shared"], 40)

    def test_exclusion_from_a_join(self):
        result = self.json("rsa", "many.vec", "other.vec", "--exclude", "^w1")
        self.assertEqual(result["lost"]["filtered_excluded"], sum(f"w{k}".startswith("w1") for k in range(0, 500, 2)))

    def test_all_unknown_words_are_named(self):
        for arguments in (["stats", "e.vec", "--tokens"], ["neighbors", "e.vec", "-k", "1", "--tokens"]):
            code, _, err = self.run_program(*arguments, "cat,dgo,dog,zebra")
            self.assertEqual(code, 2)
            for word in ('"dgo" (nearest: "dog")', '"zebra"', "--skip-unknown"):
                self.assertIn(word, err)
            self.assertEqual(err.count("\n"), 1)
            result = self.json(*arguments, "cat,dgo,dog,zebra", "--skip-unknown")
            self.assertEqual(result["unknown_tokens"], ["dgo", "zebra"])
        self.assertEqual(self.tokens("cat", "zebra", "dog", "--skip-unknown"), ["cat", "dog"])
        self.assertEqual(self.run_program("stats", "e.vec", "--tokens", "zebra,gnu", "--skip-unknown")[0], 2)
        self.assertNotIn("unknown_tokens", self.json("stats", "e.vec", "--tokens", "cat,dog"))

    def test_unknown_words_of_two(self):
        result = self.json("rsa", "many.vec", "other.vec", "--tokens", "w0,w1,w2,w4,kiwi")
        self.assertEqual(result["unknown_tokens"], ["w1", "kiwi"])
        self.assertTrue(any('"w1", "kiwi"' in note for note in result["notes"]))
        code, _, err = self.run_program("stability", "many.vec", "other.vec", "--pairs", "w0,w1,kiwi")
        self.assertEqual(code, 2)
        self.assertIn('"w1", "kiwi"', err)
        skipped = self.json("stability", "many.vec", "other.vec", "--pairs", "w0,w1,kiwi", "--skip-unknown")
        self.assertEqual([word["token"] for word in skipped["words"]], ["w0"])

    def test_raw_strings_against_marked_beginnings(self):
        notes = self.json("rsa", "words.vec", "pieces.vec")["notes"]
        doubts = [note for note in notes if "Ġ" in note]
        self.assertEqual(len(doubts), 1)
        self.assertIn("share 4, as raw strings 3", doubts[0])
        for quiet in (["words.vec", "pieces.vec", "--join", "word"], ["pieces.vec", "pieces.vec"], ["words.vec", "words.vec"]):
            self.assertFalse([note for note in self.json("rsa", *quiet)["notes"] if "Ġ" in note], quiet)

    def test_one_meaning_of_participation_ratio(self):
        isotropy = self.json("stats", "many.vec")["isotropy"]
        spectrum = self.json("spectrum", "many.vec")["spectrum"]
        self.assertNotIn("participation_ratio", isotropy)
        self.assertAlmostEqual(isotropy["participation_ratio_uncentered"], spectrum["participation_ratio_uncentered"], 9)
        self.assertEqual(spectrum["participation_ratio"], spectrum["participation_ratio_uncentered"])


if __name__ == "__main__":
    unittest.main()
