"""Are the ids of Kindling's tokenizers those of the references? Over files of this machine and fuzzed strings.

    benchmarks/.venv/bin/python benchmarks/peers/tokens_exact.py --tool build/release/bin/kindling-token-tool \\
        --roots /usr/share/doc /usr/include ... [--megabytes 200] [--fuzz 100000] [--only NAME...]

The vocabularies are those of scripts/get-tokenizer (and the WordPiece of scripts/get-model); the families of
tokenizer.json that no package carries are trained here (tokens_trained.py). References: tiktoken (rank files, with
`encode_ordinary`), Hugging Face tokenizers (without tokens that speak to the model: Kindling reads them as text), sentencepiece.
Counting (`count`) is compared with the number of ids as well. Prints one line a vocabulary; exit code 1 on a difference.
"""

import argparse
import base64
import gzip
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tokens_trained

BATCH = 8_000_000  # bytes sent to the tool at once
PIECE = 40_000  # characters of one text

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CAPITALS, SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "cl100k": r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s""",
    "llama-3": LLAMA3,
    "qwen": LLAMA3.replace("{1,3}", ""),
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{CAPITALS}*{SMALL}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{CAPITALS}+{SMALL}*{CONTRACTIONS}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
PATTERNS["llama-4"] = PATTERNS["o200k"]


def tiktoken_reference(name, file):
    import unicodedata

    import tiktoken

    ranks = {}
    for line in file.read_text().splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    encoding = tiktoken.Encoding(name, pat_str=PATTERNS[name], mergeable_ranks=ranks, special_tokens={})
    if name != "qwen":
        return encoding.encode_ordinary
    return lambda text: encoding.encode_ordinary(unicodedata.normalize("NFC", text))


def tekken_reference(file):
    import tiktoken

    content = json.loads(file.read_text())
    special = content["config"]["default_num_special_tokens"]
    kept = content["config"]["default_vocab_size"] - special
    ranks = {base64.b64decode(entry["token_bytes"]): entry["rank"] for entry in content["vocab"][:kept]}
    encoding = tiktoken.Encoding("tekken", pat_str=content["config"]["pattern"], mergeable_ranks=ranks, special_tokens={})
    return lambda text: [token + special for token in encoding.encode_ordinary(text)]


def tokenizers_reference(text):
    tokenizer = tokens_trained.reference(text)
    return lambda texts: [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]


def wordpiece_reference(file):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = {line: number for number, line in enumerate(file.read_text().splitlines())}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def sentencepiece_reference(file):
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(file)).encode


def read_text(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError):
            return ""
    return data.decode("utf-8", "replace")


def texts_of(roots, megabytes, seed=5):
    """Pieces of files in a random order, about so many megabytes together; .mo files bring languages."""
    files = [Path(folder, name) for root in roots for folder, _, names in os.walk(root) for name in sorted(names)]
    random.Random(seed).shuffle(files)
    left = megabytes * 1_000_000
    for file in files:
        if left <= 0:
            return
        try:
            text = read_text(file) if file.is_file() else ""
        except OSError:
            continue
        for at in range(0, min(len(text), 4_000_000), PIECE):
            piece = text[at : at + PIECE]
            left -= len(piece.encode("utf-8", "replace"))
            yield piece


def fuzzed(count, seed=7):
    """Strings that go for the seams: contractions, marks, white space of all kinds, case, digits, controls, whole Unicode."""
    choose = random.Random(seed)
    seams = ["'s", "'S", "'\u017f", "'re", "'LL", "'", " ", "  ", "\n", "\r\n", "\t", "\u3000", "\u00a0", "\u2028", "\u0085",
             "/", "//", "!", "...", "\u0301", "\u0300\u0345", "a", "Z", "\u01c5", "\u02b0", "\u00aa", "\u4e2d", "\u3042",
             "\u30fb", "\u0e01", "\ufb01", "\u212b", "1", "22", "333", "4444", "\u00b2", "\u0664", "\x00", "\x1b", "\u200d",
             "\ufeff", "<|endoftext|>", "[SEP]", "<s>", "\U0001f600", "\U00016d40", "\u1c89", "the", "The", "HTML", "iPhone",
             "\u1e9b\u0323", "\uac00\u11a8", "\u0915\u094d", "\ue000", "\U000e0020", "word", "_x", "#include"]  # fmt: skip
    for _ in range(count):
        parts = []
        for _ in range(choose.randrange(1, 24)):
            kind = choose.random()
            if kind < 0.75:
                parts.append(choose.choice(seams))
            elif kind < 0.9:
                parts.append(chr(choose.randrange(0x20, 0x3000)))
            else:
                code = choose.randrange(0x110000)
                parts.append(chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")
        yield "".join(parts)


def batches(texts):
    batch, size = [], 0
    for text in texts:
        batch.append(text)
        size += len(text.encode())
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def ids_of(tool, tokenizer, batch):
    with tempfile.TemporaryFile() as stdin:
        for text in batch:
            data = text.encode()
            stdin.write(struct.pack("<I", len(data)) + data)
        stdin.seek(0)
        out = subprocess.run([tool, "ids", str(tokenizer)], stdin=stdin, stdout=subprocess.PIPE, check=True).stdout
    numbers = np.frombuffer(out, dtype="<i4")
    at = 0
    for _ in batch:
        count, size = int(numbers[at]), int(numbers[at + 1])
        yield count, numbers[at + 2 : at + 2 + size]
        at += 2 + size


def in_batch(reference, batch):
    """References of Hugging Face take many texts at once, on all threads; the others one after the other."""
    ids = reference(batch) if reference.__qualname__.startswith("tokenizers_reference") else map(reference, batch)
    return list(ids)


def compare(options, name, tokenizer, reference, texts):
    start = time.monotonic()
    strings = size = tokens = different = 0
    for batch in batches(texts):
        answers = zip(batch, ids_of(options.tool, tokenizer, batch), in_batch(reference, batch), strict=True)
        for text, (count, ours), ids in answers:
            theirs = np.asarray(ids, dtype="<i4")
            strings += 1
            size += len(text.encode())
            tokens += len(theirs)
            if count != len(ours) or not np.array_equal(ours, theirs):
                different += 1
                if different <= 5:
                    at = int(np.argmin([*(ours[: len(theirs)] == theirs[: len(ours)]), False]))
                    print(f"  {name}: at token {at}: ours {ours[at : at + 6]} theirs {theirs[at : at + 6]}: {text[:200]!a}")
    seconds = time.monotonic() - start
    print(f"| {name} | {strings:,} | {size / 1e6:,.1f} | {tokens:,} | {different} | {seconds:.0f} s |", flush=True)
    return different


def references(options, folder):
    """(name, what the tool opens, function from a text to ids)"""
    root = Path(options.models) / "tokenizers"
    for name in PATTERNS:
        files = list((root / name).glob("*"))
        if files:
            yield name, name, lambda: tiktoken_reference(name, files[0])
    file = root / "tekken" / "tekken.json"
    if file.exists():
        yield "tekken", "tekken", lambda: tekken_reference(file)
    for file in sorted(root.glob("*/tokenizer.json")):
        yield file.parent.name, file, lambda file=file: tokenizers_reference(file.read_text())
    for file in sorted(root.glob("mistral-*/tokenizer.model")):
        yield file.parent.name, file, lambda file=file: sentencepiece_reference(file)
    file = Path(options.wordpiece) if options.wordpiece else Path(options.models) / "all-MiniLM-L6-v2" / "vocab.txt"
    if file.exists():
        yield "wordpiece", file, lambda: wordpiece_reference(file)
    texts = list(texts_of(options.roots, 5, seed=1))
    rules = tokens_trained.charsmap(texts)
    for name in tokens_trained.families(rules):
        if not options.only or name in options.only:
            file = folder / f"{name}.json"
            file.write_text(tokens_trained.train(name, texts, rules))
            yield name, file, lambda file=file: tokenizers_reference(file.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--roots", nargs="+", required=True)
    parser.add_argument("--models", default=os.environ.get("KINDLING_MODELS") or Path.home() / ".local/share/kindling/models")
    parser.add_argument("--wordpiece", help="vocab.txt, if not in the models' folder")
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--fuzz", type=int, default=100_000)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    different = 0
    print("| vocabulary | texts | MB | tokens | different | time |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, tokenizer, make in references(options, Path(folder)):
            if options.only and name not in options.only:
                continue
            reference = make()
            different += compare(options, f"{name}, fuzzed", tokenizer, reference, fuzzed(options.fuzz))
            if options.megabytes:
                different += compare(options, name, tokenizer, reference, texts_of(options.roots, options.megabytes))
    sys.exit(1 if different else 0)


main()
