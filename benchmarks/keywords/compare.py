#!/usr/bin/env python3
"""Keyword search over the same terms by Kindling and five peers: one thread, one question at a time.

    benchmarks/keywords/compare.py --tool build/release/bin/kindling-keywords --passages passages.txt --questions questions.txt

Passages and questions (make_passages.py) are analysed once, by Kindling's analyzer; every contestant gets the terms with
blanks between them and splits at blanks. Questions of 3 to 12 terms, any of which may be in a passage. Each contestant builds
its index, then answers all questions in turn, --rounds times; Kindling before the first and after each, because a machine's
speed changes. Times are processor time of the process (of Lucene the thread) that asks, and a question's is the best of its
rounds, so that other load on the machine counts little; p50 and p99 are over the questions. Who is too slow for --limit
answers fewer. Building is processor time of all threads. --keep FOLDER keeps terms and indexes for the next run.
Needs what requirements.txt beside this names; a contestant that is missing says so and is left out.
"""

import argparse
import collections
import itertools
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
K1, B = 0.9, 0.6
LUCENE = "10.3.1"  # as in requirements.txt


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

    def __init__(self, folder):
        import tantivy
        self.tantivy, self.folder = tantivy, folder
        self.version = tantivy.__version__

    def build(self, passages):
        builder = self.tantivy.SchemaBuilder()
        builder.add_text_field("text", stored=False, tokenizer_name="whitespace", index_option="freq")
        builder.add_integer_field("number", stored=False, fast=True)
        index = self.tantivy.Index(builder.build(), path=str(self.folder))
        writer = index.writer(heap_size=2_000_000_000, num_threads=1)
        for number, passage in enumerate(lines_of(passages)):
            writer.add_document(self.tantivy.Document(text=passage, number=number))
        writer.commit()
        writer.wait_merging_threads()

    def open(self):
        self.index = self.tantivy.Index.open(str(self.folder))
        self.searcher = self.index.searcher()
        return f"{self.searcher.num_segments} segments"

    def prepare(self, terms):
        schema, t = self.index.schema, self.tantivy
        return t.Query.boolean_query(
            [(t.Occur.Should, t.Query.term_query(schema, "text", term, "freq")) for term in terms])

    def search(self, query, k):
        return self.searcher.search(query, k, count=False).hits


class Bm25s:
    """Scores worked out when building; numba's back end."""

    def __init__(self, folder):
        import bm25s
        self.bm25s, self.folder = bm25s, folder
        self.version = bm25s.__version__

    def build(self, passages):
        numbers = {}
        ids = [[numbers.setdefault(term, len(numbers)) for term in passage.split()] for passage in lines_of(passages)]
        retriever = self.bm25s.BM25(method="lucene", k1=K1, b=B, backend="numba")
        retriever.index(self.bm25s.tokenization.Tokenized(ids=ids, vocab=numbers), show_progress=False)
        retriever.save(str(self.folder))
        (self.folder / "numbers.json").write_text(json.dumps(numbers), encoding="utf-8")

    def open(self):
        self.numbers = json.loads((self.folder / "numbers.json").read_text(encoding="utf-8"))
        self.retriever = self.bm25s.BM25.load(str(self.folder))
        self.retriever.backend = "numba"
        self.retriever.activate_numba_scorer()
        return ""

    def prepare(self, terms):
        return [[term for term in terms if term in self.numbers]]

    def search(self, query, k):
        return self.retriever.retrieve(query, k=k, show_progress=False, n_threads=1)


class Fts5:
    """SQLite's full-text table without the text (content='', detail=none), bm25() as it is (k1 1.2, b .75)."""

    def __init__(self, folder):
        self.path = folder / "fts.db"
        self.version = sqlite3.sqlite_version

    def build(self, passages):
        database = sqlite3.connect(self.path)
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA cache_size = -1000000")
        database.execute(
            "CREATE VIRTUAL TABLE t USING fts5(text, content='', detail=none, tokenize=\"unicode61 remove_diacritics 0\")")
        database.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(lines_of(passages)))
        database.execute("INSERT INTO t(t) VALUES ('optimize')")
        database.commit()

    def open(self):
        self.database = sqlite3.connect(self.path)
        self.database.execute("PRAGMA cache_size = -1000000")
        return ""

    def prepare(self, terms):
        return " OR ".join(f'"{term}"' for term in terms if term.isalnum())  # it would split the others

    def search(self, query, k):
        return self.database.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (query, k)).fetchall()


class Xapian:
    """Terms with their frequencies, no positions and no data, compacted; BM25Weight with the same k1 and b."""

    def __init__(self, folder):
        import xapian
        self.xapian, self.folder = xapian, folder / "compact"
        self.version = xapian.version_string()

    def build(self, passages):
        loose = self.folder.parent / "loose"
        database = self.xapian.WritableDatabase(str(loose), self.xapian.DB_CREATE_OR_OVERWRITE)
        for passage in lines_of(passages):
            document = self.xapian.Document()
            for term, frequency in collections.Counter(passage.split()).items():
                document.add_term(term, frequency)
            database.add_document(document)
        database.commit()
        database.close()
        self.xapian.Database(str(loose)).compact(str(self.folder))
        shutil.rmtree(loose)

    def open(self):
        self.database = self.xapian.Database(str(self.folder))
        self.enquire = self.xapian.Enquire(self.database)
        self.enquire.set_weighting_scheme(self.xapian.BM25Weight(K1, 0, 1, B, 0))
        return ""

    def prepare(self, terms):
        return self.xapian.Query(self.xapian.Query.OP_OR, terms)

    def search(self, query, k):
        self.enquire.set_query(query)
        return self.enquire.get_mset(0, k)


PEERS = {"tantivy": Tantivy, "bm25s": Bm25s, "fts5": Fts5, "xapian": Xapian}


def timed(contestant, queries, k, rounds, limit_s):
    best = [float("inf")] * len(queries)
    begun = time.perf_counter()
    for round_ in range(rounds):
        for i, query in enumerate(queries):
            start = time.process_time()
            contestant.search(query, k)
            best[i] = min(best[i], 1e3 * (time.process_time() - start))
            if round_ == 0 and time.perf_counter() - begun > limit_s:
                break
        if time.perf_counter() - begun > limit_s:
            break
    return [value for value in best if value != float("inf")]


def measure(peer, options, ks):
    """In this process: builds unless it was built, then times; prints one JSON line."""
    folder = pathlib.Path(options.keep) / peer
    built = folder.with_suffix(".json")
    contestant = PEERS[peer](folder)
    if not built.exists():
        shutil.rmtree(folder, ignore_errors=True)  # what an earlier run left half done
        folder.mkdir()
        before = cpu_seconds()
        contestant.build(options.passages)
        built.write_text(json.dumps({"build_cpu_s": cpu_seconds() - before}), encoding="utf-8")
    report = json.loads(built.read_text(encoding="utf-8")) | {"bytes": folder_bytes(folder), "version": contestant.version}
    report |= {"note": contestant.open(), "top": {}}
    queries = [contestant.prepare(line.split()) for line in lines_of(options.questions)]
    contestant.search(queries[0], 10)
    for k in ks:
        report["top"][k] = timed(contestant, queries, k, options.rounds, options.limit)
    print(json.dumps(report))


def kindling(tool, what, data, questions, ks, rounds):
    report = {"top": {}, "version": ""}
    out = subprocess.run([tool, what, data, questions, str(rounds), *map(str, ks)], check=True, capture_output=True,
                         text=True).stdout
    for k, entry in zip(ks, (json.loads(line) for line in out.splitlines() if line.startswith("{"))):
        report["top"][k] = entry.pop("ms")
        report.update(entry)
    return report


def lucene(options, passages, questions, ks):
    jars = [jar for part in ("core", "analysis-common") for jar in pathlib.Path(options.lucene).rglob(f"lucene-{part}-{LUCENE}.jar")]
    if len(jars) != 2:
        raise FileNotFoundError(f"two jars of Lucene {LUCENE} in {options.lucene}, found {len(jars)}")
    java = [options.java, "--add-modules", "jdk.incubator.vector", "-Xmx6g", "-XX:+UseSerialGC", "-cp", ":".join(map(str, jars)),
            str(HERE / "lucene_search.java")]
    folder = pathlib.Path(options.keep) / "lucene"
    built = folder.with_suffix(".json")
    if not built.exists():
        shutil.rmtree(folder, ignore_errors=True)
        out = subprocess.run([*java, "build", passages, folder], check=True, capture_output=True, text=True).stdout
        built.write_text(out.splitlines()[-1], encoding="utf-8")
    report = json.loads(built.read_text(encoding="utf-8")) | {"bytes": folder_bytes(folder), "note": ""}
    if ks:
        out = subprocess.run([*java, "search", folder, questions, str(options.rounds), str(options.limit), *map(str, ks)],
                             check=True, capture_output=True, text=True).stdout
        report["top"] = {k: json.loads(line) for k, line in zip(ks, out.splitlines())}
    return report


def peer_report(peer, options, passages, questions, ks):
    """None, and why on stderr, of a peer that is not here."""
    try:
        if peer == "lucene":
            return lucene(options, passages, questions, ks)
        python = dict(each.split("=", 1) for each in options.python).get(peer, sys.executable)
        out = subprocess.run([python, __file__, "--one", peer, "--tool", options.tool, "--passages", passages, "--questions",
                              questions, "--k", ",".join(map(str, ks)), "--rounds", str(options.rounds), "--limit",
                              str(options.limit), "--keep", options.keep], check=True, stdout=subprocess.PIPE, text=True,
                             env=os.environ | {"NUMBA_NUM_THREADS": "1", "XAPIAN_FLUSH_THRESHOLD": "500000"}).stdout
        return json.loads(out.splitlines()[-1])
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{peer}: missing or broken, left out: {error}", file=sys.stderr)
        return None


def percentiles(values):
    values = sorted(values)
    return values[len(values) // 2], values[int(len(values) * .99)]


def print_table(reports, ours, ks):
    print("| ms | " + " | ".join(f"top {k}: p50, p99" for k in ks) + " | questions | index, MB | building, CPU s |")
    print("|---" * (len(ks) + 4) + "|")
    for at, (name, report) in enumerate(reports):
        top = {int(k): values for k, values in report["top"].items()}
        cells = [f"{p50:.3f}, {p99:.3f}" for p50, p99 in (percentiles(top[k]) for k in ks)]
        asked = ", ".join(dict.fromkeys(str(len(top[k])) for k in ks))
        print(f"| {name} {report['version']} | " + " | ".join(cells)
              + f" | {asked} | {report['bytes'] / 1e6:.0f} | {report['build_cpu_s']:.1f} |")
        if name in ours:
            continue
        # Against the mean of Kindling before and after, over the same questions.
        for our in ours:
            beside = (next(report for kind, report in reversed(reports[:at]) if kind == our),
                      next(report for kind, report in reports[at:] if kind == our))
            cells = []
            for k in ks:
                both = [percentiles(list(report["top"][k])[:len(top[k])]) for report in beside]
                means = [sum(values) / 2 for values in zip(*both)]
                cells.append(", ".join(f"{theirs / mean:.1f}" for theirs, mean in zip(percentiles(top[k]), means)))
            print(f"| times {our}'s | " + " | ".join(cells) + " | | | |")


def analyse(options, folder):
    """The files of terms and of questions."""
    terms, asked = folder / "terms", folder / "questions"
    if not terms.exists():
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
    asked.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} questions of 3 to 12 terms", file=sys.stderr)
    return str(terms), str(asked)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", required=True, help="kindling-keywords")
    parser.add_argument("--passages", required=True)
    parser.add_argument("--questions", required=True)
    parser.add_argument("--count", type=int, help="take only so many passages")
    parser.add_argument("--peers", default="tantivy,lucene,bm25s,xapian,fts5")
    parser.add_argument("--k", default="10,100,1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--index", metavar="FOLDER", help="an index of the same passages (kindling index), asked too: by BM25 "
                        "alone, as the others rank, and as search does, with pairs and headings")
    parser.add_argument("--limit", type=float, default=60, help="seconds for one peer and one k, of its first round too")
    parser.add_argument("--keep", help="a folder for terms and indexes, or with those of an earlier run")
    parser.add_argument("--python", action="append", default=[], metavar="PEER=PYTHON", help="another Python for a peer")
    parser.add_argument("--lucene", default=str(pathlib.Path.home() / ".m2/repository/org/apache/lucene"), metavar="FOLDER",
                        help="where its jars are")
    parser.add_argument("--java", default="java", help="21 or later")
    parser.add_argument("--build-only", action="store_true", help="with --keep: build what is not built, ask nothing")
    parser.add_argument("--out", help="keep every latency as JSON, after each peer")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    ks = [int(k) for k in options.k.split(",") if k]
    if options.one:
        measure(options.one, options, ks)
        return

    with tempfile.TemporaryDirectory() as temporary:
        options.keep = options.keep or temporary
        pathlib.Path(options.keep).mkdir(exist_ok=True)
        terms, asked = analyse(options, pathlib.Path(options.keep))

        contestants = {"kindling": ("search", terms)}
        if options.index:
            contestants |= {"kindling's index, BM25": ("bm25", options.index), "kindling's index": ("ranked", options.index)}

        def ours():
            return [] if options.build_only else [(name, kindling(options.tool, what, data, asked, ks, options.rounds))
                                                  for name, (what, data) in contestants.items()]

        reports = ours()
        for peer in options.peers.split(","):
            print(f"{peer} ...", file=sys.stderr)
            if report := peer_report(peer, options, terms, asked, [] if options.build_only else ks):
                reports += [(peer, report)] + ours()
            if options.out:
                pathlib.Path(options.out).write_text(json.dumps(reports), encoding="utf-8")
    if not options.build_only:
        print_table(reports, contestants, ks)


if __name__ == "__main__":
    main()
