"""Texts to vectors: Kindling against sentence-transformers and onnxruntime, all fp32, one model, one file of real passages.

Each contestant runs twice a round: over one short text, which is what opening costs, and over all of them. The difference is
the encoding alone, taken the same way for all, in CPU time, which other load on the machine disturbs least.
"""

import json

import numpy as np
from tokenizers import Tokenizer

import report
import texts
from process import Failed, measure, peer


def count_tokens(lines, model):
    """Tokens that the model sees: [CLS] and [SEP] included, each text cut at the model's limit. The same for all contestants."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((model / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.no_padding()
    return sum(len(encoding.ids) for encoding in tokenizer.encode_batch(lines))


def commands(options, threads, onnx):
    """{name: (file of texts, file for the vectors) -> command}"""
    common = ["--model", options.model, "--threads", threads]
    every = {
        report.OURS: lambda lines, out: [options.kindling, "embed", lines, "--out", out, "--json", "--threads", threads,
                                         "--encoder", options.model],
        "sentence-transformers": lambda lines, out: peer("sentence_transformers_peer.py", lines, out, *common),
        "onnxruntime": lambda lines, out: peer("onnxruntime_peer.py", lines, out, "--onnx", onnx, *common),
    }
    return {name: command for name, command in every.items() if name in options.contestants and (name != "onnxruntime" or onnx)}


def export_onnx(options):
    """The model as ONNX, kept in the cache folder; None, saying why, where torch cannot export it."""
    file = options.cache / f"{options.model.name}.onnx"
    if not file.exists():
        options.cache.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".partial")
        try:
            measure([*peer("onnx_export.py", options.model, unfinished)], 1)
        except Failed as failure:
            if not unfinished.exists():
                options.say(f"onnxruntime is left out: {failure}")
                return None
        unfinished.rename(file)
    return file


def agreement(vectors, reference):
    rows = {}
    for name, theirs in vectors.items():
        cosines = (theirs * vectors[reference]).sum(1) / np.linalg.norm(theirs, axis=1) / np.linalg.norm(vectors[reference], axis=1)
        rows[name] = {"cosine_min": f"{cosines.min():.7f}", "cosine_mean": f"{cosines.mean():.7f}"}
    return rows


def compare(options, work):
    lines = texts.passages(texts.documents(options.texts), options.passages)
    tokens = count_tokens(lines, options.model)
    all_lines, one_line = work / "passages.txt", work / "one.txt"
    texts.write_lines(all_lines, lines)
    texts.write_lines(one_line, ["one short line"])
    options.say(f"{len(lines)} passages, {tokens} tokens, mean {tokens / len(lines):.0f}")
    onnx = export_onnx(options) if "onnxruntime" in options.contestants else None

    results = []
    for threads in options.threads:
        vectors = {}

        def contest(name, command):
            opening = measure(command(one_line, work / "one.npy"), threads)
            whole = measure(command(all_lines, work / "all.npy"), threads)
            vectors[name] = np.load(work / "all.npy")
            if len(vectors[name]) != len(lines):
                raise Failed(f"{name}: {len(vectors[name])} vectors for {len(lines)} texts")
            return {
                "tokens_per_cpu_s": tokens / max(1e-3, whole.cpu_s - opening.cpu_s),
                "whole_tokens_per_cpu_s": tokens / whole.cpu_s,
                "cpu_s": whole.cpu_s,
                "wall_s": whole.wall_s,
                "open_cpu_s": opening.cpu_s,
                "open_wall_s": opening.wall_s,
                "encode_wall_s": whole.answer["seconds"],
                "rss_mb": whole.rss_mb,
            }

        named = {name: (lambda n=name, c=command: contest(n, c)) for name, command in commands(options, threads, onnx).items()}
        for name, command in commands(options, threads, onnx).items():
            measure(command(one_line, work / "one.npy"), threads)  # files into the page cache
        raw = report.alternate(named, options.rounds, options.say)
        reference = "sentence-transformers" if "sentence-transformers" in vectors else next(iter(vectors))
        columns = ["tokens_per_cpu_s", "whole_tokens_per_cpu_s", "cpu_s", "wall_s", "open_cpu_s", "open_wall_s", "rss_mb"]
        title = f"encode, {threads} thread{'s' if threads > 1 else ''}"
        results.append(report.summarize(title, raw, columns, agreement(vectors, reference)))
    return {"passages": len(lines), "tokens": tokens, "comparisons": results}
