"""What make_seeds.py makes of vocabularies and tokenizers."""

import base64
import json

# Content, and the rows of its matrix: 16 more stand for a table of numbers alone.
VOCABULARIES = {
    "json": ('{"a":0,"b":1,"\\u0120c":2}', 3),
    "tokenizer_json": ('{"added_tokens":[{"id":2,"content":"c"}],"model":{"type":"BPE","vocab":{"a":0,"b":1}}}', 3),
    "unigram": ('{"model":{"vocab":[["a",0.0],["b",-1],["c",-2.5]]}}', 3),
    "lines": ("a\nb\nc\n", 3),
    "dos_lines": ("a\r\nb\r\nc\r\n", 3),
    "no_end": ("a\nb\nc", 3),
    "counts": ("a 12\nb 7\nc 1\n", 3),
    "tabbed_counts": ("a\t-1.5\nb\t-2\nc\t-3\n", 3),
    "wordpiece": ("[PAD]\n[UNK]\n##a\n", 3),
    "table": ("word\tcount\na\t1\nb\t2\n", 16 + 2),
    "first_column": ("a\t1\nb\t2\n", 16 + 2),
}

GPT2 = {"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120a": 4, "<|endoftext|>": 5}
BERT = "[PAD]\n[UNK]\n[CLS]\nun\n##aff\n##able\nna\n##ive\n"
CONFIG = '{"do_lower_case":true,"strip_accents":null,"tokenize_chinese_chars":false}'
# Content, and which files it is: targets/text_files.cpp.
TEXT_FILES = {
    "gpt2": (json.dumps(GPT2, ensure_ascii=False, separators=(",", ":")) + "\n==\n#version: 0.2\na b\n\u0120 a\n", 0),
    "bert": (BERT + "\n==\n" + CONFIG, 1),
    "any": (BERT, 3),
    "ids_ranges": ("0\t0\t1\n-1\t2\t5\r\n", 2),
    "refused_ids": ("0 1 2 3", 2),
    "refused_id_list": ("[0, 1,\n 2]", 2),
}


def tokenizers(charsmap):
    """tokenizer.json of every kind, by name; `charsmap`: bytes of a precompiled one."""
    bpe = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
    gpt4 = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
        r"|\s+(?!\S)|\s+"
    )
    return {
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
            "normalizer": {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(charsmap).decode()},
            "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["e", -2]], "byte_fallback": False},
        },
    }
