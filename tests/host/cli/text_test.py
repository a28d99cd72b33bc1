#!/usr/bin/env python3
"""Texts and sums of words: keys, exit codes and messages. Usage: text_test.py PROGRAM [unittest options]"""

import hashlib
import json
import os
import pty
import re
import subprocess
import unittest

from program import PROGRAM, gaussian_rows, npy, read_npy
from texts import WORDS, Texts, cosine, norm


class Color(Texts):
    def test_norm(self):
        result = self.json("color", "w.npy", "--text", "t.txt")
        self.assertEqual(result["by"], ["norm"])
        self.assertEqual(result["tokens"], self.tokens)
        self.assertEqual(result["rows"], self.expected_rows)
        self.assertEqual(result["out_of_vocabulary"], 2)
        raw = self.text.encode()
        pieces = [raw[b:e].decode() for b, e in zip(result["begin"], result["end"])]
        self.assertEqual(pieces, ["The", "cat", "sat", "on", "the", "the", "mat", ",", "café", "!"])
        norms = [None if r is None else norm(self.rows[r]) for r in self.expected_rows]
        self.check(result["values"], norms)
        there = [x for x in norms if x is not None]
        lo, hi = min(there), max(there)
        self.check(result["range"], [lo, hi])
        self.check(result["scaled"], [None if x is None else (x - lo) / (hi - lo) for x in norms])
        self.assertEqual(result["text"]["sha256"], hashlib.sha256(raw).hexdigest())
        self.assertEqual(result["text"]["tokenizer"], "words, lower-cased (the matrix's own vocabulary)")

    def check(self, got, expected):
        self.assertEqual(len(got), len(expected))
        for g, e in zip(got, expected):
            self.assertEqual(g is None, e is None)
            if e is not None:
                self.assertAlmostEqual(g, e, 13)

    def test_previous(self):
        result = self.json("color", "w.npy", "--text", "t.txt", "--by", "previous")
        expected = [None]
        for a, b in zip(self.expected_rows, self.expected_rows[1:]):
            expected.append(None if a is None or b is None else cosine(self.rows[a], self.rows[b]))
        self.check(result["values"], expected)
        self.assertEqual(result["values"][5], 1)  # the the
        self.assertEqual((result["range"][1], result["scaled"][5]), (1, 1))
        self.assertIsNone(result["scaled"][0])

    def test_target(self):
        result = self.json("color", "w.npy", "--text", "t.txt", "--by", "target=cat")
        cat = self.row("cat")
        self.check(result["values"], [None if r is None else cosine(self.rows[r], cat) for r in self.expected_rows])
        self.assertEqual((result["values"][1], result["scaled"][1]), (1, 1))
        # A target that the text does not hold; in another case; and one of several tokens.
        self.assertLess(self.json("color", "w.npy", "--text", "t.txt", "--by", "target=dog")["range"][1], 1)
        upper = self.json("color", "w.npy", "--text", "t.txt", "--by", "target=CAT")
        self.assertEqual(upper["values"], result["values"])
        self.assertIn('The target "CAT" was found as "cat".', upper["notes"])
        several = self.json("color", "w.npy", "--text", "t.txt", "--by", "target=cat dog")
        mean = [a + b for a, b in zip(cat, self.row("dog"))]
        self.check(several["values"], [None if r is None else cosine(self.rows[r], mean) for r in self.expected_rows])
        self.assertTrue(any('the mean of the rows of "cat", "dog"' in note for note in several["notes"]))

    def test_several_and_a_pinned_range(self):
        result = self.json("color", "w.npy", "--text", "t.txt", "--by", "previous", "--by", "target=king", "--range", "-0.5,0.25")
        self.assertEqual(result["by"], ["previous", "target=king"])
        self.assertEqual(result["range"], [[-0.5, 0.25], [-0.5, 0.25]])
        for by, values, scaled in zip(result["by"], result["values"], result["scaled"]):
            alone = self.json("color", "w.npy", "--text", "t.txt", "--by", by)["values"]
            self.assertEqual(values, alone)
            self.check(scaled, [None if v is None else min(1, max(0, (v + 0.5) / 0.75)) for v in values])

    def test_all_values_equal(self):
        npy(self.folder / "same.npy", [[1.0, 2.0]] * 3)
        (self.folder / "same.vocab.txt").write_text("a\nb\nc\n")
        (self.folder / "abc.txt").write_text("a b c a")
        result = self.json("color", "same.npy", "--text", "abc.txt")
        self.assertEqual(result["scaled"], [0, 0, 0, 0])
        (self.folder / "one.txt").write_text("b")
        result = self.json("color", "same.npy", "--text", "one.txt", "--by", "previous")
        self.assertEqual((result["values"], result["scaled"], result["range"]), ([None], [None], [None, None]))
        self.assertEqual(self.run_program("color", "same.npy", "--text", "one.txt", "--by", "previous", "-o", "nothing")[0], 0)

    def test_files(self):
        out = self.folder / "painted"
        code, text, err = self.run_program("color", "w.npy", "--text", "t.txt", "--by", "norm", "--by", "previous", "-o", out)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("10 tokens, 2 of them out of vocabulary", text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(self.names(out), ["result.json", "text.html", "text.svg", "values.tsv"])
        lines = (out / "values.tsv").read_text().splitlines()
        self.assertEqual(lines[0].split("\t"), ["begin", "end", "row", "token", "norm", "scaled norm", "previous", "scaled previous"])
        result = json.loads((out / "result.json").read_text())
        for line, token, row, value in zip(lines[1:], result["tokens"], result["rows"], result["values"][1]):
            fields = line.split("\t")
            self.assertEqual(fields[3], token)
            self.assertEqual(fields[2], "" if row is None else str(row))
            self.assertEqual(float(fields[6]) if fields[6] else None, value)
        page = (out / "text.html").read_text()
        self.assertEqual(page.count("<span"), 20)
        self.assertEqual((out / "text.svg").read_text().count("class=\"u\""), 4)

    def test_centring_is_of_the_whole_vocabulary(self):
        result = self.json("color", "w.npy", "--text", "t.txt", "--by", "target=cat", "--center")
        mean = [sum(column) / len(WORDS) for column in zip(*self.rows)]
        centered = [[a - m for a, m in zip(row, mean)] for row in self.rows]
        cat = centered[WORDS.index("cat")]
        self.check(result["values"], [None if r is None else cosine(centered[r], cat) for r in self.expected_rows])

    def test_rows_that_are_not_used(self):
        result = self.json("color", "w.npy", "--text", "t.txt", "--limit", 2)
        self.assertEqual(result["out_of_vocabulary"], 6)
        self.assertEqual([v is not None for v in result["values"]], [True, True, False, False, True, True] + [False] * 4)
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--limit", 2, "--by", "target=mat", saying="not among the rows")

    def test_token_ids(self):
        whole = self.json("color", "w.npy", "--text", "t.txt", "--by", "previous")
        lines = [f"{-1 if r is None else r}\t{b}\t{e}\n" for r, b, e in zip(whole["rows"], whole["begin"], whole["end"])]
        (self.folder / "ids.tsv").write_text("".join(lines))
        result = self.json("color", "w.npy", "--text", "t.txt", "--token-ids", "ids.tsv", "--by", "previous")
        for key in ("tokens", "values", "scaled", "out_of_vocabulary", "rows", "begin", "end"):
            self.assertEqual(result[key], whole[key], key)
        (self.folder / "some.txt").write_text("cat sat on mat")
        (self.folder / "ids.json").write_text("[1, 2, 3, 4]")
        result = self.json("color", "w.npy", "--text", "some.txt", "--token-ids", "ids.json")
        self.assertEqual((result["tokens"], result["begin"]), (["cat", "sat", "on", "mat"], [0, 4, 8, 11]))
        (self.folder / "bad.ids").write_text("1\n2\n99\n")
        self.refused(3, "color", "w.npy", "--text", "some.txt", "--token-ids", "bad.ids", saying=("bad.ids: line 3", "rows 0 to 11"))
        (self.folder / "word.ids").write_text("1 two")
        self.refused(3, "color", "w.npy", "--text", "some.txt", "--token-ids", "word.ids", saying="'two' is not a whole number")
        self.refused(2, "color", "w.npy", "--text", "some.txt", "--token-ids", "no.ids", saying="no.ids")

    def test_bad_input(self):
        self.refused(2, "color", "w.npy", saying="--text")
        self.refused(2, "color", "w.npy", "--text", "missing.txt", saying="missing.txt")
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--by", "kingg", saying="must be norm, previous or target=WORD")
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--by", "target=", saying="must be")
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--by", "norm", "--by", "norm", saying="given twice")
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--by", "target=kimg", saying=('unknown token "kimg"', 'nearest: "king"'))
        for bad in ("1,0", "1", "0,nan", "0,1,2", "1,1"):
            self.refused(2, "color", "w.npy", "--text", "t.txt", "--range", bad, saying="--range")
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--ansi", "maybe", saying="--ansi")
        (self.folder / "empty.txt").write_bytes(b"")
        self.refused(3, "color", "w.npy", "--text", "empty.txt", saying=("empty.txt", "empty"))
        (self.folder / "blank.txt").write_bytes(b" \n\n \t")
        self.refused(3, "color", "w.npy", "--text", "blank.txt", saying="no token")
        (self.folder / "binary.txt").write_bytes(b"abc\0def")
        self.refused(3, "color", "w.npy", "--text", "binary.txt", saying=("byte 3", "binary file"))
        (self.folder / "wide.txt").write_bytes("abc".encode("utf-16"))
        self.refused(3, "color", "w.npy", "--text", "wide.txt", saying=("UTF-16", "iconv"))
        self.refused(2, "color", "w.npy", "--text", "t.txt", "--tokenizer", "nowhere", saying="nowhere")
        npy(self.folder / "nameless.npy", gaussian_rows(5, 4, 9))
        self.refused(2, "color", "nameless.npy", "--text", "t.txt", saying=("no vocabulary", "--vocab"))

    def test_bytes_that_are_not_utf8(self):
        (self.folder / "latin1.txt").write_bytes(b"cat caf\xe9 dog")
        result = self.json("color", "w.npy", "--text", "latin1.txt")
        self.assertIn("Bytes of the text that are not UTF-8 are shown as \\xHH.", result["notes"])
        self.assertEqual(result["tokens"][0], "cat")
        self.assertEqual(result["tokens"][-1], "dog")


class Tokenizers(Texts):
    """Which tokenizer is taken, and whether it fits."""

    def piece_vocabulary(self, folder):
        """GPT-2's form with a handful of tokens: bytes as letters, a space as Ġ."""
        letters = [chr(c) for c in range(33, 127)] + ["Ġ", "Ċ"]
        made = ["ca", "cat", "Ġcat", "Ġd", "Ġdo", "Ġdog", "Ġc"]
        merges = ["c a", "ca t", "Ġ cat", "Ġ d", "Ġd o", "Ġdo g", "Ġ c"]
        tokens = letters + made
        folder.mkdir(exist_ok=True)
        (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
        (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
        return tokens

    def test_beside_the_matrix(self):
        folder = self.folder / "model"
        tokens = self.piece_vocabulary(folder)
        rows = gaussian_rows(len(tokens) + 3, 6, 2)
        npy(folder / "wte.npy", rows)
        text = folder / "in.txt"
        text.write_text("cat cat dog cat cow")
        result = self.json("color", folder / "wte.npy", "--text", text, "--by", "target=cat")
        self.assertEqual(result["tokens"], ["cat", "Ġcat", "Ġdog", "Ġcat", "Ġc", "o", "w"])
        self.assertIn("vocab.json", result["text"]["tokenizer"])
        self.assertTrue(any("the last 3 are padding" in note for note in result["notes"]), result["notes"])
        self.assertTrue(any('"cat" was found as "Ġcat"' in note for note in result["notes"]), result["notes"])
        self.assertEqual([v == 1 for v in result["values"]], [False, True, False, True, False, False, False])
        several = self.json("color", folder / "wte.npy", "--text", text, "--by", "target=cow")
        self.assertTrue(any('the mean of the rows of "Ġc", "o", "w"' in note for note in several["notes"]), several["notes"])
        # Given, from elsewhere; the matrix has no vocabulary of its own there.
        npy(self.folder / "bare_pieces.npy", rows)
        given = self.json("color", "bare_pieces.npy", "--text", text, "--tokenizer", folder, "--by", "target=cow")
        self.assertEqual((given["tokens"], given["values"]), (several["tokens"], several["values"]))
        vocab = self.json("color", "bare_pieces.npy", "--text", text, "--vocab", folder / "vocab.json", "--by", "target=cow")
        self.assertEqual(vocab["values"], several["values"])

    def test_that_does_not_fit(self):
        folder = self.folder / "misfit"
        tokens = self.piece_vocabulary(folder)
        npy(folder / "short.npy", gaussian_rows(40, 6, 2))
        (folder / "in.txt").write_text("cat dog")
        self.refused(3, "color", folder / "short.npy", "--text", folder / "in.txt", "--tokenizer", folder,
                     saying=(f"it has {len(tokens)} tokens", "only 40 rows", "padding"))
        # Words are a vocabulary of their own, and the tokenizer beside them is passed over aloud.
        words = ["cat", "dog"] + [f"word{i}" for i in range(len(tokens))]
        npy(folder / "words.npy", gaussian_rows(len(words), 6, 3))
        (folder / "words.vocab.txt").write_text("".join(w + "\n" for w in words))
        result = self.json("color", folder / "words.npy", "--text", folder / "in.txt")
        self.assertEqual(result["tokens"], ["cat", "dog"])
        self.assertTrue(any("vocab.json was passed over" in note for note in result["notes"]), result["notes"])
        self.refused(3, "color", folder / "words.npy", "--text", folder / "in.txt", "--tokenizer", folder,
                     saying=("not that of", 'row 0 is "cat"', 'in the tokenizer'))

    def test_what_becomes_unk_is_out_of_vocabulary(self):
        folder = self.folder / "bert"
        folder.mkdir(exist_ok=True)
        (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n,\n")
        npy(folder / "e.npy", gaussian_rows(9, 6, 2))
        (folder / "in.txt").write_text("The cats, ☃ [UNK]")
        result = self.json("color", folder / "e.npy", "--text", folder / "in.txt")
        self.assertEqual(result["tokens"][:4], ["the", "cat", "##s", ","])
        self.assertEqual(result["rows"][4], None)
        self.assertEqual(result["tokens"][4], "☃")
        self.assertGreaterEqual(result["out_of_vocabulary"], 1)
        self.refused(2, "color", folder / "e.npy", "--text", folder / "in.txt", "--by", "target=☃", saying="unknown token")
        cats = self.json("color", folder / "e.npy", "--text", folder / "in.txt", "--by", "target=cats")
        self.assertTrue(any("is several tokens" in note for note in cats["notes"]), cats["notes"])


class Terminal(Texts):
    def shown(self, *arguments, **environment):
        """What a terminal gets."""
        keep = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLORTERM", "TERM")}
        reader, writer = pty.openpty()
        with subprocess.Popen([PROGRAM, *arguments], cwd=self.folder, stdout=writer, env={**keep, "TERM": "xterm-256color", **environment}) as run:
            os.close(writer)
            data = b""
            while True:
                try:
                    part = os.read(reader, 65536)
                except OSError:  # Linux's end of a terminal
                    break
                if not part:
                    break
                data += part
        os.close(reader)
        self.assertEqual(run.returncode, 0)
        return data.decode().replace("\r\n", "\n")

    def test_colours(self):
        arguments = ("color", "w.npy", "--text", "t.txt", "--by", "target=cat", "--progress", "never")
        true = self.shown(*arguments, COLORTERM="truecolor")
        self.assertIn("\x1b[38;2;0;0;0;48;2;255;0;0mcat\x1b[0m", true)
        self.assertIn("sat", re.sub("\x1b\\[[0-9;]*m", "", true))
        cube = self.shown(*arguments)
        self.assertIn("\x1b[38;5;16;48;5;196mcat\x1b[0m", cube)
        self.assertNotIn("48;2;", cube)
        painted = re.sub("\x1b\\[[0-9;]*m", "", true)
        self.assertIn(self.text, painted)
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", self.shown(*arguments, **environment, COLORTERM="truecolor"))
        self.assertNotIn("\x1b", self.shown(*arguments, "--ansi", "never"))
        self.assertNotIn("\x1b", self.shown(*arguments, "--json"))
        self.assertIn("\x1b", self.run_program(*arguments, "--ansi", "always")[1])

    def test_a_text_cannot_steer_the_terminal(self):
        (self.folder / "evil.txt").write_bytes(b"cat \x1b[2J\x1b]0;owned\x07 dog \xc2\x9b5m\rmat")
        shown = self.shown("color", "w.npy", "--text", "evil.txt", "--progress", "never")
        left = re.sub("\x1b\\[[0-9;]*m", "", shown)
        for bad in ("\x1b", "\x07", "\x9b", "\r"):
            self.assertNotIn(bad, left)
        self.assertIn("\\x1b", left)


class Choices(Texts):
    def test_similarity_of_a_text(self):
        result = self.json("similarity", "w.npy", "--text", "t.txt")
        self.assertEqual(result["tokens"], ["the", "cat", "sat", "on", "mat", "café"])
        self.assertEqual(result["matrix"], self.json("similarity", "w.npy", *result["tokens"])["matrix"])
        self.assertTrue(any("2 of its 10 tokens are out of vocabulary" in note for note in result["notes"]))
        self.refused(2, "similarity", "w.npy", "cat", "--text", "t.txt", saying="not both")

    def test_similarity_extras(self):
        out = self.folder / "similar"
        code, _, err = self.run_program("similarity", "w.npy", *WORDS, "--vectors", 2, "-o", out)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(self.names(out), ["eigenvectors.npy", "heatmap.svg", "linkage.npy", "result.json"])
        result = json.loads((out / "result.json").read_text())
        shape, vectors = read_npy(out / "eigenvectors.npy")
        self.assertEqual(shape, (2, len(WORDS)))
        self.assertEqual([x for row in result["eigenvectors"] for x in row], list(vectors))
        self.assertEqual(sorted(result["order"]), list(range(len(WORDS))))
        self.assertEqual(read_npy(out / "linkage.npy")[0], (len(WORDS) - 1, 4))
        self.assertIn("&lt;b&gt;", (out / "heatmap.svg").read_text())
        self.refused(2, "similarity", "w.npy", "cat", "dog", "--vectors", 3, saying="--vectors 3")
        self.assertEqual(self.json("similarity", "w.npy", "cat")["order"], [0])

    def test_graph_and_neighbors_of_a_text(self):
        result = self.json("graph", "w.npy", "--text", "t.txt", "--threshold", "0", "-q")
        self.assertEqual(result["graph"]["nodes"], 6)
        result = self.json("neighbors", "w.npy", "--text", "t.txt", "-k", 2)
        self.assertEqual(list(result["neighbors"]), ["the", "cat", "sat", "on", "mat", "café"])
        self.assertEqual(result["neighbors"], self.json("neighbors", "w.npy", "--tokens", "the,cat,sat,on,mat,café", "-k", 2)["neighbors"])
        self.assertEqual(result["rows_used"], len(WORDS))

    def test_sums(self):
        expression = "king - man + 2*woman"
        result = self.json("neighbors", "w.npy", "--expr", expression, "--expr", "cat", "-k", 3)
        self.assertEqual(result["expressions"][expression], [["king", 1], ["man", -1], ["woman", 2]])
        unit = lambda word: [x / norm(self.row(word)) for x in self.row(word)]
        total = [k - m + 2 * w for k, m, w in zip(unit("king"), unit("man"), unit("woman"))]
        order = sorted((-cosine(total, self.row(w)), w) for w in WORDS if w not in ("king", "man", "woman"))
        self.assertEqual([w for w, _ in result["neighbors"][expression]], [w for _, w in order[:3]])
        for (_, got), (expected, _) in zip(result["neighbors"][expression], order):
            self.assertAlmostEqual(got, -expected, 13)
        self.assertEqual(result["neighbors"]["cat"], self.json("neighbors", "w.npy", "--tokens", "cat", "-k", 3)["neighbors"]["cat"])
        kept = self.json("neighbors", "w.npy", "--expr", expression, "--include-inputs", "-k", 1)["neighbors"][expression]
        self.assertIn(kept[0][0], ("king", "woman"))
        self.refused(2, "neighbors", "w.npy", "--expr", "king - kimg", saying=('"kimg"', '"king"'))
        self.refused(2, "neighbors", "w.npy", "--expr", "king man", saying="at character 6")
        self.refused(3, "neighbors", "w.npy", "--expr", "king - king", saying="cancel")
        self.refused(2, "neighbors", "w.npy", "--expr", "king - man", "-k", 11, saying="10 rows")


if __name__ == "__main__":
    unittest.main()
