#!/usr/bin/env python3
"""Pictures: well-formed, readable by librsvg, light or dark, in the range, the order and the formats that were asked for.

Usage: pictures_test.py PROGRAM SAMPLE [unittest options]
"""

import json
import math
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM, SAMPLE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
RUNS = {
    "stats": (["stats", "run1.npy"], ["histogram"]),
    "spectrum": (["spectrum", "run1.npy"], ["spectrum"]),
    "similarity": (["similarity", "run1.npy", "--limit", "20"], ["heatmap"]),
    "graph": (["graph", "run1.npy", "--limit", "60"], ["ring"]),
    "rsa": (["rsa", "run1.npy", "run2.npy", "--limit", "40"], ["matrices", "scatter"]),
    "many": (["rsa", "run1.npy", "run2.npy", "small.npy", "--limit", "40"], ["pearson"]),
    "stability": (["stability", "run1.npy", "run2.npy", "--limit", "200"], ["stability"]),
    "color": (["color", "run1.npy", "--text", "text.txt", "--by", "norm", "--by", "previous"], ["text"]),
}
SVG = "{http://www.w3.org/2000/svg}"


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_pictures_"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def ask(self, name, arguments):
        out = self.folder / name
        done = subprocess.run([PROGRAM, *arguments, "-q", "-o", out], cwd=SAMPLE, capture_output=True, text=True)
        return done, out

    def drawn(self, name, arguments):
        done, out = self.ask(name, arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out

    def text_of(self, path):
        return [node.text or "" for node in xml.etree.ElementTree.parse(path).iter(SVG + "text")]

    def test_every_picture_in_both_themes(self):
        for name, (arguments, pictures) in RUNS.items():
            for theme, ground in (("light", "#ffffff"), ("dark", "#15121f")):
                out = self.drawn(f"{name}_{theme}", [*arguments, "--theme", theme, "--title", "A <title> & more"])
                self.assertEqual(sorted(path.stem for path in out.glob("*.svg")), sorted(pictures))
                for picture in pictures:
                    root = xml.etree.ElementTree.parse(out / f"{picture}.svg").getroot()
                    self.assertEqual(root.find(SVG + "rect").get("fill"), ground)
                    self.assertEqual(root.find(SVG + "title").text, "A <title> & more")
                    self.assertFalse([m for m in re.findall(r"nan|inf\b", (out / f"{picture}.svg").read_text()) if m])

    @unittest.skipUnless(shutil.which("rsvg-convert"), "no rsvg-convert (Debian: librsvg2-bin)")
    def test_librsvg_draws_them(self):
        for name, (arguments, pictures) in RUNS.items():
            out = self.drawn(f"{name}_drawn", arguments)
            for picture in pictures:
                subprocess.run(["rsvg-convert", out / f"{picture}.svg", "-o", self.folder / "drawn.png"], check=True)

    def test_formats(self):
        arguments = RUNS["similarity"][0]
        done, first = self.ask("pdf", [*arguments, "--pictures", "pdf"])
        if done.returncode == 2:
            self.assertIn("librsvg", done.stderr)
            self.skipTest("this build has no librsvg")
        pdf = (first / "heatmap.pdf").read_bytes()
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertEqual(pdf, (self.drawn("again", [*arguments, "--pictures", "pdf"]) / "heatmap.pdf").read_bytes())
        png = (self.drawn("png", [*arguments, "--pictures", "png"]) / "heatmap.png").read_bytes()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        root = xml.etree.ElementTree.parse(first / "heatmap.svg").getroot()
        size = [int(2 * float(root.get(side))) for side in ("width", "height")]
        self.assertEqual(list(struct.unpack(">II", png[16:24])), size)
        listed = {file["name"] for file in json.loads((first / "result.json").read_text())["files"]}
        self.assertLessEqual({"heatmap.svg", "heatmap.pdf"}, listed)

    def test_no_picture(self):
        for name, (arguments, _) in RUNS.items():
            out = self.drawn(f"{name}_none", [*arguments, "--pictures", "none"])
            self.assertEqual([path.name for path in out.glob("*.svg")], [], name)

    def test_range_and_order(self):
        words = ["similarity", "run1.npy", "font", "linux", "fonts", "kernel", "color"]
        given = self.text_of(self.drawn("given", [*words, "--order", "given", "--range", "-0.25,0.5"]) / "heatmap.svg")
        self.assertEqual([word for word in given if word in words][:5], words[2:])
        self.assertTrue({"-0.250", "0.500"} <= set(given))
        tree = self.text_of(self.drawn("tree", words) / "heatmap.svg")
        order = json.loads((self.folder / "tree/result.json").read_text())["order"]
        self.assertEqual([word for word in tree if word in words][:5], [words[2 + k] for k in order])
        self.assertEqual(self.ask("wrong", [*words, "--range", "1,0"])[0].returncode, 2)

    def test_two_matrices_have_one_scale_and_one_order(self):
        out = self.drawn("two", RUNS["rsa"][0])
        labels = self.text_of(out / "matrices.svg")
        tokens = [line.split("\t")[0] for line in (out / "joined.tsv").read_text().splitlines()[1:]]
        shown = [label for label in labels if label in set(tokens)]
        self.assertEqual(len(shown), 3 * len(tokens))  # below the first, below the second, beside the first
        self.assertEqual(shown[: len(tokens)], shown[len(tokens) : 2 * len(tokens)])
        lowest, highest = float("inf"), -float("inf")
        for matrix in json.loads((out / "result.json").read_text())["distributions"]:
            lowest, highest = min(lowest, matrix["min"]), max(highest, matrix["max"])
        self.assertTrue({f"{lowest:.3f}", f"{highest:.3f}"} <= set(labels))

    def test_the_scatter_has_every_pair(self):
        out = self.drawn("scatter", ["rsa", "run1.npy", "run2.npy", "--limit", "3"])
        cells = (out / "scatter.svg").read_text().count("h1v1h-1z")
        self.assertTrue(1 <= cells <= 3)
        self.assertIn("3 pairs of 3 tokens", " ".join(self.text_of(out / "scatter.svg")))

    def test_the_ring_by_community(self):
        out = self.drawn("ring", [*RUNS["graph"][0], "--order", "community"])
        nodes = [line.split("\t") for line in (out / "nodes.tsv").read_text().splitlines()[1:]]
        order = sorted(range(len(nodes)), key=lambda k: (int(nodes[k][4]), -int(nodes[k][2]), k))
        circles = {c.get("id"): c for c in xml.etree.ElementTree.parse(out / "ring.svg").iter(SVG + "circle")}
        middle = sum(float(c.get("cx")) for c in circles.values()) / len(circles)
        high = sum(float(c.get("cy")) for c in circles.values()) / len(circles)
        for place, node in enumerate(order):
            circle = circles[f"n{node}"]
            angle = math.atan2(high - float(circle.get("cy")), float(circle.get("cx")) - middle) % (2 * math.pi)
            wanted = 2 * math.pi * place / len(order)
            self.assertLess(abs((angle - wanted + math.pi) % (2 * math.pi) - math.pi), 0.01)
        colors = {}
        for k, node in enumerate(nodes):
            colors.setdefault(node[4], set()).add(circles[f"n{k}"].get("fill"))
        self.assertTrue(all(len(found) == 1 for found in colors.values()), colors)

    def test_what_is_not_drawn_is_said(self):
        for arguments, word in ((["graph", "run1.npy", "--limit", "2001", "--no-edges"], "ring.svg is not written"),
                                (["rsa", "run1.npy", "run2.npy", "--limit", "401"], "matrices.svg is not written"),
                                (["similarity", "run1.npy", "--limit", "1001"], "heatmap.svg is not written")):
            out = self.drawn("large", [*arguments, "--force"])
            notes = json.loads((out / "result.json").read_text())["notes"]
            self.assertEqual(len([note for note in notes if word in note]), 1, notes)


if __name__ == "__main__":
    unittest.main()
