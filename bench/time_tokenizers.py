#!/usr/bin/env python3
"""Times the tokenizers on one core: time_tokenizers.py TOKENIZE TEXT [--gpt2 DIR] [--spaceless TEXT] [--only sentencepiece]

TOKENIZE is build/bench/tests/host/text/tokenize (or of any other build with tests), TEXT a UTF-8 file of some megabytes of
ordinary text. Vocabularies of 30,000 tokens are trained on TEXT by the packages tokenizers and sentencepiece, which
scripts/setup --ci puts into .venv. The ids are compared with theirs before anything is timed; so that both have
one core, run it under taskset -c 0. Prints a table in Markdown; seconds are of
processor time."""

import argparse
import os
import pathlib
import random
import subprocess
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
import sentencepiece
import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

SIZE = 30_000


# Of 8,000 tokens. Llama 2's settings, but for its size.
SENTENCE_PIECE = {
    "unigram": {"model_type": "unigram"},
    "bpe": {"model_type": "bpe"},
    "bpe as Llama 2's": {"model_type": "bpe", "normalization_rule_name": "identity", "byte_fallback": True, "split_digits": True,
                         "allow_whitespace_only_pieces": True, "remove_extra_whitespaces": False},
    "bpe, pieces across spaces": {"model_type": "bpe", "split_by_whitespace": False},
}


def distinct_words(size):
    """Words of common letters, hardly one of them twice."""
    rng = random.Random(5)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randint(5, 11))) for _ in range(size // 9)]
    return " ".join(words)


def best(encode, text):
    times = []
    for _ in range(3):
        begin = time.process_time()
        encode(text)
        times.append(time.process_time() - begin)
        if times[0] > 2:  # slow enough to be timed by one run
            break
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
    parser.add_argument("--spaceless", type=pathlib.Path, help="a text without spaces, to train and time SentencePiece on as well")
    parser.add_argument("--only", choices=["sentencepiece"])
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
        def sentence_piece(what, trained_on, settings, texts):
            stem = folder / "model"
            sentencepiece.SentencePieceTrainer.train(input=str(trained_on), model_prefix=str(stem), minloglevel=2,
                                                     vocab_size=8000, max_sentence_length=100000, **settings)
            processor = sentencepiece.SentencePieceProcessor(model_file=f"{stem}.model")
            for name, path in texts:
                row(given.tokenize, f"SentencePiece, {what}{name}", f"{stem}.model", path, processor.encode)

        distinct = folder / "distinct.txt"
        distinct.write_text(distinct_words(given.text.stat().st_size))
        for what, settings in SENTENCE_PIECE.items():
            sentence_piece(what, given.text, settings, [("", given.text), (", distinct words", distinct)])
        for what in ("unigram", "bpe") if given.spaceless else ():
            sentence_piece(what, given.spaceless, SENTENCE_PIECE[what], [(", without spaces", given.spaceless)])
        if given.only:
            return
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


main()
