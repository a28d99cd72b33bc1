"""Functions, classes and stubs follow the descriptions that the program itself is made from."""

import ast
import dataclasses
import inspect
import pathlib

import pytest

import gramian as gr
from gramian import _core, _questions, _stubs


@pytest.fixture(scope="module")
def stubs():
    return pathlib.Path(gr.__file__).with_name("__init__.pyi").read_text(encoding="utf-8")


@pytest.mark.parametrize("described", _core.questions(), ids=lambda each: each["name"])
def test_a_function_has_every_option(described):
    question = _questions.all()[described["name"]]
    function = getattr(gr, described["name"])
    parameters = inspect.signature(function).parameters
    assert [option["name"] for option in described["options"]] == [option.name for option in question.options]
    for told, option in zip(described["options"], question.options):
        parameter = parameters[option.argument]
        if told["required"]:
            assert parameter.default is inspect.Parameter.empty
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            default = told["default"]
            assert parameter.default == (tuple(default) if isinstance(default, list) else default or (default if default != "" else None))
        assert option.argument + ":" in function.__doc__
    assert described["summary"] in function.__doc__
    for key, _ in described["keys"]:
        assert f"    {key}:" in function.__doc__


def test_stubs_are_those_that_are_made_now(stubs):
    assert stubs == _stubs.text()


def test_stubs_are_python_and_name_everything(stubs):
    tree = ast.parse(stubs)
    names = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    public = {name for name in dir(gr) if not name.startswith("_")}
    assert public - {"sklearn"} <= names
    of_stats = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "stats")
    taken = of_stats.args
    arguments = [each.arg for each in [*taken.args, *filter(None, [taken.vararg]), *taken.kwonlyargs]]
    assert arguments == list(inspect.signature(gr.stats).parameters)


def test_fields_of_answers_are_those_of_the_stubs(stubs, run1):
    tree = ast.parse(stubs)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    answer = gr.stats(run1, limit=50)
    pending = [answer]
    while pending:
        thing = pending.pop()
        fields = [each.target.id for each in classes[type(thing).__name__].body if isinstance(each, ast.AnnAssign)]
        assert fields == [field.name for field in dataclasses.fields(thing)]
        pending += [each for each in vars(thing).values() if dataclasses.is_dataclass(each) and type(each).__name__ in classes and each is not thing]
    assert "StatsAnswer" in classes and "Moments" in classes


def test_answers_are_frozen(run1):
    answer = gr.stats(run1, limit=50)
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.distribution = None
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.distribution.median = 0.0
    with pytest.raises(AttributeError, match="distribution"):
        answer.nothing_of_the_kind


def test_unknown_names():
    with pytest.raises(AttributeError, match="stats"):
        gr.statistics
    with pytest.raises(TypeError, match="quantile"):
        gr.stats("x.npy", quantile=[0.5])
    assert set(gr.questions()) <= set(dir(gr))
