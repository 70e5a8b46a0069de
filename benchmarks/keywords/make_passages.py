#!/usr/bin/env python3
"""Real text as many passages of about 120 words, one a line, and real questions: what the keyword search is measured on.

    benchmarks/keywords/make_passages.py --sets FOLDER --count 1000000 --out passages.txt --queries questions.txt

FOLDER holds test sets in the form of BEIR (NAME/corpus.jsonl.gz, NAME/queries.jsonl.gz); --use names those to take. Every
passage is two to four runs of 20 to 60 words in a row, each drawn from another document, so that words keep the company that
they have in real text although the passages outnumber the documents; rare words repeat more than in a million documents of
their own, and the vocabulary is that of the sets. Questions are the sets' own, in turn from each set. The seed is fixed.
"""

import argparse
import bisect
import gzip
import itertools
import json
import pathlib
import random


def texts(path, keys):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            yield " ".join(" ".join(str(entry.get(key) or "") for key in keys).split())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=pathlib.Path, required=True)
    parser.add_argument("--use", default="clapnq,covidqa,cranfield,medquad_docs,pubmedqa,scifact,tatqa")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--queries", type=pathlib.Path, required=True)
    parser.add_argument("--questions", type=int, default=1000)
    options = parser.parse_args()
    draw = random.Random(20261121)

    names = options.use.split(",")
    documents = [words for name in names
                 for text in texts(options.sets / name / "corpus.jsonl.gz", ("title", "text"))
                 if len(words := text.split()) >= 20]
    totals = list(itertools.accumulate(len(words) for words in documents))
    with options.out.open("w", encoding="utf-8") as out:
        for _ in range(options.count):
            passage = []
            left = draw.randint(90, 150)
            while left > 0:
                words = documents[bisect.bisect_right(totals, draw.randrange(totals[-1]))]
                length = min(left, draw.randint(20, 60))
                at = draw.randrange(max(1, len(words) - length))
                passage += words[at:at + length]
                left -= length
            out.write(" ".join(passage) + "\n")

    asked = [list(texts(options.sets / name / "queries.jsonl.gz", ("text",))) for name in names]
    for questions in asked:
        draw.shuffle(questions)
    mixed = [question for turn in itertools.zip_longest(*asked) for question in turn if question]
    options.queries.write_text("\n".join(mixed[:options.questions]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
