#!/usr/bin/env python3
"""The program on models in the local cache: what `list` shows of them, and one opened by its name.

    cached_test.py GRAMIAN"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "formats/crosschecks"))
import crosscheck_models as made  # noqa: E402


def main(program):
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        cache = directory / "hub"
        environment = dict(os.environ, HF_HUB_CACHE=str(cache))

        def run(*arguments, code=0):
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment)
            assert done.returncode == code, (arguments, done.returncode, done.stderr)
            return done.stdout if code == 0 else done.stderr

        assert json.loads(run("list", "--json"))["matrices"] == []
        assert "no matrices" in run("list")
        for number, make in enumerate((made.gpt2, made.llama, made.bert, made.t5)):
            folder = directory / make.__name__
            folder.mkdir()
            make(folder)
            made.cached(cache, folder, "org/" + make.__name__, "%040x" % (number + 11))
        broken = cache / "models--org--broken/snapshots" / ("%040x" % 1)
        broken.mkdir(parents=True)

        listed = json.loads(run("list", "--json"))
        assert listed["cache"] == str(cache)
        found = [(m["model"], m["tensor"], m["rows"], m["dim"], m["dtype"], m["tied"]) for m in listed["matrices"]]
        assert found == [("org/bert", "embeddings.word_embeddings.weight", 9, 4, "F32", None),
                         ("org/gpt2", "wte.weight", 12, 8, "F32", True),
                         ("org/llama", "model.embed_tokens.weight", 20, 8, "F16", False),
                         ("org/llama", "lm_head.weight", 20, 8, "F16", False),
                         ("org/t5", "shared.weight", 128, 6, "F32", False),
                         ("org/t5", "lm_head.weight", 128, 6, "F32", False)], found
        assert len(listed["notes"]) == 1 and "org/broken was passed over" in listed["notes"][0], listed["notes"]
        table = run("list")
        for word in ("org/gpt2", "wte.weight", "12 x 8", "tied", "not tied", "no output matrix"):
            assert word in table, table

        # The cache names large files by their SHA-256, here an invented one: it is taken and not computed.
        inspected = json.loads(run("inspect", "hf:org/gpt2", "--json"))
        blob = os.path.basename(os.path.realpath(inspected["inputs"][0]["path"]))
        assert len(blob) == 64 and inspected["inputs"][0]["sha256"] == blob
        # A result says whether a sum is of the bytes, or what the cache had them down for.
        sums = {os.path.basename(file["path"]): file["sha256_from"] for file in inspected["inputs"][0]["files"]}
        assert sums["model.safetensors"] == "name" and "content" in sums.values(), sums
        assert inspected["tokens"] == 12 and any("org/gpt2, commit" in note for note in inspected["notes"])
        # T5 has more rows than tokens; those without are left out.
        assert json.loads(run("stats", "org/t5#in", "--json"))["rows_used"] == 100
        assert "hf download org/absent" in run("inspect", "hf:org/absent", code=2)
    print("the program finds and opens cached models")


if __name__ == "__main__":
    main(sys.argv[1])
