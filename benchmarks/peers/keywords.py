"""Keyword search: Kindling and bm25s over the same documents and judged questions.

Building is a cold process to a saved index (Kindling without vectors: documents are parsed, cut and stored as well). Latency is
of one warm question after the other, the question's analysis included, on one thread: Kindling's by `kindling eval`, which runs
the keyword mode among others (and embeds the collection once for those, outside what is measured).
"""

import shutil
from functools import partial
from math import log2

import report
import texts
from process import measure, peer

PEER = "bm25s"


def discounted(gains):
    return sum(gain / log2(rank + 2) for rank, gain in enumerate(gains))


def ndcg_10(run, asked):
    """As trec_eval's ndcg_cut_10: linear gain, mean over the judged questions."""
    total = 0.0
    for question in asked:
        gains = [question.relevant.get(name, 0) for name in run.get(question.name, [])[:10]]
        ideal = sorted(question.relevant.values(), reverse=True)[:10]
        total += discounted(gains) / discounted(ideal)
    return total / len(asked)


def building(options, beir, stores):
    ours = ["-i", stores[report.OURS], "--no-embed", "--json", "--threads", 1, "--encoder", options.model]
    every = {
        report.OURS: [options.kindling, "index", beir / "corpus.jsonl", *ours],
        PEER: peer("bm25s_peer.py", "build", beir, stores[PEER]),
    }

    def contest(name):
        shutil.rmtree(stores[name], ignore_errors=True)
        run = measure(every[name], 1)
        return {"cpu_s": run.cpu_s, "wall_s": run.wall_s, "rss_mb": run.rss_mb}

    return {name: partial(contest, name) for name in every if name in options.contestants}


def querying(options, beir, stores, work, quality, asked):
    def ours():
        common = ["--json", "--threads", 1, "--encoder", options.model]
        keyword = measure([options.kindling, "eval", beir, "-i", work / "eval", *common], 1).answer["modes"]["keyword"]
        quality[report.OURS] = {"ndcg_cut_10": f"{keyword['ndcg_cut_10']:.4f}"}
        return {"p50_ms": keyword["latency_ms"]["p50"], "p99_ms": keyword["latency_ms"]["p99"]}

    def theirs():
        answer = measure(peer("bm25s_peer.py", "query", beir, stores[PEER]), 1).answer
        quality[PEER] = {"ndcg_cut_10": f"{ndcg_10(answer['run'], asked):.4f}"}
        return {"p50_ms": answer["p50_ms"], "p99_ms": answer["p99_ms"]}

    every = {report.OURS: ours, PEER: theirs}
    return {name: every[name] for name in every if name in options.contestants}


def compare(options, work):
    some_documents, asked = texts.sample(options.texts, options.documents, options.questions)
    beir = work / "beir"
    texts.write_beir(beir, some_documents, asked)
    options.say(f"{len(some_documents)} documents, {len(asked)} questions")
    stores = {name: work / f"store-{number}" for number, name in enumerate((report.OURS, PEER))}
    raw = report.alternate(building(options, beir, stores), options.rounds, options.say)
    results = [report.summarize("keywords, build, 1 thread", raw, ["cpu_s", "wall_s", "rss_mb"])]
    quality = {}
    raw = report.alternate(querying(options, beir, stores, work, quality, asked), options.rounds, options.say)
    results.append(report.summarize("keywords, one warm question, 1 thread", raw, ["p50_ms", "p99_ms"], quality))
    return {"documents": len(some_documents), "questions": len(asked), "comparisons": results}
