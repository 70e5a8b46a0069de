"""Kindling and its peers on the same work, turn by turn, in one run (benchmarks/README.md).

    encode      texts to vectors: sentence-transformers, OpenVINO, onnxruntime, CTranslate2, transformers
    index       a folder to a saved index, and a cold question to it: LangChain with FAISS
    keywords    building and asking a keyword index: bm25s

Printed are the numbers of each round, their medians, and the quotients peer / Kindling, with how far the results agree.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import encode
import index
import keywords
import report
from process import Failed, allowed_processors

WORKLOADS: dict[str, ModuleType] = {"encode": encode, "index": index, "keywords": keywords}
PEERS = {"encode": encode.PEERS, "index": [index.PEER, index.LLAMA], "keywords": [keywords.PEER]}
# rounds, passages, documents, questions
USUAL = {"encode": (5, 1000, 0, 0), "index": (3, 0, 500, 50), "keywords": (3, 0, 2000, 300)}
QUICK = {"encode": (2, 200, 0, 0), "index": (1, 0, 60, 20), "keywords": (1, 0, 300, 50)}
ROOT = Path(__file__).resolve().parents[2]


def default_model():
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(os.environ.get("KINDLING_MODELS") or Path(data, "kindling/models"), "all-MiniLM-L6-v2")


def default_cache():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "kindling/peers")


def parse():
    parser = argparse.ArgumentParser(
        prog="benchmarks/peers/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--quick", action="store_true", help="a small sample and few rounds: does it work, roughly how fast")
    parser.add_argument(
        "--texts",
        type=Path,
        metavar="PATH",
        help="a BEIR folder, a .jsonl[.gz] or a folder of text and HTML; default: Debian's documentation",
    )
    parser.add_argument(
        "--threads", help="comma-separated, at most the processors there are; default: 1,2 for encode, 2 for index"
    )
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--passages", type=int, help="encode: how many; 0: all")
    parser.add_argument("--documents", type=int, help="index, keywords: how many; 0: all")
    parser.add_argument("--questions", type=int, help="index, keywords: at most this many")
    parser.add_argument("--only", metavar="NAMES", help="comma-separated, of: kindling, " + ", ".join(sum(PEERS.values(), [])))
    parser.add_argument("--kindling", type=Path, default=ROOT / "build/release/bin/kindling", metavar="BINARY")
    parser.add_argument("--model", type=Path, default=default_model(), metavar="DIR")
    parser.add_argument(
        "--cache", type=Path, default=default_cache(), metavar="DIR", help="where the exported ONNX model is kept"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything as JSON")
    options = parser.parse_args()

    sizes = (QUICK if options.quick else USUAL)[options.workload]
    for name, value in zip(("rounds", "passages", "documents", "questions"), sizes):
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    processors = len(allowed_processors())
    usual = {"encode": "1,2", "index": "2", "keywords": "1"}[options.workload]
    options.threads = sorted({min(int(count), processors) for count in (options.threads or usual).split(",")})
    known = [report.OURS, *PEERS[options.workload]]
    options.contestants = options.only.split(",") if options.only else known
    if unknown := set(options.contestants) - set(known):
        parser.error(f"{', '.join(unknown)} takes no part in {options.workload}; known: {', '.join(known)}")
    if report.OURS in options.contestants and not options.kindling.exists():
        parser.error(f"{options.kindling} does not exist: build it (scripts/build), or name it with --kindling")
    if not (options.model / "tokenizer.json").exists():
        parser.error(f"no model in {options.model}: run scripts/get-model, or name it with --model")
    options.kindling, options.model = options.kindling.resolve(), options.model.resolve()
    options.say = lambda line: print(line, file=sys.stderr, flush=True)
    return options


def main():
    options = parse()
    machine = report.machine(allowed_processors())
    options.say(f"{machine['processor']} ({' '.join(machine['features'])}), load {machine['load_average']:.1f}")
    try:
        with tempfile.TemporaryDirectory(prefix="kindling-peers-") as work:
            results = WORKLOADS[options.workload].compare(options, Path(work))
    except Failed as failure:
        sys.exit(f"{options.workload}: {failure}")
    if options.out:
        shown = {key: value for key, value in vars(options).items() if key != "say"}
        parameters = {key: str(value) if isinstance(value, Path) else value for key, value in shown.items()}
        report.write(
            options.out,
            {
                "workload": options.workload,
                "machine": machine,
                "versions": report.versions(),
                "parameters": parameters,
                **results,
            },
        )


if __name__ == "__main__":
    main()
