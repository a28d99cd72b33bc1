#!/usr/bin/env python3
"""The binary is built so that a fault in it is no way in. Usage: hardening_test.py PROGRAM [unittest options]"""

import os
import re
import shutil
import subprocess
import unittest

from hostile import PROGRAM, Hostile


def readelf(*what):
    return subprocess.run(["readelf", "--wide", *what, PROGRAM], capture_output=True, text=True, check=True).stdout


@unittest.skipIf(shutil.which("readelf") is None, "readelf (Debian: binutils) is absent")
class Hardening(Hostile):
    def test_position_independent(self):
        self.assertRegex(readelf("--file-header"), r"Type:\s+DYN")
        self.assertIn("PIE", readelf("--dynamic"))

    def test_relocations_are_read_only(self):
        self.assertIn("GNU_RELRO", readelf("--program-headers"))
        self.assertRegex(readelf("--dynamic"), r"BIND_NOW|\bNOW\b")

    def test_the_stack_is_no_code(self):
        self.assertRegex(readelf("--program-headers"), r"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW\s")

    def test_stacks_and_buffers_are_guarded(self):
        symbols = readelf("--dyn-syms")
        self.assertIn("__stack_chk_fail", symbols)
        self.assertRegex(symbols, r"__\w+_chk\b(?<!__stack_chk)")

    def test_the_standard_library_checks_its_indices(self):
        self.assertIn("__glibcxx_assert_fail", readelf("--dyn-syms"))

    def test_libraries_are_not_looked_for_in_the_folder_one_stands_in(self):
        for path in re.findall(r"(?:RUNPATH|RPATH).*\[(.*)\]", readelf("--dynamic")):
            for part in path.split(":"):
                self.assertTrue(part.startswith(("/", "$ORIGIN")), path)

    def test_a_planted_library_is_not_loaded(self):
        (self.place / "libz.so.1").write_bytes(b"no library at all")
        code, out, error = self.run_program("--version")
        self.assertEqual(code, 0, error)


if __name__ == "__main__":
    unittest.main()
