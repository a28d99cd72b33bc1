"""Answers against numpy, scipy and scikit-learn, which share no code with the engine."""

import numpy
import pytest
import scipy.stats

import gramian as gr

SINGLE = 1e-6  # what the engine promises of a cosine
DOUBLE = 1e-9  # and what comes of Gram products


def unit(E):
    rows = E.numpy().astype(numpy.float64)
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


def test_stats(run1, cosines):
    answer = gr.stats(run1, quantiles=[0.05, 0.5, 0.999], bins=64)
    told = answer.distribution
    assert told.pairs == len(cosines)
    assert told.mean == pytest.approx(cosines.mean(), abs=DOUBLE)
    assert told.sd == pytest.approx(cosines.std(), abs=DOUBLE)
    assert told.median == pytest.approx(numpy.median(cosines), abs=SINGLE)
    for q, value in told.quantiles.items():
        assert value == pytest.approx(numpy.quantile(cosines, float(q)), abs=SINGLE)
    assert told.histogram.counts.dtype == numpy.int64
    assert told.histogram.counts.sum() == len(cosines)
    # Only cosines nearer to an edge than the bound may be counted on its other side.
    ascending, edges = numpy.sort(cosines), numpy.linspace(-1, 1, 65)[1:-1]
    below, bound = told.histogram.counts.cumsum()[:-1], told.histogram.bound
    assert bound <= 4e-6
    assert (numpy.searchsorted(ascending, edges - bound) <= below).all()
    assert (below <= numpy.searchsorted(ascending, edges + bound)).all()
    assert answer.random_baseline.sd == pytest.approx(1 / numpy.sqrt(run1.shape[1]))


def test_neighbors(run1):
    from sklearn.neighbors import NearestNeighbors

    answer = gr.neighbors(run1, all=True, k=5)
    distances, indices = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute").fit(unit(run1)).kneighbors(unit(run1))
    assert answer.scores == pytest.approx(1 - distances[:, 1:], abs=SINGLE)
    same = answer.indices == indices[:, 1:]
    close = numpy.abs(numpy.diff(distances, axis=1)) < SINGLE
    assert (same | close | numpy.roll(close, -1, axis=1)).all()
    assert numpy.array_equal(answer.occurrences, numpy.bincount(answer.indices.ravel(), minlength=len(run1)))


def test_graph(run1):
    graph = gr.graph(run1, threshold=0.5, no_communities=True)
    rows = unit(run1)
    dense = rows @ rows.T
    numpy.fill_diagonal(dense, 0)
    wanted = dense >= 0.5
    unsure = numpy.abs(dense - 0.5) < SINGLE
    got = graph.adjacency.toarray()
    assert ((got != 0) == wanted)[~unsure].all()
    assert numpy.abs(got - dense)[got != 0].max() <= SINGLE
    assert numpy.array_equal(graph.degrees, numpy.diff(graph.adjacency.indptr))
    assert graph.graph.edges == graph.edges == graph.adjacency.nnz // 2


def test_rsa_and_stability(run1, run2):
    words = [word for word in run1.tokens if word in set(run2.tokens)]
    a, b = (unit(E)[[E.row(word) for word in words]] for E in (run1, run2))
    above = numpy.triu_indices(len(words), 1)
    s, t = (a @ a.T)[above], (b @ b.T)[above]
    answer = gr.rsa(run1, run2, permutations=50, method="both")
    assert answer.shared == len(words)
    assert answer.rsa.pearson == pytest.approx(scipy.stats.pearsonr(s, t)[0], abs=DOUBLE)
    assert answer.rsa.spearman == pytest.approx(scipy.stats.spearmanr(s, t)[0], abs=SINGLE)
    assert answer.arrays["per_token"].shape == (len(words),)
    moved = gr.stability(run1, run2, k=5)
    x, y = (E.numpy().astype(float)[[E.row(word) for word in words]] for E in (run1, run2))
    rotation = scipy.linalg.orthogonal_procrustes(x, y)[0]
    assert moved.stability.procrustes_residual == pytest.approx(numpy.linalg.norm(x @ rotation - y), rel=DOUBLE)
    assert isinstance(moved.spectra[0].singular_values, numpy.ndarray)


def test_rsa_of_three(run1, run2):
    answer = gr.rsa(run1, run2, run1)
    assert answer.rsa.pearson.shape == (3, 3)
    assert answer.rsa.pearson[0, 2] == pytest.approx(1, abs=DOUBLE)


def test_spectrum(run1):
    answer = gr.spectrum(run1, vectors=2)
    wanted = numpy.linalg.svd(unit(run1), compute_uv=False)
    assert answer.singular_values == pytest.approx(wanted, abs=1e-7)
    assert answer.vectors.shape == (2, 100)
    assert answer.effective_rank > 1


def test_similarity(run1):
    words = ["font", "fonts", "color"]
    answer = gr.similarity(run1, *words)
    rows = unit(run1)[[run1.row(word) for word in words]]
    assert answer.matrix == pytest.approx(rows @ rows.T, abs=SINGLE)
    assert answer.eigenvalues == pytest.approx(numpy.linalg.eigvalsh(rows @ rows.T)[::-1], abs=SINGLE)
    assert numpy.array_equal(answer.rows, [run1.row(word) for word in words])


def test_color(run1):
    answer = gr.color(run1, "the font of the page, zzqx", by=["norm", "target=font"])
    norms, cosines = answer.values
    known = [row for row in answer.rows if row is not None]
    assert answer.text.path == answer.to_dict()["text"]["path"] == "text"
    wanted = numpy.linalg.norm(run1.numpy().astype(float)[known], axis=1)
    assert norms[~numpy.isnan(norms)] == pytest.approx(wanted, rel=1e-12)
    to_font = unit(run1)[known] @ unit(run1)[run1.row("font")]
    assert cosines[~numpy.isnan(cosines)] == pytest.approx(to_font, abs=1e-12)
    assert "<iframe" in answer._repr_html_()


def test_unembed(run1):
    hidden = numpy.random.default_rng(1).normal(size=(4, 100))
    answer = gr.unembed(run1, hidden, k=3)
    logits = hidden @ run1.numpy().astype(float).T
    wanted = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    wanted /= wanted.sum(axis=1, keepdims=True)
    best = numpy.argsort(-wanted, axis=1)[:, :3]
    assert numpy.array_equal(answer.predictions_rows, best)
    assert answer.predictions_probabilities == pytest.approx(numpy.take_along_axis(wanted, best, 1), rel=1e-9)
    assert answer.entropy == pytest.approx(scipy.stats.entropy(wanted, axis=1), rel=1e-9)


def test_inspect(run1):
    answer = gr.inspect(run1)
    norms = numpy.linalg.norm(run1.numpy().astype(float), axis=1)
    assert answer.norms.mean == pytest.approx(norms.mean(), rel=1e-12)
    assert (answer.rows, answer.dim) == run1.shape
