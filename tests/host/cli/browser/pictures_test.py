#!/usr/bin/env python3
"""Every picture in Chromium: it is drawn without an error, and no word of it is cut off by its edge.

Usage: pictures_test.py PROGRAM SAMPLE [unittest options]; exits with 77, and says so, where there is no Chromium.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from chromium import Chromium

PROGRAM, SAMPLE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
QUESTIONS = {
    "stats": ["stats", "run1.npy"],
    "spectrum": ["spectrum", "run1.npy"],
    "similarity": ["similarity", "run1.npy", "--limit", "40"],
    "graph": ["graph", "run1.npy", "--limit", "60"],
    "rsa": ["rsa", "run1.npy", "run2.npy", "--limit", "40"],
    "rsa_many": ["rsa", "run1.npy", "run2.npy", "small.npy", "--limit", "40"],
    "stability": ["stability", "run1.npy", "run2.npy", "--limit", "200"],
    "stability_many": ["stability", "run1.npy", "run2.npy", "small.npy", "--limit", "200"],
    "color": ["color", "run1.npy", "--text", "text.txt", "--by", "previous"],
}
# Where the words of a picture lie, in parts of its width and height.
PROBE = """<script>addEventListener('load', () => {
  const frame = document.querySelector('svg').getBoundingClientRect();
  const words = [...document.querySelectorAll('svg text')].filter(t => t.textContent.trim()).map(t => {
    const box = t.getBoundingClientRect();
    return [t.textContent, (box.left - frame.left) / frame.width, (box.top - frame.top) / frame.height,
            (box.right - frame.left) / frame.width, (box.bottom - frame.top) / frame.height];
  });
  const out = document.createElement('pre');
  out.id = 'probe';
  const bars = [...document.querySelectorAll('svg rect[fill^="url("]')].map(r => {
    const box = r.getBoundingClientRect();
    return ['', (box.left - frame.left) / frame.width, (box.top - frame.top) / frame.height,
            (box.right - frame.left) / frame.width, (box.bottom - frame.top) / frame.height];
  });
  out.textContent = JSON.stringify({width: frame.width, height: frame.height, words, bars});
  document.body.append(out);
});</script>"""


class Pictures(Chromium, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_browser_pictures_"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def words_of(self, svg):
        """As a browser lays them out, inside a page."""
        page = self.folder / "page.html"
        drawing = re.sub(r"^<\?xml[^>]*\?>", "", svg)
        page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{drawing}{PROBE}', encoding="utf-8")
        dom = self.browse(page)
        found = re.search(r'<pre id="probe">(.*?)</pre>', dom, re.S)
        self.assertIsNotNone(found, dom[:1000])
        return json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))

    def cut_off(self, probe):
        return [word for word, left, top, right, bottom in probe["words"] if min(left, top) < -1e-3 or max(right, bottom) > 1.001]

    def over_the_title(self, probe, beginning):
        """Words and scales that lie over the word that begins so."""
        titles = [word for word in probe["words"] if word[0].startswith(beginning)]
        self.assertEqual(len(titles), 1, probe["words"])
        _, left, top, right, bottom = titles[0]
        return [other[0] or "a scale" for other in probe["words"] + probe["bars"]
                if other is not titles[0] and other[1] < right and left < other[3] and other[2] < bottom and top < other[4]]

    def test_a_long_title_is_whole_and_covers_nothing(self):
        title = "Cosines of the tokens of paraphrase-multilingual-MiniLM-L12-v2, layer 12, after a second training with another seed"
        few = {"similarity_few": ["similarity", "run1.npy", "linux", "kernel", "fonts"], "graph_few": ["graph", "run1.npy", "linux", "kernel", "fonts"],
               "rsa_few": ["rsa", "run1.npy", "run2.npy", "--tokens", "linux,kernel,fonts"]}
        for name, arguments in {**QUESTIONS, **few}.items():
            out = self.folder / f"{name}_titled"
            done = subprocess.run([PROGRAM, *arguments, "-q", "-o", out, "--title", title], cwd=SAMPLE, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            for picture in sorted(out.glob("*.svg")):
                probe = self.words_of(picture.read_text(encoding="utf-8"))
                self.assertEqual(self.cut_off(probe), [], picture)
                self.assertEqual(self.over_the_title(probe, title[:30]), [], picture)

    def test_what_names_a_large_heat_map_can_be_read(self):
        """A title is at least 1 part in 80 of the width: 2 mm where that is 16 cm."""
        out = self.folder / "large"
        subprocess.run([PROGRAM, "similarity", "run1.npy", "--limit", "500", "-q", "-o", out], cwd=SAMPLE, check=True)
        svg = (out / "heatmap.svg").read_text(encoding="utf-8")
        width = float(re.search(r'<svg [^>]*?width="([\d.]+)"', svg)[1])
        size = float(re.search(r'font-size="([\d.]+)"[^>]*>run1\.npy<', svg)[1])
        self.assertGreater(size / width, 1 / 80)

    def test_every_picture_is_drawn_and_whole(self):
        for name, arguments in QUESTIONS.items():
            out = self.folder / name
            done = subprocess.run([PROGRAM, *arguments, "-q", "-o", out], cwd=SAMPLE, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            pictures = sorted(out.glob("*.svg"))
            self.assertNotEqual(pictures, [], name)
            for picture in pictures:
                # By itself, as XML: what is not well-formed is shown as an error.
                self.assertNotIn("<parsererror", self.browse(picture), picture)
                probe = self.words_of(picture.read_text(encoding="utf-8"))
                self.assertGreater(min(probe["width"], probe["height"]), 100, picture)
                self.assertNotEqual(probe["words"], [], picture)
                self.assertEqual(self.cut_off(probe), [], picture)

    def test_what_is_cut_off_and_what_is_damaged_is_seen(self):
        svg = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><text x="150" y="50">much too long for this</text></svg>'
        self.assertEqual(self.cut_off(self.words_of(svg)), ["much too long for this"])
        (self.folder / "damaged.svg").write_text(svg[:-10])
        self.assertIn("<parsererror", self.browse(self.folder / "damaged.svg"))


if __name__ == "__main__":
    unittest.main()
