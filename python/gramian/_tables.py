"""Tables, for pandas, polars, duckdb and pyarrow, which read Arrow's stream of them."""

import os

from gramian import _core


class Table:
    """Columns of one length by name: arrays of numpy, or lists of str and None.

    `pandas.DataFrame(dict(table))`, `polars.DataFrame(table)`, `pyarrow.table(table)`.
    """

    def __init__(self, columns):
        self._columns = dict(columns)

    def keys(self):
        return self._columns.keys()

    def __getitem__(self, name):
        return self._columns[name]

    def __len__(self):
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def __arrow_c_stream__(self, requested_schema=None):
        import numpy

        columns = [each if isinstance(each, list) else numpy.ascontiguousarray(each) for each in self._columns.values()]
        return _core.arrow_stream(list(self._columns), columns)

    def __repr__(self):
        return f"<gramian.Table: {len(self)} rows of {', '.join(self._columns)}>"


def of_tsv(text):
    """A table of tab-separated values with a line of names."""
    import numpy

    lines = text.split("\n")
    names = lines[0].split("\t")
    rows = [line.split("\t") for line in lines[1:] if line]
    columns = {}
    for place, name in enumerate(names):
        cells = [row[place] if place < len(row) else "" for row in rows]
        columns[name] = cells
        for kind in (numpy.int64, numpy.float64):
            try:
                columns[name] = numpy.array([cell or "nan" for cell in cells], dtype=kind)
                break
            except ValueError:
                continue
    return Table(columns)


def _of_neighbors(answer):
    import numpy

    if answer.neighbors is None:
        n, k = answer.indices.shape
        rows = answer.rows if "rows.npy" in answer.files else numpy.arange(n)
        return {
            "row": numpy.repeat(rows, k),
            "rank": numpy.tile(numpy.arange(1, k + 1), n),
            "neighbor": answer.indices.ravel(),
            "cosine": answer.scores.ravel(),
        }
    found = [(query, rank, *each) for query, list_ in answer.neighbors.items() for rank, each in enumerate(list_, 1)]
    rows = [row for query in answer.neighbors for row in answer.neighbor_rows[query]]
    columns = {
        "query": [each[0] for each in found],
        "rank": numpy.array([each[1] for each in found], dtype=numpy.int64),
        "token": [each[2] for each in found],
        "row": numpy.array(rows, dtype=numpy.int64),
        "cosine": numpy.array([each[3] for each in found], dtype=numpy.float64),
    }
    if found and len(found[0]) > 4:
        columns["chord"] = numpy.array([each[4] for each in found], dtype=numpy.float64)
    return columns


def _of_stats(answer):
    import numpy

    counts, lo, hi = answer.distribution.histogram.counts, answer.distribution.histogram.lo, answer.distribution.histogram.hi
    edges = numpy.linspace(lo, hi, len(counts) + 1)
    return {"from": edges[:-1], "to": edges[1:], "count": counts}


def _of_graph(answer):
    import numpy

    n = len(answer.degrees)
    columns = {
        "row": answer.rows if "rows.npy" in answer.files else numpy.arange(n),
        "degree": answer.degrees,
        "component": answer.components,
    }
    if "communities.npy" in answer.files:
        columns["community"] = answer.communities
    return columns


def _of_spectrum(answer):
    return {"singular_value": answer.singular_values}


def _of_unembed(answer):
    import numpy

    rows = answer.predictions_rows
    m, k = rows.shape
    return {
        "state": numpy.repeat(numpy.arange(m), k),
        "rank": numpy.tile(numpy.arange(1, k + 1), m),
        "row": rows.ravel(),
        "probability": answer.predictions_probabilities.ravel(),
        "logit": answer.predictions_logits.ravel(),
    }


def _of_rsa(answer):
    columns = dict(of_tsv(answer.files["joined.tsv"].decode("utf-8", "replace"))._columns)
    if "per_token.npy" in answer.files:
        columns["r"] = answer.arrays["per_token"]
    return columns


_OF = {
    "neighbors": _of_neighbors,
    "stats": _of_stats,
    "graph": _of_graph,
    "spectrum": _of_spectrum,
    "unembed": _of_unembed,
    "rsa": _of_rsa,
}


def table_of(answer):
    """The rows of an answer: what its own question makes of it, else the first table among its files."""
    own = _OF.get(answer._question.name)
    if own is not None:
        return Table(own(answer))
    name = next((each for each in reversed(list(answer.files)) if each.endswith(".tsv")), None)
    if name is None:
        raise TypeError(f"an answer of {answer._question.name} has no rows; to_dict() has all that it says")
    return of_tsv(answer.files[name].decode("utf-8", "replace"))


def matrix_of(table, tokens, vectors):
    """(array, tokens) of a table, or of the path of one."""
    import numpy
    import pyarrow

    if isinstance(table, (str, os.PathLike)):
        if os.fspath(table).endswith(".parquet"):
            import pyarrow.parquet

            table = pyarrow.parquet.read_table(table)
        else:
            import pyarrow.feather

            table = pyarrow.feather.read_table(table)
    elif not isinstance(table, pyarrow.Table):
        table = pyarrow.table(table)
    kinds = {field.name: field.type for field in table.schema}
    types = pyarrow.types
    lists = [name for name, kind in kinds.items() if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)]
    texts = [name for name, kind in kinds.items() if types.is_string(kind) or types.is_large_string(kind)]
    numbers = [name for name, kind in kinds.items() if types.is_floating(kind)]
    tokens = texts[0] if tokens is None and texts else tokens
    names = None if tokens is None else table.column(tokens).to_pylist()
    if vectors is None:
        vectors = lists[0] if lists else numbers
    if isinstance(vectors, str):
        column = table.column(vectors).combine_chunks()
        column = column.chunk(0) if isinstance(column, pyarrow.ChunkedArray) else column
        if column.null_count:
            raise ValueError(f"column {vectors} has {column.null_count} rows without a vector; leave them out first")
        flat = column.flatten().to_numpy(zero_copy_only=False)
        width = len(flat) // max(len(column), 1)
        lengths = column.value_lengths().to_numpy(zero_copy_only=False)
        if (lengths != width).any():
            raise ValueError(f"column {vectors} has vectors of {lengths.min()} to {lengths.max()} numbers; all rows of a matrix are of one length")
        return flat.reshape(len(column), width), names
    if not vectors:
        raise ValueError(f"no column of vectors or of numbers among {', '.join(kinds)}; name one by vectors")
    return numpy.column_stack([table.column(name).to_numpy() for name in vectors]), names
