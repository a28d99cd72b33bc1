"""Models of SentencePiece, and the normalizers of tokenizer.json that are made of them."""

import json
import pathlib

import sentencepiece
import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

import varied_text
from tokenizer_checks import Checks, Text, hugging_face, train


def charsmap_of(model):
    """The precompiled charsmap of a SentencePiece model: field 2 of its field 3."""
    def fields(message):
        at = 0

        def varint():
            nonlocal at
            value, shift = 0, 0
            while True:
                byte = message[at]
                at += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value

        while at < len(message):
            tag = varint()
            if tag & 7 == 0:
                varint()
                continue
            size = {1: 8, 5: 4}.get(tag & 7) or varint()
            yield tag >> 3, message[at : at + size]
            at += size

    return next(value for number, value in fields(next(value for number, value in fields(model) if number == 3)) if number == 2)


def precompiled(checks, folder):
    """As T5, XLM-R and multilingual-e5 normalize, and ALBERT, with the charsmaps that SentencePiece makes."""
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(varied_text.SENTENCES))
    for rule in ("nmt_nfkc", "nmt_nfkc_cf", "nfkc"):
        stem = folder / rule
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=str(stem), vocab_size=900, model_type="bpe", character_coverage=0.98,
            minloglevel=2, normalization_rule_name=rule)
        charsmap = normalizers.Precompiled(charsmap_of(pathlib.Path(f"{stem}.model").read_bytes()))
        for name, normalizer, splitter in (
            ("T5", charsmap, pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])),
            ("XLM-R", normalizers.Sequence([charsmap, normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]), pre_tokenizers.Metaspace()),
            ("ALBERT", normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                             normalizers.StripAccents(), normalizers.Lowercase(), charsmap]),
             pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])),
        ):
            tokenizer = Tokenizer(models.Unigram())
            tokenizer.normalizer = normalizer
            tokenizer.pre_tokenizer = splitter
            train(tokenizer, trainers.UnigramTrainer(vocab_size=1200, unk_token="<unk>", show_progress=False,
                                                     special_tokens=["<unk>", "<s>"]))
            saved = json.loads(tokenizer.to_str())
            saved["model"]["vocab"] = [[token, round(score, 6)] for token, score in saved["model"]["vocab"]]
            path = folder / "precompiled.json"
            path.write_text(json.dumps(saved))
            checks.compare(f"Precompiled {rule}, {name}", path, hugging_face(Tokenizer.from_file(str(path))),
                           touching=True)


# What a model of SentencePiece may be told; each for both kinds of model.
SENTENCE_PIECE = {
    "bytes": {"byte_fallback": True},
    "identity, bytes": {"normalization_rule_name": "identity", "byte_fallback": True},
    "nfkc, extra spaces": {"normalization_rule_name": "nfkc", "remove_extra_whitespaces": False},
    "case folding, no space before": {"normalization_rule_name": "nmt_nfkc_cf", "add_dummy_prefix": False},
    "pieces across spaces": {"split_by_whitespace": False},
    "spaces as suffix": {"treat_whitespace_as_suffix": True},
    "spaces as suffix, across spaces": {"treat_whitespace_as_suffix": True, "split_by_whitespace": False},
    "digits, pieces of spaces": {"split_digits": True, "allow_whitespace_only_pieces": True, "normalization_rule_name": "identity",
                                 "remove_extra_whitespaces": False},
    "symbols": {"user_defined_symbols": ["the", "\u2581the", "they", "'s", "e\u0301", "ab", "aba", "bab", "語", "\u2581\u2581", "1"],
                "control_symbols": ["<sep>", "<cls>"], "byte_fallback": True},
    "symbols with spaces": {"user_defined_symbols": ["the quick", " ", "brown fox ", "  a", "\t", "é", "'s "],
                            "split_by_whitespace": False, "normalization_rule_name": "nmt_nfkc_cf"},
    "unused pieces": {},
    "extra spaces, across them": {"remove_extra_whitespaces": False, "split_by_whitespace": False, "add_dummy_prefix": False,
                                  "byte_fallback": True},
}


def with_unused_pieces(path):
    """The model with every seventh of its normal pieces marked as unused, which its trainer has no option for."""
    model, changed, at, count = pathlib.Path(path).read_bytes(), bytearray(), 0, 0
    while model[at] == 0x0A:  # a piece, of less than 128 bytes
        piece = model[at + 2 : at + 2 + model[at + 1]]
        at += 2 + len(piece)
        if b"\x18" not in piece[-2:]:  # its type is not said: normal
            count += 1
            piece += b"\x18\x05" if count % 7 == 0 else b""
        changed += bytes([0x0A, len(piece)]) + piece
    assert count > 100
    other = pathlib.Path(path).with_suffix(".unused.model")
    other.write_bytes(bytes(changed) + model[at:])
    return str(other)


def sentence_piece(checks, folder):
    corpus = folder / "corpus.txt"
    corpus.write_text("\n".join(varied_text.SENTENCES * 3))

    def compare(what, checks, model_type, settings, size, unused=False):
        stem = folder / what.replace(" ", "_")
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=str(stem), vocab_size=size, model_type=model_type,
            character_coverage=0.98, minloglevel=2, num_threads=2, **settings)
        processor = sentencepiece.SentencePieceProcessor(model_file=f"{stem}.model")

        def reference(text):
            pieces = processor.encode(text, out_type="immutable_proto").pieces
            return [(piece.id, piece.begin, piece.end) for piece in pieces]

        path = f"{stem}.model"
        if unused:
            path = with_unused_pieces(path)
            processor = sentencepiece.SentencePieceProcessor(model_file=path)
        checks.compare(f"SentencePiece {what}", path, reference, exact=True)

    compare("unigram", checks, "unigram", {}, 900)
    compare("bpe", checks, "bpe", {}, 1200)
    compare("word", checks, "word", {}, 400)
    compare("char", checks, "char", {}, 250)
    for part, (name, settings) in enumerate(SENTENCE_PIECE.items()):
        # All together see every line of the texts once.
        texts = [Text(f"{text.name} {part}", b"\n".join(text.data.split(b"\n")[part :: len(SENTENCE_PIECE)])) for text in checks.texts]
        for text in texts:
            text.write(folder)
        parts = Checks(checks.program, texts)
        for model_type in ("unigram", "bpe"):
            compare(f"{model_type}, {name}", parts, model_type, settings, 1000 if settings.get("byte_fallback") else 800,
                    unused="unused" in name)
        checks.failures += parts.failures
