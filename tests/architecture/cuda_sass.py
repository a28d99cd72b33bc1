#!/usr/bin/env python3
"""Reads the machine code of our CUDA kernels and checks what their speed rests on.

    cuda_sass.py BUILD           looks at every kernel of ours that nvcc has made below BUILD, for every architecture; exit 1
                                 for what is not as it should be, 77 where there is no cuobjdump
    cuda_sass.py --self-test     planted faults have to be found

No kernel keeps anything in local memory (LDL, STL). No atomic goes to an address of unknown kind (ATOM, where ATOMG or RED
is meant): that is a loop wherever the address could be shared memory's. And the fine grid, which takes an atomic a cosine,
counts in shared memory by ATOMS.POPC.INC, which adds up a warp's equal addresses. The fused kernel multiplies on tensor
cores (IMMA), in a loop that brings rows past the registers (LDGSTS) and reads matrices (LDSM)."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

ARCHITECTURE = re.compile(r"arch = (sm_\w+)")
FUNCTION = re.compile(r"Function : (\w+)")
OURS = re.compile(r"7gramian\w*?\d((?:[a-z]+_)+kernel)(?:I([fd]+)E)?")
OPERATION = re.compile(r"/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\d+ )?([A-Z][A-Z0-9.]*)")


def folders():
    yield pathlib.Path("/usr/local/cuda/bin")
    for packages in (sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]):
        yield from pathlib.Path(packages).glob("nvidia/*/bin")


def tools():
    """The environment in which cuobjdump finds itself and nvdisasm, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders())])
    for tool in ("cuobjdump", "nvdisasm"):
        if shutil.which(tool, path=path) is None:
            return None
    return {**os.environ, "PATH": path}


def kernels(sass):
    """(architecture, kernel, its operations) of ours."""
    architecture = name = None
    operations = []
    for line in [*sass.splitlines(), "Function : end"]:
        if found := ARCHITECTURE.search(line):
            architecture = found[1]
        elif found := FUNCTION.search(line):
            if name:
                yield architecture, name, operations
            ours = OURS.search(found[1])
            name = ours and ours[1] + (f"<{ours[2]}>" if ours[2] else "")
            operations = []
        elif found := OPERATION.search(line):
            operations.append(found[1])


def faults(architecture, name, operations):
    kinds = [operation.split(".")[0] for operation in operations]
    where = f"{name} for {architecture}"
    for local in ("LDL", "STL"):
        if local in kinds:
            yield f"{where}: local memory ({local})"
    if "ATOM" in kinds:
        yield f"{where}: an atomic on an address of unknown kind"
    if name.startswith(("reduce_kernel", "fused_kernel")) and "ATOMS.POPC.INC.32" not in operations:
        yield f"{where}: the fine grid does not count by ATOMS.POPC.INC"
    if name == "fused_kernel":
        for wanted, most in (("IMMA", 32), ("LDSM", 12), ("LDGSTS", 8)):
            if not 0 < kinds.count(wanted) <= most:
                yield f"{where}: {kinds.count(wanted)} {wanted}, where one step of the loop and the first copy have {most}"


PLANTED = """
arch = sm_80
		Function : _ZN7gramian4cuda12_GLOBAL__N__9464c6ee_9_reduce_cu_c4d4c40113reduce_kernelIfEEvNS0_1AE
        /*0000*/                   MOV R1, c[0x0][0x28] ;                /* 0x00000a0000017a02 */
        /*0010*/              @!P0 ATOMS.POPC.INC.32 RZ, [R7+URZ] ;      /* 0x000000000700938c */
		Function : _ZN7gramian4cuda12_GLOBAL__N__9464c6ee_9_reduce_cu_c4d4c40113reduce_kernelIdEEvNS0_1AE
        /*0000*/                   STL [R1], R2 ;                        /* 0x0000000201007387 */
        /*0010*/               @P1 ATOM.E.ADD.64.STRONG.GPU P0, R2, [R4] ; /* 0x8000000204027980 */
		Function : _ZN7gramian4cuda12_GLOBAL__N__9464c6ee_8_fused_cu_c4d4c40112fused_kernelENS0_1AE
        /*0000*/                   ATOMS.POPC.INC.32 RZ, [R7+URZ] ;      /* 0x000000000700938c */
        /*0010*/                   IMMA.16832.S8.S8 R4, R2.ROW, R3.COL, R4 ; /* 0x0000000302047237 */
        /*0020*/                   LDSM.16.M88.4 R4, [R2] ;              /* 0x000000000204783b */
"""


def main(arguments):
    if arguments == ["--self-test"]:
        found = [fault for kernel in kernels(PLANTED) for fault in faults(*kernel)]
        print("\n".join(found))
        of = [fault.split(" ")[0] for fault in found]
        return 0 if of == ["reduce_kernel<d>"] * 3 + ["fused_kernel"] and "0 LDGSTS" in found[-1] else 1
    environment = tools()
    if environment is None:
        print("SKIPPED: cuobjdump and nvdisasm are not here (pip install nvidia-cuda-cuobjdump nvidia-cuda-nvdisasm)")
        return 77
    count = 0
    found = []
    for file in sorted(pathlib.Path(arguments[0]).rglob("gramian_cuda_kernels.dir/**/*.cu.o")):
        done = subprocess.run(["cuobjdump", "-sass", file], capture_output=True, text=True, env=environment)
        if done.returncode != 0:
            print(f"{file}: {done.stderr}")
            return 1
        for kernel in kernels(done.stdout):
            count += 1
            found += faults(*kernel)
    print("\n".join(found) or f"{count} kernels and architectures, all as they should be")
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
