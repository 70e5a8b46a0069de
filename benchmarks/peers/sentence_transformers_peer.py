"""sentence-transformers, fp32 on torch, as its users call it. One process: open the model, encode FILE, write the vectors."""

import argparse
import json
import time

import numpy as np
import torch
from sentence_transformers import SentenceTransformer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("texts")
    parser.add_argument("out")
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    with open(arguments.texts, encoding="utf-8") as file:
        texts = file.read().splitlines()
    model = SentenceTransformer(arguments.model, device="cpu")
    begin = time.perf_counter()
    vectors = model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    seconds = time.perf_counter() - begin
    np.save(arguments.out, vectors.astype(np.float32))
    print(json.dumps({"texts": len(texts), "dimensions": vectors.shape[1], "seconds": seconds}))


main()
