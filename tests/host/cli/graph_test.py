#!/usr/bin/env python3
"""neighbors and graph from outside, against numpy, scipy and networkx. Usage: graph_test.py PROGRAM [unittest options]"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom
import xml.etree.ElementTree

import numpy
import scipy.sparse

try:
    import networkx
except ImportError:
    networkx = None

PROGRAM = sys.argv.pop(1)
GEXF = {"g": "http://www.gexf.net/1.2draft", "viz": "http://www.gexf.net/1.2draft/viz"}
NASTY = ['a<b>&"c"', "it's", "tab\tend", "Ġking", "#!/\\x", "snow ☃", "ctl\x01\x1f", "cr\rx", "]]>", "über"]


def in_xml(token):
    """The documented escaping of what XML 1.0 cannot hold."""
    return "".join(c if c in "\t\r\n" or ord(c) >= 32 else f"\\x{ord(c):02x}" for c in token)


class GraphTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_graph_"))
        source = numpy.random.default_rng(5)
        cls.rows = (source.normal(size=(300, 24)) + 0.3).astype(numpy.float32)
        cls.rows[11] = cls.rows[7]  # duplicates are legal neighbours
        numpy.save(cls.folder / "e.npy", cls.rows)
        cls.tokens = NASTY + [f"w{i}" for i in range(len(NASTY), 300)]
        (cls.folder / "e.vocab.txt").write_bytes("".join(t + "\n" for t in cls.tokens).encode())
        unit = cls.rows.astype(float)
        unit /= numpy.linalg.norm(unit, axis=1, keepdims=True)
        cls.cosines = unit @ unit.T

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def result(self, *arguments):
        code, out, err = self.run_program(*arguments, "--json")
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def refused(self, code, word, *arguments):
        found, out, err = self.run_program(*arguments)
        self.assertEqual((found, out), (code, ""), err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn(word, err)

    def graph(self, name, *arguments):
        """The result, its folder, and the matrix."""
        result = self.result("graph", "e.npy", "-o", name, *arguments)
        return result["graph"], self.folder / name, scipy.sparse.load_npz(self.folder / name / "adjacency.npz")

    # --- neighbors

    def test_neighbors_of_tokens(self):
        found = self.result("neighbors", "e.npy", "--tokens", "w20,w30", "-k", 5, "--chord")["neighbors"]
        self.assertEqual(list(found), ["w20", "w30"])
        for token, row in (("w20", 20), ("w30", 30)):
            others = numpy.delete(numpy.arange(300), row)
            best = others[numpy.argsort(-self.cosines[row, others], kind="stable")][:5]
            self.assertEqual([t for t, _, _ in found[token]], [self.tokens[i] for i in best])
            for (_, cosine, chord), i in zip(found[token], best):
                self.assertAlmostEqual(cosine, self.cosines[row, i], delta=1e-12)
                self.assertAlmostEqual(chord, (2 - 2 * cosine) ** 0.5, delta=1e-12)

    def test_radius_gives_all_that_near(self):
        found = self.result("neighbors", "e.npy", "--tokens", "w20", "--radius", 0.3)["neighbors"]["w20"]
        self.assertEqual(len(found), (self.cosines[20] >= 0.3).sum() - 1)
        self.assertEqual(len(self.result("neighbors", "e.npy", "--tokens", "w20", "--radius", 0.3, "-k", 2)["neighbors"]["w20"]), 2)
        self.assertEqual(self.result("neighbors", "e.npy", "--tokens", "w20", "--radius", 1.5)["neighbors"]["w20"], [])

    def test_all_neighbors_and_hubness(self):
        for k in (1, 10, 299):
            result = self.result("neighbors", "e.npy", "--all", "-k", k, "-o", f"all{k}")
            indices = numpy.load(self.folder / f"all{k}" / "neighbors.indices.npy")
            scores = numpy.load(self.folder / f"all{k}" / "neighbors.scores.npy")
            self.assertEqual((indices.dtype, scores.dtype, indices.shape), (numpy.int32, numpy.float32, (300, k)))
            off = self.cosines.copy()
            numpy.fill_diagonal(off, -9)
            best = -numpy.sort(-off, axis=1)[:, :k]
            self.assertLess(abs(scores - best).max(), 2e-6)
            self.assertLess(abs(numpy.take_along_axis(self.cosines, indices.astype(int), 1) - best).max(), 2e-6)
            self.assertFalse((indices == numpy.arange(300)[:, None]).any())
            counts = numpy.bincount(indices.ravel(), minlength=300)
            hubness = result["hubness"]
            self.assertEqual(hubness["antihubs"], (counts == 0).sum())
            self.assertEqual(hubness["hubs"][0][1], counts.max())
            spread = counts.std()
            skewness = ((counts - counts.mean()) ** 3).mean() / spread**3 if spread > 0 else 0
            self.assertAlmostEqual(hubness["skewness"], skewness, delta=1e-10)
        self.assertEqual((indices[7, 0], indices[11, 0]), (11, 7))

    def test_neighbors_refuses(self):
        self.refused(2, "w20", "neighbors", "e.npy", "--tokens", "w2O")  # a letter for a digit: the nearest is named
        self.refused(2, "between 1 and 299", "neighbors", "e.npy", "--tokens", "w20", "-k", 300)
        self.refused(2, "between 1 and 299", "neighbors", "e.npy", "--all", "-k", 0)
        self.refused(2, "--tokens", "neighbors", "e.npy")
        self.refused(2, "graph", "neighbors", "e.npy", "--all", "--radius", 0.5)

    # --- graph

    def test_graph_is_that_of_numpy(self):
        upper = self.cosines[numpy.triu_indices(300, 1)]
        for rule, threshold in (("median+1sd", numpy.median(upper) + upper.std()), ("0.3", 0.3), ("q0.9", numpy.quantile(upper, 0.9)),
                                ("median-0.5sd", numpy.median(upper) - 0.5 * upper.std()), ("edges=1000", numpy.sort(upper)[-1000])):
            graph, folder, matrix = self.graph("rule", "--threshold", rule)
            self.assertAlmostEqual(graph["threshold"], threshold, delta=2e-6)
            self.assertAlmostEqual(graph["median"], numpy.median(upper), delta=2e-6)
            self.assertAlmostEqual(graph["sd"], upper.std(), delta=1e-10)
            self.assertAlmostEqual(graph["edges"], (upper >= threshold).sum(), delta=2)
            dense = matrix.toarray()
            self.assertEqual(abs(dense - dense.T).max(), 0)
            self.assertEqual(dense.diagonal().max(), 0)
            self.assertLess(abs(dense - self.cosines)[dense != 0].max(), 2e-6)
            degrees = numpy.load(folder / "degrees.npy")
            self.assertTrue((numpy.diff(matrix.indptr) == degrees).all())
            self.assertEqual((matrix.nnz, degrees.sum()), (2 * graph["edges"],) * 2)
            self.assertEqual(graph["degree"]["max"], degrees.max())
            self.assertEqual(graph["degree"]["min"], degrees.min())
            self.assertAlmostEqual(graph["degree"]["mean"], degrees.mean(), delta=1e-12)
            self.assertEqual(sum(count for _, _, count in graph["degree"]["distribution"]), 300)
            self.assertEqual(graph["hubs"][0], [self.tokens[degrees.argmax()], degrees.max()])
        self.assertEqual(graph["edges"], 1000)

    def test_edges_are_those_that_the_histogram_counts(self):
        # A threshold on an edge of the bins: what lies above it is counted alike.
        counts = self.result("stats", "e.npy", "--bins", 64)["distribution"]["histogram"]["counts"]
        graph, _, matrix = self.graph("fine", "--threshold", 0.25)
        self.assertEqual(graph["edges"], sum(counts[40:]))
        self.assertEqual(matrix.nnz, 2 * sum(counts[40:]))

    def test_streamed_and_held_graphs_are_the_same(self):
        held, folder, _ = self.graph("held", "--threshold", 0.2)
        streamed, other, _ = self.graph("streamed", "--threshold", 0.2, "--community-edges", 0)
        self.assertEqual((folder / "adjacency.npz").read_bytes(), (other / "adjacency.npz").read_bytes())
        self.assertEqual((folder / "components.npy").read_bytes(), (other / "components.npy").read_bytes())
        self.assertEqual(held["components"], streamed["components"])
        if streamed["communities"] is not None:
            self.assertEqual(held["communities_on"], "the whole graph")
            self.assertEqual(streamed["communities_on"], "10-nearest-neighbour backbone")

    def test_unweighted(self):
        _, _, weighted = self.graph("weighted")
        _, _, ones = self.graph("ones", "--unweighted")
        self.assertEqual(ones.dtype, bool)
        self.assertEqual((ones != (weighted != 0)).nnz, 0)

    @unittest.skipIf(networkx is None, "this test needs python3-networkx")
    def test_structure_is_that_of_networkx(self):
        for threshold in (0.25, 0.45, 0.6):
            graph, folder, matrix = self.graph("structure", "--threshold", threshold, "--seed", 3)
            other = networkx.from_numpy_array(matrix.toarray() != 0)
            parts = list(networkx.connected_components(other))
            self.assertEqual(graph["components"], len(parts))
            self.assertEqual(graph["largest_component"], max(map(len, parts)))
            self.assertEqual(graph["isolated"], len(list(networkx.isolates(other))))
            labels = numpy.load(folder / "components.npy")
            self.assertEqual({frozenset(numpy.flatnonzero(labels == c)) for c in set(labels)}, set(map(frozenset, parts)))
            for row, share in zip(graph["hub_rows"], graph["hub_clustering"]):
                if share is not None:
                    self.assertAlmostEqual(share, networkx.clustering(other, row), delta=1e-12)
            if graph["communities"] is None:
                continue
            labels = numpy.load(folder / "communities.npy")
            groups = [set(numpy.flatnonzero(labels == c)) for c in range(graph["communities"])]
            self.assertAlmostEqual(graph["modularity"], networkx.community.modularity(other, groups, weight=None), delta=1e-12)
            self.assertEqual(graph["communities_by"]["seed"], 3)
            again, _, _ = self.graph("again", "--threshold", threshold, "--seed", 3)
            self.assertEqual(again, graph)

    def test_exchange_formats(self):
        graph, folder, matrix = self.graph("exchange", "--limit", 40, "--gexf", "--graphml", "--edge-list")
        names = [in_xml(token) for token in self.tokens[:40]]
        root = xml.etree.ElementTree.parse(folder / "graph.gexf").getroot()
        nodes = root.findall(".//g:node", GEXF)
        self.assertEqual([node.get("label") for node in nodes], names)
        sizes = [float(node.find("viz:size", GEXF).get("value")) for node in nodes]
        degrees = numpy.load(folder / "degrees.npy")
        self.assertLess(abs(numpy.array(sizes) - numpy.maximum(1, 3 * degrees**0.5)).max(), 1e-9)
        self.assertEqual(len(root.findall(".//viz:position", GEXF)), 40)
        edges = root.findall(".//g:edge", GEXF)
        self.assertEqual(len(edges), graph["edges"])
        for edge in edges:
            self.assertEqual(numpy.float32(edge.get("weight")), matrix[int(edge.get("source")), int(edge.get("target"))])
        lines = (folder / "edges.tsv").read_bytes().decode().split("\n")
        self.assertEqual(len(lines), graph["edges"] + 2)
        self.assertEqual({line.count("\t") for line in lines[:-1]}, {4})
        if networkx is None:
            self.skipTest("the rest of this test needs python3-networkx")
        for other, label in ((networkx.read_graphml(folder / "graph.graphml"), "token"), (networkx.read_gexf(folder / "graph.gexf"), "label")):
            self.assertEqual([data[label] for _, data in other.nodes(data=True)], names)
            self.assertEqual(other.number_of_edges(), graph["edges"])
            self.assertFalse(other.is_directed())
            found = networkx.to_scipy_sparse_array(other, nodelist=[str(i) for i in range(40)], weight="weight")
            self.assertLess(abs(found - matrix).max(), 1e-7)

    def test_ring(self):
        _, folder, _ = self.graph("ring", "--limit", 12)
        document = xml.dom.minidom.parse(str(folder / "ring.svg"))
        circles = document.getElementsByTagName("circle")
        places = {(c.getAttribute("cx"), c.getAttribute("cy")) for c in circles}
        self.assertEqual((len(circles), len(places)), (12, 12))
        sizes = [float(c.getAttribute("r")) for c in circles]
        degrees = numpy.load(folder / "degrees.npy")
        self.assertLess(abs(numpy.array(sizes) - 3 * degrees**0.5).max(), 1e-3)

    def test_chosen_tokens(self):
        graph, folder, matrix = self.graph("chosen", "--tokens", "w20,w30,w40,w20", "--threshold", -1)
        self.assertEqual((graph["nodes"], graph["edges"], matrix.shape), (3, 3, (3, 3)))
        self.assertEqual(numpy.load(folder / "rows.npy").tolist(), [20, 30, 40])
        self.assertAlmostEqual(float(matrix[0, 2]), self.cosines[20, 40], delta=2e-6)

    def test_small_and_extreme_graphs(self):
        one, _, matrix = self.graph("one", "--limit", 1)
        self.assertEqual((one["nodes"], one["edges"], one["isolated"], one["components"], matrix.nnz), (1, 0, 1, 1, 0))
        two, _, _ = self.graph("two", "--limit", 2)
        self.assertEqual((two["nodes"], two["edges"], two["components"]), (2, 1, 1))  # the only cosine is the median
        none, _, matrix = self.graph("none", "--threshold", 1.5)
        self.assertEqual((none["edges"], none["isolated"], none["components"], none["modularity"], matrix.nnz), (0, 300, 300, None, 0))
        complete, _, matrix = self.graph("complete", "--threshold", -1.5)
        self.assertEqual((complete["edges"], complete["components"], matrix.nnz), (44850, 1, 89700))
        numpy.save(self.folder / "same.npy", numpy.tile(self.rows[:1], (50, 1)))
        same = self.result("graph", "same.npy")["graph"]
        self.assertEqual((same["edges"], same["sd"], same["degree"]["min"]), (1225, 0, 49))

    def test_graph_refuses(self):
        self.refused(2, "w20", "graph", "e.npy", "--tokens", "w2O,w3")
        self.refused(2, "1 to 44850 edges", "graph", "e.npy", "--threshold", "edges=44851")
        self.refused(2, "1 to 44850 edges", "graph", "e.npy", "--threshold", "edges=0")
        for wrong in ("mean+1sd", "median+sd2", "q", "q1.5", "nan", "edges=many", "edges=-7e34", "edges=1e16", "", "0.5x"):
            self.refused(2, "", "graph", "e.npy", f"--threshold={wrong}")
        self.refused(2, "-o", "graph", "e.npy", "--gexf")
        self.refused(3, "no row", "graph", "e.npy", "--length", 99)

    def test_forecast_comes_first(self):
        code, _, err = self.run_program("graph", "e.npy", "-o", "forecast")
        self.assertEqual(code, 0)
        self.assertRegex(err, r"^gramian: forecast: [\d,]+ edges, .* to write\n$")
        self.assertEqual(self.run_program("graph", "e.npy", "-q")[1:], ("", ""))


if __name__ == "__main__":
    unittest.main()
