#!/usr/bin/env python3
"""Times the tokenizers on one core: time_tokenizers.py TOKENIZE TEXT [--gpt2 DIR]

TOKENIZE is build/bench/tests/text/tokenize (or of any other build with tests), TEXT a UTF-8 file of some megabytes of
ordinary text. Vocabularies of 30,000 tokens are trained on TEXT by the packages tokenizers and sentencepiece, which
scripts/setup --ci puts into .venv. The ids are compared with theirs before anything is timed; so that both have
one core, run it under taskset -c 0. Prints a table in Markdown."""

import argparse
import os
import pathlib
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import sentencepiece
import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

SIZE = 30_000


def best(encode, text):
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        encode(text)
        times.append(time.perf_counter() - begin)
    return len(text.encode()) / min(times) / 1e6


def row(program, what, path, text_path, encode):
    text = text_path.read_bytes().decode()
    done = subprocess.run([program, path, text_path], capture_output=True, text=True, check=True)
    ids = [int(line.split()[0]) for line in done.stdout.splitlines()]
    assert ids == encode(text), f"{what}: other ids than the library's"
    timed = subprocess.run([program, "--time", path, text_path], capture_output=True, text=True, check=True)
    _, opening, speed, tokens = timed.stdout.strip().split("\t")
    print(f"| {what} | {float(opening):.2f} | {float(speed):.1f} | {best(encode, text):.1f} | {int(tokens):,} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenize")
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("--gpt2")
    given = parser.parse_args()
    lines = given.text.read_bytes().decode().splitlines()
    print(f"{given.text.stat().st_size:,} bytes\n")
    print("| | opening, s | MB/s | the library, MB/s | tokens |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def measure(what, tokenizer, trainer):
            if trainer:
                tokenizer.train_from_iterator(lines, trainer)
            path = folder / "tokenizer.json"
            tokenizer.save(str(path))
            row(given.tokenize, what, path, given.text, lambda text: tokenizer.encode(text, add_special_tokens=False).ids)

        byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        if given.gpt2:
            tokenizer = Tokenizer(models.BPE.from_file(f"{given.gpt2}/encoder.json", f"{given.gpt2}/vocab.bpe"))
            tokenizer.pre_tokenizer = byte_level
            row(given.tokenize, "GPT-2's own files", given.gpt2, given.text, lambda text: tokenizer.encode(text).ids)
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = byte_level
        measure("byte-level BPE", tokenizer, trainers.BpeTrainer(vocab_size=SIZE, initial_alphabet=alphabet, show_progress=False))
        pattern = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
                   r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")

        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        measure("the same, by Llama 3's pattern", tokenizer, None)
        for lowercase in (True, False):
            tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
            tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            measure(f"WordPiece, {'un' if lowercase else ''}cased", tokenizer,
                    trainers.WordPieceTrainer(vocab_size=SIZE, special_tokens=["[UNK]"], show_progress=False))
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        measure("Unigram in tokenizer.json", tokenizer,
                trainers.UnigramTrainer(vocab_size=8000, unk_token="<unk>", special_tokens=["<unk>"], show_progress=False))
        tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=True)
        measure("BPE of code points, words", tokenizer,
                trainers.BpeTrainer(vocab_size=SIZE, special_tokens=["<unk>"], show_progress=False))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
        measure("the same, the text as one word", tokenizer, None)
        for kind in ("unigram", "bpe"):
            stem = folder / kind
            sentencepiece.SentencePieceTrainer.train(input=str(given.text), model_prefix=str(stem), vocab_size=8000,
                                                     model_type=kind, minloglevel=2, max_sentence_length=100000)
            processor = sentencepiece.SentencePieceProcessor(model_file=f"{stem}.model")
            row(given.tokenize, f"SentencePiece, {kind}", f"{stem}.model", given.text, processor.encode)


main()
