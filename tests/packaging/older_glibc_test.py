#!/usr/bin/env python3
"""Files load with an earlier C library than they were linked with, or it is said why not.

Usage: older_glibc_test.py packaging/older_glibc.py [unittest options]; exits with 77, and says so, where the C library is
older than 2.36, or pyelftools is not there.
"""

import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv.pop(1))
if [int(part) for part in platform.libc_ver()[1].split(".")] < [2, 36]:
    print(f"SKIPPED: the C library is {platform.libc_ver()[1]}, which the programs here do not build with")
    sys.exit(77)
if subprocess.run(["/usr/bin/python3", "-c", "import elftools"], capture_output=True).returncode != 0:
    print("SKIPPED: no pyelftools (Debian: python3-pyelftools)")
    sys.exit(77)
CALLS_HYPOT = """
#include <math.h>
#include <stdio.h>
int main(int count, char** given) { (void)given; printf("%g\\n", hypot(3.0 * count, 4.0)); return 0; }
"""
# What std::random_device does: a call that never comes.
CALLS_RANDOM = """
#include <stdlib.h>
int main(int count, char** given) { (void)given; return count > 100 ? (int)arc4random() : 0; }
"""
CALLS_LATER = """
#include <sys/pidfd.h>
int main(int count, char** given) { (void)given; return count > 100 ? pidfd_open(1, 0) : 0; }
"""


class OlderGlibc(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_glibc_"))
        self.addCleanup(shutil.rmtree, self.folder)

    def built(self, source):
        program = self.folder / "program"
        subprocess.run(["cc", "-x", "c", "-O0", "-o", program, "-", "-lm"], input=source, text=True, check=True)
        return program

    def needs(self, program):
        """What is needed and must be there, by version."""
        listed = subprocess.run(["readelf", "-W", "--version-info", program], capture_output=True, text=True, check=True)
        wanted = re.findall(r"Name: GLIBC_(2[.0-9]*)  Flags: (\S+)", listed.stdout)
        return {version for version, flags in wanted if flags != "WEAK"}

    def loosened(self, program, version):
        return subprocess.run(["/usr/bin/python3", SCRIPT, version, program], capture_output=True, text=True)

    def test_a_function_that_was_there_before(self):
        program = self.built(CALLS_HYPOT)
        self.assertIn("2.35", self.needs(program))
        done = self.loosened(program, "2.34")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse({"2.35", "2.36"} & self.needs(program))
        self.assertEqual(subprocess.run([program], capture_output=True, text=True).stdout, "5\n")
        again = program.read_bytes()
        self.assertEqual(self.loosened(program, "2.34").returncode, 0)
        self.assertEqual(program.read_bytes(), again)

    def test_a_function_that_is_never_called(self):
        program = self.built(CALLS_RANDOM)
        self.assertIn("2.36", self.needs(program))
        self.assertEqual(self.loosened(program, "2.34").returncode, 0)
        self.assertNotIn("2.36", self.needs(program))
        self.assertEqual(subprocess.run([program]).returncode, 0)

    def test_any_other_is_named(self):
        program = self.built(CALLS_LATER)
        before = program.read_bytes()
        done = self.loosened(program, "2.34")
        self.assertEqual(done.returncode, 1)
        self.assertIn("GLIBC_2.36: pidfd_open", done.stderr)
        self.assertEqual(program.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
