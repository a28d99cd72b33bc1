#!/usr/bin/env python3
"""Every table that is written, read back by pandas, R and cut, and every result by jq, with tokens that try to break them.

Usage: tables_test.py PROGRAM [unittest options]
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import numpy
import scipy.cluster.hierarchy

try:
    import pandas
except ImportError:
    pandas = None

PROGRAM = sys.argv.pop(1)
NASTY = ['"', '"quoted"', "it's", "back\\slash", "\\n", "null", "NA", "nan", "None", "#", "7", "1e5", "a,b", "'", '5"', "Ġking", "▁"]
SPELLED = {"tab\tin": "tab\\tin", "line\nend": "line\\nend", "\r": "\\r", "ctl\x01": "ctl\\x01"}
TOKENS = NASTY + list(SPELLED) + [f"w{k}" for k in range(19)]
SHOWN = [SPELLED.get(token, token) for token in TOKENS]


class Tables(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_tables_"))
        source = numpy.random.default_rng(4)
        for name in ("a", "b"):
            numpy.save(cls.folder / f"{name}.npy", source.normal(size=(len(TOKENS), 6)).astype(numpy.float32))
            (cls.folder / f"{name}.json").write_text(json.dumps({token: row for row, token in enumerate(TOKENS)}))
        (cls.folder / "text.txt").write_text("null 7 w1 unknown w2 a,b \" NA\n")
        pair = ["a.npy", "b.npy", "--vocab", "a.json", "--vocab2", "b.json"]
        one = ["a.npy", "--vocab", "a.json"]
        cls.ask("graph", *one, "--edge-list", "-o", "graph")
        cls.ask("rsa", *pair, "-o", "rsa")
        cls.ask("stability", *pair, "-k", "3", "-o", "stability")
        cls.ask("similarity", *one, "--limit", "40", "--clusters", "5", "-o", "similarity")
        cls.ask("color", *one, "--text", "text.txt", "--by", "norm", "--by", 'target="', "-o", "color")
        cls.tables = sorted(path.relative_to(cls.folder).as_posix() for path in cls.folder.glob("*/*.tsv"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def ask(cls, *arguments):
        subprocess.run([PROGRAM, *arguments, "-q"], cwd=cls.folder, check=True)

    def expected_tokens(self, table, rows):
        return [SHOWN[int(row)] for row in rows]

    def test_which_tables_there_are(self):
        self.assertEqual(self.tables, ["color/values.tsv", "graph/edges.tsv", "graph/nodes.tsv", "rsa/joined.tsv",
                                       "similarity/clusters.tsv", "stability/joined.tsv", "stability/per_token.tsv"])

    def test_lines_are_records_and_tabs_end_fields(self):
        for table in self.tables:
            text = (self.folder / table).read_text(encoding="utf-8")
            self.assertEqual(len({line.count("\t") for line in text.rstrip("\n").split("\n")}), 1, table)
            names = text.split("\n")[0].split("\t")
            self.assertEqual(len(names), len(set(names)), table)
            self.assertTrue({"row", "row1"} & set(names), table)
            # cut takes a column that is not one of tokens as it stands.
            row = names.index("row" if "row" in names else "row1") + 1
            cut = subprocess.run(["cut", f"-f{row}", table], cwd=self.folder, capture_output=True, text=True, check=True)
            self.assertEqual(len(cut.stdout.splitlines()), text.count("\n"))
            self.assertTrue(all(value == "" or value.isdigit() for value in cut.stdout.splitlines()[1:]), table)

    @unittest.skipIf(pandas is None, "no pandas")
    def test_pandas(self):
        for table in self.tables:
            plain = pandas.read_csv(self.folder / table, sep="\t")
            exact = pandas.read_csv(self.folder / table, sep="\t", keep_default_na=False)
            self.assertEqual(len(plain), len(exact))
            for token, row in (("token", "row"), ("token", "row1"), ("token1", "row1"), ("token2", "row2")):
                if token not in exact or row not in exact or table.startswith("color"):
                    continue
                self.assertEqual(list(exact[token].astype(str)), self.expected_tokens(table, exact[row]), table)
        values = pandas.read_csv(self.folder / "color/values.tsv", sep="\t")
        self.assertEqual(list(values.columns), ["begin", "end", "row", "token", "norm", "scaled norm", 'target="', 'scaled target="'])
        self.assertEqual(list(values["token"])[2:5], ["w1", "unknown", "w2"])

    @unittest.skipUnless(shutil.which("Rscript"), "no R (Debian: r-base-core)")
    def test_r(self):
        script = """
          for (table in commandArgs(TRUE)) {
            d <- read.delim(table, na.strings = "", check.names = FALSE, encoding = "UTF-8")
            row <- if ("row" %in% names(d)) d$row else d$row1
            token <- if ("token" %in% names(d)) d$token else d$token1
            hex <- function(s) paste(charToRaw(enc2utf8(as.character(s))), collapse = "")
            for (i in seq_along(row)) cat(table, row[i], hex(token[i]), "\\n")
          }"""
        (self.folder / "read.R").write_text(script)
        done = subprocess.run(["Rscript", "read.R", *self.tables], cwd=self.folder, capture_output=True, text=True, check=True,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        seen = {table: 0 for table in self.tables}
        for line in done.stdout.splitlines():
            table, row, token = line.split()
            seen[table] += 1
            if not table.startswith("color"):
                self.assertEqual(bytes.fromhex(token).decode(), SHOWN[int(row)], line)
        for table in self.tables:
            self.assertEqual(seen[table], (self.folder / table).read_text().count("\n") - 1, table)

    @unittest.skipUnless(shutil.which("jq"), "no jq (Debian: jq)")
    def test_jq(self):
        results = sorted(self.folder.glob("*/result.json"))
        self.assertEqual(len(results), 5)
        for result in results:
            read = subprocess.run(["jq", "--sort-keys", ".", result], capture_output=True, text=True, check=True).stdout
            self.assertEqual(json.loads(read), json.loads(result.read_text()), result.parent.name)
        done = subprocess.run(f"{PROGRAM} stats a.npy --vocab a.json --json | jq -e '.distribution | .median < .max and (.quantiles | length) > 0'",
                              shell=True, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "true\n", ""))

    def test_nodes_and_communities(self):
        result = json.loads((self.folder / "graph/result.json").read_text())["graph"]
        nodes = [line.split("\t") for line in (self.folder / "graph/nodes.tsv").read_text().splitlines()[1:]]
        degrees = numpy.load(self.folder / "graph/degrees.npy")
        communities = numpy.load(self.folder / "graph/communities.npy")
        self.assertEqual([int(node[2]) for node in nodes], list(degrees))
        self.assertEqual([int(node[3]) for node in nodes], list(numpy.load(self.folder / "graph/components.npy")))
        self.assertEqual([int(node[4]) for node in nodes], list(communities))
        for number, members in enumerate(result["community_members"]):
            inside = numpy.flatnonzero(communities == number)
            leading = inside[numpy.lexsort((inside, -degrees[inside]))][:5]
            self.assertEqual(members, [[TOKENS[i], degrees[i]] for i in leading])

    def test_clusters_are_scipys(self):
        result = json.loads((self.folder / "similarity/result.json").read_text())
        linkage = numpy.load(self.folder / "similarity/linkage.npy")
        wanted = scipy.cluster.hierarchy.fcluster(linkage, 5, "maxclust")
        ours = numpy.array(result["clusters"]["of"])
        self.assertEqual(len(set(ours)), 5)
        self.assertTrue(((ours[:, None] == ours) == (wanted[:, None] == wanted)).all())
        matrix = numpy.array(result["matrix"])
        for number, members in enumerate(result["clusters"]["members"]):
            inside = numpy.flatnonzero(ours == number)
            typical = inside[numpy.argsort(-matrix[numpy.ix_(inside, inside)].sum(axis=1), kind="stable")]
            self.assertEqual(members, [TOKENS[i] for i in typical])

    def test_one_shape_however_many_layers(self):
        for by in (["norm"], ["norm", "previous"]):
            options = [word for each in by for word in ("--by", each)]
            done = subprocess.run([PROGRAM, "color", "a.npy", "--vocab", "a.json", "--text", "text.txt", "--json", *options],
                                  cwd=self.folder, capture_output=True, text=True, check=True)
            result = json.loads(done.stdout)
            self.assertEqual([layer["by"] for layer in result["layers"]], by)
            values = result["values"] if len(by) > 1 else [result["values"]]
            self.assertEqual([layer["values"] for layer in result["layers"]], values)


if __name__ == "__main__":
    unittest.main()
