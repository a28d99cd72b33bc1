#!/usr/bin/env python3
"""Measures the CUDA backend into one JSON record: gpu_record.py PROGRAM --record FILE [--device cuda] [--seconds S]

First it checks: at 2,000 x 100 the program's histogram, extremes, degrees and neighbours on the device against numpy in fp64.

The record is written anew after every measurement, so whatever ends early leaves what it had. In the order of what matters:
`gramian bench` (its own bare product beside it), the same work by torch and by cupy on the same device where python3 has
them (gpu_rivals.py; their results have to agree with the program's), `gramian stats` on a .safetensors file in the page
cache with the start of the process included, memory of the device, and a larger matrix. With --device cpu the shapes are
small and numpy stands in for cupy: a trial of the motions."""

import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

from device_memory import DeviceMemory
from gpu_rivals import LIBRARIES, Arrays, agreement, measure, sweep

K = 10


class Record:
    """A dictionary that is on the disk whole after every change; says what takes how long."""

    def __init__(self, path, seconds):
        self.path = pathlib.Path(path)
        self.begin = time.monotonic()
        self.seconds = seconds
        self.values = {}

    def measure(self, name, work, needs=0):
        """Puts what `work` returns at `name`, "a/b/c"; a failure there is part of the record. `needs`: seconds that have to be left."""
        *above, last = name.split("/")
        at = self.values
        for key in above:
            at = at.setdefault(key, {})
        start = time.monotonic()
        if start - self.begin + needs > self.seconds:
            at[last] = {"left_out": f"{needs} s were not left"}
        else:
            try:
                at[last] = work()
            except Exception as error:  # whatever a library throws
                at[last] = {"failed": f"{type(error).__name__}: {error}"[:2000]}
        print(f"{name}: {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.values, indent=1) + "\n")
        part.replace(self.path)
        return at[last]


class Program:
    def __init__(self, path, device):
        self.path, self.device = path, device

    def __call__(self, *arguments):
        done = subprocess.run([self.path, *map(str, arguments), "--device", self.device, "--json"], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"gramian {arguments[0]}: exit {done.returncode}: {done.stderr[-1500:]}")
        return json.loads(done.stdout)


def output_of(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def machine():
    model = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    gpu = "name,driver_version,memory.total,power.limit,clocks.max.sm,clocks.max.mem"
    return {
        "gpu": output_of("nvidia-smi", f"--query-gpu={gpu}", "--format=csv,noheader"),
        "toolkit": (output_of("nvcc", "--version") or "").splitlines()[-1:],
        "processor": model[0] if model else None,
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": os.uname().release,
        "python": sys.version.split()[0],
    }


def as_safetensors(npy):
    """The matrix of a float32 .npy file as a .safetensors file beside it."""
    data = npy.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + length])  # written by the program
    assert header["descr"] == "<f4" and not header["fortran_order"], header
    values = data[10 + length :]
    text = json.dumps({"wte.weight": {"dtype": "F32", "shape": list(header["shape"]), "data_offsets": [0, len(values)]}})
    text += " " * (-len(text) % 8)
    path = npy.with_suffix(".safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text.encode() + values)
    return path


def from_file(program, path):
    """Seconds of whole processes, and what the last said of itself; the first one brings the file into the page cache."""
    program("stats", path)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        result = program("stats", path)
        seconds.append(time.perf_counter() - start)
    return {"seconds": sorted(seconds), "median_seconds": sorted(seconds)[2], "timing": result["timing"]}


def memory_of(program, small, path, numbers):
    """Most bytes of the device that a run takes; a run of next to nothing has the context and the libraries."""
    with DeviceMemory() as least:
        program("stats", small)
    with DeviceMemory() as most:
        form = program("stats", path)["accuracy"]["form"]
    if most.peak is None:
        return {"left_out": "NVML is not here"}
    # The rows as stored stay there too where they fit; the split form has five halves a number.
    kept = numbers * (4 + 10)
    return {"context_bytes": least.peak, "peak_bytes": most.peak, "form": form, "rows_and_form_bytes": kept,
            "beyond_context_rows_and_form_bytes": most.peak - least.peak - kept, "samples": most.samples}


def reference(program, path, threshold, folder):
    """What the rivals have to find, by the program."""
    import numpy

    stats = program("stats", path)["distribution"]
    program("graph", path, "--threshold", repr(threshold), "--no-edges", "--no-communities", "-q", "-o", folder / "graph")
    program("neighbors", path, "--all", "-k", K, "-q", "-o", folder / "neighbors")
    return {
        "counts": numpy.array(stats["histogram"]["counts"], dtype=numpy.int64),
        "min": stats["min"],
        "max": stats["max"],
        "degrees": numpy.load(folder / "graph" / "degrees.npy").astype(numpy.int64),
        "neighbors": numpy.load(folder / "neighbors" / "neighbors.scores.npy"),
    }


def check(program, folder, n=2000):
    """The program on the device against numpy in fp64."""
    path = synthetic(program, folder / "check.npy", n, 100)
    threshold = program("bench", "--input", path)["bench"]["all"]["threshold"]
    numpy_in_double = Arrays("numpy", "float64")
    sweep(numpy_in_double, numpy_in_double.unit_rows(path), threshold, K, 512)
    return agreement(numpy_in_double.found(), reference(program, path, threshold, folder))


def synthetic(program, path, rows, dim):
    subprocess.run([program.path, "synth", str(rows), str(dim), "-o", path, "--mean-cosine", "0.3", "-q"], check=True)
    return path


def rivals(record, program, at, path, folder, on_gpu):
    bench = record.values[at]["single"]
    threshold = bench["all"]["threshold"]
    expected = reference(program, path, threshold, folder)
    for name, make in LIBRARIES[on_gpu].items():

        def one(make=make):
            library = make()
            seconds, found = measure(library, path, threshold, K)
            result = {"version": library.version, "seconds": sorted(seconds), "median_seconds": sorted(seconds)[len(seconds) // 2]}
            result["agreement"] = agreement(found, expected)
            if result["agreement"]["agrees"]:
                result["over_ours"] = result["median_seconds"] / bench["all"]["sweep_seconds"]
            return result

        record.measure(f"{at}/rivals/{name}", one, needs=60 if on_gpu else 0)
    return {"k": K, "threshold": threshold}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--record", required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seconds", type=float, default=540.0)
    options = parser.parse_args()
    program = Program(options.program, options.device)
    on_gpu = options.device != "cpu"
    (n, d), larger = ((50257, 768), (400000, 300)) if on_gpu else ((3000, 100), (5000, 30))
    at, at_larger = f"{n}x{d}", f"{larger[0]}x{larger[1]}"
    record = Record(options.record, options.seconds)

    record.measure("machine", machine)
    record.measure("program", lambda: {"built_as": output_of(program.path, "--version"), "devices": program("devices")["devices"]})
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        checked = record.measure("check", lambda: check(program, folder))
        path = synthetic(program, folder / "matrix.npy", n, d)
        for precision in ("single", "half"):
            record.measure(f"{at}/{precision}",
                           lambda: program("bench", "--input", path, "--precision", precision)["bench"])
        record.measure(f"{at}/stats_from_safetensors", lambda: from_file(program, as_safetensors(path)))
        record.measure(f"{at}/work_of_rivals", lambda: rivals(record, program, at, path, folder, on_gpu), needs=60 * on_gpu)
        record.measure(f"{at}/device_memory",
                       lambda: memory_of(program, synthetic(program, folder / "small.npy", 300, 70), path, n * d))
        for precision in ("single", "half"):
            record.measure(f"{at_larger}/{precision}",
                           lambda: program("bench", *larger, "--precision", precision)["bench"], needs=40 * on_gpu)
        record.measure(f"{at}/double", lambda: program("bench", "--input", path, "--precision", "double")["bench"],
                       needs=60 * on_gpu)

    wrong = [f"{shape} {name}: {one['failed']}" for shape in (at, at_larger)
             for name, one in record.values[shape].items() if "failed" in one]
    for name, one in record.values[at].get("rivals", {}).items():
        if not one.get("agreement", {}).get("agrees", True):
            wrong.append(f"{name} found something else")
    if not checked.get("agrees"):
        wrong.append(f"numpy in double precision found something else: {checked}")
    if wrong:
        sys.exit("; ".join(wrong) + f": see {options.record}")


if __name__ == "__main__":
    main()
