"""Texts to vectors: Kindling as it comes, in single precision and in eight bits, against sentence-transformers and the same
network in OpenVINO, onnxruntime, CTranslate2 and transformers (network_peer.py); one model, one file of real passages.

Each contestant runs twice a round: over one short text, which is what opening costs, and over all of them. The difference is
the encoding alone, taken the same way for all, in CPU time, which other load on the machine disturbs least.
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

import report
import texts
from process import Failed, measure, peer

NETWORKS = ["openvino-f32", "openvino-bf16", "openvino-int8", "onnxruntime", "onnxruntime-int8", "ctranslate2-int8", "transformers-bf16"]
PEERS = ["sentence-transformers", *NETWORKS]
PRECISIONS = ["f32", "int8"]  # take part beside Kindling as it comes, whenever that does

COLUMNS = ["tokens_per_cpu_s", "whole_tokens_per_cpu_s", "cpu_s", "wall_s", "open_cpu_s", "open_wall_s", "rss_mb"]


@dataclass
class Work:
    lines: list  # the passages
    tokens: int  # of all of them
    folder: Path  # holds passages.txt and one.txt, and the vectors that come out

    def __post_init__(self):
        texts.write_lines(self.folder / "passages.txt", self.lines)
        texts.write_lines(self.folder / "one.txt", ["one short line"])


def count_tokens(lines, model):
    """Tokens that the model sees: [CLS] and [SEP] included, each text cut at the model's limit."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((model / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.no_padding()
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(lines))


def commands(options, threads, prepared):
    """{name: function (file of texts, file for the vectors) -> command}"""
    common = ["--model", options.model, "--threads", threads]

    def kindling(lines, out):
        return [options.kindling, "embed", lines, "--out", out, "--json", "--threads", threads, "--encoder", options.model]

    def in_precision(precision):
        return lambda lines, out: [*kindling(lines, out), "--encoder-precision", precision]

    def sentence_transformers(lines, out):
        return peer("sentence_transformers_peer.py", lines, out, *common)

    def network(kind):
        return lambda lines, out: peer("network_peer.py", kind, lines, out, "--prepared", prepared, *common)

    every = {}
    if report.OURS in options.contestants:
        every = {report.OURS: kindling} | {f"{report.OURS} {each}": in_precision(each) for each in PRECISIONS}
    if "sentence-transformers" in options.contestants:
        every["sentence-transformers"] = sentence_transformers
    if prepared:
        every |= {kind: network(kind) for kind in NETWORKS if kind in options.contestants}
    return every


def prepare_networks(options, texts_file):
    """The folder of what the libraries made of the model, kept in the cache folder; None, saying why, without an ONNX file."""
    folder = options.cache / f"{options.model.name}-networks"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            measure(peer("onnx_export.py", options.model, folder / "model.onnx"), 1)
            answer = measure(peer("prepare_networks.py", options.model, folder, texts_file), 1).answer
        except Failed as failure:
            options.say(f"the networks are left out: {failure}")
            return None
        for name, problem in answer["failed"].items():
            options.say(f"{name} is left out: {problem}")
        (folder / "done").touch()
    return folder


def contest(name, command, work, threads, vectors):
    """One turn of one contestant; puts what it made into `vectors`."""
    opening = measure(command(work.folder / "one.txt", work.folder / "one.npy"), threads)
    whole = measure(command(work.folder / "passages.txt", work.folder / "all.npy"), threads)
    vectors[name] = np.load(work.folder / "all.npy")
    if len(vectors[name]) != len(work.lines):
        raise Failed(f"{name}: {len(vectors[name])} vectors for {len(work.lines)} texts")
    return {
        "tokens_per_cpu_s": work.tokens / max(1e-3, whole.cpu_s - opening.cpu_s),
        "whole_tokens_per_cpu_s": work.tokens / whole.cpu_s,
        "cpu_s": whole.cpu_s,
        "wall_s": whole.wall_s,
        "open_cpu_s": opening.cpu_s,
        "open_wall_s": opening.wall_s,
        "encode_wall_s": whole.answer["seconds"],
        "rss_mb": whole.rss_mb,
    }


def agreement(vectors):
    """Cosines to sentence-transformers, or to the first contestant where that takes no part."""
    units = {name: rows / np.linalg.norm(rows, axis=1, keepdims=True) for name, rows in vectors.items()}
    reference = units.get("sentence-transformers", next(iter(units.values())))
    rows = {}
    for name, theirs in units.items():
        cosines = (theirs * reference).sum(1)
        rows[name] = {"cosine_min": f"{cosines.min():.7f}", "cosine_mean": f"{cosines.mean():.7f}"}
    return rows


def compare_with(options, threads, work, prepared):
    vectors, contestants = {}, {}
    for name, command in commands(options, threads, prepared).items():
        try:
            measure(command(work.folder / "one.txt", work.folder / "one.npy"), threads)  # files into the page cache
        except Failed as failure:
            options.say(f"{name} is left out: {failure}")
            continue
        contestants[name] = partial(contest, name, command, work, threads, vectors)
    raw = report.alternate(contestants, options.rounds, options.say)
    title = f"encode, {threads} thread{'s' if threads > 1 else ''}"
    return report.summarize(title, raw, COLUMNS, agreement(vectors))


def compare(options, folder):
    lines = texts.passages(texts.documents(options.texts), options.passages)
    work = Work(lines, count_tokens(lines, options.model), folder)
    options.say(f"{len(lines)} passages, {work.tokens} tokens, mean {work.tokens / len(lines):.0f}")
    prepared = prepare_networks(options, folder / "passages.txt") if set(NETWORKS) & set(options.contestants) else None
    comparisons = [compare_with(options, threads, work, prepared) for threads in options.threads]
    return {"passages": len(lines), "tokens": work.tokens, "comparisons": comparisons}
