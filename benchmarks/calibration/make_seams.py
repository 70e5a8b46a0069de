#!/usr/bin/env python3
"""Where byte-level vocabularies cut words: the table of tokenizer/word_seams.cc, learnt from a public vocabulary.

  make_seams.py --vocabulary FILE.tiktoken --texts FOLDER ... [--cc FILE]

For three letters of a word (or two and its end) the share of words of the texts in which the vocabulary cuts before the second one.
Words count by how often they occur, 30 times at most. The shares are kept as one of four levels, in sixteenths of a token,
three to a character of the table. The vocabulary should be none of those that calibration is measured with.
"""
import argparse
import collections
import pathlib
import re
import sys

import make_requests

LETTERS = "abcdefghijklmnopqrstuvwxyz"
OFTEN = 30
DOUBT = 3  # words of average share that each place begins with
FIRST = ord("0")
WIDTH = 110


def words_of(folders):
    words = collections.Counter()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            words.update(w.lower() for w in re.findall(r"[A-Z]*[a-z]+|[A-Z]+", path.read_text(errors="ignore")))
    return words


def shares(words, cuts_of):
    """{(letter, letter, letter or ''): (share, weight)}"""
    cut, seen = collections.Counter(), collections.Counter()
    for word, count in words.items():
        weight, cuts = min(count, OFTEN), cuts_of(word)
        for i in range(1, len(word)):
            place = (word[i - 1], word[i], word[i + 1:i + 2])
            seen[place] += weight
            cut[place] += weight * (i in cuts)
    average = sum(cut.values()) / sum(seen.values())
    return {p: ((cut[p] + DOUBT * average) / (seen[p] + DOUBT), seen[p]) for p in seen}


def levels_of(table):
    """Four sixteenths that lose least (Lloyd)."""
    levels = [0.0, 0.15, 0.4, 0.75]
    for _ in range(50):
        sums = [[0.0, 1e-9] for _ in levels]
        for share, weight in table.values():
            nearest = min(range(4), key=lambda k: abs(levels[k] - share))
            sums[nearest][0] += share * weight
            sums[nearest][1] += weight
        levels = [a / b for a, b in sums]
    return [round(16 * level) for level in levels]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--texts", required=True, nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    pieces_of = make_requests.splitter(arguments.vocabulary)

    def cuts_of(word):
        ends, at = set(), -1  # behind a blank
        for piece in pieces_of(" " + word):
            at += len(piece)
            ends.add(at)
        return ends

    words = words_of(arguments.texts)
    table = shares(words, cuts_of)
    levels = levels_of(table)
    unseen = 16 * sum(share for share, weight in table.values() if weight <= 3) / max(1, sum(weight <= 3 for _, weight in table.values()))
    places = [(a, b, c) for a in LETTERS for b in LETTERS for c in ["", *LETTERS]]
    chosen = [min(range(4), key=lambda k: abs(levels[k] - (16 * table[p][0] if p in table else unseen))) for p in places]
    packed = "".join(chr(FIRST + chosen[i] * 16 + chosen[i + 1] * 4 + chosen[i + 2]) for i in range(0, len(places), 3))
    print(f"{len(words)} words, {len(table)} of {len(places)} places seen", file=sys.stderr)
    print(f"levels {levels}")
    for begin in range(0, len(packed), WIDTH):
        print(packed[begin:begin + WIDTH])
    return 0


if __name__ == "__main__":
    sys.exit(main())
