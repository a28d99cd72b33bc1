#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets, small files of every kind that is read, into seeds/.

    make_seeds.py           writes them
    make_seeds.py --check   only says which are missing or other than this makes them; exit 1 if there is one

Those whose names begin with "real_" were written by the libraries themselves (torch, gensim, fasttext, gguf, h5py), and are
kept as they are. A first byte often chooses what a target does: see targets/. Names that begin with "refused_" are
turned away by their reader, and are worth keeping all the same."""

import bz2
import json
import lzma
import pathlib
import pickle
import struct
import sys
import zlib

import tokenizer_seeds

HOME = pathlib.Path(__file__).resolve().parent / "seeds"
BETWEEN = b"\n==\n"
seeds = {}


def seed(target, name, content, choice=None):
    content = content.encode() if isinstance(content, str) else content
    seeds[f"{target}/{name}"] = (b"" if choice is None else bytes([choice])) + content


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def dumped(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- Arrays ---------------------------------------------------------------------------------------------------------


def npy(descr, shape, data, fortran=False, version=1):
    header = f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    length = "<H" if version == 1 else "<I"
    lead = b"\x93NUMPY" + bytes([version, 0])
    room = -(len(lead) + struct.calcsize(length) + len(header) + 1) % 16
    header += b" " * room + b"\n"
    return lead + struct.pack(length, len(header)) + header + data


def arrays():
    sizes = {"<f4": 4, "<f2": 2, "<f8": 8, ">f4": 4, ">f2": 2, "<i4": 4, "|i1": 1, "|u1": 1, ">i8": 8, "<u2": 2}
    for descr, size in sizes.items():
        seed("npy", "of_" + descr.translate({60: "le_", 62: "be_", 124: ""}), npy(descr, (3, 2), bytes(range(6 * size))))
    seed("npy", "fortran", npy("<f4", (3, 2), floats(1, 2, 3, 4, 5, 6), fortran=True))
    seed("npy", "version_2", npy("<f4", (3, 2), floats(1, 2, 3, 4, 5, 6), version=2))
    seed("npy", "version_3", npy("<f8", (1, 2), bytes(16), version=3))
    seed("npy", "refused_void", npy("|V2", (2, 3), bytes(12)))
    seed("npy", "refused_vector", npy("<f4", (3,), bytes(12)))

    one = npy("<f4", (2, 2), floats(1, 2, 3, 4))
    seed("npz", "stored", one, 1)
    seed("npz", "deflated", one, 2)
    seed("npz", "archive", zipped([("a.npy", one)]), 0)
    seed("npz", "refused_two", zipped([("a.npy", one), ("b.npy", npy(">f8", (1, 2), bytes(16), fortran=True))]), 0)


def crc(data):
    return zlib.crc32(data)


def zipped(members):
    files, directory = b"", b""
    for name, data in members:
        sizes = struct.pack("<IIIHH", crc(data), len(data), len(data), len(name), 0)
        directory += b"PK\1\2" + bytes(12) + sizes + bytes(10) + struct.pack("<I", len(files)) + name.encode()
        files += b"PK\3\4" + bytes(10) + sizes + name.encode() + data
    end = struct.pack("<HHIIH", len(members), len(members), len(directory), len(files), 0)
    return files + directory + b"PK\5\6" + bytes(4) + end


# --- Checkpoints ----------------------------------------------------------------------------------------------------


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def checkpoints():
    header = {
        "wte.weight": entry("F32", [2, 2], 0, 16),
        "b": entry("BF16", [4], 16, 24),
        "__metadata__": {"a": "b"},
    }
    halves = dumped({"model.embed_tokens.weight": entry("F16", [3, 2], 0, 12)})
    seed("safetensors", "whole", struct.pack("<Q", len(halves)) + halves.encode() + bytes(12), 0)
    seed("safetensors", "header", dumped(header).encode() + BETWEEN + bytes(24), 1)
    more = {"a": entry("I8", [3, 2], 0, 6), "c": entry("F64", [], 6, 14), "d": entry("Q4", [7], 14, 15)}
    seed("safetensors", "scalars", dumped(more).encode() + BETWEEN + bytes(15), 1)
    index = dumped({"metadata": {"total_size": 24}, "weight_map": {"wte.weight": "one.safetensors"}})
    shard = dumped({"wte.weight": entry("F32", [2, 2], 0, 16)}).encode()
    seed("safetensors", "index", index.encode() + BETWEEN + shard + BETWEEN + bytes(16), 2)
    config = dumped(
        {
            "model_type": "llama",
            "architectures": ["LlamaForCausalLM"],
            "tie_word_embeddings": True,
            "quantization": {"group_size": 32, "bits": 4, "lm_head": {"group_size": 32, "bits": 8}},
        }
    )
    packed = dumped(
        {
            "model.embed_tokens.weight": entry("U32", [2, 4], 0, 32),
            "model.embed_tokens.scales": entry("F16", [2, 1], 32, 36),
            "model.embed_tokens.biases": entry("F16", [2, 1], 36, 40),
        }
    )
    seed("safetensors", "packed", config.encode() + BETWEEN + packed.encode() + BETWEEN + bytes(range(40)), 3)

    def string(text):
        return struct.pack("<Q", len(text.encode())) + text.encode()

    def value(key, kind, data):
        return string(key) + struct.pack("<I", kind) + data

    tokens = b"".join(string(token) for token in ("<unk>", "a", "\u2581b"))
    values = [
        value("general.architecture", 8, string("llama")),
        value("general.alignment", 4, struct.pack("<I", 32)),
        value("tokenizer.ggml.model", 8, string("llama")),
        value("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 3) + tokens),
        value("tokenizer.ggml.token_type", 9, struct.pack("<IQ3i", 5, 3, 2, 1, 1)),
        value("a.float", 6, struct.pack("<f", 1.5)),
        value("a.flag", 7, b"\1"),
    ]
    types = {"f32": (0, 2, 8), "f16": (1, 2, 4), "q8_0": (8, 32, 34), "q4_0": (2, 32, 18), "q6_k": (14, 256, 210), "bf16": (30, 2, 4)}
    for name, (kind, cols, row) in types.items():
        tensor = string("token_embd.weight") + struct.pack("<IQQIQ", 2, cols, 3, kind, 0)
        lead = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values)) + b"".join(values) + tensor
        lead += bytes(-len(lead) % 32)
        seed("gguf", name, lead + bytes(i % 120 for i in range(3 * row)) + bytes(-3 * row % 32))


# --- Pickles --------------------------------------------------------------------------------------------------------


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def tensor_pickle():
    """{"wte.weight": a 2 x 2 tensor of float32 in storage 0}"""
    storage = text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x10tQ"
    tensor = storage + b"K\0K\2K\2\x86K\2K\1\x86\x89ccollections\nOrderedDict\n)RtR"
    return b"\x80\2}q\0" + text("wte.weight") + b"ctorch._utils\n_rebuild_tensor_v2\n((" + tensor + b"s."


def pickles():
    seed("pytorch", "archive", tensor_pickle(), 2)
    index = dumped({"weight_map": {"wte.weight": "one.bin"}}).encode()
    seed("pytorch", "index", index + BETWEEN + tensor_pickle(), 3)
    value = {"a": [1, -2, 3.5, None, True, "\u00e9", b"\0\xff", (1, (2, 3), {4}), 1 << 40], "b": {}}
    value["c"] = value["a"]
    for protocol in (2, 4, 5):
        seed("gensim", f"pickle_{protocol}", pickle.dumps({**value, "d": int} if protocol > 2 else {"a": [1, 2.5]}, protocol), 2)
    beside = (
        b"\x80\2cgensim.models.keyedvectors\nKeyedVectors\n)\x81}("
        + text("index_to_key") + b"](" + text("a") + text("b") + b"e"
        + text("__numpys") + b"]" + text("vectors") + b"a"
        + b"ub."
    )
    seed("gensim", "vectors_beside", beside + BETWEEN + npy("<f4", (2, 2), floats(1, 2, 3, 4)), 1)


# --- Word vectors ---------------------------------------------------------------------------------------------------


def word_vectors():
    def fasttext(version, model, buckets, rows):
        lead = struct.pack("<14i", 793712314, version, 2, 5, 5, 1, 5, 1, 2, model, buckets, 3, 6 if buckets else 0, 100)
        lead += struct.pack("<d3iqq", 1e-4, 2, 2, 0, 99, -1)
        words = b"".join(word + b"\0" + struct.pack("<q", 7) + b"\0" for word in (b"</s>", b"word"))
        matrix = b"\0" + struct.pack("<qq", rows, 2) + floats(*range(2 * rows))
        return lead + words + matrix + b"\0" + struct.pack("<qq", 1, 2) + floats(0, 0)

    seed("fasttext", "ngrams", fasttext(12, 2, 4, 6))
    seed("fasttext", "plain", fasttext(12, 1, 0, 2))
    seed("fasttext", "version_11", fasttext(11, 3, 4, 6))

    binary = b"3 2\na " + floats(1, 2) + b"bc " + floats(3, 4) + b"\xff\xfe " + floats(5, 6)
    lines = b"3 2\na " + floats(1, 2) + b"\nbc " + floats(3, 4) + b"\nd " + floats(5, 6) + b"\n"
    numbers = "3 2\na 0.25 -1\nbc 1e-3 4\n\u00a0 5 60\n"
    glove = "the 0.418 0.24968 -0.41242\n, 0.013441 0.23682 -0.16899\nat name@domain.com 0.1 0.2 0.3\n"
    seed("word_vectors", "binary", binary, 0)
    seed("word_vectors", "binary_first_rows", binary, 1)
    seed("word_vectors", "binary_lines", lines, 2)
    seed("word_vectors", "text", numbers, 0)
    seed("word_vectors", "text_two_threads", "2 3\r\na 0.25 -1 2\r\nbc 1e-3 4 5\r\n", 2)
    seed("word_vectors", "glove", glove, 0)
    seed("word_vectors", "glove_two_threads", glove, 2)
    seed("word_vectors", "glove_first_rows", "a 0.25 -1\nb 1e-3 4\n. 5 60\n", 5)
    seed("word_vectors", "tabs", "a\t1\t2\nb\t3\t4\n", 0)
    seed("word_vectors", "commas", "a,1,2\nb,3,4\n", 0)
    seed("word_vectors", "numbers_alone", "1\t2\t3\n4\t5\t6\n", 2)
    seed("word_vectors", "refused_infinite", "2 3\na 0.25 -1 inf\nbc 1e-3 4 nan\n", 0)

    plain = b"3 2\na 0.25 -1\nbc 1e-3 4\nd 5 60\n"
    for method, name in enumerate(("gzip", "bzip2", "xz", "zstd")):
        seed("compressed", f"plain_{name}", plain, 4 + method)
        seed("compressed", f"binary_{name}", binary, 4 + method)
    stored = zlib.compressobj(0, zlib.DEFLATED, -15)
    body = stored.compress(plain) + stored.flush()
    member = b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + struct.pack("<II", crc(plain), len(plain))
    seed("compressed", "gzip", member, 0)
    seed("compressed", "gzip_padded", member + bytes(8), 0)
    seed("compressed", "bzip2", bz2.compress(plain, 1), 1)
    seed("compressed", "xz", lzma.compress(plain, preset=0), 2)
    # One block, stored: a magic number, one segment with a size of one byte, the block's header, its bytes.
    block = struct.pack("<I", len(plain) << 3 | 1)[:3] + plain
    seed("compressed", "zstd", b"\x28\xb5\x2f\xfd\x20" + bytes([len(plain)]) + block, 3)


# --- Tokenizers and the rest ---------------------------------------------------------------------------------------


def charsmap(by):
    units = [0] * 512
    units[0] = 256 << 10
    units[256 ^ 65] = 1 << 10 | 0x100 | 65
    units[256 ^ 65 ^ 1] = 0x80000000
    return struct.pack("<I512I", 2048, *units) + by + b"\0"


def vocabularies_and_tokenizers():
    for name, (content, rows) in tokenizer_seeds.VOCABULARIES.items():
        seed("vocabulary", name, content, rows - 1)
    for name, file in tokenizer_seeds.tokenizers(charsmap(b"e ")).items():
        second = BETWEEN + b"ab  aab \xff y <x>" if len(name) > 6 else b""
        seed("tokenizer_json", name, dumped(file).encode() + second)
    for name, (content, choice) in tokenizer_seeds.TEXT_FILES.items():
        seed("text_files", name, content, choice)


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


def texts():
    lines = {
        "plain": "Hello, world don't <x> 123 na\u00efve \u4e2d\u6587 \U0001f44d",
        "marks": "\u0301\u0301a\u0345\u0130\u0131\u017f",
        "spaces": " \t\n\u00a0\u2003 x  y\u2028\u0085",
        "composed": "\ufdfa\u1e9e\uac00\u1100\u1161",
        "page": "<script>alert('1')</script> & \\",
        "terminal": "\x1b]0;title\x07\x1b[31mred\x9b31m\r\n",
        "directions": "\u202eabc\u2066def\u2069 \u009b\ufffe",
        "joined": "the\nking\n\u0120king\n##ing\n\u00c9\n",
    }
    for name, line in lines.items():
        for target in ("texts", "escapes"):
            seed(target, name, line)
    for target in ("texts", "escapes"):
        seed(target, "no_utf8", b"a\xff\xc3(\xed\xa0\x80 b\xf4\x90\x80\x80")

    seed("regex", "gpt2", rb"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+" + BETWEEN + "it's  \u00e9 1".encode())
    seed("regex", "classes", rb"[\w--\d]|\h+|\W|[^\s]{2,3}?" + BETWEEN + b"ab 12")
    seed("regex", "groups", rb"(?i:a|b)*+(?<=c)\b(?=.)|(x)\1" + BETWEEN + b"abcxx")
    seed("regex", "backtracks", rb"(a+)+b" + BETWEEN + b"aaaaaaaab")

    documents = {
        "object": '{"a": [1, -2, 3.5e-7, null, true], "b": {"c": "\\u00e9\\n\\ud83d\\ude00"}}',
        "numbers": "[0, -0.0, 18446744073709551615, -9223372036854775808, 1e308, 5e-324]",
        "text": '"\u00e9 \\\\ \\" \\/"',
        "twice": '{"a": 1, "a": 2}',
        "too_large": "1e999",
    }
    for name, document in documents.items():
        seed("json", name, document)

    typed = [
        ("expression", "king - man + 2*woman", 0),
        ("quoted", "- \"a b\" + 0.5 'x\\'y' - -3 c", 0),
        ("median", "median+1sd", 1),
        ("quantile", "q0.99", 1),
        ("edges", "edges=1000", 1),
        ("value", "-0.5", 1),
        ("size", "4G", 2),
        ("fraction", "1.5GiB", 2),
        ("numbers", "0.05,0.5", 3),
        ("tokens", "a,b,c", 4),
        ("refused_tokens", "a,b,,c", 4),
        ("token_file", "a\nb\r\n\nc", 5),
        ("settings", '{"E": "x.npy", "k": 5, "threads": 2, "seed": 7, "precision": "double", "tokens": ["a", "b"]}', 6),
        ("more_settings", '{"center": true, "quantiles": [0.5, 1], "limit": 10, "threshold": "q0.5", "memory_limit": "1G"}', 6),
    ]
    for name, line, choice in typed:
        seed("options", name, line, choice)


def main():
    for group in (arrays, checkpoints, pickles, word_vectors, vocabularies_and_tokenizers, sentence_pieces, texts):
        group()
    wrong = 0
    for name, content in sorted(seeds.items()):
        path = HOME / name
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        elif not path.is_file() or path.read_bytes() != content:
            print(f"{path}: is not what make_seeds.py makes; run it again")
            wrong += 1
    for path in sorted(HOME.glob("*/*")):
        if f"{path.parent.name}/{path.name}" not in seeds and not path.name.startswith("real_"):
            print(f"{path}: is no seed that make_seeds.py makes; call it real_... if a library wrote it")
            wrong += 1
    print(f"{len(seeds)} seeds")
    return 1 if wrong else 0


sys.exit(main())
