#!/usr/bin/env python3
"""Checks what the CUDA assembler reported of our kernels: none may spill registers to memory.

    cuda_report.py BUILD         reads every *.cu.o.ptxas below BUILD, writes BUILD/cuda_report.txt (a line a kernel and
                                 architecture), prints what spills; exit 1 if something does or if there is no report
    cuda_report.py --self-test   a planted spill has to be found

Kernels of the vendor's libraries are listed and not judged."""

import pathlib
import re
import sys

ENTRY = re.compile(r"Compiling entry function '(\w+)' for '(\w+)'")
SPILL = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
NAME = re.compile(r"7gramian\w*?\d((?:[a-z]+_)+kernel)(?:I([fd]+)E)?")
TYPES = {"f": "float", "d": "double"}


def kernels(text):
    """(kernel, architecture, registers, spilled bytes, whether it is ours) of one report."""
    name = architecture = None
    spilled = 0
    for line in text.splitlines():
        if found := ENTRY.search(line):
            name, architecture = found.groups()
        elif found := SPILL.search(line):
            spilled = int(found[2]) + int(found[3])
        elif (found := USED.search(line)) and name is not None:
            ours = NAME.search(name)
            shown = name
            if ours:
                shown = ours[1] + (f"<{', '.join(TYPES[t] for t in ours[2])}>" if ours[2] else "")
            yield shown, architecture, int(found[1]), spilled, ours is not None
            name, spilled = None, 0


PLANTED = """ptxas info    : Compiling entry function '_ZN7gramian4cuda12_GLOBAL__N__9464c6ee_9_reduce_cu_c4d4c40113reduce_kernelIfEEvNS0_1AE' for 'sm_90a'
ptxas info    : Function properties for _ZN7gramian
    40 bytes stack frame, 96 bytes spill stores, 88 bytes spill loads
ptxas info    : Used 32 registers, used 1 barriers
ptxas info    : Compiling entry function '_ZN7gramian4cuda12_GLOBAL__N__113forget_kernelE' for 'sm_80'
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 12 registers
"""


def main(arguments):
    if arguments == ["--self-test"]:
        wanted = [("reduce_kernel<float>", "sm_90a", 32, 184, True), ("forget_kernel", "sm_80", 12, 0, True)]
        found = list(kernels(PLANTED))
        print(found)
        return 0 if found == wanted else 1
    build = pathlib.Path(arguments[0])
    rows = sorted(row for file in build.rglob("*.cu.o.ptxas") for row in kernels(file.read_text()))
    lines = [f"{name:32} {arch:8} {used:4} registers {spilled:5} bytes spilled" for name, arch, used, spilled, _ in rows]
    (build / "cuda_report.txt").write_text("\n".join(lines) + "\n")
    bad = [line for line, row in zip(lines, rows) if row[3] > 0 and row[4]]
    print("\n".join(bad) or f"{sum(row[4] for row in rows)} kernels and architectures, none spills")
    return 1 if bad or not any(row[4] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
