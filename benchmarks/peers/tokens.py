"""Counting tokens: Kindling against tiktoken, Hugging Face tokenizers, sentencepiece and the Rust crate bpe, one thread.

    benchmarks/peers/run tokens --text english=FILE code=FILE chinese=FILE json=FILE [--rounds 5] [--out FILE]

Needs scripts/get-tokenizer o200k deepseek-v3 mistral-v3, and scripts/get-model for WordPiece. One letter a million times and a
million random letters are made here. Contestants of one vocabulary take turns; what is measured is CPU time of counting alone
(opening apart), after one warm-up. Printed are medians in MB/s and the quotients peer / Kindling of the times within a
round (above 1 is in Kindling's favour). `bpe (crate)` takes part where --rust names a program that calls the crate
bpe-openai's count() and prints what kindling-token-tool prints; its Python wheel refuses texts of this size.
"""

import argparse
import base64
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

ROOT = Path(__file__).resolve().parents[2]
SMALL_FOR_SLOW = 1_000_000  # bytes; the references of 0.5 to 5 MB/s get no more
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def tool(options, tokenizer):
    def count(file):
        command = [options.tool, "time", str(tokenizer), str(file), "2"]
        answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        return answer["tokens"], answer["cpu_s"][-1]

    return count


def inside(count):
    """A contestant that is a function from a text to its number of tokens, in this process."""

    def measured(file):
        text = file.read_text()
        start = time.process_time()
        tokens = count(text)
        return tokens, time.process_time() - start

    return measured


def tiktoken_o200k(file):
    import tiktoken

    ranks = {base64.b64decode(token): int(rank) for token, rank in map(str.split, file.read_text().splitlines())}
    encoding = tiktoken.Encoding("o200k", pat_str=O200K, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode_ordinary(text))


def tokenizers(file):
    from tokenizers import Tokenizer

    content = json.loads(file.read_text())
    content["added_tokens"] = []
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def vocabularies(options):
    """{vocabulary: ({contestant: function from a file to (tokens, seconds)}, whether its peers are slow)}"""
    import sentencepiece

    root = options.models / "tokenizers"
    o200k = {
        "kindling": tool(options, "o200k"),
        "tiktoken": inside(tiktoken_o200k(root / "o200k" / "o200k.tiktoken")),
    }
    if options.rust:
        o200k["bpe (crate)"] = tool(argparse.Namespace(tool=options.rust), "o200k")
    deepseek, mistral = root / "deepseek-v3" / "tokenizer.json", root / "mistral-v3" / "tokenizer.model"
    minilm = options.wordpiece.parent / "tokenizer.json"
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(mistral))
    return {
        "o200k": (o200k, False),
        "deepseek-v3": ({"kindling": tool(options, deepseek), "tokenizers": inside(tokenizers(deepseek))}, True),
        "wordpiece": ({"kindling": tool(options, options.wordpiece), "tokenizers": inside(tokenizers(minilm))}, True),
        "mistral-v3": (
            {"kindling": tool(options, mistral), "sentencepiece": inside(lambda text: len(pieces.encode(text)))},
            True,
        ),
    }


def make_texts(options, folder):
    texts = {}
    for given in options.text:
        name, _, path = given.partition("=")
        texts[name] = Path(path).read_bytes()
    choose = random.Random(1)
    texts["one letter"] = b"a" * 1_000_000
    texts["random letters"] = bytes(choose.choices(b"abcdefghijklmnopqrstuvwxyz", k=1_000_000))
    files = {}
    for name, data in texts.items():
        for size, kind in ((len(data), "whole"), (SMALL_FOR_SLOW, "small")):
            files[name, kind] = folder / f"{name}-{kind}"
            files[name, kind].write_bytes(data[:size].decode("utf-8", "ignore").encode())
    return list(texts), files


def compare(contestants, file, rounds):
    raw, tokens = {name: [] for name in contestants}, {}
    for number in range(rounds + 1):
        for name, count in contestants.items():
            tokens[name], seconds = count(file)
            if number:  # the first is the warm-up
                raw[name].append(seconds)
    if len(set(tokens.values())) != 1:
        print(f"  the counts differ: {tokens}")
    return raw


def main():
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    models = Path(os.environ.get("KINDLING_MODELS") or Path(data, "kindling/models"))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--text", nargs="+", default=[], metavar="NAME=FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tool", default=ROOT / "build/release/bin/kindling-token-tool")
    parser.add_argument("--models", type=Path, default=models)
    parser.add_argument("--wordpiece", type=Path, default=models / "all-MiniLM-L6-v2" / "vocab.txt")
    parser.add_argument("--rust")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    kept = {}
    with tempfile.TemporaryDirectory() as folder:
        names, files = make_texts(options, Path(folder))
        for vocabulary, (contestants, slow) in vocabularies(options).items():
            if options.only and vocabulary not in options.only:
                continue
            print(f"\n| {vocabulary} | " + " | ".join(f"{c} MB/s | {'' if c == 'kindling' else 'x'}" for c in contestants) + " |")
            for name in names:
                file = files[name, "small" if slow else "whole"]
                raw = compare(contestants, file, options.rounds)
                size = file.stat().st_size / 1e6
                row = []
                for contestant, seconds in raw.items():
                    quotient = median(theirs / ours for theirs, ours in zip(seconds, raw["kindling"], strict=True))
                    row.append(f"{size / median(seconds):.1f} | {'' if contestant == 'kindling' else f'{quotient:.1f}'}")
                print(f"| {name} | " + " | ".join(row) + " |", flush=True)
                kept[f"{vocabulary}: {name}"] = raw
    if options.out:
        options.out.write_text(json.dumps({"load": os.getloadavg()[0], "cpu_s": kept}, indent=1) + "\n")


main()
