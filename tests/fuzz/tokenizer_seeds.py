"""Seeds of tokenizers: tokenizer.json, files of older ones, models of SentencePiece."""

import base64
import struct

from seed_files import BETWEEN, dumped, seed


def charsmap(by):
    units = [0] * 512
    units[0] = 256 << 10
    units[256 ^ 65] = 1 << 10 | 0x100 | 65
    units[256 ^ 65 ^ 1] = 0x80000000
    return struct.pack("<I512I", 2048, *units) + by + b"\0"


def tokenizers():
    bpe = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
    gpt4 = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+"
    )
    files = {
        "byte_level": {
            "added_tokens": [
                {"id": 9, "content": "<x>", "lstrip": True, "rstrip": True, "normalized": False},
                {"id": 8, "content": "y", "single_word": True},
            ],
            "normalizer": {"type": "NFC"},
            "pre_tokenizer": {"type": "ByteLevel"},
            "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "aa": 3, "aaaa": 4}, "merges": ["a b", "a a", "aa aa"]},
        },
        "split": {
            "pre_tokenizer": {
                "type": "Split",
                "pattern": {"Regex": r"\s+(?!\S)|\p{L}{1,3}|[^\s]?\w+"},
                "behavior": "Isolated",
            },
            "model": {**bpe, "fuse_unk": True, "unk_token": "a"},
        },
        "wordpiece": {
            "normalizer": {"type": "BertNormalizer"},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "un": 1, "##a": 2, "a": 3, "##e": 4, "e": 5}},
        },
        "unigram": {
            "normalizer": {"type": "NFKC"},
            "pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "first"},
            "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["\u2581the", -1.5], ["e", -2], ["\u2581", -2]]},
        },
        "word_level": {
            "pre_tokenizer": {"type": "Whitespace"},
            "model": {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "the": 1, "don": 2}},
        },
        "llama": {
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Prepend", "prepend": "\u2581"},
                    {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
                    {"type": "Lowercase"},
                    {"type": "StripAccents"},
                    {"type": "Strip", "strip_left": True, "strip_right": True},
                ],
            },
            "pre_tokenizer": None,
            "decoder": {"type": "ByteFallback"},
            "model": {
                "type": "BPE",
                "byte_fallback": True,
                "unk_token": "<unk>",
                "vocab": {"<unk>": 0, "<0x00>": 1, "a": 2, "\u2581": 3, "\u2581a": 4},
                "merges": [["\u2581", "a"]],
            },
        },
        "clip": {
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "NFC"},
                    {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                    {"type": "Lowercase"},
                ],
            },
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "Split", "pattern": {"Regex": r"'s|[\p{L}]+|[^\s\p{L}]+"}, "behavior": "Removed", "invert": True},
                    {"type": "ByteLevel", "add_prefix_space": False},
                ],
            },
            "model": {
                "type": "BPE",
                "unk_token": "u",
                "end_of_word_suffix": "</w>",
                "continuing_subword_prefix": "@",
                "vocab": {"a": 0, "b": 1, "@b</w>": 2, "ab</w>": 3, "u": 4},
                "merges": ["a @b</w>"],
            },
        },
        "pre_tokenizers": {
            "pre_tokenizer": {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "Split", "pattern": {"Regex": gpt4}, "behavior": "Removed", "invert": True},
                    {"type": "Digits", "individual_digits": True},
                    {"type": "Punctuation", "behavior": "MergedWithNext"},
                    {"type": "WhitespaceSplit"},
                    {"type": "Split", "pattern": {"String": "a"}, "behavior": "Contiguous"},
                    {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False},
                ],
            },
            "model": {**bpe, "ignore_merges": True},
        },
        "precompiled": {
            "normalizer": {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap(b"e ")).decode()},
            "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["e", -2]], "byte_fallback": False},
        },
    }
    for name, file in files.items():
        seed("tokenizer_json", name, dumped(file).encode() + (BETWEEN + b"ab  aab \xff y <x>" if len(name) > 6 else b""))

    gpt2 = dumped({"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120a": 4, "<|endoftext|>": 5})
    seed("text_files", "gpt2", gpt2.encode() + BETWEEN + "#version: 0.2\na b\n\u0120 a\n".encode(), 0)
    bert = "[PAD]\n[UNK]\n[CLS]\nun\n##aff\n##able\nna\n##ive\n".encode()
    config = b'{"do_lower_case":true,"strip_accents":null,"tokenize_chinese_chars":false}'
    seed("text_files", "bert", bert + BETWEEN + config, 1)
    seed("text_files", "any", bert, 3)
    seed("text_files", "ids_ranges", "0\t0\t1\n-1\t2\t5\r\n", 2)
    seed("text_files", "refused_ids", "0 1 2 3", 2)
    seed("text_files", "refused_id_list", "[0, 1,\n 2]", 2)


def sentence_pieces():
    def number(value):
        out = b""
        while value >= 128:
            out += bytes([value & 127 | 128])
            value >>= 7
        return out + bytes([value])

    def field(key, value):
        if isinstance(value, bytes):
            return number(key << 3 | 2) + number(len(value)) + value
        return number(key << 3) + number(value)

    def piece(token, score, kind):
        return field(1, field(1, token.encode()) + b"\x15" + struct.pack("<f", score) + field(3, kind))

    pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("ab", 0, 4), ("th", -1, 1), ("the", -2, 1), ("e", -3, 1)]
    pieces += [("\u2581", -4, 1), ("\u2581the", -5, 5), ("\u00e9", -6, 1), ("n", -6, 1)]
    model = b"".join(piece(*each) for each in pieces)
    for algorithm, name in enumerate(("unigram", "pairs", "words", "characters"), 1):
        seed("sentence_piece", name, model + field(2, field(3, algorithm)), 0)
    normalizer = field(1, b"nmt_nfkc") + field(3, 0) + field(4, 1) + field(5, 1)
    seed("sentence_piece", "normalizer", model + field(3, normalizer), 0)
    seed("sentence_piece", "charsmap", model + field(2, field(3, 2)) + field(3, field(2, charsmap(b"e ")) + field(3, 1)), 0)
    all_bytes = b"".join(piece(f"<0x{byte:02X}>", 0, 6) for byte in range(256))
    seed("sentence_piece", "byte_fallback", model + all_bytes + field(2, field(3, 1) + field(35, 1)), 0)
    seed("sentence_piece", "damage", bytes([0, 5, 0x75]), 3)
