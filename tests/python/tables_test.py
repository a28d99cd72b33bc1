"""Tables by Arrow's C stream interface, read by those who know it."""

import gc

import numpy
import pytest

import gramian as gr


@pytest.fixture(scope="module")
def answers(run1, run2):
    return {
        "stats": gr.stats(run1, bins=16),
        "neighbors": gr.neighbors(run1, tokens=["font", "color"], k=3, chord=True),
        "all neighbors": gr.neighbors(run1, all=True, k=2),
        "graph": gr.graph(run1, threshold=0.6),
        "spectrum": gr.spectrum(run1),
        "unembed": gr.unembed(run1, run1.numpy()[:3], k=2),
        "rsa": gr.rsa(run1, run2),
        "stability": gr.stability(run1, run2),
        "color": gr.color(run1, "the font of zzqx"),
    }


def test_pyarrow_reads_every_table(answers):
    pyarrow = pytest.importorskip("pyarrow")
    for name, answer in answers.items():
        table = pyarrow.table(answer)
        table.validate(full=True)
        ours = answer.table()
        assert table.column_names == list(ours.keys()), name
        for column in table.column_names:
            values = table.column(column).to_pylist()
            assert len(values) == len(ours[column]), (name, column)
            for got, wanted in zip(values, ours[column]):
                assert got == wanted or (got != got and wanted != wanted), (name, column)


def test_numbers_are_not_copied_and_outlive_the_answer(run1):
    pyarrow = pytest.importorskip("pyarrow")
    values = numpy.arange(5.0)
    table = pyarrow.table(gr.Table({"x": values, "s": ["a", None, "", "ä", "b"]}))
    assert table.column("x").chunk(0).buffers()[1].address == values.ctypes.data
    del values
    gc.collect()
    assert table.column("x").to_pylist() == [0, 1, 2, 3, 4]
    assert table.column("s").to_pylist() == ["a", None, "", "ä", "b"]
    assert table.column("s").null_count == 1


def test_polars_and_pandas(answers):
    polars = pytest.importorskip("polars")
    pandas = pytest.importorskip("pandas")
    frame = polars.DataFrame(answers["neighbors"])
    assert frame.columns == ["query", "rank", "token", "row", "cosine", "chord"] and len(frame) == 6
    assert list(pandas.DataFrame(dict(answers["neighbors"].table()))["rank"]) == [1, 2, 3] * 2
    assert list(pandas.DataFrame(dict(answers["graph"].table()))["degree"]) == answers["graph"].degrees.tolist()


def test_capsules_that_nobody_reads():
    for _ in range(100):
        gr.Table({"x": numpy.arange(10)}).__arrow_c_stream__()


def test_wrong_columns():
    with pytest.raises(ValueError, match="one length"):
        gr.Table({"x": numpy.arange(3), "y": numpy.arange(4)}).__arrow_c_stream__()
    with pytest.raises(TypeError, match="numbers are"):
        gr.Table({"x": numpy.arange(3, dtype=complex)}).__arrow_c_stream__()


def test_what_has_no_rows(run1):
    with pytest.raises(TypeError, match="no rows"):
        gr.inspect(run1).table()
