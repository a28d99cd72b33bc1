#!/usr/bin/env python3
"""Compares the reader of fastText's models with fastText itself (Debian: fasttext).

    crosscheck_fasttext.py OPEN_MATRIX

Models are trained here. fastText prints five digits, so values are also computed again from the file, in float32 by
numpy, and compared bit for bit. Exits with 77 where fastText is not installed."""

import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np
from crosscheck import Opened, same_bits

WORDS = ["a", "the", "of", "I", "where", "naïve", "日本語", "語", "élan", "x", "running", "runner", "\U0001f600", "<b>", "don't"]


def train(directory, name, *options, supervised=False):
    source = random.Random(5)
    lines = []
    for _ in range(400):
        words = [source.choice(WORDS) for _ in range(8)]
        lines.append(("__label__%d " % source.randrange(3) if supervised else "") + " ".join(words))
    text = directory / "text"
    text.write_text("\n".join(lines) + "\n")
    model = directory / name
    kind = "supervised" if supervised else options[0]
    subprocess.run(["fasttext", kind, "-input", text, "-output", model, "-thread", "1", "-epoch", "1", "-minCount", "1",
                    "-verbose", "0", *options[0 if supervised else 1:]], check=True, capture_output=True)
    return model.with_suffix(".bin")


def parse(path):
    """Words, settings and the input matrix of a model."""
    data = path.read_bytes()
    magic, version, dim, _, _, _, _, _, _, model, buckets, minn, maxn, _ = struct.unpack_from("<14i", data)
    assert magic == 793712314 and version == 12
    at = 56 + 8
    size, nwords, _ = struct.unpack_from("<3i", data, at)
    at += 12 + 16
    words = []
    for _ in range(size):
        end = data.index(b"\0", at)
        words.append(data[at:end])
        at = end + 1 + 9
    m, n = struct.unpack_from("<2q", data, at + 1)
    matrix = np.frombuffer(data, "<f4", m * n, at + 17).reshape(m, n)
    return words[:nwords], buckets, minn, maxn, matrix


def fnv(ngram):
    value = 2166136261
    for byte in ngram:
        signed = byte - 256 if byte > 127 else byte
        value = ((value ^ (signed & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value


def vector(word, row, words, buckets, minn, maxn, matrix):
    rows = [row]
    if word != b"</s>":
        characters = ["<", *word.decode(), ">"]
        for begin in range(len(characters)):
            for end in range(begin + 1, min(len(characters), begin + maxn) + 1):
                alone = end - begin == 1 and (begin == 0 or end == len(characters))
                if end - begin >= minn and not alone:
                    rows.append(len(words) + fnv("".join(characters[begin:end]).encode()) % buckets)
    total = np.zeros(matrix.shape[1], np.float32)
    for index in rows:
        total += matrix[index]
    return total * np.float32(1.0 / len(rows))


def compare(program, path):
    opened = Opened(program, path)
    assert opened.ok, opened.error
    assert opened.format == "fasttext" and opened.dtype == "f32"
    words, buckets, minn, maxn, matrix = parse(path)
    assert opened.tokens == words
    want = np.array([vector(w, i, words, buckets, minn, maxn, matrix) for i, w in enumerate(words)])
    assert same_bits(opened.values, want), (path, np.abs(opened.values - want).max())
    printed = subprocess.run(["fasttext", "print-word-vectors", path], input=b"\n".join(words) + b"\n",
                             capture_output=True, check=True).stdout
    for word, row, line in zip(words, opened.values, printed.splitlines()):
        shown = np.array([float(x) for x in line[len(word):].split()])
        assert np.allclose(shown, row, rtol=6e-5, atol=1e-9), word
    return len(words)


def main(program):
    if shutil.which("fasttext") is None:
        print("skipped: no program fasttext (Debian: fasttext)")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        small = ("-dim", "7", "-bucket", "101")
        compared = 0
        for model, options in (("skipgram", ("skipgram", *small)), ("cbow", ("cbow", *small)),
                               ("short", ("skipgram", *small, "-minn", "1", "-maxn", "2")),
                               ("words", ("skipgram", "-dim", "7", "-maxn", "0"))):
            compared += compare(program, train(directory, model, *options))
        # fastText's printer of words does not serve classifiers with n-grams of words, whose rows it does not use.
        classifier = train(directory, "classifier", "-dim", "7", "-bucket", "500", "-wordNgrams", "2",
                           supervised=True)
        compared += compare(program, classifier)
        compared += compare(program, train(directory, "pieces", *small, "-minn", "2", "-maxn", "4", supervised=True))

        subprocess.run(["fasttext", "quantize", "-input", directory / "text", "-output", classifier.with_suffix("")],
                       check=True, capture_output=True)
        refused = Opened(program, classifier.with_suffix(".ftz"))
        assert not refused.ok and "quantized" in refused.error and ".vec" in refused.error, refused.error
        old = directory / "old.bin"
        old.write_bytes(classifier.read_bytes()[8:])
        refused = Opened(program, old)
        assert not refused.ok and "before 2017" in refused.error, refused.error
    print(f"{compared} vectors are the same, bit for bit")


if __name__ == "__main__":
    main(sys.argv[1])
