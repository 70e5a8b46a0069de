#!/usr/bin/env python3
"""Latency over the size of the collection, measured and drawn.

Runs `kindling bench retrieval` and `kindling bench pack` on each index, one thread, warm, in turn, and draws
medians and 99th percentiles on logarithmic axes.

  curve.py --kindling build/release/bin/kindling --queries questions.txt --out docs/scale.svg INDEX...

Indexes of any size come from benchmarks/keywords/make_passages.py, `kindling index --no-embed` and
`kindling-attach-rows`.
"""

import argparse
import json
import math
import subprocess
import sys

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 240, 24, 48
SERIES = [
    ("search, median", "retrieval", "p50", "#1b6ca8", ""),
    ("search, 99 of 100", "retrieval", "p99", "#1b6ca8", "5 4"),
    ("retrieve and pack, median", "pack", "p50", "#b5541c", ""),
    ("retrieve and pack, 99 of 100", "pack", "p99", "#b5541c", "5 4"),
]


def measure(kindling, what, index, queries, seconds):
    command = [kindling, "bench", what, "-i", index, "--queries", queries, "--threads", "1",
               "--seconds", str(seconds), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def axis(low, high, slack=0.0):
    """Powers of ten within, and those just outside; what is less than `slack` (a logarithm) past one is at it."""
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high) - slack) + 1)


def draw(rows):
    sizes = [row["chunks"] for row in rows]
    values = [row[what][which] for row in rows for _, what, which, _, _ in SERIES]
    columns, lines = axis(min(sizes), max(sizes), 0.05), axis(min(values), max(values))
    span_x, span_y = columns[-1] - columns[0], lines[-1] - lines[0]

    def x(size):
        return LEFT + (math.log10(size) - columns[0]) / span_x * (WIDTH - LEFT - RIGHT)

    def y(value):
        return HEIGHT - BOTTOM - (math.log10(value) - lines[0]) / span_y * (HEIGHT - TOP - BOTTOM)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
           f'font-size="12" fill="#222">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for power in columns:
        at = x(10 ** power)
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10 ** power:,}</text>')
    for power in lines:
        at = y(10 ** power)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10 ** power:g} ms</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">chunks</text>')
    for number, (name, what, which, colour, dash) in enumerate(SERIES):
        points = " ".join(f'{x(row["chunks"]):.1f},{y(row[what][which]):.1f}' for row in rows)
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dash}"/>')
        at = TOP + 16 + 22 * number
        out.append(f'<line x1="{WIDTH - RIGHT + 12}" x2="{WIDTH - RIGHT + 40}" y1="{at}" y2="{at}" '
                   f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>')
        out.append(f'<text x="{WIDTH - RIGHT + 46}" y="{at + 4}">{name}</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kindling", required=True)
    parser.add_argument("--queries", required=True)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", required=True)
    parser.add_argument("indexes", nargs="+")
    arguments = parser.parse_args()
    best = {}
    for _ in range(arguments.rounds):
        for index in arguments.indexes:
            for what in ("retrieval", "pack"):
                report = measure(arguments.kindling, what, index, arguments.queries, arguments.seconds)
                row = best.setdefault(index, {"chunks": report["index"]["chunks"]})
                latency = report["latency_ms"]
                if what not in row or latency["p50"] < row[what]["p50"]:
                    row[what] = {**latency, "stages": report["stages"]}
    rows = sorted(best.values(), key=lambda row: row["chunks"])
    for row in rows:
        print(json.dumps(row))
    with open(arguments.out, "w", encoding="utf-8") as file:
        file.write(draw(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
