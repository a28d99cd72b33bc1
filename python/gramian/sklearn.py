"""Estimators for scikit-learn's pipelines."""

import numpy
from scipy import sparse
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from gramian import _core


class KNeighborsTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """As sklearn.neighbors.KNeighborsTransformer(metric="cosine"), by exhaustive search that never holds all pairs.

    mode: "distance", 1 - cosine, where a row that was fitted is its own neighbour besides; or "connectivity", ones.
    n_neighbors: of each row.
    threads: 0 for every processor.
    """

    def __init__(self, *, mode="distance", n_neighbors=5, threads=0):
        self.mode = mode
        self.n_neighbors = n_neighbors
        self.threads = threads

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=(numpy.float64, numpy.float32))
        if self.mode not in ("distance", "connectivity"):
            raise ValueError(f'mode={self.mode!r}: must be "distance" or "connectivity"')
        self._fit_X = X
        self.n_samples_fit_ = X.shape[0]
        return self

    @property
    def _n_features_out(self):
        return self.n_samples_fit_

    def transform(self, X):
        """The neighbours of rows of X among those fitted: a sparse matrix, rows of X x rows fitted."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(numpy.float64, numpy.float32), reset=False)
        k = self.n_neighbors + (self.mode == "distance")
        if k > self.n_samples_fit_:
            raise ValueError(f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, n_samples_fit = {self.n_samples_fit_}, n_samples = {X.shape[0]}")
        indices, cosines = nearest(X, self._fit_X, k, self.threads)
        data = numpy.maximum(1 - cosines, 0) if self.mode == "distance" else numpy.ones_like(cosines)
        offsets = numpy.arange(0, X.shape[0] * k + 1, k)
        return sparse.csr_matrix((data.ravel(), indices.ravel(), offsets), shape=(X.shape[0], self.n_samples_fit_))

    def fit_transform(self, X, y=None):
        return self.fit(X).transform(X)


def nearest(A, B, k, threads=0):
    """The k rows of B of the highest cosine with each row of A: their places, and the cosines, rows of A x k."""
    indices = numpy.tile(numpy.arange(k), (len(A), 1))
    cosines = numpy.zeros((len(A), k))
    # As scikit-learn has it, rows of zeros have a cosine of 0 with all.
    asked, fitted, zeros = (numpy.flatnonzero(rows) for rows in (A.any(axis=1), B.any(axis=1), ~B.any(axis=1)))
    if len(asked) == 0 or len(fitted) == 0:
        return indices, cosines
    ours = [
        _core.Opened.array(numpy.ascontiguousarray(rows), "", None, name) for rows, name in ((A[asked], "A"), (B[fitted], "B"))
    ]
    found = min(k, len(fitted))
    rows, near = (each.reshape(-1, found) for each in _core.nearest(*ours, found, threads))
    rows = numpy.hstack([fitted[rows], numpy.tile(zeros[:k], (len(asked), 1))])
    near = numpy.hstack([near, numpy.zeros((len(asked), len(zeros[:k])))])
    order = numpy.lexsort((rows, -near))[:, :k]
    indices[asked], cosines[asked] = (numpy.take_along_axis(each, order, axis=1) for each in (rows, near))
    return indices, cosines
