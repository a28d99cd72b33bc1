#!/usr/bin/env python3
"""Compares the reader of gensim's files with gensim.

    crosscheck_gensim.py OPEN_MATRIX

Exits with 77 where gensim is not installed (PyPI: gensim; its 28 MB are not in tests/requirements.txt)."""

import pathlib
import pickle
import sys
import tempfile

import numpy as np
from crosscheck import Opened, need, same_bits

gensim = need("gensim")


def check(program, path, vectors, converted=False):
    opened = Opened(program, path)
    assert opened.ok, opened.error
    assert opened.format == "gensim" and opened.converted == converted
    assert opened.tokens == [key.encode() for key in vectors.index_to_key]
    assert same_bits(opened.values, np.ascontiguousarray(vectors.vectors)), path
    return opened


def main(program):
    sentences = [["a", "b", "c", "\u65e5\u672c"], ["b", "c", "d"], ["e", "a", "b"]] * 20
    options = {"vector_size": 5, "min_count": 1, "workers": 1, "epochs": 1, "seed": 1}
    model = gensim.models.Word2Vec(sentences, **options)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        for protocol in (2, 3, 4, 5):
            path = directory / f"{protocol}.kv"
            model.wv.save(str(path), pickle_protocol=protocol)
            check(program, path, model.wv, converted=protocol == 2)
            path = path.with_suffix(".model")
            model.save(str(path), pickle_protocol=protocol)
            check(program, path, model.wv, converted=protocol == 2)
        path = directory / "apart.kv"
        model.wv.save(str(path), separately=["vectors"])
        opened = check(program, path, model.wv)
        beside = str(path) + ".vectors.npy"
        assert opened.files == [str(path), beside], opened.files
        pathlib.Path(beside).unlink()
        refused = Opened(program, path)
        assert not refused.ok and beside in refused.error and "missing" in refused.error, refused.error
        # Large arrays of a model lie beside it by themselves.
        model.wv.vectors = np.ones((len(model.wv), 5), np.float32)
        path = directory / "large.model"
        model.save(str(path), sep_limit=1)
        opened = check(program, path, model.wv)
        assert opened.files[1:] == [str(path) + ".wv.vectors.npy"], opened.files

        for words, word in ((["a", 3], "an integer among its words"), (["a"], "1 words and 2 vectors")):
            vectors = gensim.models.KeyedVectors(2)
            vectors.index_to_key, vectors.vectors = words, np.ones((2, 2), np.float32)
            path.write_bytes(pickle.dumps(vectors, 4))
            refused = Opened(program, path)
            assert not refused.ok and word in refused.error, refused.error
        gensim.models.FastText(sentences, bucket=50, **options).save(str(path))
        refused = Opened(program, path)
        assert not refused.ok and "n-grams" in refused.error and "save_word2vec_format" in refused.error, refused.error
        phrases = directory / "phrases"
        gensim.models.Phrases(sentences).save(str(phrases))
        refused = Opened(program, phrases)
        assert not refused.ok and "gensim.models.phrases" in refused.error, refused.error
    print(f"the same as gensim {gensim.__version__}")


if __name__ == "__main__":
    main(sys.argv[1])
