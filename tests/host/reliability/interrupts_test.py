#!/usr/bin/env python3
"""Ctrl-C is answered soon, whatever is being done. Usage: interrupts_test.py PROGRAM PRELOADED [unittest options]"""

import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import time
import unittest

LIBRARY = pathlib.Path(sys.argv.pop(2)).resolve() if len(sys.argv) > 2 else None

from hostile import ALL, PROGRAM, Hostile, trials  # noqa: E402

# Seconds. The gate's machine does other things as well; scripts/hostile has one to itself.
SOON = 0.5 if ALL else 10.0


class Interrupts(Hostile):
    def made(self, name, *synth):
        path = self.home / name
        if not path.exists():
            subprocess.run([PROGRAM, "synth", *map(str, synth), "-q", "-o", path], check=True)
        return path

    def long_header(self, tensors):
        """A safetensors file whose header is most of it."""
        path = self.home / "many.safetensors"
        if not path.exists():
            entries = {f"layer.{k}.some.long.name.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [8 * k, 8 * k + 8]} for k in range(tensors)}
            header = json.dumps(entries).encode()
            path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(8 * tensors))
        return f"{path}#layer.0.some.long.name.weight"

    def text_vectors(self, rows):
        path = self.home / "vectors.txt"
        if not path.exists():
            source = random.Random(1)
            line = " ".join(f"{source.gauss(0, 1):.5f}" for _ in range(100))
            with open(path, "w") as file:
                for k in range(rows):
                    file.write(f"w{k} {line}\n")
        return path

    def long_text(self, words):
        path = self.home / "text.txt"
        if not path.exists():
            source = random.Random(1)
            path.write_text(" ".join(f"w{source.randrange(2000)}" for _ in range(words)))
        return path

    def commands(self):
        big = self.made("big.npy", trials(20000, 60000), 300)
        yield "sweep", ("stats", big)
        yield "LAPACK", ("similarity", big, "--limit", trials(2500, 4000))
        yield "header", ("inspect", self.long_header(trials(200_000, 700_000)))
        yield "text", ("stats", self.text_vectors(trials(60_000, 400_000)))
        if not ALL:
            return
        other = self.made("other.npy", 60000, 300, "--seed", 2)
        yield "double", ("stats", big, "--precision", "double")
        yield "neighbors", ("neighbors", big, "--all", "-k", 10)
        yield "graph", ("graph", big, "--threshold", "edges=3000000")
        yield "Leiden", ("graph", self.made("mid.npy", 12000, 50), "--threshold", "edges=9000000")
        yield "spectrum", ("spectrum", self.made("wide.npy", 4000, 3000))
        yield "QR", ("spectrum", self.made("wide.npy", 4000, 3000), "--vectors", 3, "--limit", 2900)
        yield "rsa", ("rsa", big, other, "--join", "rows", "--permutations", 2000)
        yield "bootstrap", ("rsa", big, other, "--join", "rows", "--bootstrap", 2000)
        yield "ranks", ("rsa", big, other, "--join", "rows", "--method", "both")
        yield "stability", ("stability", big, other, "--join", "rows")
        yield "unembed", ("unembed", big, other)
        small = self.made("small.npy", 2000, 50)
        pathlib.Path(str(small).replace(".npy", ".vocab.txt")).write_text("".join(f"w{k}\n" for k in range(2000)))
        yield "color", ("color", small, "--text", self.long_text(3_000_000), "--by", "norm", "-o", "painted")
        yield "writing", ("synth", 30_000_000, 16, "-o", "long.npy")
        yield "files", ("neighbors", big, "--all", "-k", 1000, "-o", "all")

    def interrupted(self, command, after):
        """Seconds from the signal to the end; nothing where the run had come to its end before."""
        program = self.start(*command, "-q", stdout=subprocess.DEVNULL)
        time.sleep(after)
        begin = time.monotonic()
        program.send_signal(signal.SIGINT)
        _, error = program.communicate(timeout=120)
        seconds = time.monotonic() - begin
        if program.returncode == 0:
            return None
        if program.returncode == -signal.SIGINT:  # before the program could ask for signals
            self.assertLess(after, 1.0)
            return None
        self.assertEqual((program.returncode, error), (130, b"gramian: interrupted\n"), command)
        self.assertEqual(self.names(), [])
        return seconds

    def test_every_phase_of_every_command(self):
        source = random.Random(3)
        answered = 0
        for name, command in self.commands():
            begin = time.monotonic()
            program = self.start(*command, "-q", stdout=subprocess.DEVNULL)
            try:
                program.communicate(timeout=trials(1.0, 60.0))
            except subprocess.TimeoutExpired:
                program.kill()
                program.communicate()
            whole = time.monotonic() - begin
            for file in self.names():
                subprocess.run(["rm", "-rf", self.place / file], check=True)
            worst = 0.0
            for _ in range(trials(1, 12)):
                seconds = self.interrupted(command, max(0.05, whole * source.uniform(0.1, 0.9)))
                if seconds is None:
                    for file in self.names():
                        subprocess.run(["rm", "-rf", self.place / file], check=True)
                    continue
                answered += 1
                worst = max(worst, seconds)
                self.assertLess(seconds, SOON, name)
            print(f"\n{name}: {whole:.1f} s in all, an interrupt is answered within {worst:.2f} s", end="")
        self.assertGreater(answered, trials(1, 100))

    @unittest.skipIf(LIBRARY is None, "needs the library that makes calls hang")
    def test_where_a_call_of_the_system_never_returns(self):
        """A disk that does not answer: the process ends all the same, and what had to have a name has none."""
        mark = self.home / "mark"
        for without in ({}, {"GRAMIAN_WITHOUT_UNNAMED_FILES": "1"}):
            for kind in ("write", "sync"):
                with self.subTest(kind, **without):
                    mark.unlink(missing_ok=True)
                    environment = {"LD_PRELOAD": str(LIBRARY), "GRAMIAN_FAULT": f"{kind}:1:hang", "GRAMIAN_FAULT_MARK": str(mark), **without}
                    program = self.start("synth", "2000", "64", "-q", "-o", "m.npy", env={**os.environ, **environment})
                    while program.poll() is None and not mark.exists():
                        time.sleep(0.005)
                    self.assertTrue(mark.exists())
                    self.assertEqual(len(self.names()), len(without))
                    begin = time.monotonic()
                    program.send_signal(signal.SIGTERM)
                    _, error = program.communicate(timeout=60)
                    self.assertEqual((program.returncode, error), (130, b"gramian: interrupted\n"))
                    self.assertLess(time.monotonic() - begin, SOON)
                    self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
