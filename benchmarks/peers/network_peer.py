"""One network in one library, as its users get the most of it: batches of 32 sorted by length, padded to the longest, mean
pooling in numpy. One process: open, encode FILE, write the vectors; then one short query, many times over.

KIND is one of KINDS below. What the libraries need made of the model (prepare_networks.py) lies in --prepared.
"""

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

BATCH = 32
QUERY = "how do I reset my password"
QUERIES = 60


def openvino(arguments, file, precision):
    import openvino as ov

    core = ov.Core()
    settings = {
        "INFERENCE_NUM_THREADS": arguments.threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
    }
    request = core.compile_model(str(arguments.prepared / file), "CPU", settings).create_infer_request()

    def run(ids, mask):
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return next(iter(request.infer(feed, share_inputs=True).values()))

    return run


def onnxruntime(arguments, file):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = ort.InferenceSession(str(arguments.prepared / file), options, providers=["CPUExecutionProvider"])

    def run(ids, mask):
        return session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})[0]

    return run


def ctranslate2(arguments):
    import ctranslate2 as ct2

    encoder = ct2.Encoder(
        str(arguments.prepared / "ctranslate2"), device="cpu", compute_type="int8", intra_threads=arguments.threads, inter_threads=1
    )

    def run(ids, mask):
        ids = ct2.StorageView.from_array(ids.astype(np.int32))
        lengths = ct2.StorageView.from_array(mask.sum(1).astype(np.int32))
        return np.array(encoder.forward_batch(ids, lengths).last_hidden_state)

    return run


def transformers(arguments, kind):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(arguments.threads)
    network = AutoModel.from_pretrained(arguments.model, dtype=getattr(torch, kind)).eval()

    @torch.inference_mode()
    def run(ids, mask):
        hidden = network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).last_hidden_state
        return hidden.float().numpy()

    return run


KINDS = {
    "openvino-f32": lambda arguments: openvino(arguments, "model.onnx", "f32"),
    "openvino-bf16": lambda arguments: openvino(arguments, "model.onnx", "bf16"),
    "openvino-int8": lambda arguments: openvino(arguments, "openvino-int8.xml", "f32"),
    "onnxruntime": lambda arguments: onnxruntime(arguments, "model.onnx"),
    "onnxruntime-int8": lambda arguments: onnxruntime(arguments, "model-int8.onnx"),
    "ctranslate2-int8": ctranslate2,
    "transformers": lambda arguments: transformers(arguments, "float32"),
    "transformers-bf16": lambda arguments: transformers(arguments, "bfloat16"),
}


def encode(run, tokenizer, texts):
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
        pooled = (run(ids, mask) * mask[:, :, None].astype(np.float32)).sum(1) / mask.sum(1, keepdims=True)
        if vectors is None:
            vectors = np.zeros((len(texts), pooled.shape[1]), np.float32)
        vectors[part] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors, sum(len(encoding.ids) for encoding in encodings)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("texts", type=Path)
    parser.add_argument("out")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if arguments.threads > 1 else "false"
    texts = arguments.texts.read_text(encoding="utf-8").splitlines()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((arguments.model / "sentence_bert_config.json").read_text())["max_seq_length"])
    tokenizer.no_padding()
    run = KINDS[arguments.kind](arguments)
    encode(run, tokenizer, texts[:4])  # what is made at the first call is no part of the encoding
    begin, cpu = time.perf_counter(), time.process_time()
    vectors, tokens = encode(run, tokenizer, texts)
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
    np.save(arguments.out, vectors)
    queries = []
    for _ in range(QUERIES):
        begin = time.perf_counter()
        encode(run, tokenizer, [QUERY])
        queries.append(1e3 * (time.perf_counter() - begin))
    queries.sort()
    answer = {"texts": len(texts), "dimensions": vectors.shape[1], "tokens": tokens, "seconds": seconds, "cpu_seconds": cpu_seconds}
    print(json.dumps({**answer, "query_ms_p50": queries[len(queries) // 2], "query_ms_best": queries[0]}))


main()
