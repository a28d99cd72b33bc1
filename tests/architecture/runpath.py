#!/usr/bin/env python3
"""Checks where a program looks for its libraries: runpath.py PROGRAM...

An empty or relative element of the RUNPATH is the current directory, from where anybody's library would be loaded."""

import re
import subprocess
import sys


def elements(program):
    section = subprocess.run(["readelf", "-dW", program], capture_output=True, text=True, check=True).stdout
    if "Dynamic section" not in section:
        raise SystemExit(f"{program}: no dynamic section")
    for found in re.findall(r"\((?:RPATH|RUNPATH)\)[^\[]*\[(.*)\]", section):
        yield from found.split(":")


bad = [
    f"{program}: looks for libraries in {element!r}"
    for program in sys.argv[1:]
    for element in elements(program)
    if not element.startswith(("/", "$ORIGIN"))
]
print("\n".join(bad) or "every element is absolute")
sys.exit(1 if bad or len(sys.argv) < 2 else 0)
