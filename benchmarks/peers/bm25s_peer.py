"""bm25s with English stop words, the Porter2 stemmer and numba, its fastest documented form.

bm25s_peer.py build BEIR STORE       title and text of corpus.jsonl to a saved index
bm25s_peer.py query BEIR STORE       every question alone, tokenizing included; one thread; k = 100
"""

import argparse
import json
import time
from pathlib import Path

import bm25s
import numpy as np
import Stemmer

K = 100


def rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def tokenize(texts, stemmer, **form):
    return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False, **form)


def build(beir, store, stemmer):
    corpus = rows(beir / "corpus.jsonl")
    index = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    index.index(tokenize([f"{row['title']} {row['text']}" for row in corpus], stemmer), show_progress=False)
    index.save(store)
    return {"documents": len(corpus)}


def query(beir, store, stemmer):
    names = [row["_id"] for row in rows(beir / "corpus.jsonl")]
    asked = rows(beir / "queries.jsonl")
    index = bm25s.BM25.load(store)
    index.activate_numba_scorer()
    index.backend = "numba"

    def ask(text):
        tokens = tokenize(text, stemmer, return_ids=False)
        return index.retrieve(tokens, k=min(K, len(names)), backend_selection="numba", show_progress=False, n_threads=0)

    for row in asked[:5]:
        ask(row["text"])  # numba compiles
    run, milliseconds = {}, []
    for row in asked:
        begin = time.perf_counter()
        found, scores = ask(row["text"])
        milliseconds.append((time.perf_counter() - begin) * 1e3)
        run[row["_id"]] = [names[i] for i, score in zip(found[0], scores[0]) if score > 0]
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return {"queries": len(asked), "p50_ms": p50, "p99_ms": p99, "run": run}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["build", "query"])
    parser.add_argument("beir", type=Path)
    parser.add_argument("store")
    arguments = parser.parse_args()
    do = {"build": build, "query": query}[arguments.what]
    print(json.dumps(do(arguments.beir, arguments.store, Stemmer.Stemmer("english"))))


main()
