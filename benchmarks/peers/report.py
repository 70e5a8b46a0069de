"""Rounds, medians, ratios, tables, and the JSON that keeps the raw numbers."""

import json
import os
import platform
from importlib.metadata import version
from statistics import median

OURS = "kindling"
PACKAGES = [
    "bm25s",
    "faiss-cpu",
    "langchain-community",
    "langchain-huggingface",
    "langchain-text-splitters",
    "numba",
    "onnxruntime",
    "sentence-transformers",
    "torch",
    "transformers",
]
FEATURES = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_int8", "amx_bf16"]


def alternate(contestants, rounds, say):
    """Runs every contestant once a round, in turn, so that a busy machine is busy for all of them.

    contestants: {name: function that runs it and returns {quantity: number}}.
    Returns {name: [numbers of round 1, of round 2, ...]}.
    """
    raw = {name: [] for name in contestants}
    for number in range(1, rounds + 1):
        for name, run in contestants.items():
            numbers = run()
            raw[name].append(numbers)
            say(f"  round {number}/{rounds}  {name:24} " + "  ".join(f"{key} {value:.4g}" for key, value in numbers.items()))
    return raw


def medians(raw):
    return {name: {key: median(run[key] for run in runs) for key in runs[0]} for name, runs in raw.items()}


def ratios(raw):
    """How many times as much of each quantity every peer took as Kindling: medians over the rounds of the quotients within
    one round. Above 1 is in Kindling's favour for what costs, below 1 for rates (names that end in "_per_cpu_s")."""
    if OURS not in raw:
        return {}
    result = {}
    for name, runs in raw.items():
        if name == OURS:
            continue
        result[name] = {
            key: median(theirs[key] / ours[key] for theirs, ours in zip(runs, raw[OURS], strict=True) if ours[key] > 0)
            for key in runs[0]
            if any(ours.get(key, 0) > 0 for ours in raw[OURS])
        }
    return result


def table(rows, columns):
    """Prints {name: {column: number or text}}."""

    def text(cell):
        if not isinstance(cell, float):
            return str(cell)
        return f"{cell:,.0f}" if cell >= 1000 else f"{cell:.3g}"

    lines = [["", *columns], *([name, *(text(row.get(column, "")) for column in columns)] for name, row in rows.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        print(f"  {first:{widths[0]}}  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)))


def summarize(title, raw, columns, agreement=None):
    """Prints medians and ratios of one comparison; returns what is kept of it."""
    print(f"\n{title}: medians")
    table(medians(raw), columns)
    if compared := ratios(raw):
        print(f"{title}: peer / {OURS}, median of the rounds' quotients")
        table(compared, columns)
    if agreement:
        print(f"{title}: agreement")
        table(agreement, list(dict.fromkeys(key for row in agreement.values() for key in row)))
    return {
        "title": title,
        "rounds": raw,
        "medians": medians(raw),
        "peer_over_kindling": compared,
        "agreement": agreement or {},
    }


def machine(processors):
    with open("/proc/cpuinfo") as file:
        lines = file.read().split("\n\n")[0].splitlines()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = facts.get("flags", facts.get("Features", "")).split()
    return {
        "processor": facts.get("model name", platform.machine()),
        "features": [feature for feature in FEATURES if feature in flags],
        "processors_allowed": len(processors),
        "load_average": os.getloadavg()[0],
        "system": platform.platform(),
    }


def versions():
    return {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}


def write(path, report):
    with open(path, "w") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
