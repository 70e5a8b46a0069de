#!/usr/bin/env python3
"""Encoding: Kindling against sentence-transformers and onnxruntime, both fp32, same model, same texts, in one run.

  python3 -m venv VENV
  VENV/bin/pip install sentence-transformers==6.2.0 torch==2.15.0 onnxruntime==1.31.1 onnx==1.23.2
  VENV/bin/python benchmarks/peers/encode_peers.py ENCODE_LINES TEXTS.txt [--threads 1,2] [--rounds 3] [--model FOLDER]

ENCODE_LINES is the built tests/encoder/encode_lines, TEXTS.txt holds one text a line. The peers take turns within each
round, so that a busy machine is equally busy for all of them; the best round of each counts. Printed are tokens per second
of wall time and of CPU time (text to unit vector, tokenizing included, the model already open), the ratio to Kindling, and
the cosine to sentence-transformers. Then one short query each, opened and warm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version

import numpy as np

PINNED = {"sentence-transformers": "6.2.0", "torch": "2.15.0", "onnxruntime": "1.31.1", "onnx": "1.23.2"}
QUERY = "how do I configure the package mirror?"


def check_versions():
    for package, wanted in PINNED.items():
        found = version(package).split("+")[0]
        if found != wanted:
            print(f"encode_peers: {package} is {found}, the numbers are meant for {wanted}", file=sys.stderr)


class Kindling:
    name = "kindling"

    def __init__(self, binary, model):
        self.binary = binary
        self.environment = dict(os.environ, KINDLING_MODELS=os.path.dirname(os.path.abspath(model)))

    def encode(self, texts, threads, rounds=1):
        """The vectors, and wall and CPU seconds: the best of the rounds within one process."""
        with tempfile.TemporaryDirectory() as folder:
            lines, out = os.path.join(folder, "lines"), os.path.join(folder, "out")
            with open(lines, "w") as file:
                file.write("\n".join(texts) + "\n")
            ran = subprocess.run([self.binary, lines, out, str(threads), str(rounds)], env=self.environment,
                                 stdout=subprocess.PIPE, check=True)
            seconds = [json.loads(line) for line in ran.stdout.splitlines()]
            vectors = np.fromfile(out, np.float32).reshape(len(texts), -1)
        best = min(seconds, key=lambda each: each["seconds"])
        return vectors, best["seconds"], best["cpu_seconds"]


def timed(encode, texts, rounds):
    best = None
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        vectors = encode(texts)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if best is None or wall < best[1]:
            best = (vectors, wall, cpu)
    return best


class SentenceTransformers:
    name = "sentence-transformers fp32"

    def __init__(self, model):
        import sentence_transformers

        self.model = sentence_transformers.SentenceTransformer(model, device="cpu")

    def tokens(self, texts):
        limit = self.model.max_seq_length
        return sum(len(ids) for ids in self.model.tokenizer(texts, truncation=True, max_length=limit)["input_ids"])

    def encode(self, texts, threads, rounds=1):
        import torch

        torch.set_num_threads(threads)
        call = lambda batch: self.model.encode(batch, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return timed(call, texts, rounds)


class OnnxRuntime:
    """The same network exported, batches of 32 sorted by length, mean pooling in numpy."""

    name = "onnxruntime fp32"

    def __init__(self, model, file):
        import torch
        from transformers import AutoModel, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(model)
        names = ["input_ids", "attention_mask", "token_type_ids"]
        bert = AutoModel.from_pretrained(model, attn_implementation="eager").eval()

        class Hidden(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.bert = bert

            def forward(self, input_ids, attention_mask, token_type_ids):
                inputs = dict(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
                return self.bert(**inputs).last_hidden_state

        example = self.tokenizer(["some text", "another"], return_tensors="pt", padding=True)
        axes = {name: {0: "batch", 1: "length"} for name in names + ["hidden"]}
        torch.onnx.export(Hidden(), tuple(example[name] for name in names), file, input_names=names,
                          output_names=["hidden"], dynamic_axes=axes, opset_version=17, dynamo=False)
        with open(file, "rb") as exported:
            self.network = exported.read()
        self.sessions = {}

    def session(self, threads):
        import onnxruntime

        if threads not in self.sessions:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            self.sessions[threads] = onnxruntime.InferenceSession(self.network, options, providers=["CPUExecutionProvider"])
        return self.sessions[threads]

    def encode(self, texts, threads, rounds=1):
        session = self.session(threads)

        def run(all_texts):
            ids = self.tokenizer(all_texts, truncation=True, max_length=256)["input_ids"]
            order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
            vectors = np.zeros((len(ids), 384), np.float32)
            for begin in range(0, len(order), 32):
                part = order[begin : begin + 32]
                batch = self.tokenizer.pad({"input_ids": [ids[i] for i in part]}, return_tensors="np")
                mask = batch["attention_mask"].astype(np.int64)
                hidden = session.run(None, {"input_ids": batch["input_ids"].astype(np.int64), "attention_mask": mask,
                                            "token_type_ids": np.zeros_like(mask)})[0]
                pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
                vectors[part] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
            return vectors

        return timed(run, texts, rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("texts")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", default=os.path.expanduser("~/.local/share/kindling/models/all-MiniLM-L6-v2"))
    arguments = parser.parse_args()
    check_versions()
    with open(arguments.texts) as file:
        texts = file.read().split("\n")
    texts = texts[:-1] if texts[-1] == "" else texts

    reference = SentenceTransformers(arguments.model)
    tokens = reference.tokens(texts)
    print(f"{len(texts)} texts, {tokens} tokens, mean {tokens / len(texts):.0f}")
    with tempfile.TemporaryDirectory() as folder:
        onnx = OnnxRuntime(arguments.model, os.path.join(folder, "model.onnx"))
    peers = [Kindling(arguments.binary, arguments.model), reference, onnx]
    for threads in map(int, arguments.threads.split(",")):
        for peer in peers[1:]:
            peer.encode(texts[:64], threads)  # warm
        best = {}
        for _ in range(arguments.rounds):
            for peer in peers:
                result = peer.encode(texts, threads)
                if peer.name not in best or result[1] < best[peer.name][1]:
                    best[peer.name] = result
        print(f"\n{threads} thread{'s' if threads > 1 else ''}")
        for peer in peers:
            vectors, wall, cpu = best[peer.name]
            cosines = (vectors * best[reference.name][0]).sum(1)
            ratio = best[peer.name][1] / best["kindling"][1]
            print(f"  {peer.name:28} {tokens / wall:8.0f} tokens/s {tokens / cpu:8.0f} tokens/CPU-s   kindling is "
                  f"{ratio:5.2f} times as fast ({cpu / best['kindling'][2]:.2f} by CPU)   cosine min {cosines.min():.6f} "
                  f"mean {cosines.mean():.6f}")
    print("\none query, opened and warm, 1 thread, best of 50")
    for peer in peers:
        print(f"  {peer.name:28} {peer.encode([QUERY], 1, 50)[1] * 1e3:.2f} ms")


if __name__ == "__main__":
    main()
