#!/usr/bin/env python3
"""The conda recipe is one, and has what CMake asks for; versions are the same wherever they are written.

Usage: recipe_test.py SOURCE [unittest options]; exits with 77, and says so, without Jinja2 and PyYAML.
"""

import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(sys.argv.pop(1))
try:
    import jinja2
    import yaml
except ImportError as error:
    print(f"SKIPPED: {error} (PyPI: Jinja2 PyYAML)")
    sys.exit(77)

# conda-build's sections and their keys, as far as a recipe like this one has use for them.
# https://docs.conda.io/projects/conda-build/en/stable/resources/define-metadata.html
KNOWN = {
    "package": {"name", "version"},
    "source": {"path", "url", "sha256", "patches"},
    "build": {"number", "skip", "script", "noarch", "string", "run_exports"},
    "requirements": {"build", "host", "run", "run_constrained"},
    "test": {"commands", "requires", "files", "source_files", "imports"},
    "about": {"home", "summary", "description", "license", "license_family", "license_file", "doc_url", "dev_url"},
    "extra": {"recipe-maintainers"},
}
# What CMake looks for, as conda-forge calls it; None: a part of the compilers' packages.
NAMES = {
    "Threads": None,
    "PkgConfig": "pkg-config",
    "OPENBLAS": "openblas",
    "LAPACKE": "liblapacke",
    "OpenSSL": "openssl",
    "spdlog": "spdlog",
    "nlohmann_json": "nlohmann_json",
    "FastFloat": "fast_float",
    "simdjson": "simdjson",
    "CLI11": "cli11",
    "ICU": "icu",
    "ZLIB": "zlib",
    "BZip2": "bzip2",
    "LibLZMA": "xz",
    "LIBZSTD": "zstd",
    "IGRAPH": "igraph",
    "HDF5": "hdf5",
}
OPTIONAL = {"RSVG", "CUDAToolkit"}


def rendered(text):
    """As conda-build reads it: Jinja, then lines with a selector that is true or none at all, then YAML."""
    wholly = jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text).render(
        compiler=lambda language: f"{language}_linux-64", stdlib=lambda language: f"{language}_stdlib")
    lines = []
    for line in wholly.splitlines():
        selector = re.search(r"#\s*\[(.*)\]\s*$", line)
        if selector is None or eval(selector[1], {"linux": True, "win": False, "osx": False}):
            lines.append(line)
    return yaml.safe_load("\n".join(lines))


class Recipe(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recipe = rendered((SOURCE / "packaging/conda/meta.yaml").read_text())
        cls.version = re.search(r"^project\(gramian VERSION ([0-9.]+)", (SOURCE / "CMakeLists.txt").read_text(), re.M)[1]

    def test_sections_and_keys_are_conda_builds(self):
        for section, content in self.recipe.items():
            self.assertIn(section, KNOWN)
            self.assertLessEqual(set(content), KNOWN[section], section)
        for section in ("package", "source", "build", "requirements", "test", "about"):
            self.assertIn(section, self.recipe)
        self.assertTrue((SOURCE / "packaging/conda" / self.recipe["source"]["path"] / "CMakeLists.txt").exists())
        self.assertTrue((SOURCE / self.recipe["about"]["license_file"]).exists())

    def test_everything_that_cmake_looks_for(self):
        asked = set()
        for file in [SOURCE / "CMakeLists.txt", *SOURCE.glob("cmake/*.cmake"), *SOURCE.glob("host/*/CMakeLists.txt")]:
            asked |= set(re.findall(r"^ *(?:find_package|pkg_check_modules|pkg_search_module)\((\w+)", file.read_text(), re.M))
        requirements = self.recipe["requirements"]
        given = {wanted.split()[0] for wanted in requirements["host"] + requirements["build"]}
        self.assertEqual(asked - OPTIONAL - set(NAMES), set(), "no name of conda-forge is known for it")
        self.assertEqual({NAMES[each] for each in asked - OPTIONAL} - {None} - given, set())

    def test_one_version(self):
        self.assertEqual(self.recipe["package"]["version"], self.version)
        self.assertIn(f"version: {self.version}", (SOURCE / "CITATION.cff").read_text())


if __name__ == "__main__":
    unittest.main()
