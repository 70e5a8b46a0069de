#!/usr/bin/env python3
"""Checks Kindling's WordPiece against Hugging Face `tokenizers`, id for id.

    pip install tokenizers
    check_wordpiece.py --binary build/release/bin/wordpiece_ids --vocabulary MODEL_FOLDER/vocab.txt [FILE...]

Each FILE is a plain text or a .jsonl[.gz] whose objects have `text` and maybe `title`; every line and every text is one
string. Besides them: every code point of Unicode alone and inside a word, and --odd N generated strings (combining marks,
control characters, NUL, Han beyond the BMP, emoji with joiners, words of 10,000 letters, U+FFFD, special-token strings).
Both sides see special tokens as plain text. Exit code 1 and the first differences if any string differs.

--golden FILE N writes N odd strings with their ids, one JSON array [string, ids] a line, instead of comparing.
"""
import argparse
import gzip
import json
import random
import subprocess
import sys

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer


def reference(vocabulary):
    tokenizer = Tokenizer(WordPiece.from_file(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def strings_of(path):
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8", errors="replace")
    with opened as lines:
        for line in lines:
            if ".jsonl" in path:
                record = json.loads(line)
                yield record.get("text", "")
                if record.get("title"):
                    yield record["title"]
            else:
                yield line.rstrip("\n")


def every_code_point():
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            yield chr(code)
            yield "a" + chr(code) + "b"


SPECIAL = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "<|end|>", "##ing", "<s>", "[unused1]"]
EMOJI = ["\U0001F469\u200D\U0001F680", "\U0001F1E9\U0001F1EA", "\U0001F44D\U0001F3FD", "\u2764\uFE0F", "\U0001F468\u200D\U0001F469\u200D\U0001F467"]
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x8FF), (0x900, 0xDFF), (0xE00, 0x12FF),
          (0x1680, 0x18FF), (0x1A00, 0x1FFF), (0x2000, 0x2BFF), (0x2E00, 0x33FF), (0x3400, 0x9FFF), (0xA000, 0xABFF),
          (0xAC00, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x11FFF), (0x1D000, 0x1DFFF), (0x1E000, 0x1FAFF),
          (0x20000, 0x2FA1F), (0xE0000, 0xE01EF), (0x302A, 0x302F), (0x1D15E, 0x1D172), (0, 0x1F)]
WORDS = "the running of Embeddings isn't naïve Ångström CAFÉ straße İstanbul Ελλάδα ὈΔΥΣΣΕΎΣ Ёлка हिन्दी ภาษาไทย 한국어 日本語 ﬁne x² ½".split()


def odd_string(rng):
    out = []
    for _ in range(rng.randint(1, 12)):
        kind = rng.randrange(12)
        if kind < 5:
            first, last = rng.choice(RANGES)
            out.append("".join(chr(rng.randint(first, last)) for _ in range(rng.randint(1, 6))))
        elif kind == 5:
            out.append(rng.choice(SPECIAL))
        elif kind == 6:
            out.append(rng.choice(EMOJI))
        elif kind == 7:
            out.append(rng.choice(WORDS))
        elif kind == 8:
            out.append(rng.choice(["\0", "\ufffd", "\u200b", "\ufeff", "\t", "\r\n", "\u00a0", "\u3000", "\x85", "\x0b", "\u2028"]))
        elif kind == 9:
            marks = "".join(chr(rng.choice([rng.randint(0x300, 0x36F), rng.randint(0x302A, 0x302F), 0x1D165, 0x1D16D, 0x5B0, 0x64B])) for _ in range(rng.randint(1, 5)))
            out.append(rng.choice("aeiouEÅñ中") + marks)
        elif kind == 10:
            out.append(rng.choice(["a", "é", "字", "0", "İ"]) * rng.choice([99, 100, 101]))
        elif rng.randrange(40) == 0:
            out.append(rng.choice("xyzé\u0301") * 10000)
        if rng.randrange(2):
            out.append(" ")
    return "".join(c for c in "".join(out) if not 0xD800 <= ord(c) < 0xE000)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--odd", type=int, default=30000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", nargs=2, metavar=("FILE", "N"))
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()

    tokenizer = reference(options.vocabulary)
    rng = random.Random(options.seed)
    if options.golden:
        path, count = options.golden
        fixed = SPECIAL + EMOJI + WORDS + ["", " ", "\0", "\ufffd", "a" * 100, "a" * 101, "é" * 100, "é" * 101, "x\u302e\U0001D165"]
        texts = fixed + [odd_string(rng)[:120] for _ in range(int(count) - len(fixed))]
        with open(path, "w", encoding="utf-8") as out:
            for text in texts:
                out.write(json.dumps([text, tokenizer.encode(text, add_special_tokens=False).ids]) + "\n")
        return 0

    texts = [text for path in options.files for text in strings_of(path)]
    real = len(texts)
    texts += [odd_string(rng) for _ in range(options.odd)]
    texts += every_code_point()
    given = "".join(json.dumps(text) + "\n" for text in texts)
    answer = subprocess.run([options.binary, options.vocabulary], input=given.encode(), stdout=subprocess.PIPE, check=True)
    ours = answer.stdout.decode().split("\n")[:-1]
    if len(ours) != len(texts):
        print(f"{len(texts)} strings in, {len(ours)} answers out")
        return 1
    differences = 0
    for begin in range(0, len(texts), 10000):
        batch = texts[begin:begin + 10000]
        for text, found, expected in zip(batch, ours[begin:], tokenizer.encode_batch(batch, add_special_tokens=False)):
            if [int(id) for id in found.split()] != expected.ids:
                differences += 1
                if differences <= 20:
                    print(f"differs: {text[:80]!r}\n  ours      {found[:200]}\n  reference {' '.join(map(str, expected.ids))[:200]}")
    print(f"{real} real strings, {options.odd} odd ones, {len(texts) - real - options.odd} code points: {differences} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
