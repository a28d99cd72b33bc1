#!/usr/bin/env python3
"""Compares this project's tokenizers with the libraries that vocabularies are made with: ids and ranges, token by token.

    crosscheck_tokenizers.py TOKENIZE [--gpt2 DIR] [--only KIND]

TOKENIZE is the program of tokenize_main.cpp. DIR (or GRAMIAN_GPT2) has GPT-2's encoder.json and vocab.bpe; without it
only vocabularies that are trained here are compared. Needs the packages tokenizers and sentencepiece; exits with 77
where they are not installed.

Ranges: the libraries count characters, and give all of a character to every token that has a part of it. Here ranges
are of bytes and never overlap, so a token has those bytes of the character that are its own, or, where the text was
changed before it was cut, none but the first of them any."""

import argparse
import importlib.util
import os
import pathlib
import shutil
import sys
import tempfile

try:
    import sentencepiece
    import tokenizers
    from tokenizers import Tokenizer, models, pre_tokenizers
except ImportError as error:
    print(f"skipped: {error}; scripts/setup --ci installs it into .venv")
    sys.exit(77)

import varied_text  # noqa: E402
from hugging_face_kinds import BERT, bert, byte_level, clip, falcon, llama2, patterns, unigram, word_level, wordpiece  # noqa: E402
from sentencepiece_kinds import precompiled, sentence_piece  # noqa: E402
from tokenizer_checks import Checks, Text, hugging_face  # noqa: E402


def gpt2(checks, directory):
    directory = pathlib.Path(directory)
    tokenizer = Tokenizer(models.BPE.from_file(str(directory / "encoder.json"), str(directory / "vocab.bpe")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens(["<|endoftext|>"])
    checks.compare("GPT-2", directory, hugging_face(tokenizer), True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokenize")
    parser.add_argument("--gpt2", default=os.environ.get("GRAMIAN_GPT2"))
    parser.add_argument("--only", help="one of the functions here")
    given = parser.parse_args()
    print(f"tokenizers {tokenizers.__version__}, sentencepiece {sentencepiece.__version__}")
    clean = varied_text.text()
    texts = [Text("varied", clean.encode()), Text("damaged", varied_text.damaged(clean[: len(clean) // 2])),
             Text("characters", varied_text.every_character().encode()), Text("empty", b"")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for text in texts:
            text.write(folder)
        checks = Checks(given.tokenize, texts)
        kinds = [byte_level, patterns, wordpiece, unigram, llama2, clip, falcon, word_level, precompiled, sentence_piece]
        if given.gpt2:
            kinds.append(lambda checks, _: gpt2(checks, given.gpt2))
            kinds[-1].__name__ = "gpt2"
        else:
            print("GPT-2's own files are not compared with: give them by --gpt2 or GRAMIAN_GPT2")
        if importlib.util.find_spec(BERT):
            kinds.append(bert)
        else:
            print(f"BERT's own vocabulary is not compared with: the package {BERT} is not installed")
            if given.only == "bert":
                sys.exit(77)
        chosen = [kind for kind in kinds if given.only in (None, kind.__name__)]
        if not chosen:
            sys.exit(f"nothing here is called {given.only}")
        for kind in chosen:
            kind(checks, folder)
        if checks.failures:  # training is not the same twice
            kept = pathlib.Path("crosscheck_tokenizers.failed")
            shutil.copytree(folder, kept, dirs_exist_ok=True)
            print(f"the files are kept in {kept.resolve()}")
    sys.exit(f"{checks.failures} comparisons failed" if checks.failures else 0)


main()
