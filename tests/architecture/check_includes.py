#!/usr/bin/env python3
"""Checks which way includes run, host -> engine <- kernels, and that files and folders stay small.

    check_includes.py ROOT          checks the tree; prints every violation as file:line; exit 1 if there is one
    check_includes.py --self-test   plants one violation of each kind and demands that it is found

What is checked, by the rule's name in the output:
    engine       engine/ includes nothing of host/, kernels/, tests/ or bench/, and of the outside world only the C++
                 standard library without its input and output: no vendor header, no POSIX, no file
    kernels      kernels/ includes nothing of host/; kernels/cpu and kernels/cuda never include each other
    host         of host/ only host/device includes anything of kernels/
    floors       nothing of host/ but host/cli includes host/cli; of the rest only host/questions includes host/questions;
                 CLI11 is seen in host/cli/command_line.cpp alone
    python       python/ includes nothing of host/cli and kernels/, and is included by nothing else; nanobind is seen there
                 alone
    cuda         CUDA's headers are seen in kernels/cuda alone
    public       an installed header includes installed headers and the standard library, nothing else
    production   what ships includes nothing of tests/ or bench/
    computed     an include whose name is a macro cannot be checked, so there is none
    cycle        no cycle between engine, host and kernels; none between files; none between folders side by side, of
                 what is directly in a folder's files and what is in its folders
    size         a source, Python's too, has at most 400 lines; a folder at most 25 files
"""

import os
import pathlib
import re
import sys
import tempfile

SUFFIXES = {".hpp", ".h", ".cpp", ".cc", ".cu", ".cuh", ".inl", ".inc"}
MOST_LINES = 400
MOST_FILES = 25
LAYERS = ("engine", "kernels", "host")
OURS = LAYERS + ("python", "tests", "bench")

STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution expected filesystem format
    forward_list fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits
    list locale map mdspan memory memory_resource mutex new numbers numeric optional ostream print queue random ranges
    ratio regex scoped_allocator semaphore set shared_mutex source_location span spanstream sstream stack stdexcept
    stop_token streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex
    typeinfo unordered_map unordered_set utility valarray variant vector version""".split()
)
DOORS = {
    pathlib.PurePosixPath(door) for door in ("host/gramian.hpp", "kernels/cpu/backend.hpp", "kernels/cuda/backend.hpp")
}
COMMAND_LINE = pathlib.PurePosixPath("host/cli/command_line.cpp")
TEXT = pathlib.PurePosixPath("host/text")  # its shelves are its own business
INPUT_OUTPUT = {"cstdio", "filesystem", "fstream", "ios", "iostream", "istream", "ostream", "print", "syncstream"}
CUDA = re.compile(r"(cuda|cublas|cusolver|cusparse|curand|cufft|nvrtc|nvml|nccl|thrust/|cub/|cooperative_groups|mma\.h)")

# Strings first, so that the // in one starts no comment; then comments. Quotes between digits separate digits.
TOKENS = re.compile(
    r'R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'"
    r"|//[^\n]*|/\*.*?\*/",
    re.S,
)
INCLUDE = re.compile(r'^[ \t]*(?:#|%:)[ \t]*include(?:_next)?[ \t]*(?:"(?P<quoted>[^"]+)"|<(?P<angled>[^>]+)>|(?P<macro>\S.*))', re.M)


def includes(text):
    """(line, name, quoted) of every include; name is None where it is a macro."""

    def blank(match):
        found = match.group()
        if found.startswith("R") and "\n" in found:  # a raw string may hold lines that look like includes
            return "\n" * found.count("\n")
        return found if found[0] in "\"'R" else "\n" * found.count("\n") or " "

    def splice(match):  # a line that goes on in the next, and the lines it took, so that those after keep their numbers
        return match.group().replace("\\\n", "") + "\n" * match.group().count("\n")

    text = re.sub(r"(?:[^\n]*\\\n)+[^\n]*", splice, text)
    text = TOKENS.sub(blank, text)
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match["macro"]:
            yield line, None, False
        else:
            yield line, match["quoted"] or match["angled"], match["quoted"] is not None


def resolve(root, file, name, quoted):
    """The included file relative to root, as a posix path, or None where it is not ours."""
    places = [file.parent, pathlib.PurePosixPath()] if quoted else [pathlib.PurePosixPath()]
    for place in places:
        path = pathlib.PurePosixPath(os.path.normpath(place / name))
        if (root / path).is_file():
            return path
    path = pathlib.PurePosixPath(os.path.normpath(name))  # not there (generated, a typing error): judge the spelling
    while path.parts and path.parts[0] == "..":
        path = pathlib.PurePosixPath(*path.parts[1:])
    return path if len(path.parts) > 1 and path.parts[0] in OURS else None


def within(path, *folders):
    return any(path.is_relative_to(folder) for folder in folders)


def installed(path):
    """As cmake/install.cmake has it."""
    if path.suffix != ".hpp" or within(path, "host/formats/json", "host/formats/hdf5"):
        return False
    shelves = ("engine", "host/communities", "host/device", "host/formats", "host/questions", "host/report")
    return within(path, *shelves) or path in DOORS or path.parent == TEXT


def judge(file, name, target):
    """Names of the rules that `file` breaks by including `name`, which is our `target` or, if None, the outside world's."""
    if target is None:
        if within(file, "engine") and (name not in STANDARD or name in INPUT_OUTPUT):
            yield "engine"
        if within(file, *LAYERS) and not within(file, "kernels/cuda") and CUDA.match(name):
            yield "cuda"
        if not within(file, "python") and name.startswith("nanobind/"):
            yield "python"
        if within(file, *LAYERS) and name.startswith("CLI/") and file != COMMAND_LINE:
            yield "floors"
        if installed(file) and name not in STANDARD:
            yield "public"
        return
    if within(file, "engine") and not within(target, "engine"):
        yield "engine"
    if within(file, "kernels") and within(target, "host"):
        yield "kernels"
    if within(file, "kernels/cpu") and within(target, "kernels/cuda"):
        yield "kernels"
    if within(file, "kernels/cuda") and within(target, "kernels/cpu"):
        yield "kernels"
    if within(file, "host") and not within(file, "host/device") and within(target, "kernels"):
        yield "host"
    if within(file, "host") and within(target, "host/cli") and not within(file, "host/cli"):
        yield "floors"
    if within(file, "host") and within(target, "host/questions") and not within(file, "host/questions", "host/cli"):
        yield "floors"
    if within(file, "python") and within(target, "host/cli", "kernels"):
        yield "python"
    if within(target, "python") and not within(file, "python"):
        yield "python"
    if within(file, *LAYERS, "python") and within(target, "tests", "bench"):
        yield "production"
    if installed(file) and not installed(target):
        yield "public"


def find_cycle(graph):
    """One cycle of {node: {successor}} as a list that ends where it began, or None."""
    done = set()
    for start in sorted(graph):
        if start in done:
            continue
        path, on_path = [start], {start}
        pending = [iter(sorted(graph[start]))]
        while pending:
            successor = next(pending[-1], None)
            if successor is None:
                pending.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif successor in on_path:
                return path[path.index(successor):] + [successor]
            elif successor not in done:
                path.append(successor)
                on_path.add(successor)
                pending.append(iter(sorted(graph.get(successor, ()))))
    return None


def siblings(files):
    """{folder: {child folder: {child folders that it includes}}}: includes as they cross a folder's own folders."""
    graphs = {}
    for file, targets in files.items():
        for target in targets:
            common = pathlib.PurePosixPath(os.path.commonpath([file, target])) if file != target else file.parent
            depth = len(common.parts) if str(common) != "." else 0
            if len(file.parts) > depth + 1 and len(target.parts) > depth + 1 and depth > 0:
                graphs.setdefault(common, {}).setdefault(file.parts[depth], set()).add(target.parts[depth])
    return graphs


def sizes(root):
    """Violations of the rule about sizes."""
    for folder in OURS:
        for place in sorted(path for path in [root / folder, *(root / folder).rglob("*")] if path.is_dir()):
            if place.name == "__pycache__":
                continue
            entries = [path for path in place.iterdir() if path.is_file()]
            if len(entries) > MOST_FILES:
                yield "size", f"{place.relative_to(root)}: {len(entries)} files, more than {MOST_FILES}"
            for path in sorted(entries):
                if path.suffix in SUFFIXES | {".py"}:
                    lines = path.read_bytes().count(b"\n")
                    if lines > MOST_LINES:
                        yield "size", f"{path.relative_to(root)}: {lines} lines, more than {MOST_LINES}"


def check(root):
    """(violations as (rule, message), number of files read)."""
    violations, files, layers = [], {}, {layer: set() for layer in LAYERS}
    for folder in OURS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                files[pathlib.PurePosixPath(path.relative_to(root).as_posix())] = set()
    for file, targets in files.items():
        text = (root / file).read_text(encoding="utf-8", errors="replace")
        for line, name, quoted in includes(text):
            if name is None:
                if within(file, *LAYERS):
                    violations.append(("computed", f"{file}:{line}: includes a macro"))
                continue
            target = resolve(root, file, name, quoted)
            violations += [(rule, f"{file}:{line}: includes {name}") for rule in dict.fromkeys(judge(file, name, target))]
            if target is not None:
                targets.add(target)
                if within(file, *LAYERS) and within(target, *LAYERS) and file.parts[0] != target.parts[0]:
                    layers[file.parts[0]].add(target.parts[0])
    shipped = {file: targets for file, targets in files.items() if within(file, *LAYERS)}
    for place, graph in [("", layers), ("", files), *sorted(siblings(shipped).items())]:
        cycle = find_cycle({node: successors - {node} for node, successors in graph.items()} if place else graph)
        if cycle:
            violations.append(("cycle", (f"in {place}: " if place else "") + " -> ".join(map(str, cycle))))
    violations += sizes(root)
    for layer in ("engine", "host"):  # a check of nothing would always pass
        if not any(within(file, layer) for file in files):
            violations.append(("empty", f"no source under {root / layer}: is this the project?"))
    return violations, len(files)


SOUND = {
    "engine/matrix.hpp": "#pragma once\n#include <vector>\n",
    "engine/matrix.cpp": '#include "engine/matrix.hpp"\n#include <sstream>\n',
    "engine/analyses/comparison/rsa.cpp": '#include "../../matrix.hpp"\n'
    '// #include "host/formats/arrays/npy.hpp"\n/* long\n#include <iostream>\n*/\n'
    'const char* kText = R"(\n#include <cuda.h>\n)"; const char* kUrl = "http://x"; int k = 1\'000\'000; // it\'s fine\n',
    "kernels/cpu/backend.hpp": '#pragma once\n#include "engine/matrix.hpp"\n',
    "kernels/cpu/sweep/sweep.cpp": '#include "kernels/cpu/backend.hpp"\n#include <cblas.h>\n#include <immintrin.h>\n',
    "kernels/cuda/sweep/sweep.cu": '#include "engine/matrix.hpp"\n#include <cuda_runtime.h>\n#include <cub/cub.cuh>\n',
    "host/formats/arrays/npy.hpp": '#pragma once\n#include <filesystem>\n#include "engine/matrix.hpp"\n',
    "host/formats/arrays/npy.cpp": '#include "npy.hpp"\n#include <fast_float/fast_float.h>\n#include <sys/mman.h>\n',
    "host/formats/json/json.hpp": "#pragma once\n#include <nlohmann/json.hpp>\n",
    "host/device/device.cpp": '#include "engine/matrix.hpp"\n#include "kernels/cpu/backend.hpp"\n',
    "host/questions/stats.hpp": '#pragma once\n#include "host/formats/arrays/npy.hpp"\n',
    "host/cli/command_line.cpp": '#include <CLI/CLI.hpp>\n#include "host/questions/stats.hpp"\n',
    "host/cli/main.cpp": '#include "host/formats/arrays/npy.hpp"\n#include "host/questions/stats.hpp"\n',
    "host/cli/help.hpp": "#pragma once\n#include <string>\n",
    "python/core/asked.cpp": '#include <nanobind/nanobind.h>\n#include "host/questions/stats.hpp"\n',
    "tests/matrix_test.cpp": '#include <gtest/gtest.h>\n#include "kernels/cpu/backend.hpp"\n#include "host/formats/arrays/npy.hpp"\n',
}

# What is planted, where, and the one rule that has to find it there.
PLANTED = [
    ("engine", "engine/matrix.cpp", '#include "host/formats/arrays/npy.hpp"'),
    ("engine", "engine/matrix.cpp", '#include "kernels/cpu/backend.hpp"'),
    ("engine", "engine/matrix.cpp", "#include <kernels/cpu/backend.hpp>"),
    ("engine", "engine/matrix.cpp", '#include "../kernels/cpu/backend.hpp"'),
    ("engine", "engine/analyses/comparison/rsa.cpp", '#include "../../../host/not/there.hpp"'),
    ("engine", "engine/matrix.cpp", '  #  include  "host/formats/arrays/npy.hpp"'),
    ("engine", "engine/matrix.cpp", '/* sly */ #include "host/formats/arrays/npy.hpp"'),
    ("engine", "engine/matrix.cpp", '#inc\\\nlude "host/formats/arrays/npy.hpp"'),
    ("engine", "engine/matrix.cpp", '#include "tests/matrix_test.cpp"'),
    ("cuda", "kernels/cpu/sweep/sweep.cpp", "#include <cublasLt.h>"),
    ("cuda", "host/cli/main.cpp", "#include <thrust/sort.h>"),
    ("kernels", "kernels/cpu/sweep/sweep.cpp", '#include "host/formats/arrays/npy.hpp"'),
    ("kernels", "kernels/cpu/sweep/sweep.cpp", '#include "kernels/cuda/sweep/sweep.cu"'),
    ("kernels", "kernels/cpu/sweep/sweep.cpp", '#include "../../cuda/sweep/sweep.cu"'),
    ("kernels", "kernels/cuda/sweep/sweep.cu", '#include "../../cpu/backend.hpp"'),
    ("host", "host/formats/arrays/npy.cpp", '#include "kernels/cpu/backend.hpp"'),
    ("host", "host/cli/main.cpp", '#include "kernels/cpu/backend.hpp"'),
    ("host", "host/questions/stats.hpp", '#include "kernels/cpu/backend.hpp"'),
    ("floors", "host/formats/arrays/npy.cpp", '#include "host/questions/stats.hpp"'),
    ("floors", "host/questions/stats.hpp", '#include "host/cli/help.hpp"'),
    ("floors", "host/cli/main.cpp", "#include <CLI/CLI.hpp>"),
    ("python", "host/questions/stats.hpp", "#include <nanobind/ndarray.h>"),
    ("python", "host/cli/main.cpp", '#include "python/core/asked.cpp"'),
    ("python", "python/core/asked.cpp", '#include "host/cli/help.hpp"'),
    ("python", "python/core/asked.cpp", '#include "kernels/cpu/backend.hpp"'),
    ("production", "python/core/asked.cpp", '#include "tests/matrix_test.cpp"'),
    ("public", "host/formats/arrays/npy.hpp", "#include <nlohmann/json.hpp>"),
    ("public", "host/formats/arrays/npy.hpp", '#include "host/formats/json/json.hpp"'),
    ("production", "host/formats/arrays/npy.cpp", '#include "tests/matrix_test.cpp"'),
    ("computed", "engine/matrix.cpp", "#include GRAMIAN_BACKEND"),
    ("cycle", "engine/matrix.hpp", '#include "engine/matrix.hpp"'),
    ("cycle", "kernels/cpu/sweep/sweep.cpp", '#include "host/cli/main.cpp"'),
] + [
    ("engine", "engine/matrix.cpp", f"#include <{header}>")
    for header in "cuda_runtime.h cublas_v2.h cusolverDn.h thrust/sort.h cub/cub.cuh dnnl.hpp cblas.h lapacke.h "
    "openblas_config.h nlohmann/json.hpp CLI/CLI.hpp spdlog/spdlog.h fast_float/fast_float.h openssl/evp.h fstream "
    "iostream filesystem cstdio stdio.h unistd.h sys/mman.h immintrin.h".split()
]

# What is planted as whole files: the rule that has to find it, and what it says.
PLANTED_FILES = [
    ("size", "kernels/cpu/long.cpp: 401 lines", {"kernels/cpu/long.cpp": "\n" * (MOST_LINES + 1)}),
    ("size", "tests/long.py: 401 lines", {"tests/long.py": "\n" * (MOST_LINES + 1)}),
    ("size", "host/text: 26 files", {f"host/text/{n}.txt": "" for n in range(MOST_FILES + 1)}),
    ("cycle", "in engine: ", {"engine/a/1.hpp": "", "engine/b/2.hpp": "", "engine/a/3.cpp": '#include "engine/b/2.hpp"\n',
                              "engine/b/4.cpp": '#include "engine/a/1.hpp"\n'}),
]


def self_test():
    def tree(changes):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**SOUND, **changes}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return check(root)[0]

    failures = []
    if tree({}):
        failures.append(f"the sound tree is blamed: {tree({})}")
    for rule, file, line in PLANTED:
        # On the second line, so that a check that only reads first lines, or counts lines wrongly, is found out.
        first, _, rest = SOUND[file].partition("\n")
        found = tree({file: f"{first}\n{line}\n{rest}"})
        at = None if rule == "cycle" else f"{file}:2: "
        if not any(name == rule and (at is None or message.startswith(at)) for name, message in found):
            failures.append(f"not found: {rule}: {file}: {line!r}; found only {found}")
    for rule, words, changes in PLANTED_FILES:
        found = tree(changes)
        if [name for name, message in found] != [rule] or words not in found[0][1]:
            failures.append(f"not found: {rule}: {words}; found only {found}")
    with tempfile.TemporaryDirectory() as folder:
        if not check(pathlib.Path(folder))[0]:
            failures.append("an empty tree passes")
    print("\n".join(failures) or f"{len(PLANTED) + len(PLANTED_FILES)} planted violations found, no false alarm")
    return 1 if failures else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    violations, count = check(pathlib.Path(arguments[0]))
    for rule, message in violations:
        print(f"{message}  [{rule}]")
    print(f"{count} files, {len(violations)} violations" + (" (the rules: CONTRIBUTING.md)" if violations else ""))
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
