"""Every question as a function and as a class, made from what the program itself is made from: the names, defaults,
ranges and lines of help that the extension tells of."""

import dataclasses
import functools
import inspect
import keyword
import re

from gramian import _answers, _core, _progress
from gramian._embedding import embedding
from gramian._values import Given

_TYPES = {
    "bool": "bool",
    "int": "int",
    "float": "float",
    "str": "str",
    "texts": "str | Sequence[str]",
    "numbers": "str | Sequence[float]",
    "path": "str | PathLike",
}
MATRIX = "Embedding | str | PathLike | ArrayLike"
_ARRAYS = (
    'where arrays of the answer lie: "numpy"; "device": on the GPU that the first matrix on one lies on; or "cuda:N". There '
    "they are DeviceArray, which torch.from_dlpack shares"
)
_PROGRESS = "True for a bar (tqdm's where it is), or a callable of (label, share done, amount, unit)"


def python_words(text):
    """A line of help with options named as arguments are."""
    return re.sub(r"(?<![\w-])--([a-z][a-z0-9-]*)", lambda match: match[1].replace("-", "_"), text)


class Option:
    """One option of a question, and the argument that it becomes."""

    def __init__(self, described):
        self.name = described["name"]
        self.kind = described["kind"]
        self.names = described["names"]
        self.place = not described["flag"]
        self.required = described["required"]
        self.repeated = self.kind == "texts" and not described["optional"]
        self.least, self.most, self.words = described["least"], described["most"], described["words"]
        self.group = described["group"]
        self.help = python_words(described["help"])
        default = described["default"]
        self.default = tuple(default) if isinstance(default, list) else default
        if self.kind == "str" and self.default == "":
            self.default = None
        self.argument = self.name.lower() if len(self.name) > 2 else self.name

    @property
    def type(self):
        """As an annotation."""
        if self.names == "matrix":
            return f"{MATRIX} | None" if not self.required and not self.repeated else MATRIX
        if self.words:
            return f"Literal[{', '.join(repr(word) for word in self.words)}]"
        kind = _TYPES[self.kind]
        if self.kind == "str" and self.name in ("memory_limit", "threshold"):
            kind = "str | float"
        return kind if self.required or self.default is not None or self.place else f"{kind} | None"

    @property
    def range(self):
        """In words, for the documentation."""
        if self.most is not None:
            return f"from {self.least} to {self.most}"
        if self.least is not None:
            return f"from {self.least} on"
        return ""


class Question:
    """A question: what it is called, what it takes, what it answers."""

    def __init__(self, described):
        self.name = described["name"]
        self.also = described["also"]
        self.summary = described["summary"]
        self.keys, self.files = described["keys"], described["files"]
        self.options = [Option(each) for each in described["options"]]
        taken = set()
        for option in sorted(self.options, key=lambda each: each.place):
            while option.argument in taken or keyword.iskeyword(option.argument) or option.argument in ("progress", "arrays"):
                option.argument += "_"
            taken.add(option.argument)

    @property
    def class_name(self):
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def has_arrays(self):
        return any(file.endswith(".npy") for files, _ in self.files for file in files.split(", "))

    def _first(self):
        return [option for option in self.options if option.required]

    def parameters(self, *, without_first=False):
        """inspect's, with annotations as texts: what is required, what may follow, what is named."""
        kinds = inspect.Parameter
        first = sorted(self._first(), key=lambda option: not option.place)
        parameters = [kinds(o.argument, kinds.POSITIONAL_OR_KEYWORD, annotation=o.type) for o in first]
        if without_first and first and first[0].names == "matrix":
            del parameters[0]
        rest = [option for option in self.options if not option.required]
        places = [option for option in rest if option.place]
        parameters += [
            kinds(o.argument, kinds.POSITIONAL_OR_KEYWORD, default=o.default, annotation=o.type) for o in places if not o.repeated
        ]
        parameters += [
            kinds(o.argument, kinds.VAR_POSITIONAL, annotation=o.type if o.names else "str") for o in places if o.repeated
        ]
        parameters += [
            kinds(o.argument, kinds.KEYWORD_ONLY, default=o.default, annotation=o.type) for o in rest if not o.place
        ]
        return parameters

    def documentation(self, *, of_class=False):
        lines = [f"{self.summary}.", ""]
        for option in self.options:
            matter = [option.range, f"one of {', '.join(option.words)}" if option.words else ""]
            matter = "; ".join(each for each in matter if each)
            star = "*" if option.place and option.repeated else ""
            lines.append(f"{star}{option.argument}: {option.help}{f' ({matter})' if matter else ''}.")
        if not of_class:
            lines.append(f"progress: {_PROGRESS}.")
            if self.has_arrays:
                lines.append(f"arrays: {_ARRAYS}.")
        lines += ["", f"Returns {self.class_name}Answer:"]
        lines += [f"    {key}: {python_words(text)}." for key, text in self.keys]
        if self.files:
            lines.append("and by attribute, or in .files:")
            lines += [f"    {name}: {python_words(text)}." for name, text in self.files]
        return "\n".join(lines)


@functools.cache
def all():
    """Every Question by its name."""
    return {question["name"]: Question(question) for question in _core.questions()}


def names():
    found = set()
    for question in all().values():
        found |= {question.name, question.class_name, question.class_name + "Answer"} | ({question.also} if question.also else set())
    return found


def named(name):
    """The function, the class or the class of answers with this name; None where there is none."""
    for question in all().values():
        if name == question.name or (question.also and name == question.also):
            return _function(question.name)
        if name == question.class_name:
            return _class(question.name)
        if name == question.class_name + "Answer":
            return _answers.answer_class(question.name)
    return None


def _arguments(signature, args, kwargs):
    bound = signature.bind(*args, **kwargs)
    return bound.arguments


@functools.cache
def _function(name):
    question = all()[name]
    progress = inspect.Parameter("progress", inspect.Parameter.KEYWORD_ONLY, default=False, annotation="bool | Callable")
    arrays = inspect.Parameter("arrays", inspect.Parameter.KEYWORD_ONLY, default="numpy", annotation="str")
    own = [progress, arrays] if question.has_arrays else [progress]
    signature = inspect.Signature([*question.parameters(), *own], return_annotation=question.class_name + "Answer")

    def asked(*args, **kwargs):
        arguments = _arguments(signature, args, kwargs)
        return _ask([(question, arguments)], arguments.pop("progress", False), arguments.pop("arrays", "numpy"))[0]

    asked.__name__ = asked.__qualname__ = question.name
    asked.__module__ = "gramian"
    asked.__doc__ = question.documentation()
    asked.__signature__ = signature
    return asked


@functools.cache
def _class(name):
    """A question that waits for its first matrix."""
    question = all()[name]
    parameters = question.parameters(without_first=True)
    signature = inspect.Signature(parameters)

    def __init__(self, *args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for field, value in bound.arguments.items():
            object.__setattr__(self, field, value)

    fields = [(parameter.name, parameter.annotation) for parameter in parameters]
    made = dataclasses.make_dataclass(question.class_name, fields, frozen=True, init=False, namespace={"__init__": __init__, "_question": question})
    made.__module__ = "gramian"
    made.__doc__ = question.documentation(of_class=True)
    made.__signature__ = signature
    return made


def ask_all(E, questions, progress, arrays):
    """Several in one pass."""
    matrix = embedding(E)
    wanted = []
    for asked in questions:
        question = getattr(asked, "_question", None)
        if isinstance(asked, type) or not isinstance(question, Question):
            raise TypeError(f"{asked!r} is no question; give gr.Stats(), gr.Neighbors(k=10), ...")
        arguments = {field.name: getattr(asked, field.name) for field in dataclasses.fields(asked)}
        first = next((option for option in question.options if option.required and option.names == "matrix"), None)
        if first is None:
            raise TypeError(f"{question.name} asks nothing of a matrix")
        wanted.append((question, {**arguments, first.argument: matrix}))
    return tuple(_ask(wanted, progress, arrays)) if wanted else ()


def _gpu(arrays, matrices):
    """The number of the GPU that arrays of answers shall lie on; None for none."""
    if arrays == "numpy":
        return None
    if arrays == "device":
        found = next((matrix.gpu for matrix in matrices if matrix.gpu is not None), None)
        if found is None:
            raise ValueError('arrays="device" is where the matrix lies, and none lies on a GPU; say arrays="cuda:0"')
        return found
    number = re.fullmatch(r"cuda:([0-9]{1,4})", str(arrays))
    if number is None:
        raise ValueError(f'arrays is {arrays!r}: must be "numpy", "device" or "cuda:N"')
    why = _core.why_no_arrays_on(int(number[1]))
    if why:
        raise RuntimeError(f'arrays="{arrays}": no array can lie there ({why}); arrays="numpy" is everywhere')
    return int(number[1])


def _ask(wanted, progress, arrays):
    with Given() as given, _progress.shown(progress) as bar:
        requests = [(question.name, given.values(question, arguments)) for question, arguments in wanted]
        gpu = _gpu(arrays, given.matrices.values())
        asked = _core.ask(requests, given.matrices, bar)
        return [_answers.answer(question, each, given.temporary, gpu) for (question, _), each in zip(wanted, asked)]
