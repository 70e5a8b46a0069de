"""onnxruntime, fp32: batches of 32 sorted by length, mean pooling in numpy. One process: open, encode, write."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

BATCH = 32


def encode(session, tokenizer, texts):
    encodings = tokenizer.encode_batch(texts)
    order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
    vectors = None
    for begin in range(0, len(order), BATCH):
        part = order[begin : begin + BATCH]
        ids = np.zeros((len(part), len(encodings[part[0]].ids)), np.int64)
        mask = np.zeros_like(ids)
        for row, text in enumerate(part):
            length = len(encodings[text].ids)
            ids[row, :length] = encodings[text].ids
            mask[row, :length] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, feed)[0]
        pooled = (hidden * mask[:, :, None].astype(np.float32)).sum(1) / mask.sum(1, keepdims=True)
        if vectors is None:
            vectors = np.zeros((len(texts), pooled.shape[1]), np.float32)
        vectors[part] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts")
    parser.add_argument("out")
    parser.add_argument("--model", required=True)
    parser.add_argument("--onnx", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    texts = Path(arguments.texts).read_text(encoding="utf-8").splitlines()
    tokenizer = Tokenizer.from_file(str(Path(arguments.model, "tokenizer.json")))
    limit = json.loads(Path(arguments.model, "sentence_bert_config.json").read_text())["max_seq_length"]
    tokenizer.enable_truncation(limit)
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = onnxruntime.InferenceSession(arguments.onnx, options, providers=["CPUExecutionProvider"])
    begin = time.perf_counter()
    vectors = encode(session, tokenizer, texts)
    seconds = time.perf_counter() - begin
    np.save(arguments.out, vectors)
    print(json.dumps({"texts": len(texts), "dimensions": vectors.shape[1], "seconds": seconds}))


main()
