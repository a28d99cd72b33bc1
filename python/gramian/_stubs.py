"""__init__.pyi: what editors and type checkers read. Made of the descriptions of questions and of the schema of their
answers, when the extension is built.

    python -m gramian._stubs FILE
"""

import inspect
import sys
import textwrap

from gramian import _answers, _questions

_HEAD = '''\
# Made by gramian/_stubs.py.
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal, Sequence

from numpy import ndarray
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

__version__: str

'''


class _Types:
    """Annotations of values, and the classes that they name."""

    def __init__(self):
        self.classes = {}  # path: lines

    def of(self, schema, path):
        schema, name = _answers.resolved(schema)
        path = name if name is not None else path
        options = _answers.alternatives(schema)
        if options:
            return " | ".join(dict.fromkeys(self.of(each, path) for each in options))
        kinds = schema.get("type")
        if "const" in schema or "enum" in schema:
            return f"Literal[{', '.join(repr(each) for each in schema.get('enum', [schema.get('const')]))}]"
        if _answers.is_record(schema) or kinds == "object":
            return self._object(schema, path)
        if kinds == "array":
            return self._array(schema, path)
        if _answers.is_number(schema):
            return _answers.is_number(schema)
        names = {"string": "str", "boolean": "bool", "null": "None", "number": "float", "integer": "int"}
        return " | ".join(names[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds or [])) or "Any"

    def _object(self, schema, path):
        if not _answers.is_record(schema):
            inner = schema.get("additionalProperties")
            return f"dict[str, {self.of(inner, path) if isinstance(inner, dict) else 'Any'}]"
        title = _answers.described(path)[1]
        if path not in self.classes:
            self.classes[path] = None
            lines = ["@dataclass(frozen=True, eq=False)", f"class {title}:"]
            kinds = {key: [(of, f"{path}.{key}")] for key, of in schema["properties"].items()}
            lines += self.fields(kinds, schema.get("required", ()))
            self.classes[path] = lines
        return title

    def fields(self, kinds, required):
        """Lines of fields. `kinds`: by key, every schema that its value may have, and the path of that."""
        lines = []
        for key, *default in _answers.fields_of(kinds, required):
            name = next(each for each in kinds if _answers.field_name(each) == key)
            kind = " | ".join(dict.fromkeys(self.of(schema, path) for schema, path in kinds[name]))
            if default and "None" not in kind.split(" | "):
                kind += " | None"
            lines.append(f"    {key}: {kind}{' = ...' if default else ''}")
        return lines

    def _array(self, schema, path):
        if "prefixItems" in schema:
            parts = [self.of(each, path) for each in schema["prefixItems"]]
            return f"tuple[{parts[0]}, ...]" if "items" in schema and len(set(parts)) == 1 else f"tuple[{', '.join(parts)}]" if "items" not in schema else "tuple[Any, ...]"
        items = schema.get("items", {})
        if _answers.numeric(items):
            return "ndarray"
        return f"tuple[{self.of(items, path + '.[]')}, ...]"


def _answer(question, types):
    variants = _answers.variants(question.name)
    properties = {}
    for variant in variants:
        for key, schema in _answers.properties(variant).items():
            properties.setdefault(key, []).append((schema, f"{variant}.{key}"))
    required = set.intersection(*(set(_answers.definition(variant).get("required", ())) for variant in variants))
    lines = ["@dataclass(frozen=True, eq=False)", f"class {question.class_name}Answer(Answer):"]
    lines += types.fields(properties, required)
    for files, text in question.files:
        for file in files.split(", "):
            stem, _, ending = file.rpartition(".")
            name = stem.removeprefix(question.name + ".").replace(".", "_")
            if ending in ("npy", "npz") and name not in properties:
                lines += ["    @property", f"    def {name}(self) -> {'csr_matrix' if ending == 'npz' else 'ndarray | Any'}: ..."]
    for name, method in vars(_answers.answer_class(question.name).__mro__[1]).items():
        if _answers.answer_class(question.name).__mro__[1] is not _answers.Answer and not name.startswith("_"):
            lines.append(f"    def {name}{inspect.signature(method)}: ...")
    if question.name in properties:
        lines.append("    def __getattr__(self, name: str) -> Any: ...")
    return lines


def _documented(text, indent="    "):
    return textwrap.indent('"""' + text.replace("\\", "\\\\") + '\n"""', indent)


def _function(name, question):
    function = _questions.named(name)
    return [f"def {name}{_spelled(inspect.signature(function))}:", _documented(function.__doc__), "    ..."]


def _spelled(signature, first=""):
    parts = [first] if first else []
    starred = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        star = ""
        if parameter.kind is parameter.VAR_POSITIONAL:
            star, starred = "*", True
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parts.append(f"{star}{parameter.name}: {parameter.annotation}{default}")
    end = "" if signature.return_annotation is signature.empty else f" -> {signature.return_annotation}"
    return f"({', '.join(parts)}){end}"


def _plain(source):
    """The class as it is written, without what its functions do."""
    lines = []
    for name, member in vars(source).items():
        if name.startswith("_") and name not in ("__init__", "__len__", "__getitem__", "__contains__", "__array__", "__arrow_c_stream__", "__dlpack__", "__dlpack_device__", "__iter__"):
            continue
        text = inspect.getdoc(member)
        if isinstance(member, property):
            lines += ["    @property", f"    def {name}(self): ..."] if not text else ["    @property", f"    def {name}(self):", _documented(text, "        "), "        ..."]
        elif isinstance(member, classmethod):
            lines += ["    @classmethod", f"    def {name}{inspect.signature(member.__func__)}: ..."]
        elif inspect.isfunction(member):
            lines.append(f"    def {name}{inspect.signature(member)}: ...")
    return lines


def text():
    """The whole file."""
    import gramian

    types = _Types()
    parts = []
    own = (gramian.Embedding, gramian.DeviceArray, gramian.Table, gramian.Files, gramian.Answer)
    for source in own:
        base = "(Mapping[str, bytes])" if source is gramian.Files else ""
        parts.append([f"class {source.__name__}{base}:", _documented(inspect.getdoc(source)), *_plain(source)])
    answers = []
    for question in _questions.all().values():
        made = _questions.named(question.class_name)
        fields = [f"    {each.name}: {each.annotation if each.kind is not each.VAR_POSITIONAL else f'tuple[{each.annotation}, ...]'}" for each in inspect.signature(made).parameters.values()]
        answers.append(_answer(question, types))
        parts.append(["@dataclass(frozen=True)", f"class {question.class_name}:", *fields, f"    def __init__{_spelled(inspect.signature(made), 'self')} -> None: ..."])
        for name in filter(None, (question.name, question.also)):
            parts.append(_function(name, question))
    for name in ("open", "questions", "ask"):
        function = getattr(gramian, name)
        parts.append([f"def {name}{inspect.signature(function)}:", _documented(inspect.getdoc(function)), "    ..."])
    parts[len(own) : len(own)] = [*types.classes.values(), *answers]
    return _HEAD + "\n\n".join("\n".join(part) for part in parts) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(text())
