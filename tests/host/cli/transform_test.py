#!/usr/bin/env python3
"""What `transform` writes, read by numpy, by safetensors and gensim where they are installed, and by the program again.

    transform_test.py PROGRAM SAMPLE
"""

import hashlib
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM, SAMPLE = sys.argv[1], pathlib.Path(sys.argv[2])
# Against numpy in fp64, before the numbers are rounded to f64; directions come from a Gram product and an SVD.
FP64 = 1e-10
ODD = ["a", "b c", " ", "caf\u00e9", "x\ty", "line\nend", "quote\"s", "\\n", "7"]


def run(*arguments, code=0):
    done = subprocess.run([PROGRAM, "transform", *map(str, arguments), "--json"], capture_output=True)
    assert done.returncode == code, (arguments, done.returncode, done.stderr.decode())
    if code != 0:
        assert done.stderr.count(b"\n") == 1, done.stderr
        return done.stderr.decode()
    return json.loads(done.stdout)


def sample(stem="run1"):
    return np.load(SAMPLE / f"{stem}.npy"), (SAMPLE / f"{stem}.vocab.txt").read_text().split("\n")[:-1]


def text_rows(path, header):
    lines = path.read_text().split("\n")
    assert lines.pop() == ""
    if header:
        rows, dims = map(int, lines.pop(0).split())
        assert rows == len(lines)
    tokens = [line.split(" ")[0] for line in lines]
    values = np.array([[float(x) for x in line.split(" ")[1:]] for line in lines])
    assert not header or values.shape[1] == dims
    return tokens, values


def binary_rows(path):
    head, _, rest = path.read_bytes().partition(b"\n")
    rows, dims = map(int, head.split())
    tokens, values = [], np.empty((rows, dims), "<f4")
    for row in range(rows):
        token, _, rest = rest.partition(b" ")
        tokens.append(token.decode())
        values[row] = np.frombuffer(rest[:4 * dims], "<f4")
        assert rest[4 * dims:4 * dims + 1] == b"\n"
        rest = rest[4 * dims + 1:]
    assert not rest
    return tokens, values


def safetensors_rows(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    tensor = header["embedding.weight"]
    assert (8 + length) % 8 == 0 and tensor["data_offsets"] == [0, len(data) - 8 - length]
    kind = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "BF16": "<u2"}[tensor["dtype"]]
    values = np.frombuffer(data[8 + length:], kind).reshape(tensor["shape"])
    if importlib.util.find_spec("safetensors") and tensor["dtype"] != "BF16":
        from safetensors.numpy import load_file
        assert load_file(path)["embedding.weight"].tobytes() == values.tobytes()
    return values


def labels(path):
    lines = path.read_text().split("\n")
    assert lines.pop() == ""
    return lines


def check_formats(folder):
    """Nothing changes the numbers: the same bits in every format, and the same tokens."""
    matrix, words = sample()
    wide = matrix.astype("<f4")
    for ending in ("safetensors", "npy", "npz", "vec", "txt", "bin", "tsv"):
        path = folder / f"all.{ending}"
        result = run(SAMPLE / "run1.npy", "-o", path)
        assert (result["rows"], result["dim"]) == matrix.shape
        for written in result["written"]:
            data = (folder / written["name"]).read_bytes()
            assert len(data) == written["bytes"] and hashlib.sha256(data).hexdigest() == written["sha256"]
        if ending in ("safetensors", "npy", "npz"):
            read = {"safetensors": safetensors_rows, "npy": np.load, "npz": lambda p: np.load(p)["vectors"]}[ending]
            values = read(path)
            assert values.dtype == matrix.dtype and values.tobytes() == matrix.tobytes(), ending
            assert labels(folder / "all.vocab.txt") == words
            continue
        if ending == "tsv":
            values, tokens = np.loadtxt(path, delimiter="\t"), labels(folder / "all_metadata.tsv")
        else:
            tokens, values = binary_rows(path) if ending == "bin" else text_rows(path, ending == "vec")
        assert tokens == words and values.astype("<f4").tobytes() == wide.tobytes(), ending
        for other in folder.glob("all.vocab.txt"):
            other.unlink()
    if importlib.util.find_spec("gensim"):
        from gensim.models import KeyedVectors
        for ending in ("vec", "bin"):
            loaded = KeyedVectors.load_word2vec_format(folder / f"all.{ending}", binary=ending == "bin")
            assert loaded.index_to_key == words and loaded.vectors.tobytes() == wide.tobytes()
        print("gensim reads .vec and .bin too")


def check_again(folder):
    """The program reads what it writes: the same rows by the same names."""
    matrix, _ = sample("run2")
    for ending in ("safetensors", "npy", "npz", "vec", "txt", "bin", "tsv"):
        first = folder / f"first.{ending}"
        run(SAMPLE / "run2.npy", "-o", first)
        again = folder / "again.npy"
        run(first, "-o", again, "--dtype", "f64")
        assert np.load(again).tobytes() == matrix.astype("<f8").tobytes(), ending
        assert (folder / "again.vocab.txt").read_bytes() == (SAMPLE / "run2.vocab.txt").read_bytes(), ending
        for path in folder.iterdir():
            path.unlink()


def prepared(x, remove, whiten, dims):
    x = x - x.mean(axis=0)
    if remove:
        top = np.linalg.svd(x, full_matrices=False)[2][:remove]
        x = x - x @ top.T @ top
    if whiten or dims:
        values, directions = np.linalg.svd(x, full_matrices=False)[1:]
        keep = dims or int((values > 1e-9 * values[0]).sum())
        directions = directions[:keep] * np.sign(directions[np.arange(keep), np.abs(directions[:keep]).argmax(axis=1)])[:, None]
        x = x @ directions.T
        if whiten:
            x = x * np.sqrt(len(x) - 1) / values[:keep]
    return x


def check_preprocessing(folder):
    matrix, words = sample()
    x = matrix.astype(np.float64)
    path = folder / "out.npy"
    worst = 0.0
    for remove, whiten, dims, unit in ((0, False, None, False), (3, False, None, True), (0, True, None, False),
                                       (2, True, 10, False), (0, False, 7, True), (1, True, None, True)):
        options = ["--center"] + ["--remove-top", remove] * bool(remove) + ["--whiten"] * whiten
        options += ["--dims", dims] * bool(dims) + ["--unit"] * unit
        result = run(SAMPLE / "run1.npy", "-o", path, "--dtype", "f64", *options)
        wanted = prepared(x, remove, whiten, dims)
        if unit:
            wanted = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
        got = np.load(path)
        assert got.shape == wanted.shape == (result["rows"], result["dim"]), (got.shape, wanted.shape)
        error = np.abs(got - wanted).max() / np.abs(wanted).max()
        worst = max(worst, error)
        assert error <= FP64, (options, error)
        if whiten and not unit:
            assert np.abs(np.cov(got.T) - np.eye(got.shape[1])).max() < 1e-10
        # f32 is what is written by default, rounded once.
        run(SAMPLE / "run1.npy", "-o", path, *options)
        narrow = np.load(path)
        assert narrow.dtype == np.dtype("<f4") and (narrow == got.astype("<f4")).all()
    # Chosen rows, which alone make up the mean.
    run(SAMPLE / "run1.npy", "-o", path, "--dtype", "f64", "--center", "--limit", 50)
    assert np.abs(np.load(path) - (x[:50] - x[:50].mean(axis=0))).max() < FP64
    assert labels(folder / "out.vocab.txt") == words[:50]
    for option in ("--dims", "--remove-top"):
        assert option in run(SAMPLE / "run1.npy", "-o", path, option, 10**6, code=2)
    return worst


def check_types(folder):
    """Rounded once to the nearest, ties to even; what is too large is refused."""
    random = np.random.default_rng(20261126)
    values = np.concatenate([random.standard_normal(4000) * 2.0 ** random.integers(-30, 15, 4000),
                             [0.0, -0.0, 1 + 2**-11, 1 + 3 * 2**-11, 65504.0, 65519.9, 2**-25, 2**-24 * 1.5, 6e-8, 1e-45]])
    values = values[:len(values) // 5 * 5].reshape(-1, 5)
    np.save(folder / "in.npy", values)
    path = folder / "out.safetensors"
    run(folder / "in.npy", "-o", path, "--dtype", "f16")
    assert safetensors_rows(path).tobytes() == values.astype("<f2").tobytes()
    run(folder / "in.npy", "-o", path, "--dtype", "f32")
    assert safetensors_rows(path).tobytes() == values.astype("<f4").tobytes()
    run(folder / "in.npy", "-o", path)
    assert safetensors_rows(path).tobytes() == values.tobytes()
    single = values.astype("<f4")
    np.save(folder / "single.npy", single)
    run(folder / "single.npy", "-o", path, "--dtype", "bf16")
    bits = single.view("<u4")
    nearest = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")
    assert safetensors_rows(path).tobytes() == nearest.tobytes()
    np.save(folder / "large.npy", np.array([[1.0, 2.0], [1.0, 70000.0]]))
    assert "row 1: the number 70000 is beyond" in run(folder / "large.npy", "-o", path, "--dtype", "f16", code=3)
    np.save(folder / "large.npy", np.array([[1.0, 3.5e38]]))
    assert "beyond" in run(folder / "large.npy", "-o", path, "--dtype", "f32", code=3)
    assert ".bin holds f32" in run(SAMPLE / "run1.npy", "-o", folder / "x.bin", "--dtype", "f64", code=2)
    # Rows of zeros are rows where no length is divided by.
    np.save(folder / "zeros.npy", np.array([[0.0, 0.0], [1.0, 2.0]]))
    run(folder / "zeros.npy", "-o", path)
    assert safetensors_rows(path).tolist() == [[0, 0], [1, 2]]
    assert "row 0 (zero)" in run(folder / "zeros.npy", "-o", path, "--unit", code=3)


def check_tokens(folder):
    """Any tokens beside an array; where a format cannot hold one, its row is named."""
    matrix = np.arange(2.0 * len(ODD)).reshape(-1, 2) + 0.5
    np.save(folder / "odd.npy", matrix)
    (folder / "odd.vocab.txt").write_text(json.dumps({token: row for row, token in enumerate(ODD)}))
    run(folder / "odd.npy", "-o", folder / "copy.safetensors")
    written = json.loads((folder / "copy.vocab.txt").read_text())
    assert written == {token: row for row, token in enumerate(ODD)}
    run(folder / "copy.safetensors", "-o", folder / "third.npz")
    assert (folder / "third.vocab.txt").read_bytes() == (folder / "copy.vocab.txt").read_bytes()
    result = run(folder / "odd.npy", "-o", folder / "odd_copy.tsv")
    assert labels(folder / "odd_copy_metadata.tsv")[4:6] == ["x\\ty", "line\\nend"]
    assert "stand escaped" in " ".join(result["notes"])
    for ending, row in (("vec", 4), ("bin", 1), ("txt", 1)):
        error = run(folder / "odd.npy", "-o", folder / f"no.{ending}", "--dtype", "f32", code=3)
        assert f"row {row}: the token" in error and not (folder / f"no.{ending}").exists(), error
    plain = folder / "plain.npy"
    np.save(plain, matrix)
    assert "has no vocabulary" in run(plain, "-o", folder / "no.vec", code=2)
    result = run(plain, "-o", folder / "alone.npy")
    assert result["tokens"] is None and not (folder / "alone.vocab.txt").exists()


def check_names(folder):
    """No file of tokens comes to lie beside a matrix that it does not name."""
    matrix, words = sample()
    np.save(folder / "mine.npy", matrix)
    (folder / "mine.vocab.txt").write_text("".join(word + "\n" for word in words))
    run(folder / "mine.npy", "-o", folder / "mine.safetensors")  # the same tokens: nothing is replaced
    assert "names other rows" in run(folder / "mine.npy", "-o", folder / "mine.npz", "--limit", 5, code=2)
    assert labels(folder / "mine.vocab.txt") == words and not (folder / "mine.npz").exists()
    run(folder / "mine.npy", "-o", folder / "part.npy", "--limit", 5)
    run(folder / "mine.npy", "-o", folder / "part.npy", "--limit", 7)  # both are replaced
    assert len(np.load(folder / "part.npy")) == len(labels(folder / "part.vocab.txt")) == 7
    bare = folder / "bare.npy"
    np.save(bare, matrix)
    assert "would name its rows" in run(bare, "-o", folder / "part.npz", code=2)
    error = run(bare, "-o", folder / "x.parquet", code=2)
    assert ".safetensors, .npy" in error, error


def main():
    with tempfile.TemporaryDirectory() as name:
        worst = 0.0
        for check in (check_formats, check_again, check_preprocessing, check_types, check_tokens, check_names):
            folder = pathlib.Path(name) / check.__name__
            folder.mkdir()
            worst = check(folder) or worst
    print(f"all formats as their readers expect them; preprocessing off by {worst:.2g} at most")


if __name__ == "__main__":
    main()
