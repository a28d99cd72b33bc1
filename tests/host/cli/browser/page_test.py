#!/usr/bin/env python3
"""The painted page in Chromium: spans, computed colours, contrast, text byte for byte, nothing of the text runs.
Usage: page_test.py PROGRAM; exits with 77, and says so, where there is no Chromium."""

import base64
import json
import pathlib
import re
import sys
import unittest

from chromium import Chromium

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from program import Program, gaussian_rows, npy  # noqa: E402

# Added to a copy of the page: collects what a reader would see. Errors are listened for before anything else runs.
LISTEN = "<script>window.wrong=[];addEventListener('error',e=>wrong.push(String(e.message)));window.alert=m=>wrong.push('alert '+m)</script>"
PROBE = """<script>addEventListener('load', () => {
  const texts = [...document.querySelectorAll('.t')];
  const seen = new Map();
  const probe = {
    wrong, title: document.title, spans: document.querySelectorAll('span').length, per: texts.map(t => t.querySelectorAll('span').length),
    content: texts.map(t => t.textContent), scripts: document.scripts.length, pictures: document.images.length,
    dark: matchMedia('(prefers-color-scheme: dark)').matches, page: getComputedStyle(document.body).backgroundColor, colors: [],
    widths: texts.map(t => t.getBoundingClientRect().left),
  };
  for (const span of texts[0].querySelectorAll('span')) {
    const style = getComputedStyle(span);
    const look = [style.backgroundColor, style.color];
    seen.set(look.join('|'), look);
    if (probe.colors.length < 60) probe.colors.push([span.textContent, ...look]);
  }
  probe.looks = [...seen.values()];
  const over = texts[0].querySelectorAll('span')[PLACE];
  over.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  const tip = document.getElementById('tip');
  probe.tip = tip.hidden ? null : tip.textContent;
  document.body.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  probe.tip_after = tip.hidden;
  const out = document.createElement('script');
  out.type = 'probe';
  out.textContent = btoa(unescape(encodeURIComponent(JSON.stringify(probe))));
  document.body.append(out);
});</script>"""


def rgb(text):
    return [float(x) for x in re.findall(r"[\d.]+", text)]


def luminance(color):
    linear = [x / 255 / 12.92 if x / 255 <= 0.03928 else ((x / 255 + 0.055) / 1.055) ** 2.4 for x in color[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


class Browser(Chromium, Program):
    WORDS = ["the", "cat", "sat", "on", "mat", "<", ">", "script", "img", "src", "alert", "b", "&", "dog", "é", "日"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        npy(cls.folder / "w.npy", gaussian_rows(len(cls.WORDS), 9, 4))
        (cls.folder / "w.vocab.txt").write_text("".join(w + "\n" for w in cls.WORDS))

    def probe(self, text, *arguments, flags=(), place=0, matrix="w.npy"):
        """The page of `text`, as a browser has it."""
        (self.folder / "text.txt").write_bytes(text)
        out = self.folder / "page"
        code, _, err = self.run_program("color", matrix, "--text", "text.txt", "-o", out, *arguments)
        self.assertEqual((code, err), (0, ""))
        result = json.loads((out / "result.json").read_text())
        head = b'<meta charset="utf-8">'
        page = (out / "text.html").read_bytes()
        self.assertEqual(page.count(head), 1)
        probed = out / "probed.html"
        probed.write_bytes(page.replace(head, head + LISTEN.encode()) + PROBE.replace("PLACE", str(place)).encode())
        dom = self.browse(probed, *flags)
        found = re.search(r'<script type="probe">([^<]*)</script>', dom)
        self.assertIsNotNone(found, dom[:2000])
        seen = json.loads(base64.b64decode(found.group(1)).decode())
        self.assertEqual(seen["wrong"], [])
        self.assertEqual(seen["scripts"], 4)  # the page's two, and this test's
        return seen, result

    DARK = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")

    def test_spans_text_and_colours(self):
        text = "The cat sat\r\n on\tthe  the mat — dog 日 é <b>&amp;\n\n\n cat"
        seen, result = self.probe(text.encode(), "--by", "target=cat", "--by", "norm", place=1)
        count = len(result["tokens"])
        self.assertEqual(seen["per"], [count, count])
        self.assertEqual(seen["spans"], 2 * count)
        self.assertEqual(seen["content"], [text, text])
        self.assertEqual(seen["title"], "text.txt")
        self.assertFalse(seen["dark"])
        self.assertEqual(rgb(seen["page"])[:3], [255, 255, 255])
        self.assertGreater(seen["widths"][1], seen["widths"][0] + 300)  # side by side
        for (shown, ground, _), scaled, begin, end in zip(seen["colors"], result["scaled"][0], result["begin"], result["end"]):
            self.assertEqual(shown.encode(), text.encode()[begin:end])
            if scaled is None:
                self.assertEqual(rgb(ground), [0, 0, 0, 0])
            else:
                rest = 255 * (1 - scaled)
                for got, wanted in zip(rgb(ground), (255, rest, rest)):
                    self.assertLessEqual(abs(got - wanted), 255 / 63 / 2 + 1)  # 64 shades
        self.assertEqual(rgb(seen["colors"][1][1]), [255, 0, 0])  # the target itself: full red
        row = self.WORDS.index("cat")
        self.assertEqual(seen["tip"], f'"cat"\nid {row}, norm {result["values"][1][1]:.6g}\ntarget=cat: 1')
        self.assertTrue(seen["tip_after"])

    def test_out_of_vocabulary_says_so(self):
        seen, result = self.probe("zebra cat".encode(), "--by", "previous")
        self.assertEqual(result["out_of_vocabulary"], 1)
        self.assertEqual(seen["tip"], '"zebra"\nout of vocabulary')

    def test_every_look_can_be_read(self):
        # Norms from the smallest to the largest in 64 steps use every shade.
        rows = [[1.0 + k / 63, 0.0] for k in range(64)]
        npy(self.folder / "w64.npy", rows)
        words = [f"w{k}" for k in range(64)]
        (self.folder / "w64.vocab.txt").write_text("".join(w + "\n" for w in words))
        for flags in ((), self.DARK):
            seen, _ = self.probe((" ".join(words) + " unknown").encode(), flags=flags, matrix="w64.npy")
            self.assertEqual(seen["dark"], bool(flags))
            self.assertEqual(len(seen["looks"]), 65)
            ground_of_page = rgb(seen["page"])
            for ground, ink in seen["looks"]:
                ground = rgb(ground)
                if len(ground) == 4 and ground[3] == 0:
                    ground = ground_of_page
                self.assertGreaterEqual(contrast(ground, rgb(ink)), 4.5, (flags, ground, ink))
            self.assertLess(contrast(rgb(seen["colors"][0][1]), ground_of_page), 1.2)  # the scale begins at the page's colour

    def test_injection_is_inert(self):
        text = (
            "cat <script>alert(1)</script> <img src=x onerror=alert(2)> </p></div></main><script>wrong.push('ran')</script>\n"
            "&lt;b&gt; <!-- dog --> ]]> {{mat}} \" ' </span><svg onload=alert(3)> <style>*{display:none}</style>\n" * 40
        )
        seen, result = self.probe(text.encode(), "--by", "norm", "--by", "previous")
        self.assertEqual(seen["content"], [text, text])
        self.assertEqual(seen["pictures"], 0)
        self.assertEqual(seen["spans"], 2 * len(result["tokens"]))

    def test_any_bytes(self):
        text = b"\n\ncat \xff\xfe dog\xc3 \x01\x1b[2J \x7f \xe2\x80\xa8mat\r \xf0\x9f\x99\x82 \xed\xa0\x80\n"
        seen, _ = self.probe(text)
        escaped = "".join(c if not 0xDC80 <= ord(c) <= 0xDCFF else f"\\x{ord(c) - 0xDC00:02x}" for c in text.decode("utf-8", "surrogateescape"))
        self.assertEqual(seen["content"], [escaped])

    def test_a_long_text(self):
        line = "The cat sat on the mat, and the dog on the cat.\n"
        text = line * 4000  # 192 kB
        seen, result = self.probe(text.encode(), "--by", "previous", place=40000)
        self.assertEqual(seen["content"], [text])
        self.assertEqual(seen["spans"], len(result["tokens"]))
        value = result["values"][40000]
        token = result["tokens"][40000]
        self.assertTrue(seen["tip"].startswith(f'"{token}"\n'), seen["tip"])
        if value is not None:
            self.assertTrue(seen["tip"].endswith(f"previous: {value:.6g}"), (seen["tip"], value))
        size = (self.folder / "page" / "text.html").stat().st_size
        self.assertLess(size / len(result["tokens"]), 60)


if __name__ == "__main__":
    unittest.main()
