"""Communities of a graph, by a library that the user has: igraph, networkit or networkx."""


def _edges(offsets, columns):
    import numpy

    nodes = numpy.repeat(numpy.arange(len(offsets) - 1), numpy.diff(offsets))
    upper = columns > nodes
    return numpy.column_stack([nodes[upper], columns[upper]])


def _by_igraph(offsets, columns, seed):
    import random

    import igraph

    graph = igraph.Graph(n=len(offsets) - 1, edges=_edges(offsets, columns).tolist())
    before = random.getstate()
    random.seed(seed)
    try:
        found = graph.community_leiden(objective_function="modularity", n_iterations=-1)
    finally:
        random.setstate(before)
    return f"igraph {igraph.__version__}", "Leiden, modularity, edges without weights", found.membership


def _by_networkit(offsets, columns, seed):
    import networkit

    networkit.setSeed(seed, True)
    graph = networkit.Graph(len(offsets) - 1)
    for a, b in _edges(offsets, columns).tolist():
        graph.addEdge(a, b)
    found = networkit.community.detectCommunities(graph, algo=networkit.community.PLM(graph, True), inspect=False)
    return f"networkit {networkit.__version__}", "Louvain with refinement (PLM), edges without weights", found.getVector()


def _by_networkx(offsets, columns, seed):
    import networkx

    graph = networkx.empty_graph(len(offsets) - 1)
    graph.add_edges_from(_edges(offsets, columns).tolist())
    labels = [0] * graph.number_of_nodes()
    for label, nodes in enumerate(networkx.community.louvain_communities(graph, weight=None, seed=seed)):
        for node in nodes:
            labels[node] = label
    return f"networkx {networkx.__version__}", "Louvain, modularity, edges without weights", labels


def find(offsets, columns, seed):
    """(library, method, a label a node) of a graph in compressed rows; None where there is no library."""
    for by in (_by_igraph, _by_networkit, _by_networkx):
        try:
            return by(offsets, columns, seed)
        except ImportError:
            continue
    return None
