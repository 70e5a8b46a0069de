#!/usr/bin/env python3
"""Reads a folder of test documents through the true decoder and checks what its manifest.tsv promises.

    check_manifest.py FOLDER DECODE_FILE [--all] [--seconds 30]

FOLDER holds manifest.tsv: file, format, kind (good or malformed), phrases separated by " || ", ... A good file of a format
that Kindling reads must contain every phrase (runs of white space count as one blank). A malformed file must end in an
error or in text, in bounded time, without the reader itself failing. Exit status 0 if all do.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

READ_TODAY = {"txt", "md", "html", "pdf", "jsonl", "rst"}


def squeezed(text):
    return re.sub(r"\s+", " ", text).strip()


def read(program, path, seconds):
    """What the file became: (documents, error line or None, seconds, how the reader ended)."""
    begin = time.monotonic()
    try:
        run = subprocess.run([program, path], capture_output=True, timeout=seconds)
        lines = [json.loads(line) for line in run.stdout.splitlines()]
        ending = "" if run.returncode in (0, 1) else f"reader ended with {run.returncode}"
    except subprocess.TimeoutExpired:
        lines, ending = [], f"more than {seconds} s"
    documents = [line for line in lines if "error" not in line]
    errors = [line for line in lines if "error" in line]
    return documents, errors[-1] if errors else None, time.monotonic() - begin, ending


def check(row, documents, error, ending):
    """(passed, what to say)"""
    said = f"{error['error']}: {error['sentence']}" if error else f"{len(documents)} document(s)"
    if ending:
        return False, ending
    if row["kind"] == "malformed":
        crashed = error is not None and error["error"] == "decoder_crashed"
        return True, ("CONTAINED CRASH " if crashed else "") + said
    if row["format"] not in READ_TODAY:
        return True, "not read today: " + said
    text = squeezed(" ".join(document["text"] for document in documents))
    missing = [phrase for phrase in row["must_contain"].split(" || ") if squeezed(phrase) not in text]
    if missing:
        return False, f"lacks {missing}" + (f" ({said})" if error else "")
    return True, said


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("decode_file")
    arguments.add_argument("--seconds", type=float, default=90)
    arguments.add_argument("--all", action="store_true", help="also print what passed")
    options = arguments.parse_args()
    lines = (options.folder / "manifest.tsv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split("\t")
    rows = [dict(zip(names, line.split("\t"))) for line in lines[1:]]
    failed = 0
    slowest = (0.0, "")
    counts = {}
    for row in rows:
        documents, error, seconds, ending = read(options.decode_file, str(options.folder / row["file"]), options.seconds)
        passed, said = check(row, documents, error, ending)
        failed += not passed
        slowest = max(slowest, (seconds, row["file"]))
        if row["format"] in READ_TODAY or row["kind"] == "malformed":
            key = (row["kind"], row["format"])
            good, total = counts.get(key, (0, 0))
            counts[key] = (good + passed, total + 1)
        if options.all or not passed:
            print(f"{'ok  ' if passed else 'FAIL'} {row['kind']:9} {row['file']} {seconds:.2f} s: {said}")
    for (kind, kind_of_file), (good, total) in sorted(counts.items()):
        print(f"{kind:9} {kind_of_file:8} {good}/{total}")
    print(f"{len(rows) - failed} of {len(rows)} hold; slowest {slowest[1]} {slowest[0]:.1f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
