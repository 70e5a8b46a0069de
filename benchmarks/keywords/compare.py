#!/usr/bin/env python3
"""Keyword search over the same terms by Kindling, tantivy, bm25s and SQLite FTS5: one thread, one question at a time.

    benchmarks/keywords/compare.py --tool build/release/bin/kindling-keywords --passages passages.txt --questions questions.txt

Passages and questions (make_passages.py) are analysed once, by Kindling's analyzer; every contestant gets the terms with
blanks between them and splits at blanks. Questions of 3 to 12 terms, any of which may be in a passage. Each contestant builds
its index, then answers all questions in turn, --rounds times. Times are processor time of the process that asks, and a
question's is the best of its rounds, so that other load on the machine counts little; p50 and p99 are over the questions.
Building is processor time of all threads.
Needs tantivy, bm25s, numba, numpy (benchmarks/peers/requirements.txt) in the Python that runs this.
"""

import argparse
import itertools
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time


def cpu_seconds():
    times = os.times()
    return times.user + times.system


def folder_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lines_of(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n")


class Tantivy:
    """One segment, frequencies without positions, its own BM25 (k1 1.2, b .75: they cannot be set)."""

    def __init__(self, passages, folder):
        import tantivy
        self.tantivy = tantivy
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
        builder.add_integer_field("number", stored=False, fast=True)
        self.folder = folder
        self.index = tantivy.Index(builder.build(), path=str(folder))
        writer = self.index.writer(heap_size=2_000_000_000, num_threads=1)
        for number, passage in enumerate(lines_of(passages)):
            writer.add_document(tantivy.Document(text=passage, number=number))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        self.searcher = self.index.searcher()
        self.note = f"{self.searcher.num_segments} segments"
        self.version = tantivy.__version__

    def bytes(self):
        return folder_bytes(self.folder)

    def prepare(self, terms):
        schema, t = self.index.schema, self.tantivy
        return t.Query.boolean_query(
            [(t.Occur.Should, t.Query.term_query(schema, "text", term, "freq")) for term in terms])

    def search(self, query, k):
        return self.searcher.search(query, k, count=False).hits


class Bm25s:
    """Scores worked out when building; numba's back end."""

    def __init__(self, passages, folder):
        import bm25s
        numbers = {}
        ids = [[numbers.setdefault(term, len(numbers)) for term in passage.split()] for passage in lines_of(passages)]
        self.retriever = bm25s.BM25(method="lucene", k1=0.9, b=0.6, backend="numba")
        self.retriever.index(bm25s.tokenization.Tokenized(ids=ids, vocab=numbers), show_progress=False)
        self.numbers = numbers
        self.version = bm25s.__version__
        self.note = ""
        self.retriever.activate_numba_scorer()

    def bytes(self):
        return sum(self.retriever.scores[name].nbytes for name in ("data", "indices", "indptr"))

    def prepare(self, terms):
        return [[term for term in terms if term in self.numbers]]

    def search(self, query, k):
        return self.retriever.retrieve(query, k=k, show_progress=False, n_threads=1)


class Fts5:
    """SQLite's full-text table without the text (content='', detail=none), bm25() as it is."""

    def __init__(self, passages, folder):
        self.path = folder / "fts.db"
        self.database = sqlite3.connect(self.path)
        self.database.execute("PRAGMA journal_mode = OFF")
        self.database.execute("PRAGMA cache_size = -1000000")
        self.database.execute(
            "CREATE VIRTUAL TABLE t USING fts5(text, content='', detail=none, tokenize=\"unicode61 remove_diacritics 0\")")
        self.database.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(lines_of(passages)))
        self.database.execute("INSERT INTO t(t) VALUES ('optimize')")
        self.database.commit()
        self.version = sqlite3.sqlite_version
        self.note = ""

    def bytes(self):
        return self.path.stat().st_size

    def prepare(self, terms):
        return " OR ".join(f'"{term}"' for term in terms if term.isalnum())  # it would split the others

    def search(self, query, k):
        return self.database.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (query, k)).fetchall()


PEERS = {"tantivy": Tantivy, "bm25s": Bm25s, "fts5": Fts5}


def measure(peer, passages, questions, ks, rounds, limit_s):
    """In this process: builds, then times; prints one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        before = cpu_seconds()
        contestant = PEERS[peer](passages, pathlib.Path(folder))
        report = {"build_cpu_s": cpu_seconds() - before, "bytes": contestant.bytes(), "version": contestant.version,
                  "note": contestant.note, "top": {}}
        asked = [line.split() for line in lines_of(questions)]
        queries = [contestant.prepare(terms) for terms in asked]
        contestant.search(queries[0], 10)
        for k in ks:
            best = [float("inf")] * len(queries)
            begun = time.perf_counter()
            done = 0
            for _ in range(rounds):
                for i, query in enumerate(queries):
                    start = time.process_time()
                    contestant.search(query, k)
                    best[i] = min(best[i], 1e3 * (time.process_time() - start))
                    if done == 0 and time.perf_counter() - begun > limit_s:
                        break
                done += 1
                if time.perf_counter() - begun > limit_s:
                    break
            report["top"][k] = [value for value in best if value != float("inf")]
        print(json.dumps(report))


def kindling(tool, passages, questions, ks, rounds):
    report = {"top": {}}
    out = subprocess.run([tool, "search", passages, questions, str(rounds), *map(str, ks)], check=True, capture_output=True,
                         text=True).stdout
    for k, entry in zip(ks, (json.loads(line) for line in out.splitlines() if line.startswith("{"))):
        report["top"][k] = entry.pop("ms")
        report.update(entry)
    return report


def print_table(reports, ks):
    print("| | " + " | ".join(f"top {k}: p50 | p99" for k in ks) + " | index, MB | building, CPU s |")
    print("|---" * (2 * len(ks) + 3) + "|")
    for name, report in reports.items():
        cells = []
        for k in ks:
            values = sorted(report["top"][k] if k in report["top"] else report["top"][str(k)])
            cells += [f"{values[len(values) // 2]:.3f}", f"{values[int(len(values) * .99)]:.3f}"]
        print(f"| {name} | " + " | ".join(cells) + f" | {report['bytes'] / 1e6:.0f} | {report['build_cpu_s']:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True, help="kindling-keywords")
    parser.add_argument("--passages", required=True)
    parser.add_argument("--questions", required=True)
    parser.add_argument("--count", type=int, help="take only so many passages")
    parser.add_argument("--peers", default="tantivy,bm25s,fts5")
    parser.add_argument("--k", default="10,100,1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60, help="seconds for one peer and one k, of its first round too")
    parser.add_argument("--out", help="keep every latency as JSON")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    ks = [int(k) for k in options.k.split(",")]
    if options.one:
        measure(options.one, options.passages, options.questions, ks, options.rounds, options.limit)
        return

    with tempfile.TemporaryDirectory() as folder:
        terms, asked = f"{folder}/terms", f"{folder}/questions"
        with open(options.passages, encoding="utf-8") as lines, open(terms, "w", encoding="utf-8") as out:
            analysis = subprocess.Popen([options.tool, "terms"], stdin=subprocess.PIPE, stdout=out, text=True)
            for line in itertools.islice(lines, options.count):
                analysis.stdin.write(line)
            analysis.stdin.close()
            if analysis.wait() != 0:
                sys.exit("compare: the analysis failed")
        with open(options.questions, encoding="utf-8") as lines:
            out = subprocess.run([options.tool, "questions"], stdin=lines, check=True, capture_output=True, text=True).stdout
        kept = [line for line in out.splitlines() if 3 <= len(line.split()) <= 12]
        pathlib.Path(asked).write_text("\n".join(kept) + "\n", encoding="utf-8")
        print(f"{len(kept)} questions of 3 to 12 terms", file=sys.stderr)

        reports = {"kindling": kindling(options.tool, terms, asked, ks, options.rounds)}
        for peer in options.peers.split(","):
            print(f"{peer} ...", file=sys.stderr)
            out = subprocess.run([sys.executable, __file__, "--one", peer, "--tool", options.tool, "--passages", terms,
                                  "--questions", asked, "--k", options.k, "--rounds", str(options.rounds), "--limit",
                                  str(options.limit)], check=True, capture_output=True, text=True,
                                 env=os.environ | {"NUMBA_NUM_THREADS": "1"}).stdout
            reports[peer] = json.loads(out.splitlines()[-1])
    print_table(reports, ks)
    if options.out:
        pathlib.Path(options.out).write_text(json.dumps(reports), encoding="utf-8")


if __name__ == "__main__":
    main()
