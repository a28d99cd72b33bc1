"""Figures of answers, with matplotlib, which is imported when one is asked for."""


def _axes(ax):
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError("a figure needs matplotlib, which is not installed: pip install matplotlib") from None
    return pyplot.subplots()[1]


def _density(ax, distribution, **options):
    import numpy

    histogram = distribution.histogram
    edges = numpy.linspace(histogram.lo, histogram.hi, len(histogram.counts) + 1)
    density = histogram.counts / max(distribution.pairs, 1) / numpy.diff(edges)
    line = ax.stairs(density, edges, **options)
    used = numpy.flatnonzero(histogram.counts)
    if len(used):
        ax.set_xlim(edges[used[0]], edges[used[-1] + 1])
    ax.set_xlabel("cosine")
    ax.set_ylabel("density of pairs")
    return line


def _stats(answer, ax, **options):
    import numpy

    _density(ax, answer.distribution, label="all pairs", fill=True, alpha=0.6, **options)
    sd = answer.random_baseline.sd
    x = numpy.linspace(-4 * sd, 4 * sd, 400)
    ax.plot(x, numpy.exp(-((x / sd) ** 2) / 2) / (sd * numpy.sqrt(2 * numpy.pi)), label="random vectors", color="0.4")
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, -4 * sd), max(high, 4 * sd))
    ax.axvline(answer.distribution.median, linestyle=":", color="0.2", label="median")
    ax.legend()


def _similarity(answer, ax, **options):
    import numpy

    matrix = answer.matrix if answer.matrix is not None else answer.arrays["matrix"]
    order = numpy.asarray(answer.order, dtype=int)
    image = ax.imshow(matrix[numpy.ix_(order, order)], **{"vmin": -1, "vmax": 1, "cmap": "RdBu_r", **options})
    ax.figure.colorbar(image, ax=ax, label="cosine")
    if len(order) <= 60:
        names = [answer.tokens[i] if answer.tokens[i] is not None else str(answer.rows[i]) for i in order]
        ax.set_xticks(range(len(order)), names, rotation=90)
        ax.set_yticks(range(len(order)), names)


def _spectrum(answer, ax, **options):
    values = answer.spectrum.singular_values
    ax.semilogy(range(1, len(values) + 1), values, **options)
    ax.set_xlabel("number")
    ax.set_ylabel("singular value")


def _graph(answer, ax, **options):
    import numpy

    degrees, counts = numpy.unique(answer.degrees[answer.degrees > 0], return_counts=True)
    ax.loglog(degrees, counts, **{"marker": ".", "linestyle": "", **options})
    ax.set_xlabel("degree")
    ax.set_ylabel("nodes")


def _neighbors(answer, ax, **options):
    if "neighbors.occurrences.npy" in answer.files:
        ax.hist(answer.occurrences, bins=60, log=True, **options)
        ax.set_xlabel(f"rows of which a row is one of {answer.hubness.k} neighbours")
        ax.set_ylabel("rows")
        return
    for query, found in answer.neighbors.items():
        ax.plot([each[1] for each in found], range(1, len(found) + 1), **{"marker": "o", "label": query, **options})
    ax.invert_yaxis()
    ax.set_xlabel("cosine")
    ax.set_ylabel("neighbour")
    ax.legend()


def _two_distributions(answer, ax, **options):
    for distribution, label in zip(answer.distributions, ("first", "second")):
        if distribution.histogram is None:
            raise ValueError("the distributions were not asked for; give distributions=True")
        _density(ax, distribution, label=label, **options)
    ax.autoscale(axis="x")
    ax.legend()


def _color(answer, ax, **options):
    import numpy

    layers = [answer.values] if getattr(answer.values, "ndim", 0) == 1 else answer.values
    for by, values in zip(answer.by, layers):
        ax.plot(numpy.asarray(values, dtype=float), **{"marker": ".", "label": by, **options})
    ax.set_xlabel("token")
    if len(answer.tokens) <= 60:
        ax.set_xticks(range(len(answer.tokens)), answer.tokens, rotation=90)
    ax.legend()


def _unembed(answer, ax, state=0, **options):
    predictions = answer.predictions[state]
    names = [str(each[0]) for each in predictions]
    ax.barh(range(len(names)), [each[1] for each in predictions], **options)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("probability")


_OF = {
    "stats": _stats,
    "similarity": _similarity,
    "spectrum": _spectrum,
    "graph": _graph,
    "neighbors": _neighbors,
    "rsa": _two_distributions,
    "stability": _two_distributions,
    "color": _color,
    "unembed": _unembed,
}


def plot(answer, ax, **options):
    """Draws an answer; returns the axes."""
    draw = _OF.get(answer._question.name)
    if draw is None:
        raise TypeError(f"there is no figure of an answer of {answer._question.name}; there is one of {', '.join(_OF)}")
    ax = _axes(ax)
    draw(answer, ax, **options)
    return ax
