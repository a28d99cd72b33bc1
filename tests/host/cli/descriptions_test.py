#!/usr/bin/env python3
"""What is made from the descriptions of questions: help, reference page, man page, completions, and that results hold what
they promise. Usage: descriptions_test.py PROGRAM SOURCE [unittest options]"""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
del sys.argv[1:3]
SAMPLE = SOURCE / "sample"

# Of every result; the rest of a result's keys is a question's own.
COMMON = set(
    "command version schema unknown_tokens text rows_used rows_unnamed dropped notes sweeps accuracy certified inputs files settings backend "
    "timing".split()
)
# Every command, and every shape that its result has.
RUNS = [
    ["inspect", "run1.npy"],
    ["inspect", "bad.npy", "--limit", "9"],
    ["stats", "run1.npy"],
    ["stats", "run1.npy", "run2.npy", "--limit", "90"],
    ["inspect", "run1.npy", "small.npy"],
    ["stats", "small.npy", "--limit", "1"],
    ["stats", "small.npy", "--tokens", "font,color,zzz", "--skip-unknown"],
    ["similarity", "small.npy", "font", "color", "--vectors", "1", "--clusters", "2"],
    ["similarity", "small.npy", "--text", "text.txt"],
    ["neighbors", "small.npy", "--tokens", "font", "--expr", "font + color", "--chord"],
    ["neighbors", "small.npy", "--all", "--limit", "300"],
    ["neighbors", "small.npy", "--text", "text.txt", "-k", "2"],
    ["graph", "small.npy"],
    ["graph", "small.npy", "--limit", "1"],
    ["graph", "small.npy", "--no-communities", "--text", "text.txt"],
    ["spectrum", "small.npy"],
    ["rsa", "run1.npy", "small.npy", "--limit", "200"],
    ["rsa", "run1.npy", "small.npy", "--limit", "200", "--method", "both", "--permutations", "20", "--bootstrap", "5"],
    ["rsa", "run1.npy", "run2.npy", "small.npy", "--limit", "99"],
    ["rsa", "run1.npy", "run2.npy", "small.npy", "--limit", "99", "--method", "spearman"],
    ["stability", "run1.npy", "run2.npy", "--limit", "200", "--pairs", "font"],
    ["color", "run1.npy", "--text", "text.txt"],
    ["color", "run1.npy", "--text", "text.txt", "--by", "norm", "--by", "previous"],
    ["unembed", "run1.npy", "run2.npy", "--limit", "50"],
    ["transform", "run1.npy", "--whiten", "--dims", "3", "-o", "vectors.tsv"],
    ["synth", "5", "4", "-o", "made.npy"],
    ["bench", "100", "8"],
    ["devices"],
    ["list"],
]


def output(*arguments, **options):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands():
    """Names in the order of --help."""
    listed = output("--help").split("Commands\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+)", listed, re.M)


def reference():
    """{command: {title of a table: {term: what is said}}} of the reference page."""
    page = output("man", "--format", "markdown").split("## Options that commands share")[0]
    found = {}
    for part in page.split("\n### ")[1:]:
        name, _, text = part.partition("\n")
        found[name] = {}
        for title, table in re.findall(r"\| ([^|]+) \| \|\n\|---\|---\|\n((?:\|.*\n)*)", text):
            found[name][title] = dict(re.findall(r"^\| `(.*?)` \| (.*) \|$", table, re.M))
    return found


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gramian_descriptions_"))
        for file in SAMPLE.iterdir():
            shutil.copy(file, cls.folder)
        rows = (cls.folder / "small.npy").read_bytes()
        header = 10 + int.from_bytes(rows[8:10], "little")
        (cls.folder / "bad.npy").write_bytes(rows[:header] + bytes(4096) + rows[header + 4096 :])  # rows of zeros first
        (cls.folder / "sample").symlink_to(SAMPLE)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)


class Pages(Folder):
    def test_the_reference_page_is_up_to_date(self):
        written = (SOURCE / "docs/reference.md").read_text()
        self.assertEqual(written, output("man", "--format", "markdown"), "gramian man --format markdown > docs/reference.md")

    def test_help_is_a_screen_with_a_commands_own_options_first(self):
        for command in commands():
            with self.subTest(command):
                lines = output(command, "--help").splitlines()
                self.assertLessEqual(len(lines), 100)
                self.assertLessEqual(max(map(len, lines)), 110)
                own = lines.index("Options") if "Options" in lines else 0
                for shared in ("Rows and their preparation", "How it is computed", "Output"):
                    if shared in lines and own:
                        self.assertLess(own, lines.index(shared))
                self.assertIn("Examples", lines)

    def test_help_names_options_defaults_and_files(self):
        text = output("stats", "--help")
        for words in ("--bins N", "(default 2048)", "-o, --output DIR", "--precision NAME", "(default single)"):
            self.assertIn(words, text)
        self.assertIn("neighbors.indices.npy", output("neighbors", "--help"))

    def test_every_option_of_help_is_understood_as_described(self):
        for command in commands():
            for line in output(command, "--help").splitlines():
                option = re.match(r"  (?:-\w, )?(--[\w-]+)( \S+)?", line)
                if not option:
                    continue
                # With an option in front that there is not, nothing runs; the last that is not understood is named.
                done = subprocess.run([PROGRAM, command, "--nonsense", option[1]], capture_output=True, text=True)
                if option[1] != "--help":
                    self.assertIn("unknown option --nonsense", done.stderr, line)

    @unittest.skipUnless(shutil.which("groff"), "no groff (Debian: groff-base)")
    def test_the_man_page_is_sound(self):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z"], input=output("man"), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        shown = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou"], input=output("man"), capture_output=True, text=True).stdout
        for words in ("GRAMIAN(1)", "--mean-cosine C", "predictions.rows.npy", "gramian rsa E1 [E2] [MORE...] [options]"):
            self.assertIn(words, shown)

    def test_examples_run(self):
        ran = 0
        for command, tables in reference().items():
            for line in tables["Examples"]:
                files = re.findall(r"\S+\.(?:npy|safetensors)", line.replace("-o ", "-o="))
                if any(not (SOURCE / file).is_file() for file in files) or "sample/" not in line:
                    continue
                ran += 1
                with self.subTest(line):
                    words = line.replace("gramian", PROGRAM, 1)
                    done = subprocess.run(["bash", "-c", words], cwd=self.folder, capture_output=True, text=True)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    named = {name for names in tables.get("Files beside result.json", {}) for name in names.split(", ")}
                    if " -o out" in line:
                        self.assertLessEqual(set(os.listdir(self.folder / "out")), named | {"result.json"})
                        shutil.rmtree(self.folder / "out")
        self.assertGreater(ran, 10)


class Results(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.results = [json.loads(output(*run, "--json", cwd=cls.folder)) for run in RUNS]

    def test_every_command_was_asked(self):
        self.assertEqual({run[0] for run in RUNS}, set(commands()) - {"completions", "man"})

    def test_keys_are_those_that_are_described(self):
        described = reference()
        for run, result in zip(RUNS, self.results):
            with self.subTest(" ".join(run)):
                self.assertEqual(result["schema"], 1)
                own = set(result) - COMMON
                self.assertLessEqual(own, set(described[run[0]]["Keys of result.json"]))

    def test_settings_hold_every_own_option(self):
        """A setting is recorded from the description; what is not recorded is listed here."""
        unrecorded = {"ansi", "yes", "output", "input", "mean_cosine"}
        for run, result in zip(RUNS, self.results):
            for option in reference()[run[0]].get("Inputs and options", {}):
                flag = re.search(r"-(\w[\w-]*)(?: \S+)?$", option)
                if not flag or not option.startswith("-"):
                    continue
                name = flag[1].lstrip("-").replace("-", "_")
                name = {"expr": "expressions", "tokens": "queries"}.get(name, name)
                if name not in unrecorded:
                    self.assertIn(name, result["settings"], f"{run}: {option}")

    @unittest.skipUnless(jsonschema, "no jsonschema (scripts/setup --ci)")
    def test_results_are_as_the_schema_says(self):
        schema = json.loads((SOURCE / "docs/result.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for run, result in zip(RUNS, self.results):
            with self.subTest(" ".join(run)):
                self.assertEqual([error.message for error in validator.iter_errors(result)], [])

    @unittest.skipUnless(jsonschema, "no jsonschema (scripts/setup --ci)")
    def test_the_schema_refuses(self):
        validator = jsonschema.Draft202012Validator(json.loads((SOURCE / "docs/result.schema.json").read_text()))
        for run, result in zip(RUNS, self.results):
            for wrong in (
                {**result, "surprise": 1},
                {**result, "schema": 2},
                {key: value for key, value in result.items() if key != "accuracy"},
                {**result, next(key for key in result if key not in COMMON): "a text"} if run[0] != "synth" else None,
            ):
                if wrong is not None:
                    self.assertFalse(validator.is_valid(wrong), run)


class Completions(Folder):
    def bash(self, line):
        """What bash offers for a line, of which a shell has made words as it does."""
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith((" ", "=")) else [])
        script = f"""source <({PROGRAM} completions bash)
            COMP_WORDS=({' '.join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
            complete -p gramian | grep -q -- '-F _gramian' || exit 1
            _gramian; printf '%s\\n' "${{COMPREPLY[@]}}" """
        done = subprocess.run(["bash", "--norc", "-c", script], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def test_bash(self):
        self.assertEqual(self.bash("gramian sta"), {"stats", "stability"})
        self.assertEqual(self.bash("gramian "), set(commands()) | {"--help", "--version"})
        self.assertEqual(self.bash("gramian stats --pr"), {"--precision", "--progress"})
        self.assertEqual(self.bash("gramian stats run1.npy --precision "), {"single", "double", "half"})
        self.assertEqual(self.bash("gramian stats run1.npy --precision=d"), {"double"})
        self.assertEqual(self.bash("gramian stats run1"), {"run1.npy", "run1.vocab.txt"})
        self.assertEqual(self.bash("gramian stats run1.npy --limit "), set())
        self.assertEqual(self.bash("gramian stats run1.npy -o sam"), {"sample"})
        self.assertEqual(self.bash("gramian color --text te"), {"text.txt"})
        self.assertEqual(self.bash("gramian completions "), {"bash", "zsh", "fish"})

    def test_bash_offers_every_option(self):
        for command in commands():
            flags = set(re.findall(r"^  (?:-\w, )?(--?[\w-]+)", output(command, "--help"), re.M))
            self.assertLessEqual(flags, self.bash(f"gramian {command} -"), command)

    @unittest.skipUnless(shutil.which("shellcheck"), "no shellcheck")
    def test_the_script_for_bash_is_sound(self):
        done = subprocess.run(["shellcheck", "-s", "bash", "-"], input=output("completions", "bash"), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def typed(self, shell, start, keys):
        """What a terminal shows after `keys`, in a shell that has read the completions."""
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.environ.update(PATH=f"{pathlib.Path(PROGRAM).parent}:{os.environ['PATH']}", TERM="xterm", HOME=str(self.folder))
            os.execvp(shell[0], shell)
        seen = b""

        def read(until, patience=20):
            nonlocal seen
            end = time.monotonic() + patience
            while until not in seen and time.monotonic() < end:
                if select.select([terminal], [], [], 0.2)[0]:
                    try:
                        seen += os.read(terminal, 65536)
                    except OSError:
                        return
                    if b"\x1b[6n" in seen:  # where is the cursor? some shells wait for an answer
                        os.write(terminal, b"\x1b[1;1R")
                        seen = seen.replace(b"\x1b[6n", b"")

        for line in start:
            os.write(terminal, line.encode() + b"\r")
        os.write(terminal, b"echo re''ady\r")
        read(b"ready\r\n")
        time.sleep(0.5)
        seen = b""
        os.write(terminal, keys)
        read(b"--precision")
        os.close(terminal)
        os.kill(child, 9)
        os.waitpid(child, 0)
        return seen

    def test_bash_at_a_terminal(self):
        seen = self.typed(["bash", "--norc", "-i"], ["source <(gramian completions bash)"], b"gramian stats --prec\t")
        self.assertIn(b"--precision", seen)

    @unittest.skipUnless(shutil.which("zsh"), "no zsh")
    def test_zsh_at_a_terminal(self):
        start = ["autoload -Uz compinit; compinit -u -D", "source <(gramian completions zsh)"]
        self.assertIn(b"--precision", self.typed(["zsh", "-f", "-i"], start, b"gramian stats --prec\t"))

    @unittest.skipUnless(shutil.which("fish"), "no fish")
    def test_fish(self):
        def offered(line):
            script = f"{PROGRAM} completions fish | source; complete -C '{line}'"
            done = subprocess.run(["fish", "--no-config", "-c", script], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return {word.split("\t")[0] for word in done.stdout.splitlines()}

        self.assertEqual(offered("gramian sta"), {"stats", "stability"})
        self.assertEqual(offered("gramian stats --prec"), {"--precision"})
        self.assertEqual(offered("gramian stats --precision "), {"single", "double", "half"})
        self.assertEqual(offered("gramian stats run1"), {"run1.npy", "run1.vocab.txt"})
        self.assertEqual(offered("gramian completions "), {"bash", "zsh", "fish"})


if __name__ == "__main__":
    unittest.main()
