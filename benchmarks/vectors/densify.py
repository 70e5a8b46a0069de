#!/usr/bin/env python3
"""More vectors like the given: each the mix of a real row and one of its 20 nearest, at unit length.

    densify.py DOCS.npy COUNT OUT.npy

So neighbours stay as close and as many as in the real collection, which independent noise would not give.
"""

import sys

import numpy as np


def main() -> None:
    source, count, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    rows = np.load(source)
    near = np.empty((len(rows), 20), "i4")
    for first in range(0, len(rows), 1000):
        products = rows[first : first + 1000] @ rows.T
        products[np.arange(len(products)), np.arange(first, first + len(products))] = -2
        near[first : first + 1000] = np.argpartition(-products, 20, axis=1)[:, :20]
    random = np.random.default_rng(3)
    out = np.lib.format.open_memmap(target, mode="w+", dtype="<f4", shape=(count, rows.shape[1]))
    for first in range(0, count, 50_000):
        size = min(50_000, count - first)
        one = random.integers(0, len(rows), size)
        other = near[one, random.integers(0, 20, size)]
        share = random.uniform(0, 1, (size, 1)).astype("f4")
        mixed = share * rows[one] + (1 - share) * rows[other]
        out[first : first + size] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    out.flush()


if __name__ == "__main__":
    main()
