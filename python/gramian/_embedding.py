"""Matrices that questions are asked of."""

import os

from gramian import _core

_HOST = {1, 3, 11}  # DLPack's kDLCPU, and memory of the processor that a CUDA or a ROCm device reads too
_CUDA = {2, 13}  # and memory of a CUDA device, or that CUDA moves between it and the processor
_LEGACY_STREAM = 1  # CUDA's default: what its order makes wait, a wait for the whole device awaits
_BITS = "bf16"  # numpy has no name of its own for it


def open(path, vocab=None, *, threads=0, progress=False):
    """Opens a matrix by the name that the program knows it by.

    path: "run1.npy", "vectors.txt.gz", "model.safetensors#wte.weight", "gpt2#in", "hf:org/name", a model's folder, ...
    vocab: a vocabulary beside it: a line a token, or a tokenizer's JSON.
    threads: that parse a text; 0: every processor.

    Plain files are mapped, not read. Raises FileNotFoundError, ValueError, MemoryError.
    """
    from gramian import _progress

    vocab = None if vocab is None else os.fspath(vocab)
    with _progress.shown(progress) as bar:
        return Embedding._of(_core.Opened.file(os.fspath(path), vocab, threads, bar))


class Embedding:
    """A matrix, one row a token, and its tokens.

    array: rows x columns, of numpy, torch, jax or whatever speaks DLPack or the buffer protocol; float64, float32,
        float16, bfloat16 or whole numbers. It is looked at where it lies and not copied, unless its columns are not
        side by side in memory; it must not be changed while a question is being answered. One of torch, cupy or jax that
        lies on a CUDA device stays there (.device): questions are answered on that device, unless another is asked for.
    tokens: one a row, str or bytes; None where a row has none.
    name: what messages and results call it.

    Raises ValueError for what is no such array.
    """

    def __init__(self, array, tokens=None, *, name="array"):
        array, kind = _readable(array)
        self._opened = _core.Opened.array(array, kind, tokens, name)

    @classmethod
    def _of(cls, opened):
        self = cls.__new__(cls)
        self._opened = opened
        return self

    @classmethod
    def from_gensim(cls, vectors, *, name="gensim"):
        """Of gensim's KeyedVectors, or of a model that has them, without a copy."""
        vectors = getattr(vectors, "wv", vectors)
        return cls(vectors.vectors, tokens=vectors.index_to_key, name=name)

    @classmethod
    def from_arrow(cls, table, *, tokens=None, vectors=None, name="table"):
        """Of a table: a path of a .parquet, .feather or .arrow file, or what pyarrow.table() reads.

        vectors: the column of lists of numbers, or names of columns of numbers; without it what is there. tokens: the
        column of names; without it the first of texts.
        """
        from gramian import _tables

        array, names = _tables.matrix_of(table, tokens, vectors)
        return cls(array, tokens=names, name=os.fspath(table) if isinstance(table, (str, os.PathLike)) else name)

    def to_gensim(self):
        """gensim's KeyedVectors, with a copy of the vectors in float32."""
        import numpy
        from gensim.models import KeyedVectors

        if self.tokens is None:
            raise ValueError(f"{self.path}: has no tokens, which gensim needs; give tokens to gr.Embedding, vocab to gr.open")
        named = [row for row, token in enumerate(self.tokens) if token is not None]
        vectors = KeyedVectors(self.shape[1])
        vectors.add_vectors([self.tokens[row] for row in named], self.numpy().astype(numpy.float32)[named])
        return vectors

    @property
    def shape(self):
        """(rows, columns)."""
        return self._opened.rows, self._opened.dim

    @property
    def dtype(self):
        """Of the numbers as they are stored: "f32", "f16", "bf16", ..."""
        return self._opened.dtype

    @property
    def device(self):
        """Where the numbers lie: "cpu", or "cuda:0" of an array on a GPU."""
        return "cpu" if self._opened.gpu is None else f"cuda:{self._opened.gpu}"

    @property
    def path(self):
        """What it was opened as; of an array its name."""
        tensor = self._opened.tensor
        return self._opened.path + (f"#{tensor}" if tensor else "")

    @property
    def format(self):
        """Of the file; "array"."""
        return self._opened.format

    @property
    def tokens(self):
        """A list, one a row, None where a row has none; None without a vocabulary."""
        if not hasattr(self, "_tokens"):
            self._tokens = self._opened.tokens()
        return self._tokens

    def numpy(self):
        """The values as an array of numpy: where they lie, and not to be written to. bf16 is turned into float32; of an
        array on a GPU it is a copy, each time."""
        return self._values()

    def _values(self, row=None):
        values = self._opened.values(row)
        if self._opened.dtype != _BITS:
            return values
        import numpy

        return (values.astype(numpy.uint32) << numpy.uint32(16)).view(numpy.float32)

    def __array__(self, dtype=None, copy=None):
        import numpy

        values = self.numpy()
        return values if dtype is None and not copy else numpy.array(values, dtype=dtype)

    def row(self, token):
        """The number of the first row that `token` names. Raises KeyError."""
        row = self._opened.row(token)
        if row is None:
            raise KeyError(token)
        return row

    def __contains__(self, token):
        return self._opened.row(token) is not None

    def __getitem__(self, key):
        """The vector of a token, or rows as numpy takes them."""
        return self._values(self.row(key))[0] if isinstance(key, str) else self.numpy()[key]

    def __len__(self):
        return self._opened.rows

    def __repr__(self):
        tokens = "" if self._opened.has_tokens else ", without tokens"
        where = "" if self.device == "cpu" else f", on {self.device}"
        return f"<gramian.Embedding {self.path}: {len(self)} x {self.shape[1]}, {self.dtype}{tokens}{where}>"


def embedding(thing):
    """An Embedding of whatever was given for one."""
    if isinstance(thing, Embedding):
        return thing
    if isinstance(thing, (str, os.PathLike)):
        return open(thing)
    if hasattr(thing, "index_to_key") or hasattr(getattr(thing, "wv", None), "index_to_key"):
        return Embedding.from_gensim(thing)
    return Embedding(thing)


def _lent(array):
    """What the extension imports of an array that speaks DLPack."""
    kind, number = array.__dlpack_device__()
    if kind in _HOST:
        return array
    where, why = f"device {int(number)} of DLPack's kind {int(kind)}", "only CUDA's can be used"
    if kind in _CUDA:
        where, why = f"cuda:{int(number)}", _core.why_no_arrays_on(number)
    if why:
        raise ValueError(
            f"the array lies on a device, {where}, which cannot be used here ({why}); give its copy in the processor's "
            "memory: .cpu() of torch, .get() of cupy"
        )
    return array.__dlpack__(stream=_LEGACY_STREAM)


def _readable(array):
    """What the extension can look at, and the name of its type where that does not say it."""
    if hasattr(array, "detach"):  # a tensor that gradients are asked of
        array = array.detach()
    if hasattr(array, "__dlpack__") and not hasattr(array, "__array_interface__"):
        return _lent(array), ""
    import numpy

    if not isinstance(array, numpy.ndarray):
        if isinstance(array, (str, bytes)) or not hasattr(array, "__len__") and not hasattr(array, "__array__"):
            raise ValueError(f"an embedding is an array of 2 dimensions, not {type(array).__name__}")
        try:
            array = numpy.asarray(array)
        except ValueError as error:
            raise ValueError(f"rows of different lengths, or no numbers: {error}") from None
    if isinstance(array, numpy.ma.MaskedArray):
        raise ValueError("a masked array has rows without values; give array.filled() or only the rows that have them")
    if array.dtype.name == "bfloat16":  # ml_dtypes
        return array.view(numpy.uint16), _BITS
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise ValueError(
            f"the array's elements are {array.dtype}, not numbers that can be read; convert it first, by "
            "array.astype('float32') for example"
        )
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array, ""
