#!/usr/bin/env python3
"""What files hold does not steer the terminal. Usage: terminal_test.py PROGRAM [unittest options]"""

import json
import struct
import unittest

from hostile import Hostile, gaussian, npy

# Title of the window, colour, newlines, backspaces, NUL, a C1 control, overrides and isolates of direction, no UTF-8.
HOSTILE = ["\x1b]0;title\x07", "\x1b[31mred", "two\nlines", "back\rward", "a\x00b", "\x9b31m", "\u202eesrever", "\u2066isolated\u2069",
           "bell\x07", "tab\tbed", "\u200fmark", "\x7f"]  # fmt: skip


def offending(text):
    """Characters that a table or a message may not hold."""
    directions = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return sorted({c for c in text if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) < 0xA0 or ord(c) in directions})


class Terminal(Hostile):
    def setUp(self):
        super().setUp()
        self.tokens = HOSTILE + [f"w{k}" for k in range(40 - len(HOSTILE))]
        for name, seed in (("m", 1), ("n", 2)):
            npy(self.place / f"{name}.npy", gaussian(40, 6, seed))
            (self.place / f"{name}.vocab.json").write_text(json.dumps({token: row for row, token in enumerate(self.tokens)}))

    def assert_clean(self, *arguments, code=0, **options):
        got, out, error = self.run_program(*arguments, **options)
        self.assertEqual(got, code, error)
        self.assertEqual(offending(out.decode() + error), [], arguments)
        return out.decode()

    def test_every_command(self):
        matrix = ("m.npy", "--vocab", "m.vocab.json")
        both = ("m.npy", "n.npy", "--vocab", "m.vocab.json", "--vocab2", "n.vocab.json")
        (self.place / "text.txt").write_text(" ".join(token for token in self.tokens if "\x00" not in token))
        (self.place / "asked").write_text("w1\nbell\x07\n\u202eesrever\n")
        self.assertIn("red", self.assert_clean("similarity", *matrix, "--limit", "12"))
        for command in (
            ("inspect", *matrix),
            ("stats", *matrix),
            ("neighbors", *matrix, "--tokens", "@asked"),
            ("neighbors", *matrix, "--all", "-k", "3"),
            ("neighbors", *matrix, "--expr", "'bell\x07' + w1"),
            ("spectrum", *matrix),
            ("graph", *matrix, "--threshold", "0.2"),
            ("rsa", *both),
            ("stability", *both, "-k", "3"),
            ("color", *matrix, "--text", "text.txt", "--by", "norm", "--ansi", "never"),
            ("unembed", *matrix, "n.npy", "-k", "3"),
        ):  # fmt: skip
            with self.subTest(command[0]):
                self.assert_clean(*command)
                self.assert_clean(*command, "-v", "-q")

    def test_names_of_tensors(self):
        names = {name: {"dtype": "F32", "shape": [4, 2], "data_offsets": [32 * k, 32 * (k + 1)]} for k, name in enumerate(HOSTILE)}
        header = json.dumps(names).encode()
        (self.place / "n.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(range(1, 33)) * len(names))
        for name in HOSTILE:
            if "\x00" not in name:
                self.assert_clean("inspect", f"n.safetensors#{name}")
        self.assert_clean("inspect", "n.safetensors", code=3)
        names["w"] = {"dtype": "\x1b]0;pwned\x07", "shape": [4, 2], "data_offsets": [32 * len(names), 32 * (len(names) + 1)]}
        header = json.dumps(names).encode()
        (self.place / "n.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(range(1, 33)) * len(names))
        got, out, error = self.run_program("inspect", f"n.safetensors#{HOSTILE[1]}")
        self.assertEqual(offending(out.decode() + error), [])

    def test_refusals(self):
        bad = "\x1b[2J\u202e"
        for arguments in (
            ("stats", f"no{bad}.npy"), ("stats", "m.npy", "-o", f"m.npy/{bad}"), ("stats", "m.npy", "--precision", bad),
            ("stats", "m.npy", "--memory-limit", bad), ("stats", "m.npy", "--tokens", f"@{bad}"), ("stats", "m.npy", f"--{bad}"),
            ("similarity", "m.npy", bad), ("graph", "m.npy", "--threshold", bad), ("synth", "4", "4", "-o", f"no/{bad}"),
            ("stats", "m.npy", "--quantiles", bad), ("stats", "m.npy", "--device", bad), ("neighbors", "m.npy", "--expr", bad), (bad,),
        ):  # fmt: skip
            with self.subTest(arguments):
                got, out, error = self.run_program(*arguments)
                self.assertIn(got, (2, 3))
                self.assertEqual(offending(out.decode() + error), [])
                self.assertEqual(error.count("\n"), 1, error)

    def test_separated_values(self):
        self.assert_clean("graph", "m.npy", "--vocab", "m.vocab.json", "--threshold", "0.0", "--edge-list", "-q", "-o", "out")
        lines = (self.place / "out/edges.tsv").read_text(encoding="utf-8", errors="strict").splitlines()
        self.assertEqual({line.count("\t") for line in lines}, {lines[0].count("\t")})
        self.assertEqual(offending("".join(lines).replace("\t", "")), [])


if __name__ == "__main__":
    unittest.main()
