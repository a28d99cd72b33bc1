#!/usr/bin/env python3
"""Reads a program, a shared library or an archive of objects for what a mistake in it would run into.

    hardening.py [--only CHECK,...] FILE...   exit 1 if one lacks something; what was not checked is said
    hardening.py --self-test COMPILER         programs that lack one thing each have to be found out

    pie         it is loaded where nobody knows beforehand              programs
    relro       tables of the loader are read-only once it has begun    programs, libraries
    now         and are filled before that                              programs, libraries
    stack       stacks are not executed                                 programs, libraries
    protector   functions look after their stack before they return     all
    fortify     the C library checks the sizes of what it writes to     all
    assertions  containers of C++ check indices                         all
    runpath     libraries are looked for in folders by absolute names, or beside the file; everybody can write into none:
                an empty or relative element is the current directory   programs, libraries"""

import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile


def readelf(option, file):
    return subprocess.run(["readelf", "-W", option, file], capture_output=True, text=True, check=True).stdout


class File:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        with open(path, "rb") as file:
            self.kind = "archive" if file.read(8) == b"!<arch>\n" else ""
        symbols = readelf("--syms" if self.kind else "--dyn-syms", path)
        self.wanted = set(re.findall(r" UND ([\w.]+)", symbols))
        if self.kind:
            return
        self.header = readelf("--file-header", path)
        self.segments = readelf("--segments", path)
        self.dynamic = readelf("--dynamic", path)
        self.kind = "program" if re.search(r"^  INTERP ", self.segments, re.M) else "library"

    def says(self, entry, pattern):
        return re.search(rf"\({entry}\).*\b{pattern}\b", self.dynamic) is not None


def pie(file):
    if not re.search(r"Type: +DYN ", file.header) or not file.says("FLAGS_1", "PIE"):
        yield "it is no position-independent program"


def relro(file):
    if not re.search(r"^  GNU_RELRO ", file.segments, re.M):
        yield "no segment is read-only after relocation"


def now(file):
    if not (file.says("FLAGS_1", "NOW") or file.says("FLAGS", "BIND_NOW") or "(BIND_NOW)" in file.dynamic):
        yield "symbols are bound when they are called"


def stack(file):
    found = re.search(r"^  GNU_STACK +(?:0x\w+ +){5}([RWE ]{3}) ", file.segments, re.M)
    if not found or "E" in found[1]:
        yield "its stack is executable"


def protector(file):
    if "__stack_chk_fail" not in file.wanted:
        yield "no function guards its stack"


def fortify(file):
    if not any(re.fullmatch(r"__\w+_chk", symbol) for symbol in file.wanted):
        yield "no call is one that the C library checks"


def assertions(file):
    if not any("__glibcxx_assert_fail" in symbol for symbol in file.wanted):
        yield "no index into a container is checked"


def everybody_writes(folder):
    """Whether everybody can put a file into the folder, or the folder into one above it."""
    for place in (folder, *folder.parents):
        if place.exists():
            mode = place.stat().st_mode
            # In a sticky folder what is there stays its owner's; what is not there yet is anybody's to make.
            mine = mode & stat.S_ISVTX and place != folder and below.exists()
            if mode & stat.S_IWOTH and not mine:
                return True
        below = place
    return False


def runpath(file):
    for found in re.findall(r"\((?:RPATH|RUNPATH)\)[^\[]*\[(.*)\]", file.dynamic):
        for element in found.split(":"):
            beside = re.sub(r"^\$(ORIGIN\b|\{ORIGIN\})", str(file.path.resolve().parent), element)
            if not beside.startswith("/"):
                yield f"it looks for libraries in {element!r}"
            elif everybody_writes(pathlib.Path(os.path.normpath(beside))):
                yield f"it looks for libraries in {element!r}, where everybody can put one"


OF_OBJECTS = {"protector": protector, "fortify": fortify, "assertions": assertions}
OF_LIBRARIES = {"relro": relro, "now": now, "stack": stack, "runpath": runpath, **OF_OBJECTS}
OF_PROGRAMS = {"pie": pie, **OF_LIBRARIES}
CHECKS = {"archive": OF_OBJECTS, "library": OF_LIBRARIES, "program": OF_PROGRAMS}


def judge(file, only=None):
    """What was checked, and (check, what is wrong) for all that is wrong."""
    checks = {name: check for name, check in CHECKS[file.kind].items() if only is None or name in only}
    return list(checks), [(name, wrong) for name, check in checks.items() for wrong in check(file)]


SOURCE = """
#include <cstdio>
#include <cstring>
#include <vector>
int found(int count, char** words) {
  char text[16];
  std::strcpy(text, words[0]);
  std::puts(text);
  const std::vector<int> numbers(count);
  return numbers[std::strlen(text)];
}
"""
MAIN = "int found(int, char**);\nint main(int count, char** words) { return found(count, words); }\n"
GOOD = {
    "compile": ["-O2", "-fPIE", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2", "-D_GLIBCXX_ASSERTIONS"],
    "link": ["-pie", "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,-rpath,/usr/lib:$ORIGIN/../lib:${ORIGIN}"],
}


def self_test(compiler):
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name, "bin")
        work.mkdir()
        anybodys = work / "anybodys"
        anybodys.mkdir()
        anybodys.chmod(0o777)
        sticky = work / "sticky"
        (sticky / "mine").mkdir(parents=True)
        sticky.chmod(0o1777)
        (work / "found.cpp").write_text(SOURCE)
        (work / "main.cpp").write_text(MAIN)

        def build(output, compile=(), link=()):
            sources = ["found.cpp"] if "-shared" in link else ["found.cpp", "main.cpp"]
            options = [*GOOD["compile"], *compile, *(o for o in GOOD["link"] if o != "-pie" or "-shared" not in link), *link]
            subprocess.run([compiler, *options, *sources, "-o", output], cwd=work, check=True)
            return File(work / output)

        def archive(output, *compile):
            subprocess.run([compiler, *GOOD["compile"], *compile, "-c", "found.cpp"], cwd=work, check=True)
            subprocess.run(["ar", "rcs", output, "found.o"], cwd=work, check=True)
            return File(work / output)

        def looking(where):
            return build("looking", link=[f"-Wl,-rpath,{where}"])

        cases = [
            ("a program", build("good"), "program", []),
            ("a library", build("good.so", ["-fPIC"], ["-shared"]), "library", []),
            ("an archive", archive("good.a"), "archive", []),
            ("at a fixed address", build("fixed", ["-fno-pie"], ["-no-pie"]), "program", ["pie"]),
            ("no relro", build("norelro", link=["-Wl,-z,norelro"]), "program", ["relro"]),
            ("lazy", build("lazy", link=["-Wl,-z,lazy"]), "program", ["now"]),
            ("executable stack", build("execstack", link=["-Wl,-z,execstack"]), "program", ["stack"]),
            ("no protector", build("unguarded", ["-fno-stack-protector"]), "program", ["protector"]),
            ("not fortified", build("unfortified", ["-U_FORTIFY_SOURCE"]), "program", ["fortify"]),
            ("no assertions", build("unasserted", ["-U_GLIBCXX_ASSERTIONS"]), "program", ["assertions"]),
            ("a lazy library", build("lazy.so", ["-fPIC"], ["-shared", "-Wl,-z,lazy"]), "library", ["now"]),
            ("an archive, no protector", archive("unguarded.a", "-fno-stack-protector"), "archive", ["protector"]),
            ("an archive, not fortified", archive("unfortified.a", "-U_FORTIFY_SOURCE"), "archive", ["fortify"]),
            ("an archive, no assertions", archive("unasserted.a", "-U_GLIBCXX_ASSERTIONS"), "archive", ["assertions"]),
            ("an empty element", looking(":/lib"), "program", ["runpath"]),
            ("a relative element", looking("lib"), "program", ["runpath"]),
            ("almost $ORIGIN", looking("$ORIGINAL"), "program", ["runpath"]),
            ("everybody's folder", looking(anybodys), "program", ["runpath"]),
            ("none yet, in everybody's folder", looking(anybodys / "none"), "program", ["runpath"]),
            ("none yet, in a sticky folder", looking(sticky / "none"), "program", ["runpath"]),
            ("one's own, in a sticky folder", looking(sticky / "mine"), "program", []),
            ("RPATH", build("old", link=["-Wl,--disable-new-dtags", "-Wl,-rpath,lib"]), "program", ["runpath"]),
        ]
        failed = 0
        for what, file, kind, wanted in cases:
            checked, wrong = judge(file)
            right = file.kind == kind and [check for check, _ in wrong] == wanted and checked == list(CHECKS[kind])
            failed += not right
            print(f"{'ok' if right else 'NOT FOUND OUT'}: {what}: {wrong}")
        shown = {check for _, _, _, wanted in cases for check in wanted}
        if shown != set(OF_PROGRAMS):
            print(f"no case of {set(OF_PROGRAMS) - shown}")
            failed += 1
        return 1 if failed else 0


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--self-test":
        return self_test(arguments[1])
    only = None
    if arguments[:1] == ["--only"]:
        only = arguments[1].split(",")
        arguments = arguments[2:]
    if not arguments or not set(only or []) <= set(OF_PROGRAMS):
        raise SystemExit(__doc__)
    bad = 0
    for file in map(File, arguments):
        checked, wrong = judge(file, only)
        if not checked:
            raise SystemExit(f"{file.path}: nothing to check of an {file.kind}")
        left = [name for name in OF_PROGRAMS if name not in checked]
        print(f"{file.path}, {file.kind}: checked {' '.join(checked)}; not checked {' '.join(left) or 'none'}")
        for name, what in wrong:
            print(f"  {name}: {what}")
        bad += len(wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
