#!/usr/bin/env python3
"""Requests as `kindling ask` sends them, with their true token counts by vocabularies that are hidden from the estimator.

  make_requests.py --texts DIR --vocabulary NAME=FILE ... [--groups a,b] [--budget 2000-64000] [--count 1000] [--seed 1]

DIR has one folder a kind of text (english, code, chinese, json, ...), with files in it. A vocabulary is a tokenizer.json of Hugging
Face, a .tiktoken rank file (o200k or cl100k by its name), a tekken .json of Mistral, or a SentencePiece .model. Each request draws one
to three kinds in random shares, documents among them, runs of their lines or sentences as passages under headings, and a
question, until a budget is used up that is drawn evenly on a logarithmic scale. Its truth is the count of the texts, and a
template of 3 tokens a request and 4 a message. One JSON object a line goes to stdout, for kindling-calibration.
"""
import argparse
import base64
import json
import pathlib
import random
import re
import sys

SYSTEM = (
    "You answer questions from the numbered passages that the user gives you, and from nothing else.\n"
    "After each statement cite the passage that supports it by its number in square brackets, for example [3]. Quote exact "
    "words where they matter."
)
O200K = "|".join([
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+"""])
CL100K = (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]"""
          r"""|\s+(?!\S)|\s""")


def rank_encoding(path):
    """tiktoken's encoding of a .tiktoken rank file, or of a tekken .json; none where the file is neither."""
    if path.endswith(".tiktoken"):
        import tiktoken
        lines = pathlib.Path(path).read_bytes().splitlines()
        ranks = {base64.b64decode(a): int(b) for a, b in (line.split() for line in lines if line)}
        return tiktoken.Encoding(pathlib.Path(path).stem, pat_str=O200K if "o200k" in path else CL100K, mergeable_ranks=ranks,
                                 special_tokens={})
    head = json.loads(pathlib.Path(path).read_text()) if path.endswith(".json") else {}
    if "config" in head and "pattern" in head["config"]:
        import tiktoken
        size = head["config"]["default_vocab_size"] - head["config"]["default_num_special_tokens"]
        ranks = {base64.b64decode(v["token_bytes"]): v["rank"] for v in head["vocab"][:size]}
        return tiktoken.Encoding("tekken", pat_str=head["config"]["pattern"], mergeable_ranks=ranks, special_tokens={})
    return None


def counter(path):
    """The function that counts a text by the vocabulary in a file."""
    if path.endswith(".model"):
        import sentencepiece
        model = sentencepiece.SentencePieceProcessor(model_file=path)
        return lambda text: len(model.encode(text))
    encoding = rank_encoding(path)
    if encoding is not None:
        return lambda text: len(encoding.encode_ordinary(text))
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_file(path)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def splitter(path):
    """The function that cuts a text into the bytes of its tokens, by a rank file."""
    encoding = rank_encoding(path)
    if encoding is None:
        raise SystemExit(f"make_requests: {path}: not a rank file")
    return lambda text: [encoding.decode_single_token_bytes(token) for token in encoding.encode_ordinary(text)]


def read_group(folder):
    """Documents of one kind, each a list of its pieces: lines, or sentences where lines are long."""
    documents = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = path.read_text(errors="ignore")
        pieces = [piece for line in text.splitlines(keepends=True)
                  for piece in re.findall(r".{1,400}?(?:[.!?] |[。！？]|$)", line, re.S) if piece.strip()]
        if len(text) >= 200 and pieces:
            documents.append(pieces)
    return documents


def passage(rng, documents):
    pieces = rng.choice(documents)
    begin = rng.randrange(len(pieces))
    return "".join(pieces[begin:begin + rng.randint(1, 12)])


def request(rng, groups, low, high):
    """The texts of one request: about as many bytes as three and a half times the budget drawn."""
    wanted = 3.5 * low * (high / low) ** rng.random()
    kinds = rng.sample(sorted(groups), rng.randint(1, min(3, len(groups))))
    shares = [rng.expovariate(1) for _ in kinds]
    user, number = "<passages>\n", 0
    while len(user.encode()) < wanted:
        documents = groups[rng.choices(kinds, shares)[0]]
        number += 1
        if number % 3 == 1:
            user += "## " + " ".join(passage(rng, documents).split()[:8])[:200] + "\n"
        user += f"[{number}] {passage(rng, documents).strip()}\n"
    question = " ".join(passage(rng, groups[kinds[0]]).split()[:20])[:300]
    return [SYSTEM, user + "</passages>\n\nQuestion: " + question + "?"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", required=True, type=pathlib.Path)
    parser.add_argument("--vocabulary", required=True, action="append", metavar="NAME=FILE")
    parser.add_argument("--groups", help="only these kinds; then=KIND,... after a plus sign: the second half of the requests")
    parser.add_argument("--budget", default="2000-64000")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    counters = {name: counter(path) for name, path in (v.split("=", 1) for v in arguments.vocabulary)}
    names = sorted(p.name for p in arguments.texts.iterdir() if p.is_dir())
    phases = [phase.split(",") for phase in (arguments.groups or ",".join(names)).split("+")]
    groups = {name: read_group(arguments.texts / name) for phase in phases for name in phase}
    low, high = (float(x) for x in arguments.budget.split("-"))
    for i in range(arguments.count):
        phase = phases[i * len(phases) // arguments.count]
        texts = request(rng, {name: groups[name] for name in phase}, low, high)
        truth = {name: 3 + 4 * len(texts) + sum(count(text) for text in texts) for name, count in counters.items()}
        print(json.dumps({"texts": texts, "truth": truth}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
