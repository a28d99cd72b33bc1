"""Every function answers what the program answers: all examples of all questions are put to both."""

import pathlib
import shlex
import subprocess

import numpy
import pytest

import gramian as gr
from conftest import ENVIRONMENT, PROGRAM, SOURCE
from gramian import _core, _questions

# What differs between two runs of the program itself, and the communities, which are igraph's there and here those of
# whatever library there is.
TIMES = {"timing"}
COMMUNITIES = {"communities", "modularity", "communities_by", "community_sizes", "communities_on", "community_members"}


def translated(words):
    """The call that a command line is: function, arguments by position, arguments by name."""
    words = shlex.split(words)
    question = next(each for each in _questions.all().values() if words[0] in (each.name, each.also))
    described = next(each for each in _core.questions() if each["name"] == question.name)["options"]
    flags = {each["flag"]: option for each, option in zip(described, question.options) if each["flag"]}
    flags.update({"-k": flags["-k"]} if "-k" in flags else {})
    places, names, words = [], {}, words[1:]
    while words:
        word = words.pop(0)
        if word == "-o" and "--output" not in flags:
            words.pop(0)
        elif word not in flags:
            places.append(word)
        elif flags[word].kind == "bool":
            names[flags[word].argument] = True
        else:
            option, value = flags[word], words.pop(0)
            if option.repeated:
                names.setdefault(option.argument, []).append(value)
            elif option.argument == "text":
                names[option.argument] = pathlib.Path(value)
            else:
                names[option.argument] = int(value) if option.kind == "int" else float(value) if option.kind == "float" else value
    return question.name, places, names


def examples():
    for question in _core.questions():
        writes = any(option["flag"] == "--output" for option in question["options"])
        for words, _ in [] if writes or question["name"] == "bench" else question["examples"]:
            files = [word for word in shlex.split(words) if word.endswith((".npy", ".safetensors"))]
            if files and all((SOURCE / file).is_file() for file in files):
                yield words


def without(result, keys):
    if isinstance(result, dict):
        return {key: without(value, keys) for key, value in result.items() if key not in keys}
    return [without(value, keys) for value in result] if isinstance(result, list) else result


def compared(result, *, of_graph):
    result = without(result, TIMES)
    if of_graph:
        result = without(result, COMMUNITIES)
        result["files"] = [file for file in result["files"] if file["name"] not in ("communities.npy", "nodes.tsv", "ring.svg", "graph.gexf", "graph.graphml")]
    return result


@pytest.mark.parametrize("words", list(examples()))
def test_an_example(words, program, monkeypatch):
    monkeypatch.chdir(SOURCE)
    name, places, names = translated(words)
    command = [word for word in shlex.split(words)]
    if "-o" in command:
        del command[command.index("-o") : command.index("-o") + 2]
    answer = getattr(gr, name)(*places, **names)
    got, wanted = answer.to_dict(files=True), program(*command)
    assert compared(got, of_graph=name == "graph") == compared(wanted, of_graph=name == "graph")
    assert list(got) == list(wanted)
    assert str(answer) and answer._repr_html_()


@pytest.fixture
def hidden(tmp_path):
    path = tmp_path / "hidden.npy"
    numpy.save(path, numpy.random.default_rng(7).normal(size=(3, 100)).astype(numpy.float32))
    return path


def test_unembed(hidden, program, sample):
    wanted = program("unembed", sample / "run1.npy", hidden, "-k", "4", "--temperature", "2")
    got = gr.unembed(sample / "run1.npy", hidden, k=4, temperature=2)
    assert without(got.to_dict(files=True), TIMES) == without(wanted, TIMES)
    assert got.predictions_rows.shape == (3, 4)
    assert got.entropy.dtype == numpy.float64


def test_synth(tmp_path, program):
    given = {"mean_cosine": 0.5, "dtype": "f16", "seed": 3}
    got = gr.synth(7, 5, tmp_path / "ours.npy", **given).to_dict()
    subprocess.run([PROGRAM, "synth", "7", "5", "-o", tmp_path / "theirs.npy", "--mean-cosine", "0.5", "--dtype", "f16", "--seed", "3", "-q"], env=ENVIRONMENT, check=True)
    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "theirs.npy").read_bytes()
    assert (got["rows"], got["dim"], got["dtype"]) == (7, 5, "f16")


def test_transform(tmp_path, program, sample):
    done = subprocess.run([PROGRAM, "transform", sample / "run1.npy", "-o", tmp_path / "theirs.npy", "--center", "--unit", "-q"], env=ENVIRONMENT)
    assert done.returncode == 0
    answer = gr.transform(gr.open(sample / "run1.npy"), tmp_path / "ours.npy", center=True, unit=True)
    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "theirs.npy").read_bytes()
    rows = numpy.load(sample / "run1.npy").astype(float)
    rows -= rows.mean(axis=0)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    assert gr.open(tmp_path / "ours.npy").numpy() == pytest.approx(rows, abs=1e-6)
    assert (answer.rows, answer.dim) == rows.shape


def test_what_asks_nothing_of_a_matrix(program):
    for name in ("devices", "list"):
        assert without(getattr(gr, name)().to_dict(files=True), TIMES) == without(program(name), TIMES)


def test_bench_answers():
    bench = gr.bench(400, 32, threads=1).bench
    assert (bench.n, bench.dim) == (400, 32)
    assert bench.sweep_seconds > 0


def test_every_question_is_put_to_both():
    asked = {translated(words)[0] for words in examples()} | {"unembed", "synth", "transform", "devices", "list", "bench"}
    assert asked == set(gr.questions()), "a question without an example on the sample needs a test of its own here"


def test_several_in_one_pass(run1):
    alone = gr.stats(run1), gr.neighbors(run1, all=True, k=3)
    stats, near = gr.ask(run1, gr.Stats(), gr.Neighbors(all=True, k=3))
    assert stats.to_dict()["timing"]["sweep"] == near.to_dict()["timing"]["sweep"], "each made a pass of its own"
    assert stats.sweeps == near.sweeps == 1
    assert numpy.array_equal(near.indices, alone[1].indices)
    assert stats.distribution.median == pytest.approx(alone[0].distribution.median, abs=1e-6)
    assert stats.distribution.pairs == alone[0].distribution.pairs


def test_several_over_different_rows_are_several_passes(run1):
    every, few = gr.ask(run1, gr.Stats(), gr.Stats(limit=100))
    assert every.distribution.pairs != few.distribution.pairs
    assert few.to_dict()["distribution"] == gr.stats(run1, limit=100).to_dict()["distribution"]


def test_one_of_several_fails(run1):
    with pytest.raises(ValueError, match="quantile 2.* is not between"):
        gr.ask(run1, gr.Neighbors(all=True, k=3), gr.Stats(quantiles=[2.0]))
    with pytest.raises(TypeError, match="no question"):
        gr.ask(run1, gr.Stats)
    assert gr.ask(run1) == ()
