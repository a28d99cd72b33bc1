"""Answers: frozen dataclasses, whose fields are the keys of result.json as docs/result.schema.json describes them, and
arrays by the names of their files."""

import collections.abc
import dataclasses
import functools
import json
import keyword
import pathlib

from gramian import _core

_FOLLOWS = object()


@functools.cache
def schema():
    """docs/result.schema.json."""
    with open(pathlib.Path(__file__).with_name("result.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def definition(name):
    return schema()["$defs"][name] if name in schema()["$defs"] else schema()["properties"][name]


def properties(name):
    """{key: schema} of a definition, without keys that it forbids."""
    return {key: of for key, of in definition(name)["properties"].items() if of is not False}


def field_name(key):
    """A key as an attribute."""
    return key + "_" if keyword.iskeyword(key) else key


def resolved(of):
    """A schema without a reference, and the name that it has."""
    name = None
    of = {} if isinstance(of, bool) else of
    while "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        of = definition(name)
    return of, name


def camel(text):
    return "".join(word[:1].upper() + word[1:] for word in text.replace("-", "_").split("_"))


def is_number(of):
    """"float", "int", or None for what is no number."""
    of, name = resolved(of)
    if name == "number" or of.get("type") in ("number", ["number", "null"]):
        return "float"
    return "int" if of.get("type") == "integer" else None


def _numbers(of):
    """Of what numbers an array, or an array of arrays, is; None where it is of something else."""
    items = resolved(of)[0].get("items")
    return None if items is None or "prefixItems" in resolved(of)[0] else is_number(items)


def numeric(items):
    """"float" or "int" where an array of such items is one of numpy's, of one dimension or of two."""
    kind = is_number(items)
    inner = resolved(items)[0]
    if kind is None and inner.get("type") == "array":
        kind = _numbers(items)
        if kind is None and "prefixItems" in inner and {is_number(each) for each in inner["prefixItems"]} == {"int"}:
            kind = "int"  # bins
    return kind


def is_record(of):
    """Whether an object has the keys that are described and no others."""
    return "properties" in of and of.get("additionalProperties") is False


def alternatives(of):
    return of.get("anyOf") or of.get("oneOf")


def fits(of, value):
    """Whether `value` is of the kind that a schema describes, as far as alternatives differ."""
    of, _ = resolved(of)
    if alternatives(of):
        return any(fits(each, value) for each in alternatives(of))
    kinds = of.get("type")
    if kinds is None and "properties" in of:
        kinds = "object"
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    if isinstance(value, dict):
        return "object" in kinds and set(of.get("required", ())) <= set(value)
    if isinstance(value, list):
        return "array" in kinds and ("items" not in of or not value or fits(of["items"], value[0]))
    if value is None:
        return "null" in kinds
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return not kinds or (number and bool({"number", "integer"} & set(kinds))) or (isinstance(value, str) and "string" in kinds) or (isinstance(value, bool) and "boolean" in kinds)


def fields_of(keys, required):
    """Of a dataclass: what may be missing is None."""
    fields = [(field_name(key), "object") if key in required else (field_name(key), "object", None) for key in keys]
    return sorted(fields, key=len)


@functools.cache
def record_class(name):
    """The dataclass of an object, by its path: "stats", "moments", "of_graph.graph.degree"."""
    of, title = described(name)
    made = dataclasses.make_dataclass(title, fields_of(of["properties"], of.get("required", ())), frozen=True, eq=False)
    made.__module__ = "gramian"
    return made


def _structure(of):
    """Of alternatives, that which has parts."""
    of, _ = resolved(of)
    for each in alternatives(of) or ():
        each, _ = resolved(each)
        if "items" in each or is_record(each):
            return each
    return of


def described(path):
    """The schema at a path of keys below a definition, and the name of its class."""
    first, *keys = path.split(".")
    of = _structure(definition(first))
    for key in keys:
        of = _structure(of["items"] if key == "[]" else of["properties"][key])
    base = camel(first[3:] if first.startswith("of_") else first)
    return of, base + "".join(camel(key) for key in keys if key != "[]")


def typed(of, value, path):
    """`value` of result.json as an answer has it."""
    of, name = resolved(of)
    path = name if name is not None else path
    if alternatives(of):
        chosen = next((each for each in alternatives(of) if fits(each, value)), {})
        return typed(chosen, value, path)
    if isinstance(value, dict):
        if is_record(of):
            return record_class(path)(**{field_name(key): typed(of["properties"][key], each, f"{path}.{key}") for key, each in value.items()})
        inner = of.get("additionalProperties")
        return {key: typed(inner, each, path) if isinstance(inner, dict) else each for key, each in value.items()}
    if isinstance(value, list):
        return _typed_list(of, value, path)
    if value is None and is_number(of) == "float":
        return float("nan")
    return value


def _typed_list(of, value, path):
    import numpy

    if "prefixItems" in of:
        rest = of.get("items", {})
        kinds = of["prefixItems"] + [rest] * (len(value) - len(of["prefixItems"]))
        return tuple(typed(kind, each, path) for kind, each in zip(kinds, value))
    items = of.get("items", {})
    kind = numeric(items)
    if kind is not None:
        return numpy.array(value, dtype=numpy.float64 if kind == "float" else numpy.int64)
    return tuple(typed(items, each, f"{path}.[]") for each in value)


class Files(collections.abc.Mapping):
    """Files of an answer, as `gramian -o` would write them: a mapping from names to bytes. Made when they are asked for."""

    def __init__(self, asked):
        self._asked = asked
        self._names = None

    def _all(self):
        if self._names is None:
            self._names = self._asked.file_names()
        return self._names

    def __getitem__(self, name):
        if name not in self._all():
            raise KeyError(name)
        return bytes(self.view(name))

    def view(self, name):
        """The bytes as an array of uint8."""
        return self._asked.file(name)

    def __iter__(self):
        return iter(self._all())

    def __len__(self):
        return len(self._all())

    def __repr__(self):
        return f"<files: {', '.join(self._all())}>"


class Arrays(collections.abc.Mapping):
    """Arrays of an answer by name, read when they are asked for."""

    def __init__(self, answer):
        self._answer = answer

    def __getitem__(self, name):
        from gramian import _arrays

        file = _array_names(self._answer)[name]
        return _arrays.read(file, self._answer.files.view(file))

    def __iter__(self):
        return iter(_array_names(self._answer))

    def __len__(self):
        return len(_array_names(self._answer))


class Answer:
    """What every answer has: `str(answer)` is the table that the program prints."""

    def to_dict(self, *, files=False):
        """result.json as it would be written; with `files`, those that `-o` would write beside it are listed."""
        result = self._asked.result(files)
        if "text" in result:
            for part in (result["text"], result["settings"]):
                for key, value in part.items():
                    if isinstance(value, str):
                        part[key] = self._temporary.get(value, value)
        return result

    @property
    def files(self):
        """Every file that the program would write beside result.json."""
        return self._files

    @property
    def arrays(self):
        """Every array of the answer by its name, also those that have the name of a key: answer.arrays["per_token"]. Of
        numpy, whatever `arrays` was asked for."""
        return Arrays(self)

    def _on_host(self):
        """The same answer, its arrays numpy's."""
        return self if self._gpu is None else answer(self._question, self._asked, self._temporary)

    @property
    def notes(self):
        """What is to be known about the answer, a sentence each."""
        return tuple(self._told["notes"])

    @property
    def accuracy(self):
        """The error of the cosines, measured on sampled pairs against fp64."""
        return typed(schema()["properties"]["accuracy"], self._told["accuracy"], "accuracy")

    @property
    def sweeps(self):
        """Passes over all pairs."""
        return self._told["sweeps"]

    def save(self, folder):
        """Writes result.json and the files beside it into a folder, which is made where it is not there."""
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.files:
            self.files.view(name).tofile(folder / name) if len(self.files.view(name)) else (folder / name).touch()
        (folder / "result.json").write_text(json.dumps(self.to_dict(files=True), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def table(self):
        """The rows of the answer as a Table, which pandas, polars, duckdb and pyarrow read."""
        from gramian import _tables

        return _tables.table_of(self._on_host())

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table().__arrow_c_stream__(requested_schema)

    def plot(self, ax=None, **options):
        """A figure by the conventions of the field, with matplotlib; returns the axes."""
        from gramian import _plots

        return _plots.plot(self._on_host(), ax, **options)

    def __str__(self):
        return self._asked.words()

    def _repr_html_(self):
        from gramian import _html

        return _html.of(self)

    def __getattr__(self, name):
        if name.startswith("_") and not name.startswith("__"):
            raise AttributeError(name)
        if not name.startswith("_"):
            found = _attribute(self, name)
            if found is not _FOLLOWS:
                return found
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}; it has {', '.join(dir(self))}")

    def __dir__(self):
        return sorted({field.name for field in dataclasses.fields(self)} | set(_array_names(self)) | {name for name in vars(Answer) if not name.startswith("_")})


def _array_names(answer):
    """{attribute: file} of the arrays of an answer."""
    names = {}
    for file in answer.files:
        stem, dot, ending = file.rpartition(".")
        if ending in ("npy", "npz"):
            names[stem.removeprefix(answer._question.name + ".").replace(".", "_")] = file
    return names


def _attribute(answer, name):
    if name in answer.arrays:
        found = _wherever(answer, answer.arrays[name])
        vars(answer)[name] = found  # a frozen dataclass keeps it there
        return found
    same = vars(answer).get(answer._question.name)
    return getattr(same, name, _FOLLOWS) if dataclasses.is_dataclass(same) else _FOLLOWS


def _wherever(answer, array):
    """The array where it was asked for; what is sparse stays with scipy."""
    from gramian import _arrays

    return array if answer._gpu is None or not hasattr(array, "__array_interface__") else _arrays.DeviceArray(array, answer._gpu)


def variants(name):
    """Names of the definitions that an answer of a question may have."""
    of = definition(f"of_{name}")
    return [each["$ref"].rpartition("/")[2] for each in alternatives(of)] if alternatives(of) else [f"of_{name}"]


@functools.cache
def answer_class(name):
    """The class of a question's answers. Where there are several kinds of them, what is not in all is optional."""
    kinds = [definition(variant) for variant in variants(name)]
    keys = {key: None for variant in variants(name) for key in properties(variant)}
    required = set.intersection(*(set(kind.get("required", ())) for kind in kinds))
    from gramian import _adapters

    bases = (_adapters.OF[name], Answer) if name in _adapters.OF else (Answer,)
    made = dataclasses.make_dataclass(camel(name) + "Answer", fields_of(keys, required), bases=bases, frozen=True, eq=False)
    made.__module__ = "gramian"
    return made


def answer(question, asked, temporary, gpu=None):
    """The answer that the extension has; `gpu`: where its arrays shall lie."""
    told = asked.told()
    variant = next(each for each in variants(question.name) if set(definition(each).get("required", ())) <= set(told))
    fields = {
        field_name(key): typed(of, told[key], f"{variant}.{key}") for key, of in properties(variant).items() if key in told
    }
    made = answer_class(question.name)(**fields)
    text = fields.get("text")
    if text is not None and dataclasses.is_dataclass(text) and text.path in temporary:
        vars(made)["text"] = dataclasses.replace(text, path=temporary[text.path])
    vars(made).update(_asked=asked, _question=question, _told=told, _temporary=dict(temporary), _gpu=gpu, _files=Files(asked))
    return made
