"""What the tests of texts share: twelve words, their rows, and a text of them."""

import math

from program import Program, gaussian_rows, npy

WORDS = ["the", "cat", "sat", "on", "mat", "dog", "café", "<b>", "king", "queen", "man", "woman"]


def norm(x):
    return math.sqrt(sum(a * a for a in x))


def cosine(x, y):
    return sum(a * b for a, b in zip(x, y)) / norm(x) / norm(y)


class Texts(Program):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = gaussian_rows(len(WORDS), 8, 5)
        npy(cls.folder / "w.npy", cls.rows, "<f8")
        (cls.folder / "w.vocab.txt").write_text("".join(w + "\n" for w in WORDS))
        cls.text = "The cat sat\non the the mat, café!\n"
        (cls.folder / "t.txt").write_text(cls.text)
        cls.tokens = ["the", "cat", "sat", "on", "the", "the", "mat", ",", "café", "!"]
        cls.expected_rows = [WORDS.index(t) if t in WORDS else None for t in cls.tokens]

    def row(self, word):
        return self.rows[WORDS.index(word)]
