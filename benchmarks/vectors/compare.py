#!/usr/bin/env python3
"""Nearest neighbours by Kindling and by its peers: one run, one thread, the same vectors and queries.

    compare.py KINDLING DATA.npy QUERIES.npy [--peers 'faiss flat,SVS,...'] [--filters 0.1,near:0.01] [--out FILE.json]

Every peer is asked query by query at several settings; for .95 and for .99 the fastest setting that reaches that recall of the
ten nearest is printed, or "not reached". Peers' times are processor time of their thread, Kindling's are wall time. Kindling
plans without having seen the queries, and is asked before the peers and after each of them. "per_second" is what two threads
answer, all queries in one call of the peer. With --filters, only rows of a bitmap may be found, any or those nearest to the first
row: faiss flat against Kindling. Build costs are CPU seconds of this process (Kindling: of its own). The streaming bound is the
time to read the one-bit codes once at the memory bandwidth that is measured here, on one thread.
"""

import argparse
import json
import subprocess
import time

import numpy as np

K = 10
TARGETS = (0.95, 0.99)


def recall(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(found.tolist(), exact.tolist())]))


def asked(search, queries: np.ndarray, exact: np.ndarray) -> dict:
    """Median milliseconds and recall of one setting."""
    for query in queries[:10]:
        search(query[None])
    times, found = [], np.full((len(queries), K), -1, "i8")
    for i, query in enumerate(queries):
        begin = time.thread_time_ns()
        ids = np.asarray(search(query[None])).reshape(-1)[:K]
        times.append((time.thread_time_ns() - begin) / 1e9)
        found[i, : len(ids)] = ids
    p99 = float(np.percentile(times, 99)) * 1e3
    return {"p50": float(np.median(times)) * 1e3, "p99": p99, "recall": recall(found, exact)}


def throughput(peer, search, queries: np.ndarray) -> float:
    """Queries a second on two threads, all in one call; the best of three."""
    peer.threads(2)
    best = 0.0
    for _ in range(3):
        begin = time.perf_counter()
        search(queries)
        best = max(best, len(queries) / (time.perf_counter() - begin))
    peer.threads(1)
    return best


def bandwidth() -> float:
    """GB/s that one thread reads of memory that no cache holds: 400 MB of float32, best of 7."""
    block = np.ones(100_000_000, "f4")
    best = 1e9
    for _ in range(7):
        begin = time.perf_counter()
        np.add.reduce(block.view("i8"))
        best = min(best, time.perf_counter() - begin)
    return block.nbytes / best / 1e9


class Faiss:
    def threads(self, count):
        import faiss

        faiss.omp_set_num_threads(count)


class FaissFlat(Faiss):
    def build(self, data):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexFlatIP(data.shape[1])
        self.index.add(data)

    def settings(self):
        yield "", lambda q: self.index.search(q, K)[1]

    def bytes(self, data):
        return 4.0 * data.shape[1]


class FaissLists(Faiss):
    """Inverted lists over codes of a factory string, refined by the full vectors."""

    def __init__(self, codes):
        self.codes = codes

    def build(self, data):
        import faiss

        faiss.omp_set_num_threads(1)
        lists = 2 ** round(np.log2(2 * np.sqrt(len(data))))
        self.base = faiss.index_factory(data.shape[1], f"IVF{lists},{self.codes}", faiss.METRIC_INNER_PRODUCT)
        self.base.train(data[:: max(1, len(data) // (40 * lists))])
        self.base.add(data)
        flat = faiss.IndexFlatIP(data.shape[1])
        flat.add(data)
        self.flat, self.index = flat, faiss.IndexRefine(self.base, flat)

    def settings(self):
        import faiss

        for probes in (8, 16, 32, 64, 128, 256, 512):
            for depth in (4, 16, 40):
                of_lists = faiss.SearchParametersIVF(nprobe=probes)
                parameters = faiss.IndexRefineSearchParameters(k_factor=depth, base_index_params=of_lists)
                yield f"nprobe {probes}, refine {depth * K}", lambda q, p=parameters: self.index.search(q, K, params=p)[1]

    def bytes(self, data):
        return data.shape[1] / 4 + 8 if self.codes.startswith("PQ") else data.shape[1] / 8 + 16


class FaissHnsw(Faiss):
    def build(self, data):
        import faiss

        faiss.omp_set_num_threads(1)
        self.index = faiss.IndexHNSWFlat(data.shape[1], 24, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = 100
        self.index.add(data)

    def settings(self):
        import faiss

        for depth in (20, 40, 80, 160, 320, 640):
            parameters = faiss.SearchParametersHNSW(efSearch=depth)
            yield f"ef {depth}", lambda q, p=parameters: self.index.search(q, K, params=p)[1]

    def bytes(self, data):
        return 4.0 * data.shape[1] + 24 * 2 * 4


class Hnswlib:
    def build(self, data):
        import hnswlib

        self.index = hnswlib.Index("ip", data.shape[1])
        self.index.init_index(len(data), M=24, ef_construction=200)
        self.index.set_num_threads(1)
        self.index.add_items(data)

    def threads(self, count):
        self.index.set_num_threads(count)

    def settings(self):
        for depth in (20, 40, 80, 160, 320, 640):

            def search(query, depth=depth):
                self.index.set_ef(depth)
                return self.index.knn_query(query, K)[0]

            yield f"ef {depth}", search

    def bytes(self, data):
        return 4.0 * data.shape[1] + 24 * 2 * 4 + 12


class Usearch:
    def build(self, data):
        from usearch.index import Index

        self.index = Index(ndim=data.shape[1], metric="ip", dtype="i8", connectivity=24)
        self.index.add(np.arange(len(data)), data, threads=1)
        self.data = data
        self.threads(1)

    def threads(self, count):
        self.count = count

    def settings(self):
        for depth in (32, 64, 128, 256, 512):

            def search(query, depth=depth):
                self.index.expansion_search = depth
                keys = self.index.search(query, 4 * K, threads=self.count).keys.astype("i8").reshape(len(query), -1)
                products = np.einsum("qkd,qd->qk", self.data[keys], query)
                return np.take_along_axis(keys, np.argsort(-products, axis=1, kind="stable")[:, :K], 1)

            yield f"int8, expansion {depth}, refine {4 * K}", search

    def bytes(self, data):
        return 1.0 * data.shape[1] + 24 * 2 * 5


class Svs:
    """Its LVQ codes end the process on processors that are not Intel's; there it searches the full vectors."""

    def build(self, data):
        import tempfile

        import svs

        parameters = svs.VamanaBuildParameters(
            graph_max_degree=64, window_size=128, alpha=0.95, prune_to=60, max_candidate_pool_size=500
        )
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/data.fvecs"
            svs.write_vecs(np.ascontiguousarray(data), path)
            rows = svs.VectorDataLoader(path, svs.DataType.float32, dims=data.shape[1])
            with open("/proc/cpuinfo", encoding="utf-8") as file:
                self.lvq = "GenuineIntel" in file.read()
            codes = svs.LVQLoader(rows, primary=4, residual=8) if self.lvq else rows
            self.index = svs.Vamana.build(parameters, codes, svs.DistanceType.MIP, num_threads=1)

    def threads(self, count):
        self.index.num_threads = count

    def settings(self):
        for window in (12, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480):

            def search(query, window=window):
                self.index.search_window_size = window
                return self.index.search(query, K)[0]

            yield f"{'LVQ4x8' if self.lvq else 'float32'}, window {window}", search

    def bytes(self, data):
        return (1.5 if self.lvq else 4.0) * data.shape[1] + 64 * 4 + 4


PEERS = {
    "faiss flat": FaissFlat,
    "faiss IVF PQ fast scan": lambda: FaissLists("PQ{}x4fs"),
    "faiss IVF RaBitQ": lambda: FaissLists("RaBitQfs"),
    "faiss HNSW": FaissHnsw,
    "hnswlib": Hnswlib,
    "usearch": Usearch,
    "SVS": Svs,
}


def kindling(program, data_path, queries_path, target, *more) -> dict:
    words = [program, "bench", "vectors", "--data", data_path, "--queries", queries_path, "--recall", str(target), "--json", *more]
    report = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return {
        "p50": report["latency_ms"]["p50"],
        "p99": report["latency_ms"]["p99"],
        "per_second": report["per_second"],
        "recall": report["recall_at_10"],
        "setting": "{kind}: {candidates} candidates, {reranked} reranked, {lists} of {lists_all} lists".format(**report["plan"]),
        "build_cpu_s": report["stages"]["build_processor_ms"] / 1e3,
        "bytes": report["index"]["bytes_a_vector"],
    }


def filtered(data, queries, choice) -> float:
    """faiss flat over the rows of a bitmap."""
    import faiss

    count = max(1, int(float(choice.removeprefix("near:")) * len(data)))
    near = choice.startswith("near:")
    kept = np.argsort(-(data @ data[0]))[:count] if near else np.random.default_rng(5).choice(len(data), count, replace=False)
    bits = np.zeros(len(data), bool)
    bits[kept] = True
    bitmap = np.packbits(bits, bitorder="little")
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(data.shape[1])
    index.add(data)
    parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))
    exact = np.zeros((len(queries), K), "i8")
    return asked(lambda q: index.search(q, K, params=parameters)[1], queries, exact)["p50"]


def nearest(data, queries) -> np.ndarray:
    found = []
    for first in range(0, len(queries), 50):
        products = queries[first : first + 50] @ data.T
        best = np.argpartition(-products, K, axis=1)[:, :K]
        found.append(np.take_along_axis(best, np.argsort(-np.take_along_axis(products, best, 1), axis=1), 1))
    return np.concatenate(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kindling")
    parser.add_argument("data")
    parser.add_argument("queries")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--filters", default="")
    parser.add_argument("--out")
    options = parser.parse_args()

    data, queries = np.load(options.data), np.load(options.queries)[: options.asked]
    exact = nearest(data, queries)
    rows = {}

    def report(name, **row):
        rows.setdefault(name, []).append(row)
        print(name, json.dumps(row), flush=True)

    report("bandwidth", gb_s=bandwidth(), bound_ms=len(data) * (data.shape[1] / 8 + 2) / bandwidth() / 1e6)
    for target in TARGETS:
        one = kindling(options.kindling, options.data, options.queries, target)
        two = kindling(options.kindling, options.data, options.queries, target, "--threads", "2")
        report("Kindling", target=target, **one | {"per_second": two["per_second"]})
    for choice in filter(None, options.filters.split(",")):
        ours = kindling(options.kindling, options.data, options.queries, 0.99, "--filter", choice)
        report("filter " + choice, kindling=ours, faiss_flat_p50=filtered(data, queries[:50], choice))
    for name in filter(None, options.peers.split(",")):
        peer = PEERS[name]()
        if isinstance(peer, FaissLists):
            peer.codes = peer.codes.format(data.shape[1] // 2)
        try:
            begin = time.process_time()
            peer.build(data)
            cpu = time.process_time() - begin
            print(f"{name} built in {cpu:.0f} s of the processor; asking", flush=True)
            measured = [(setting, search, asked(search, queries, exact)) for setting, search in peer.settings()]
        except (ImportError, RuntimeError, ValueError, TypeError, AttributeError) as error:
            report(name, failed=str(error)[:200])
            continue
        for target in TARGETS:
            reached = [one for one in measured if one[2]["recall"] >= target]
            if reached:
                setting, search, row = min(reached, key=lambda one: one[2]["p50"])
                row = row | {"per_second": throughput(peer, search, queries), "build_cpu_s": cpu, "bytes": peer.bytes(data)}
                report(name, target=target, setting=setting, **row)
            else:
                best = max(row["recall"] for _, _, row in measured)
                report(name, target=target, reached=best, build_cpu_s=cpu)
        del peer
        report("Kindling", target=TARGETS[-1], **kindling(options.kindling, options.data, options.queries, TARGETS[-1]))
    if options.out:
        with open(options.out, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
