#!/usr/bin/env python3
"""Lets ELF files that were linked with a later C library load with an earlier one.

    older_glibc.py VERSION FILE...      such as 2.34

What a file needs beyond VERSION must be among the few symbols of which it is known that it does no harm, else this says
which they are and exits with 1:

  hypot        has been there since ever; that of 2.35 is without the error handling of System V. The first is taken.
  arc4random   what the seed of std::random_device may come from, which nothing here uses. It becomes weak, that is null.
"""

import struct
import sys

from elftools.elf.elffile import ELFFile

FIRST_VERSION = {"EM_X86_64": "GLIBC_2.2.5", "EM_AARCH64": "GLIBC_2.17"}
LATER_AGAIN = {"hypot"}
UNUSED = {"arc4random"}
WEAK_VERSION = 2  # VER_FLG_WEAK
WEAK_SYMBOL = 2  # STB_WEAK


def number(version):
    return [int(part) for part in version.removeprefix("GLIBC_").split(".")]


def requirements(elf):
    """(offset in the file, version's number in the file, name, hash, offset of the name) of all that a file needs."""
    section = elf.get_section_by_name(".gnu.version_r")
    need_at = section["sh_offset"]
    for need, auxiliaries in section.iter_versions():
        at = need_at + need["vn_aux"]
        for auxiliary in auxiliaries:
            yield at, auxiliary["vna_other"], auxiliary.name, auxiliary["vna_hash"], auxiliary["vna_name"]
            at += auxiliary["vna_next"]
        need_at += need["vn_next"]


def edits(elf, newest):
    """What to write where, as (offset, bytes)."""
    dynamic = elf.get_section_by_name(".dynsym")
    versions = elf.get_section_by_name(".gnu.version")
    if versions is None or elf.get_section_by_name(".gnu.version_r") is None:
        return
    needed = list(requirements(elf))
    for at, index, name, _, _ in needed:
        if not name.startswith("GLIBC_2.") or number(name) <= number(newest):
            continue
        of_it = [k for k in range(dynamic.num_symbols()) if versions.get_symbol(k)["ndx"] == index]
        names = {dynamic.get_symbol(k).name for k in of_it}
        if names <= LATER_AGAIN:
            first = next(other for other in needed if other[2] == FIRST_VERSION[elf["e_machine"]])
            yield at, struct.pack("<I", first[3])
            yield at + 8, struct.pack("<I", first[4])
        elif names <= UNUSED:
            yield at + 4, struct.pack("<H", WEAK_VERSION)
            for k in of_it:
                info = dynamic["sh_offset"] + k * dynamic["sh_entsize"] + 4
                elf.stream.seek(info)
                yield info, bytes([WEAK_SYMBOL << 4 | elf.stream.read(1)[0] & 0xF])
        else:
            raise SystemExit(f"{elf.stream.name} needs {name}: {', '.join(sorted(names))}")


def main():
    newest, *files = sys.argv[1:]
    for name in files:
        with open(name, "rb") as stream:
            wanted = list(edits(ELFFile(stream), newest))
        with open(name, "r+b") as stream:
            for at, data in wanted:
                stream.seek(at)
                stream.write(data)


if __name__ == "__main__":
    main()
