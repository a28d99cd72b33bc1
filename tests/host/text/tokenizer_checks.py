"""Compares what the program tokenize makes of a text with what a library makes of it."""

import codecs
import subprocess
import unicodedata

from tokenizers import pre_tokenizers, trainers

import varied_text


class Text:
    """Bytes, the characters that they are read as, and where each of these comes from."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        damaged = []
        codecs.register_error("note", lambda error: (damaged.append((error.start, error.end)), ("\ufffd", error.end))[1])
        self.characters = data.decode("utf-8", "note")
        self.starts, at, damaged = [], 0, dict(damaged)
        for character in self.characters:
            self.starts.append(at)
            at = damaged[at] if at in damaged else at + len(character.encode())
        self.starts.append(at)
        assert at == len(data)
        self.floor, self.ceiling = [0] * (at + 1), [0] * (at + 1)
        for begin, end in zip(self.starts, self.starts[1:]):
            for byte in range(begin, end):
                self.floor[byte] = begin
            for byte in range(begin + 1, end + 1):
                self.ceiling[byte] = end
        self.floor[at] = at

    def marks_between(self, a, b):
        """Whether nothing, or nothing but marks, lies between. Where marks were composed with the character before them,
        the libraries leave them out of its range; where they were put in canonical order, the libraries give them
        each other's places."""
        return a == b or all(map(is_mark, self.data[min(a, b) : max(a, b)].decode("utf-8", "replace")))

    def write(self, folder):
        self.path = folder / f"{self.name}.txt"
        self.path.write_bytes(self.data)


def is_mark(character):
    return unicodedata.category(character)[0] == "M" or 0x1160 <= ord(character) < 0x1200  # vowels and finals of Hangul


class Checks:
    def __init__(self, program, texts):
        self.program, self.texts = program, texts
        self.failures = 0

    def ours(self, path, text):
        done = subprocess.run([self.program, path, text.path], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{path}: {done.stderr}")
        return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]

    def compare(self, what, path, reference, pieces=False, only=None, byte_tokens=(), exact=False, touching=False):
        """`reference` gives (id, first character, past the last) of every token of a str. `exact`: so are ranges.
        `touching`: a range need only touch the library's, or marks, joiners or damage behind it."""
        for text in self.texts:
            if only and text.name not in only:
                continue
            got, wanted = self.ours(path, text), reference(text.characters)
            wanted = [(id, text.starts[begin], text.starts[end]) for id, begin, end in wanted]
            if exact:
                wrong = None if got == wanted else next(
                    (i for i, (a, b) in enumerate(zip(got, wanted)) if a != b), min(len(got), len(wanted)))
            else:
                wrong = self.first_difference(text, got, wanted, pieces, byte_tokens, touching)
            if wrong is None:
                print(f"{what}, {text.name}: {len(got):,} tokens of {len(text.data):,} bytes agree")
                continue
            self.failures += 1
            print(f"{what}, {text.name}: {len(got):,} and {len(wanted):,} tokens; token {wrong} differs")
            for side, tokens in (("ours", got), ("theirs", wanted)):
                near = [(*t, text.data[t[1] : t[2]].decode("utf-8", "backslashreplace")) for t in tokens[max(0, wrong - 2) : wrong + 4]]
                print(f"    {side}: {near}")

    @staticmethod
    def first_difference(text, got, wanted, pieces, byte_tokens, touching):
        """`pieces`: tokens may be parts of characters; the range of such a one is not the library's."""
        done = 0
        for i, ((id, begin, end), theirs) in enumerate(zip(got, wanted)):
            _, first, last = theirs
            if id in byte_tokens:  # theirs has all neighbours that are spelled in bytes
                same = first <= begin <= end <= last
            elif touching:
                gap = text.data[last:begin].decode("utf-8", "replace")
                # A mark of its own stands before all that the next token has.
                before = begin == end and i + 1 < len(got) and got[i + 1][1] == begin
                same = (first <= end or before) and all(is_mark(c) or c in "\u200d\ufffd" for c in gap)
            elif pieces and begin < end:
                # It begins within their first character and ends within their last.
                same = text.floor[begin] == first or (begin == done and text.marks_between(text.ceiling[first + 1], begin))
                same = same and text.marks_between(text.ceiling[end], last)
            elif pieces:
                same = first <= begin and (begin <= last or text.marks_between(last, begin))
            elif begin == end == first >= done:
                # A mark that was put before the text stands for nothing; theirs has a character of the next.
                same = i + 1 < len(wanted) and wanted[i + 1][1] == first
            else:
                clipped = max(first, done)
                same = text.marks_between(begin, clipped) and text.marks_between(end, max(last, clipped))
            if id != theirs[0] or begin < done or not same:
                return i
            done = end
        return None if len(got) == len(wanted) else min(len(got), len(wanted))


def hugging_face(tokenizer):
    def encode(text):
        found = tokenizer.encode(text, add_special_tokens=False)
        return [(id, *offsets) for id, offsets in zip(found.ids, found.offsets)]

    return encode


def train(tokenizer, trainer):
    tokenizer.train_from_iterator(varied_text.SENTENCES * 3, trainer)
    return tokenizer


def byte_level_trainer(size=1500):
    return trainers.BpeTrainer(vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
                               initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
