"""A folder of documents, indexed by a cold process to a saved index, then asked by a cold process: Kindling, LangChain
with FAISS, and LlamaIndex (which is not asked cold).

All read the same .txt files and use the same model. What each embeds is its own affair: Kindling chunks of about 128 tokens,
LangChain of 1,000 characters with 200 shared, LlamaIndex of 1,024 tokens, of which the model reads 256. Beside the speed
stands whether the right document is among the ten best chunks of each.
"""

import shutil
from functools import partial
from itertools import cycle
from pathlib import Path

import report
import texts
from process import measure, peer

PEER = "langchain+faiss"
LLAMA = "llamaindex"


def write_folder(folder, some_documents):
    """One .txt a document; {document name: file stem}."""
    folder.mkdir()
    stems = {}
    for number, document in enumerate(some_documents):
        stems[document.name] = f"{number:06}"
        body = f"{document.title}\n\n{document.text}\n" if document.title else document.text
        (folder / f"{number:06}.txt").write_text(body, encoding="utf-8")
    return stems


def indexing(options, folder, stores, threads):
    # Each round does the whole work again: vectors kept from an earlier one would not be made.
    ours = ["-i", stores[report.OURS], "--json", "--threads", threads, "--encoder", options.model, "--no-embedding-cache"]
    theirs = ["--model", options.model, "--threads", threads]
    every = {
        report.OURS: [options.kindling, "index", folder, *ours],
        PEER: peer("langchain_peer.py", "index", folder, stores[PEER], *theirs),
        LLAMA: peer("llamaindex_peer.py", "index", folder, stores[LLAMA], *theirs),
    }

    def contest(name):
        shutil.rmtree(stores[name], ignore_errors=True)
        run = measure(every[name], threads)
        return {"cpu_s": run.cpu_s, "wall_s": run.wall_s, "rss_mb": run.rss_mb, "chunks": float(run.answer["chunks"])}

    return {name: partial(contest, name) for name in every if name in options.contestants}


def asking(options, stores, asked, threads):
    """Each round asks the next question."""

    def ours(verb, text):
        return [options.kindling, verb, text, "-i", stores[report.OURS], "--json", "--encoder", options.model]

    def theirs(text):
        return peer("langchain_peer.py", "ask", stores[PEER], text, "--model", options.model, "--threads", threads)

    every = {report.OURS: partial(ours, "search"), "kindling ask": partial(ours, "ask"), PEER: theirs}

    def contest(name, turns):
        run = measure(every[name](next(turns)), threads, may_exit=(0, 1))  # 1: the collection does not say
        return {"cpu_s": run.cpu_s, "wall_ms": run.wall_s * 1e3, "rss_mb": run.rss_mb}

    chosen = [name for name in every if name.removesuffix(" ask") in options.contestants]
    return {name: partial(contest, name, cycle(question.text for question in asked)) for name in chosen}


def found_share(sources_by_question, asked, stems):
    right = [{stems.get(name) for name in question.relevant} for question in asked]
    hits = [not names.isdisjoint(sources) for names, sources in zip(right, sources_by_question, strict=True)]
    return {"questions": len(asked), "right_document_in_10_chunks": f"{sum(hits) / len(hits):.3f}"}


def agreement(options, stores, asked, stems, work, threads):
    rows = {}
    if report.OURS in options.contestants:
        common = ["-i", stores[report.OURS], "-k", 10, "--json", "--encoder", options.model]
        runs = [measure([options.kindling, "search", question.text, *common], threads, may_exit=(0, 1)) for question in asked]
        sources = [[Path(hit["uri"]).stem for hit in run.answer["hits"]] for run in runs]
        rows[report.OURS] = found_share(sources, asked, stems)
    texts.write_lines(work / "questions.txt", (" ".join(question.text.split()) for question in asked))
    for name, module in ((PEER, "langchain_peer.py"), (LLAMA, "llamaindex_peer.py")):
        if name not in options.contestants:
            continue
        theirs = [stores[name], work / "questions.txt", "--model", options.model, "--threads", threads]
        run = measure(peer(module, "ask-all", *theirs), threads)
        rows[name] = found_share(run.answer["sources"], asked, stems)
    return rows


def compare(options, work):
    some_documents, asked = texts.sample(options.texts, options.documents, options.questions)
    folder = work / "documents"
    stems = write_folder(folder, some_documents)
    size = sum(path.stat().st_size for path in folder.iterdir())
    options.say(f"{len(stems)} documents, {size / 1e6:.2f} MB, {len(asked)} questions")
    results = []
    for threads in options.threads:
        stores = {name: work / f"store-{number}" for number, name in enumerate((report.OURS, PEER, LLAMA))}
        plural = "s" if threads > 1 else ""
        raw = report.alternate(indexing(options, folder, stores, threads), options.rounds, options.say)
        results.append(
            report.summarize(
                f"index, {threads} thread{plural}",
                raw,
                ["cpu_s", "wall_s", "rss_mb", "chunks"],
                agreement(options, stores, asked, stems, work, threads),
            )
        )
        raw = report.alternate(asking(options, stores, asked, threads), max(5, options.rounds), options.say)
        results.append(report.summarize(f"ask, cold, {threads} thread{plural}", raw, ["cpu_s", "wall_ms", "rss_mb"]))
    return {"documents": len(stems), "bytes": size, "questions": len(asked), "comparisons": results}
