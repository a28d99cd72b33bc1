"""The work of one sweep of `gramian bench` ("all") by torch and cupy, in chunks: every pair i < j once, its product formed and
consumed by the histogram, the extremes, the k nearest neighbours and the degrees at one threshold."""

import time

BINS = 2048
CHUNK = 8192
ROUNDS = 3


class Torch:
    def __init__(self, device):
        import torch

        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("this torch sees no CUDA device")
        self.torch, self.device, self.version = torch, device, torch.__version__
        torch.backends.cuda.matmul.allow_tf32 = False  # the same promise as ours

    def unit_rows(self, path):
        import numpy

        rows = self.torch.from_numpy(numpy.load(path)).to(self.device)
        return rows / rows.norm(dim=1, keepdim=True)

    def start(self, n, k):
        torch, device = self.torch, self.device
        self.counts = torch.zeros(BINS, dtype=torch.float64, device=device)
        self.degrees = torch.zeros(n, dtype=torch.int64, device=device)
        self.neighbors = torch.full((n, k), -2.0, device=device)
        self.extremes = []

    def triangle(self, tile):
        return tile[self.torch.triu(self.torch.ones_like(tile, dtype=self.torch.bool), 1)]

    def clear_diagonal(self, tile):
        tile.fill_diagonal_(-2.0)

    def take_pairs(self, pairs):
        self.counts += self.torch.histc(pairs, BINS, -1.0, 1.0)
        self.extremes += [pairs.min(), pairs.max()]

    def take_rows(self, tile, begin, threshold, axis):
        """The rows of a tile (axis 1), or its columns (axis 0)."""
        k = self.neighbors.shape[1]
        size = tile.shape[1 - axis]
        self.degrees[begin : begin + size] += (tile >= threshold).sum(dim=axis)
        best = tile.topk(min(k, tile.shape[axis]), dim=axis).values
        both = self.torch.cat([self.neighbors[begin : begin + size], best if axis == 1 else best.T], dim=1)
        self.neighbors[begin : begin + size] = both.topk(k, dim=1).values

    def synchronize(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def found(self):
        extremes = self.torch.stack(self.extremes)
        return {"counts": self.counts.cpu().numpy(), "min": extremes.min().item(), "max": extremes.max().item(),
                "degrees": self.degrees.cpu().numpy(), "neighbors": self.neighbors.cpu().numpy()}


class Arrays:
    """cupy, or numpy in its place."""

    def __init__(self, name, kind="float32"):
        self.xp = __import__(name)
        self.name, self.kind, self.version = name, kind, self.xp.__version__

    def unit_rows(self, path):
        rows = self.xp.load(path).astype(self.kind)
        return rows / self.xp.linalg.norm(rows, axis=1, keepdims=True)

    def start(self, n, k):
        xp = self.xp
        self.counts = xp.zeros(BINS, dtype=xp.int64)
        self.degrees = xp.zeros(n, dtype=xp.int64)
        self.neighbors = xp.full((n, k), -2.0, dtype=self.kind)
        self.extremes = []

    def triangle(self, tile):
        at = self.xp.arange(len(tile))
        return tile[at[:, None] < at[None, :]]

    def clear_diagonal(self, tile):
        at = self.xp.arange(len(tile))
        tile[at, at] = -2.0

    def take_pairs(self, pairs):
        self.counts += self.xp.histogram(pairs, BINS, (-1.0, 1.0))[0]
        self.extremes += [pairs.min(), pairs.max()]

    def take_rows(self, tile, begin, threshold, axis):
        xp, k = self.xp, self.neighbors.shape[1]
        tile = tile if axis == 1 else tile.T
        self.degrees[begin : begin + len(tile)] += (tile >= threshold).sum(axis=1)
        best = tile
        if tile.shape[1] > k:
            best = xp.partition(xp.ascontiguousarray(tile), tile.shape[1] - k, axis=1)[:, -k:]
        both = xp.concatenate([self.neighbors[begin : begin + len(tile)], best], axis=1)
        self.neighbors[begin : begin + len(tile)] = xp.sort(both, axis=1)[:, : -k - 1 : -1]

    def synchronize(self):
        if self.name == "cupy":
            self.xp.cuda.Device().synchronize()

    def found(self):
        host = self.xp.asnumpy if self.name == "cupy" else lambda array: array
        return {"counts": host(self.counts), "min": float(min(map(float, self.extremes))), "max": float(max(map(float, self.extremes))),
                "degrees": host(self.degrees), "neighbors": host(self.neighbors)}


# By whether there is a GPU.
LIBRARIES = {
    True: {"torch": lambda: Torch("cuda"), "cupy": lambda: Arrays("cupy")},
    False: {"torch": lambda: Torch("cpu"), "cupy": lambda: Arrays("numpy")},
}


def sweep(library, rows, threshold, k, chunk):
    n = len(rows)
    library.start(n, k)
    for i in range(0, n, chunk):
        for j in range(i, n, chunk):
            tile = rows[i : i + chunk] @ rows[j : j + chunk].T
            if i == j:
                library.take_pairs(library.triangle(tile))
                library.clear_diagonal(tile)
            else:
                library.take_pairs(tile)
                library.take_rows(tile, j, threshold, 0)
            library.take_rows(tile, i, threshold, 1)


def measure(library, path, threshold, k, chunk=CHUNK):
    """Seconds of each round, the rows being on the device already, and what was found."""
    rows = library.unit_rows(path)
    sweep(library, rows[: 2 * chunk], threshold, k, chunk)  # loads code
    library.synchronize()
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        sweep(library, rows, threshold, k, chunk)
        library.synchronize()
        seconds.append(time.perf_counter() - start)
    return seconds, library.found()


def agreement(found, expected):
    """Rounding moves few pairs across an edge of a bin or the threshold: of 1e9 pairs, 1e-7 / 1e-3 of them."""
    import numpy

    pairs = int(expected["counts"].sum())
    parts = {
        "moved_between_bins": float(numpy.abs(found["counts"] - expected["counts"]).sum() / 2 / pairs),
        "moved_across_threshold": float(numpy.abs(found["degrees"] - expected["degrees"]).sum() / max(1, expected["degrees"].sum())),
        "extremes": max(abs(found[key] - expected[key]) for key in ("min", "max")),
        "neighbors": float(numpy.abs(found["neighbors"] - expected["neighbors"]).max()),
        "pairs_missed": pairs - int(round(float(found["counts"].sum()))),
    }
    parts["agrees"] = (parts["moved_between_bins"] < 1e-3 and parts["moved_across_threshold"] < 1e-3 and parts["extremes"] < 4e-6
                       and parts["neighbors"] < 4e-6 and abs(parts["pairs_missed"]) <= 1e-6 * pairs)
    return parts
