"""What answers become for other libraries."""


def _places(answer):
    """Neighbours of every row, n x k, as places among the rows that were used, and their cosines."""
    import numpy

    if "neighbors.indices.npy" not in answer.files:
        raise ValueError("these are neighbours of some tokens; gr.neighbors(E, all=True, k=...) has those of every row")
    answer = answer._on_host()
    indices = answer.indices
    if "rows.npy" in answer.files:
        places = numpy.full(int(answer.rows.max()) + 1, -1, dtype=numpy.int32)
        places[answer.rows] = numpy.arange(len(answer.rows), dtype=numpy.int32)
        indices = places[indices]
    return indices, answer.scores


def _distances(scores):
    import numpy

    return numpy.maximum(1 - scores, 0).astype(numpy.float32)


class Neighbors:
    """Of answers to gr.neighbors."""

    def for_umap(self):
        """umap's `precomputed_knn`: (indices, distances), the row itself first; distances are 1 - cosine.

        umap.UMAP(n_neighbors=k + 1, metric="cosine", precomputed_knn=answer.for_umap())
        """
        import numpy

        indices, scores = _places(self)
        own = numpy.arange(len(indices), dtype=indices.dtype)[:, None]
        distances = numpy.hstack([numpy.zeros((len(indices), 1), numpy.float32), _distances(scores)])
        return numpy.hstack([own, indices]), distances

    def to_scipy(self):
        """The distances 1 - cosine to the neighbours of every row as a sparse matrix of scipy, n x n."""
        import numpy
        from scipy import sparse

        indices, scores = _places(self)
        n, k = indices.shape
        return sparse.csr_matrix((_distances(scores).ravel(), indices.ravel(), numpy.arange(0, n * k + 1, k)), shape=(n, n))

    def for_hdbscan(self):
        """Distances for HDBSCAN(metric="precomputed"), of scikit-learn: a symmetric sparse matrix with the distance of
        every pair of which one is a neighbour of the other. A distance of 0, which would count as missing, is the least
        number there is."""
        import numpy

        distances = self.to_scipy()
        distances.data = numpy.maximum(distances.data, numpy.finfo(numpy.float32).tiny)
        return distances.maximum(distances.T)


OF = {"neighbors": Neighbors}
