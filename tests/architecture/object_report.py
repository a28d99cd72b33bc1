#!/usr/bin/env python3
"""Checks the machine code of the innermost loops of tile products: none may keep sums anywhere but in registers.

    object_report.py BUILD         disassembles the isa_*.o below BUILD, prints a line a loop; exit 1 if one moves vectors
                                   to or from the stack, or from register to register, or if no loop is found
    object_report.py --self-test   a planted spill and a planted copy have to be found

A loop is a jump backwards and what it jumps over; one with another in it is not innermost. Loops of products are those
with at least eight vector multiply-adds."""

import pathlib
import re
import subprocess
import sys

LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")
PRODUCT = re.compile(r"^(vpdpwssd|vfmadd\d+p[sd]|tdpbssd)$")
MOVE = re.compile(r"^v?mov(dq[au]\d*|[au]p[sd])$")
VECTOR = re.compile(r"%[xyz]mm\d+")
LEAST = 8


def functions(text):
    """Lists of (address, operation, operands), one a function."""
    code = []
    for line in text.splitlines():
        if found := LINE.match(line):
            code.append((int(found[1], 16), found[2], found[3]))
        elif line.endswith(">:") and code:
            yield code
            code = []
    yield code


def loops(code):
    """The innermost loops of a function."""
    place = {address: k for k, (address, _, _) in enumerate(code)}
    spans = []
    for k, (_, operation, operands) in enumerate(code):
        if operation.startswith("j") and (to := re.match(r"([0-9a-f]+)\b", operands)):
            start = place.get(int(to[1], 16))
            if start is not None and start <= k:
                spans.append((start, k))
    for begin, end in spans:
        if not any(other != (begin, end) and begin <= other[0] and other[1] <= end for other in spans):
            yield code[begin:end + 1]


def judge(text):
    """(address, products, moves through the stack, copies) of every loop of products."""
    for code in functions(text):
        for loop in loops(code):
            products = sum(1 for _, operation, _ in loop if PRODUCT.match(operation))
            if products < LEAST:
                continue
            vectors = [(operation, operands) for _, operation, operands in loop if VECTOR.search(operands)]
            stack = sum(1 for _, operands in vectors if re.search(r"\(%r[sb]p[,)]", operands))
            copies = sum(1 for operation, operands in vectors if MOVE.match(operation) and "(" not in operands)
            yield loop[0][0], products, stack, copies


def sample(extra):
    lines = ["0000000000000000 <f>:", "   0:\txor    %eax,%eax"]
    body = ["vmovdqu64 (%rdx),%zmm2", *["vpdpwssd %zmm2,%zmm27,%zmm26"] * LEAST, *extra, "cmp    %rcx,%r10", "jne    10 <f+0x10>"]
    return "\n".join(lines + [f"  {16 + k:x}:\t{line}" for k, line in enumerate(body)])


def self_test():
    cases = [
        (sample([]), [(16, LEAST, 0, 0)]),
        (sample(["vmovdqa64 %zmm3,-0x40(%rsp)"]), [(16, LEAST, 1, 0)]),
        (sample(["vmovdqa64 %zmm3,%zmm4", "vmovaps %zmm5,%zmm6"]), [(16, LEAST, 0, 2)]),
        (sample(["vpdpwssd 0x40(%rbp),%zmm27,%zmm3"]), [(16, LEAST + 1, 1, 0)]),
        (sample(["jne    11 <f+0x11>"]), [(17, LEAST, 0, 0)]),  # two loops, of which the outer one is not judged
    ]
    for text, wanted in cases:
        found = list(judge(text))
        print(found)
        if found != wanted:
            return 1
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    bad = total = 0
    for file in sorted(pathlib.Path(arguments[0]).rglob("isa_avx*.o")):
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", file], capture_output=True, text=True, check=True).stdout
        for address, products, stack, copies in judge(text):
            total += 1
            bad += stack + copies > 0
            print(f"{file.name:28} at {address:6x}: {products:3} products, {stack} moves through the stack, {copies} copies")
    print(f"{total} loops of products, {bad} of them spill or copy")
    return 1 if bad or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
