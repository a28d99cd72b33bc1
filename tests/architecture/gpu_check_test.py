#!/usr/bin/env python3
"""What scripts/gpu_check asks of compute-sanitizer, by version: gpu_check_test.py ROOT [unittest options]

A stand-in for the tool has each version's options, refuses any other, and leaves what it was called with."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
# Of the many options those that concern which errors and kernels are seen, as `--help` of the packages lists them.
COMMON = ["--tool", "--error-exitcode", "--report-api-errors"]
VERSIONS = {
    "12.0": [*COMMON, "--kernel-regex", "--kernel-regex-exclude"],
    "13.0.85": [*COMMON, "--kernel-name", "--kernel-name-exclude", "--target-processes-filter"],
    "13.1.118": [*COMMON, "--kernel-name", "--kernel-name-exclude", "--initcheck-address-space"],
    "13.3.75": [*COMMON, "--kernel-name", "--kernel-name-exclude", "--initcheck-address-space"],
    "13.5.25": [*COMMON, "--kernel-name", "--kernel-name-exclude", "--initcheck-track-filtered-global-memory"],
    "none of them": ["--tool", "--error-exitcode"],
}
FILTERS = {"--kernel-regex", "--kernel-name", "--filter"}
SANITIZER = """#!/usr/bin/env bash
if [ "$1" = --help ]; then printf '  %s arg\\n' OPTIONS && exit 0; fi
echo "$@" >>CALLS
while [[ $1 == --* ]]; do
  case " OPTIONS " in *" $1 "*) shift 2 ;; *) echo "unrecognised option $1" && exit 1 ;; esac
done
exit ${SANITIZER_EXIT:-0}
"""


class Sanitize(unittest.TestCase):
    def calls(self, options, exit_code=0):
        """(exit code of gpu_check, the calls as lists of words)"""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            program = folder / "build/host/cli/gramian"
            program.parent.mkdir(parents=True)
            program.write_text("#!/bin/sh\n")
            sanitizer = folder / "bin/compute-sanitizer"
            sanitizer.parent.mkdir()
            sanitizer.write_text(SANITIZER.replace("OPTIONS", " ".join(options)).replace("CALLS", str(folder / "calls")))
            for script in (program, sanitizer):
                script.chmod(0o755)
            environment = {"PATH": f"{sanitizer.parent}:{os.environ['PATH']}", "GRAMIAN_BUILD": str(folder / "build")}
            environment.update(GRAMIAN_PACKAGES=str(folder / "none"), SANITIZER_EXIT=str(exit_code))
            done = subprocess.run([ROOT / "scripts/gpu_check", "sanitize"], env=environment, capture_output=True, text=True)
            return done.returncode, [line.split() for line in (folder / "calls").read_text().splitlines()]

    def test_every_version_is_called_with_what_it_has(self):
        for version, options in VERSIONS.items():
            with self.subTest(version):
                code, calls = self.calls(options)
                self.assertEqual(code, 0)
                self.assertEqual(len(calls), 4 * 5)
                for call in calls:
                    tool = call[call.index("--tool") + 1]
                    self.assertEqual("explicit" in call, "--report-api-errors" in options)
                    # What initcheck does not see written it takes for never written.
                    filtered = tool in ("racecheck", "synccheck") and FILTERS & set(options)
                    self.assertEqual(bool(FILTERS & set(call)), bool(filtered), call)
                    self.assertEqual("kns=gramian" in call, bool(filtered), call)

    def test_a_report_fails_the_stage(self):
        self.assertEqual(self.calls(VERSIONS["13.0.85"], exit_code=9)[0], 1)


if __name__ == "__main__":
    unittest.main()
