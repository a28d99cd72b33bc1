#!/usr/bin/env python3
"""The program on emulated GPUs, against itself on the CPU. Usage: program_test.py PROGRAM [unittest options]

What the GPUs are is set in the environment: see program_main.cpp."""

import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv.pop(1)
PROMISE = {"double": 1e-14, "single": 1e-6, "half": 5e-4}
# Bytes of a device that the libraries take for themselves, beside any limit.
LIBRARIES = 4096
# What a run says about itself instead of its input.
ABOUT_THE_RUN = {"backend", "timing", "accuracy", "sweeps", "certified"}


def is_number(value):
    return isinstance(value, float)


def npy_values(path):
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + length])  # written by the program under test
    code = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q"}[header["descr"]]
    body = data[10 + length :]
    return struct.unpack(f"<{len(body) // struct.calcsize(code)}{code}", body)


class OnGpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_emulated_"))
        for name, n, d, seed in (("a", 150, 40, 1), ("b", 150, 24, 2), ("hidden", 5, 40, 3)):
            done = subprocess.run(
                [PROGRAM, "synth", str(n), str(d), "-o", f"{name}.npy", "--seed", str(seed), "--mean-cosine", "0.2", "-q"],
                cwd=cls.folder,
            )
            assert done.returncode == 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_program(self, *arguments, cache=None, **gpus):
        """`gpus`: settings of the emulation. Without `cache`, a folder, nothing is remembered and so nothing tried."""
        environment = {f"GRAMIAN_EMULATED_{name.upper()}": str(value) for name, value in gpus.items()}
        if cache:
            environment["XDG_CACHE_HOME"] = str(self.folder / cache)
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, env=environment)
        return done.returncode, done.stdout, done.stderr

    def json(self, *arguments, **gpus):
        code, out, err = self.run_program(*arguments, "--json", **gpus)
        self.assertEqual((code, err), (0, ""), arguments)
        return json.loads(out)

    def bytes(self, *arguments, **gpus):
        """What depends on the input alone, as it was printed, and the most memory that was in use."""
        code, out, err = self.run_program(*arguments, "--json", report="report", **gpus)
        self.assertEqual((code, err), (0, ""), arguments)
        result = json.loads(out)
        self.assertEqual(result["backend"]["name"], "cuda:0")
        peak, kernels, started = map(int, (self.folder / "report").read_text().split())
        self.assertGreater(kernels, 0)
        self.assertEqual(started, 1)
        for key in ABOUT_THE_RUN:
            result.pop(key, None)
        return json.dumps(result), peak

    def same(self, a, b, tolerance, where=""):
        """Everything is, but floating-point numbers only nearly."""
        if where.endswith("/histogram/bound"):
            self.assertEqual(a is None, b is None, "half has none")
            return a is None or self.assertGreater(min(a, b), 0, "each is of what was swept")
        self.assertEqual(type(a), type(b), where)
        if isinstance(a, dict):
            if not where:
                a, b = ({key: each[key] for key in each.keys() - ABOUT_THE_RUN} for each in (a, b))
            self.assertEqual(a.keys(), b.keys(), where)
            for key in a:
                self.same(a[key], b[key], tolerance, f"{where}/{key}")
        elif isinstance(a, list):
            self.assertEqual(len(a), len(b), where)
            for k, (x, y) in enumerate(zip(a, b)):
                self.same(x, y, tolerance, f"{where}/{k}")
        elif is_number(a):
            self.assertLessEqual(abs(a - b), tolerance * max(1.0, abs(a)), where)
        else:
            self.assertEqual(a, b, where)

    def on_both(self, *arguments, tolerance=1e-12):
        results = [self.json(*arguments, "--device", device) for device in ("cpu", "cuda")]
        self.assertEqual([result["backend"]["name"] for result in results], ["cpu", "cuda:0"])
        self.same(*results, tolerance)
        return results


class SameAsTheCpu(OnGpus):
    def test_stats(self):
        self.on_both("stats", "a.npy", "--precision", "double")
        for precision in ("single", "half"):
            cpu, gpu = (
                self.json("stats", "a.npy", "--bins", 8, "--precision", precision, "--device", device)
                for device in ("cpu", "cuda")
            )
            # Each has its own errors, so a cosine at the edge of a bin may be counted on either side.
            counts = [result["distribution"]["histogram"].pop("counts") for result in (cpu, gpu)]
            self.assertEqual([sum(each) for each in counts], [150 * 149 // 2] * 2)
            for of_cpu, of_gpu in zip(*counts):
                self.assertLessEqual(abs(of_cpu - of_gpu), 0 if precision == "single" else 20)
            if precision == "single":  # decided by the same cosines
                for key in ("min", "max", "median", "quantiles"):
                    self.assertEqual(cpu["distribution"][key], gpu["distribution"][key], key)
            self.same(cpu["distribution"], gpu["distribution"], 2 * PROMISE[precision], "distribution")
            self.assertEqual(gpu["accuracy"]["promise"], PROMISE[precision])
            self.assertLessEqual(gpu["accuracy"]["max_abs_error"], PROMISE[precision])
            self.assertGreater(gpu["accuracy"]["pairs"], 0)

    def test_neighbors(self):
        for precision in ("double", "single"):
            rows, cosines = [], []
            for device in ("cpu", "cuda"):
                out = self.folder / f"{device}_{precision}"
                self.json("neighbors", "a.npy", "--all", "-k", 5, "-o", out, "--precision", precision, "--device", device)
                rows.append(npy_values(out / "neighbors.indices.npy"))
                cosines.append(npy_values(out / "neighbors.scores.npy"))
            self.assertEqual(len(rows[0]), 150 * 5)
            self.assertEqual(rows[0], rows[1])
            self.assertEqual(cosines[0], cosines[1])

    def test_graph(self):
        out = [self.folder / f"graph_{device}" for device in ("cpu", "cuda")]
        for folder, device in zip(out, ("cpu", "cuda")):
            arguments = ("--precision", "double", "--threshold", "median+1sd", "-o", folder, "--device", device, "-q")
            result = self.json("graph", "a.npy", *arguments)
            self.assertGreater(result["graph"]["edges"], 150)
        self.same(*(json.loads((folder / "result.json").read_text()) for folder in out), 1e-12)
        self.assertEqual(*((folder / "degrees.npy").read_bytes() for folder in out))

    def test_spectrum(self):
        self.on_both("spectrum", "a.npy")
        self.on_both("spectrum", "a.npy", "--raw")

    def test_rsa(self):
        self.on_both(
            "rsa", "a.npy", "b.npy", "--join", "rows", "--method", "both", "--precision", "double",
            "--permutations", 19, "--bootstrap", 19, tolerance=1e-9,
        )  # fmt: skip

    def test_stability(self):
        self.on_both("stability", "a.npy", "b.npy", "--join", "rows", "--precision", "double", "-k", 5, tolerance=1e-9)

    def test_unembed(self):
        self.on_both("unembed", "a.npy", "hidden.npy", "-k", 4)


class ChoosingADevice(OnGpus):
    STATS = ("stats", "a.npy", "--limit", 20)

    def name(self, *arguments, **gpus):
        return self.json(*self.STATS, *arguments, **gpus)["backend"]["name"]

    def test_devices(self):
        cpu, first, second = self.json("devices", devices=2)["devices"]
        self.assertEqual((cpu["name"], first["name"], second["name"]), ("cpu", "cuda:0", "cuda:1"))
        self.assertEqual((first["hardware"], first["available"]), ("emulated device", True))
        self.assertIn("compute capability 9.0", second["detail"])
        code, out, err = self.run_program("devices", "--json", major=7)
        self.assertEqual(code, 0)
        self.assertRegex(err, r"\Agramian: [^\n]+, so the CPU is: [^\n]+\n\Z")
        old = json.loads(out)["devices"][1]
        self.assertFalse(old["available"])
        self.assertIn("has compute capability 7.0", old["detail"])
        none = self.json("devices", driver=0)["devices"][1]
        self.assertEqual((none["name"], none["available"]), ("cuda", False))
        self.assertEqual(none["detail"], "no CUDA driver is installed")
        self.assertIn("no CUDA driver is installed", self.run_program("devices", driver=0)[1])

    def test_the_gpu_is_taken_where_there_is_one(self):
        self.assertEqual(self.name(), "cuda:0")
        self.assertEqual(self.name("--device", "auto", devices=2), "cuda:0")  # a second does not pay
        self.assertEqual(self.name("--device", "cuda:1", devices=2), "cuda:1")
        self.assertEqual(self.name("--device", "cpu"), "cpu")

    def test_the_cpu_is_taken_in_silence_where_there_is_no_gpu(self):
        self.assertEqual(self.name(driver=0), "cpu")
        self.assertEqual(self.name(devices=0), "cpu")

    def test_a_gpu_that_cannot_be_used(self):
        cases = (
            ({"major": 7}, "compute capability 7.0 and 8.0 is the oldest that will do"),
            ({"code": 0}, "-DGRAMIAN_CUDA_ARCH=native"),
            ({"libraries": 0}, "cuBLASLt is not to be found"),
            ({"memory": 1000}, "no memory for the start of cuBLAS"),
        )
        for gpu, why in cases:
            code, out, err = self.run_program(*self.STATS, "--json", **gpu)
            self.assertEqual((code, json.loads(out)["backend"]["name"]), (0, "cpu"))
            self.assertRegex(err, r"\Agramian: [^\n]+, so the CPU is: [^\n]+\n\Z")
            self.assertIn(why, err)
            for device in ("cuda", "cuda:0"):
                code, out, err = self.run_program(*self.STATS, "--device", device, **gpu)
                self.assertEqual((code, out), (5, ""))
                self.assertRegex(err, rf"\Agramian: --device {device}: [^\n]+; --device cpu runs everywhere\n\Z")
                self.assertIn(why, err)

    def test_no_gpu_is_started_in_vain(self):
        for gpus, started in (({"libraries": 0}, 0), ({"major": 7}, 0), ({}, 1)):
            code, _, _ = self.run_program(*self.STATS, report="report", devices=4, **gpus)
            self.assertEqual(code, 0)
            self.assertEqual(int((self.folder / "report").read_text().split()[2]), started, gpus)

    def test_a_gpu_that_is_not_there(self):
        for device, gpus, why in (
            ("cuda:7", {}, "there is no cuda:7: the CUDA devices are cuda:0 to cuda:0"),
            ("cuda", {"driver": 0}, "no CUDA device: no CUDA driver is installed"),
            ("cuda:1", {"devices": 0}, "no CUDA device: the CUDA driver finds no device"),
        ):
            code, out, err = self.run_program(*self.STATS, "--device", device, **gpus)
            self.assertEqual((code, out), (5, ""))
            self.assertEqual(err, f"gramian: --device {device}: {why}; --device cpu runs everywhere\n")
        for device in ("cuda:", "cuda:x", "cuda:-1", "cuda:0x", "cudas", "gpu"):
            code, out, err = self.run_program(*self.STATS, "--device", device)
            self.assertEqual((code, out), (2, ""))
            self.assertEqual(err, f"gramian: --device {device}: must be auto, cpu, cuda or cuda:N\n")


class FirstUse(OnGpus):
    STATS = ("stats", "a.npy", "--json")

    def told(self, *arguments, **settings):
        """What is told beside the result, which is the same every time."""
        code, out, err = self.run_program(*arguments, "--device", "cuda", **settings)
        self.assertEqual(code, 0, err)
        result = json.loads(out)
        del result["timing"]
        self.assertEqual(self.__dict__.setdefault("result", result), result)
        return err

    def test_is_a_trial(self):
        self.assertRegex(self.told(*self.STATS, cache="cache"), r"\Agramian: first use of [^\n]+ bit by bit\n\Z")
        self.assertEqual(self.told(*self.STATS, cache="cache"), "")
        self.assertEqual(self.told(*self.STATS), "")
        self.assertEqual(self.told(*self.STATS, "-q", cache="quiet"), "")

    def test_a_gpu_that_finds_otherwise_is_not_used(self):
        code, out, err = self.run_program(*self.STATS, "--device", "cuda", cache="wrong", wrong=1)
        self.assertEqual((code, out), (5, ""))
        self.assertRegex(err, r"\Agramian: --device cuda: [^\n]+ finds otherwise than the CPU: [^\n]+ precision and more[^\n]+\n\Z")
        code, out, err = self.run_program(*self.STATS, cache="wrong", wrong=1)
        self.assertEqual((code, json.loads(out)["backend"]["name"]), (0, "cpu"))
        self.assertRegex(err, r"cannot be used, so the CPU is: [^\n]+ finds otherwise")
        self.assertFalse(list((self.folder / "wrong").glob("gramian/devices/*")))

    def test_on_demand(self):
        code, out, err = self.run_program("devices", "--check", "--json")
        self.assertEqual((code, err), (0, ""))
        self.assertIs(json.loads(out)["devices"][1]["same_as_cpu"], True)
        code, out, err = self.run_program("devices", "--check", "--json", driver=0)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("Nothing was checked", json.loads(out)["notes"][0])
        code, out, err = self.run_program("devices", "--check", wrong=1)
        self.assertEqual((code, out), (5, ""))
        self.assertRegex(err, r"\Agramian: cuda:0 [^\n]+ finds otherwise than the CPU: cosines of a triangle in single precision, [^\n]+\n\Z")


class Memory(OnGpus):
    # Few dimensions and a large cache: what a sweep takes is tiles.
    SWEEP = ("stats", "narrow.npy", "--device", "cuda", "--precision", "double")

    def setUp(self):
        self.run_program("synth", 300, 4, "-o", "narrow.npy", "--seed", 4, "--mean-cosine", 0.2, "-q")

    def test_less_memory_costs_time_alone(self):
        whole, plenty = self.bytes(*self.SWEEP, l2=40000000)
        less, peak = self.bytes(*self.SWEEP, l2=40000000, memory=plenty // 3)
        self.assertEqual(less, whole)
        self.assertLessEqual(peak, plenty // 3)

    def test_rows_that_do_not_fit_pass_through(self):
        self.run_program("synth", 100_000, 32, "-o", "long.npy", "--seed", 4, "-q")
        whole, plenty = self.bytes("spectrum", "long.npy", "--device", "cuda")
        less, peak = self.bytes("spectrum", "long.npy", "--device", "cuda", memory=plenty * 2 // 3)
        self.assertEqual(less, whole)
        self.assertLessEqual(peak, plenty * 2 // 3)
        self.assertEqual(self.bytes("spectrum", "long.npy", "--device", "cuda", "--memory-limit", "1G"), (whole, plenty))

    def test_a_limit_costs_time_alone(self):
        self.run_program("synth", 1500, 4, "-o", "narrow.npy", "--seed", 4, "--mean-cosine", 0.2, "-q")
        whole, plenty = self.bytes(*self.SWEEP, l2=400000000)
        self.assertGreater(plenty, (40 << 20) + LIBRARIES)
        for devices in (1, 2):
            less, peak = self.bytes(*self.SWEEP, "--memory-limit", "40M", l2=400000000, devices=devices)
            self.assertEqual(less, whole)
            self.assertLessEqual(peak, devices * ((40 << 20) + LIBRARIES))

    def test_out_of_memory(self):
        code, out, err = self.run_program(*self.SWEEP, l2=40000000, memory=250000)
        self.assertEqual((code, out), (4, ""))
        self.assertRegex(err, r"\Agramian: the CUDA device has no memory [^\n]+ would be enough[^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
