#!/usr/bin/env python3
"""Times how files are opened: time_formats.py GRAMIAN OPEN_MATRIX [--folder DIR]

OPEN_MATRIX is build/cpu/tests/host/formats/open_matrix (or of any other build with tests). Files are made in DIR, which
needs 2 GB and a file system that knows sparse files; they are read twice before anything is timed. What is opened is
compared with what was written. Prints a table in Markdown: seconds by the clock, and megabytes for each second of
processor time, which other work on the machine lowers less."""

import argparse
import gzip
import hashlib
import json
import os
import pathlib
import random
import resource
import struct
import subprocess
import tempfile

import numpy as np

MB = 1e6


def timed(program, path, environment=None):
    """Seconds by the clock of the fastest of five openings, processor seconds of one, MB of values."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, "--time", str(path)], capture_output=True, text=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    clock, values = map(float, done.stdout.split())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, cpu / 5, values


def opened(program, path, folder):
    values = folder / "values"
    done = subprocess.run([program, str(path), str(values)], capture_output=True, check=True)
    return json.loads(done.stdout), values


def gzip_text(program, folder):
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((20_000, 300)).astype("f4")
    lines = ["20000 300"] + [f"w{row} " + " ".join(f"{x:.4f}" for x in values) for row, values in enumerate(matrix)]
    text = ("\n".join(lines) + "\n").encode()
    path = folder / "text.vec.gz"
    path.write_bytes(gzip.compress(text, 6))
    found, values = opened(program, path, folder)
    wanted = np.array([[float(f"{x:.4f}") for x in values] for values in matrix[:50]], "f4")
    assert np.array_equal(np.fromfile(values, "f4").reshape(20_000, 300)[:50], wanted) and found["rows"] == 20_000
    clock, cpu, _ = timed(program, path)
    return f"text in gzip, {len(text) / MB:.0f} MB unpacked", clock, len(text) / MB / cpu, "of text, one core"


def gguf_q4_k(program, folder):
    """24,000 x 4,096 in blocks of 256: two scales in fp16, 12 bytes of scales and 128 of values."""
    from gguf.quants import Q4_K
    rows, dim = 24_000, 4096
    rng = np.random.default_rng(2)
    blocks = rng.integers(0, 256, (rows * dim // 256, 144), dtype=np.uint8)
    blocks[:, :4] = (rng.standard_normal((len(blocks), 2)) * 0.01).astype("<f2").view(np.uint8)
    name = b"token_embd.weight"
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0)
    head += struct.pack("<Q", len(name)) + name + struct.pack("<IQQIQ", 2, dim, rows, 12, 0)
    path = folder / "q4_k.gguf"
    path.write_bytes(head + bytes(-len(head) % 32) + blocks.tobytes())
    _, values = opened(program, path, folder)
    first = np.fromfile(values, "f4", count=100 * dim)
    assert np.array_equal(first, Q4_K.dequantize_blocks(blocks[:100 * dim // 256]).astype("f4").ravel())
    clock, cpu, megabytes = timed(program, path)
    return "GGUF Q4_K, 24,000 x 4,096 to fp32", clock, megabytes / cpu, f"of fp32; {megabytes / clock / 1000:.2f} GB/s by the clock"


def sparse_safetensors(path, shape, tensors=()):
    """BF16 zeros that take no room on the disk, but for row 0; returns the header's bytes."""
    header, at = {}, 0
    for name, extents in [("model.embed_tokens.weight", shape), *tensors]:
        end = at + 2 * int(np.prod(extents))
        header[name] = {"dtype": "BF16", "shape": list(extents), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.write(np.full(shape[1], 0x3F80, "<u2").tobytes())
        file.truncate(8 + len(text) + at)
    return 8 + len(text)


def llama_tokenizer(path, size):
    rng = random.Random(3)
    vocabulary = {}
    while len(vocabulary) < size - 256:
        word = "".join(rng.choices("abcdefghijklmnopqrstuvwxyzĠĊéü", k=rng.randint(1, 12)))
        vocabulary.setdefault(word, len(vocabulary))
    words = list(vocabulary)
    merges = [f"{rng.choice(words)[:6]} {rng.choice(words)[:6]}" for _ in range(280_147)]
    added = [{"id": size - 256 + k, "content": f"<|reserved_special_token_{k}|>", "special": True} for k in range(256)]
    path.write_text(json.dumps({"version": "1.0", "added_tokens": added, "model": {
        "type": "BPE", "ignore_merges": True, "vocab": vocabulary, "merges": merges}}, indent=2, ensure_ascii=False))
    return words


def by_name(program, folder):
    """A model of Llama 3's size in the cache: 128,256 x 4,096 and 280,147 merges."""
    cache = folder / "hub"
    model = cache / "models--meta--llama3"
    snapshot = model / "snapshots" / ("1" * 40)
    for part in (snapshot, model / "blobs", model / "refs"):
        part.mkdir(parents=True)
    (model / "refs/main").write_text("1" * 40)
    sparse_safetensors(model / "blobs" / ("a" * 64), (128_256, 4096))
    words = llama_tokenizer(model / "blobs" / ("b" * 40), 128_256)
    (snapshot / "model.safetensors").symlink_to(f"../../blobs/{'a' * 64}")
    (snapshot / "tokenizer.json").symlink_to(f"../../blobs/{'b' * 40}")
    environment = dict(os.environ, HF_HUB_CACHE=str(cache))
    clock, cpu, _ = timed(program, "meta/llama3", environment)
    size = (model / "blobs" / ("b" * 40)).stat().st_size
    assert len(words) == 128_000
    return f"Llama 3's size by its name, tokenizer.json of {size / MB:.1f} MB", clock, size / MB / cpu, f"of JSON; {1000 * cpu:.0f} ms of processor time"


def inspect_large(program, folder):
    """10 GB of which the matrix is 8 MB: what of the file is in memory afterwards."""
    path = folder / "large.safetensors"
    header = sparse_safetensors(path, (1000, 4096), [("rest", (5_000, 1_000_000))])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([program, "inspect", str(path), "--json"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = json.loads(done.stdout)
    with path.open("rb") as file:
        file.seek(header)
        values = hashlib.sha256(file.read(1000 * 4096 * 2)).hexdigest()
    assert result["inputs"][0]["sha256"] is None and result["inputs"][0]["values_sha256"] == values
    cached = int(subprocess.run(["fincore", "-nb", "-o", "RES", str(path)], capture_output=True, check=True).stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size = path.stat().st_size
    return (f"`inspect` of {size / 1e9:.1f} GB, the matrix 8.2 MB", result["timing"]["total"], None,
            f"{cached / MB:.1f} MB of the file were read; {1000 * cpu:.0f} ms of processor time")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gramian")
    parser.add_argument("open_matrix")
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    print("| | by the clock, s | MB for each processor second | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        for measure, program in ((gzip_text, arguments.open_matrix), (gguf_q4_k, arguments.open_matrix),
                                 (by_name, arguments.open_matrix), (inspect_large, arguments.gramian)):
            what, clock, rate, remark = measure(program, pathlib.Path(name))
            print(f"| {what} | {clock:.3f} | {'' if rate is None else f'{rate:.0f}'} | {remark} |", flush=True)


if __name__ == "__main__":
    main()
