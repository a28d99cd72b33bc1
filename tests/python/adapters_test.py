"""What answers become for other libraries, and what other libraries' things become."""

import json

import numpy
import pytest

import gramian as gr


@pytest.fixture(scope="module")
def near(run1):
    return gr.neighbors(run1, all=True, k=4)


def test_for_umap(near, run1):
    indices, distances = near.for_umap()
    assert indices.shape == distances.shape == (len(run1), 5)
    assert numpy.array_equal(indices[:, 0], numpy.arange(len(run1)))
    assert (distances[:, 0] == 0).all() and (numpy.diff(distances) >= 0).all()
    assert distances[:, 1:] == pytest.approx(1 - near.scores)


def test_for_umap_of_some_rows(run1):
    near = gr.neighbors(run1, all=True, k=4, length=5)
    indices, _ = near.for_umap()
    assert indices.max() < near.rows_used and near.indices.max() >= near.rows_used
    assert numpy.array_equal(near.rows[indices[:, 1:]], near.indices)


def test_for_hdbscan(near, run1):
    from sklearn.cluster import HDBSCAN

    distances = near.for_hdbscan()
    assert (distances != distances.T).nnz == 0 and (distances.data > 0).all()
    assert HDBSCAN(metric="precomputed", min_cluster_size=5, min_samples=2, copy=True).fit(distances).labels_.shape == (len(run1),)


def test_neighbors_of_some_tokens_are_not_for_umap(run1):
    with pytest.raises(ValueError, match="all=True"):
        gr.neighbors(run1, tokens=["font"]).for_umap()


def test_scikit_learns_own_checks():
    from sklearn.utils.estimator_checks import check_estimator

    from gramian.sklearn import KNeighborsTransformer

    check_estimator(KNeighborsTransformer(threads=1))


@pytest.mark.parametrize("mode", ["distance", "connectivity"])
def test_as_scikit_learns_transformer(mode):
    from sklearn.neighbors import KNeighborsTransformer as Theirs

    from gramian.sklearn import KNeighborsTransformer as Ours

    fitted, others = numpy.random.default_rng(3).normal(size=(2, 80, 6))
    ours, theirs = (each.fit(fitted) for each in (Ours(mode=mode, n_neighbors=4), Theirs(mode=mode, n_neighbors=4, metric="cosine")))
    for rows in (fitted, others):
        a, b = ours.transform(rows), theirs.transform(rows)
        assert a.toarray() == pytest.approx(b.toarray(), abs=1e-6)


def test_gensim_both_ways(run1):
    models = pytest.importorskip("gensim.models")
    vectors = models.KeyedVectors(3)
    vectors.add_vectors(["a", "b", "c"], numpy.eye(3, dtype=numpy.float32) + 0.1)
    E = gr.Embedding.from_gensim(vectors)
    assert E.tokens == ["a", "b", "c"] and numpy.shares_memory(E.numpy(), vectors.vectors)
    assert gr.stats(vectors).distribution.pairs == 3
    back = run1.to_gensim()
    wanted = gr.neighbors(run1, tokens=["font"], k=5).neighbors["font"]
    assert [each[0] for each in wanted] == [token for token, _ in back.most_similar("font", topn=5)]
    assert [each[1] for each in wanted] == pytest.approx([score for _, score in back.most_similar("font", topn=5)], abs=1e-6)


def test_parquet(tmp_path, run1):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    rows = run1.numpy()[:30].astype(numpy.float32)
    table = pyarrow.table({"word": run1.tokens[:30], "vector": list(rows)})
    pyarrow.parquet.write_table(table, tmp_path / "vectors.parquet")
    for given in (tmp_path / "vectors.parquet", table):
        E = gr.Embedding.from_arrow(given)
        assert E.tokens == run1.tokens[:30] and numpy.array_equal(E.numpy(), rows)
    columns = pyarrow.table({"word": ["a", "b"], "x": [1.0, 0.5], "y": [0.0, 2.0]})
    assert gr.Embedding.from_arrow(columns).numpy().tolist() == [[1.0, 0.0], [0.5, 2.0]]
    with pytest.raises(ValueError, match="2 to 3 numbers"):
        gr.Embedding.from_arrow(pyarrow.table({"v": [[1.0, 2.0], [1.0, 2.0, 3.0]]}))
    with pytest.raises(ValueError, match="no column of vectors"):
        gr.Embedding.from_arrow(pyarrow.table({"w": ["a"]}))


def test_communities_by_what_there_is(run1):
    graph = gr.graph(run1, threshold="edges=3000")
    networkx = pytest.importorskip("networkx")
    assert graph.graph.communities_by.library.startswith(("networkx", "networkit", "igraph"))
    G = networkx.from_scipy_sparse_array(graph.adjacency)
    groups = [set(numpy.flatnonzero(graph.arrays["communities"] == label)) for label in range(graph.graph.communities)]
    assert graph.graph.modularity == pytest.approx(networkx.community.modularity(G, groups, weight=None), abs=1e-9)


def test_no_library_of_communities(run1, monkeypatch):
    import sys

    for name in ("igraph", "networkit", "networkx"):
        monkeypatch.setitem(sys.modules, name, None)
    graph = gr.graph(run1, threshold="edges=300")
    assert graph.graph.communities is None
    assert any("No communities" in note for note in graph.notes)


def test_saved(near, tmp_path):
    near.save(tmp_path / "out")
    assert numpy.array_equal(numpy.load(tmp_path / "out" / "neighbors.indices.npy"), near.indices)
    assert json.loads((tmp_path / "out" / "result.json").read_text())["hubness"]["k"] == 4


def test_figures(run1, run2, near):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    answers = [
        gr.stats(run1),
        near,
        gr.neighbors(run1, tokens=["font"]),
        gr.graph(run1, no_communities=True),
        gr.spectrum(run1),
        gr.similarity(run1, "font", "fonts", "color"),
        gr.rsa(run1, run2),
        gr.stability(run1, run2),
        gr.color(run1, "the font of the page"),
        gr.unembed(run1, run1.numpy()[:2]),
    ]
    for answer in answers:
        axes = answer.plot()
        axes.figure.canvas.draw()
        assert axes.has_data(), type(answer)
        pyplot.close(axes.figure)
    with pytest.raises(TypeError, match="no figure"):
        gr.devices().plot()
