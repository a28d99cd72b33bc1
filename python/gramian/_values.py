"""Arguments of Python as values of options."""

import contextlib
import os
import pathlib
import tempfile

from gramian._embedding import Embedding, embedding


def _same(value, default):
    """Whether an argument is as good as not given."""
    return type(value) is type(default) and isinstance(value, (bool, int, float, str, tuple)) and value == default


class Given:
    """What one call gives to the extension: values by option, and matrices by the name that stands for them."""

    def __init__(self):
        self.matrices = {}
        self._texts = contextlib.ExitStack()
        self.temporary = {}  # paths of texts that were given as such, and what results shall call them

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._texts.__exit__(*error)

    def values(self, question, arguments):
        """Of a question, by the names of the program."""
        values = {}
        for option in question.options:
            value = arguments.get(option.argument)
            if value is None or _same(value, option.default) or (option.repeated and option.place and not len(value)):
                continue
            values[option.name] = self._value(option, value)
        self._check_vocabularies(question, values, arguments)
        return values

    def _value(self, option, value):
        if option.names == "matrix":
            if option.repeated:
                return [self._matrix(each) for each in value]
            return self._matrix(value)
        if option.argument == "text" and isinstance(value, str):
            return self._text(value)
        if option.argument == "token_ids" and not isinstance(value, (str, os.PathLike)):
            return self._text("".join(f"{int(each)}\n" for each in value), "token_ids.txt")
        if option.kind in ("path", "str") and isinstance(value, os.PathLike):
            return os.fspath(value)
        if option.kind == "str" and not isinstance(value, str):
            return str(value)
        if option.kind == "texts":
            return value if isinstance(value, str) else [str(each) for each in value]
        if option.kind == "numbers" and not isinstance(value, str):
            return [float(each) for each in value] if hasattr(value, "__iter__") else [float(value)]
        if option.kind == "bool":
            return bool(value)
        return value

    def _matrix(self, thing):
        if isinstance(thing, (str, os.PathLike)) and not isinstance(thing, Embedding):
            return os.fspath(thing)
        matrix = embedding(thing)
        name, number = matrix.path, 1
        while name in self.matrices and self.matrices[name] is not matrix._opened:
            number += 1
            name = f"{matrix.path} ({number})"
        self.matrices[name] = matrix._opened
        return name

    def _text(self, text, name="text"):
        folder = self._texts.enter_context(tempfile.TemporaryDirectory(prefix="gramian-"))
        path = pathlib.Path(folder, name)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        self.temporary[str(path)] = name
        return str(path)

    def _check_vocabularies(self, question, values, arguments):
        if "vocab" not in values and "vocab2" not in values:
            return
        for option in question.options:
            if option.names == "matrix" and values.get(option.name) in self.matrices:
                raise ValueError("vocab goes with a path; of an Embedding, give it to gr.open, or tokens to gr.Embedding")
