#!/usr/bin/env python3
"""Does mirroring change the first answer's latency? Paired questions through the real binary (docs/ab.md).

    benchmarks/mirror/latency.py --bin build/release/bin --pairs 1000 [--second FAULT] [--pause SECONDS]

Each pair asks the same question twice, in random order, once without a mirror and once with --ab-share 1, of the
same loopback endpoint (examples/chat_endpoint). Measured from starting the process: the first byte of the answer,
the last byte of the answer, the end of the process, and the process's own CPU time. Before the next question
comes a pause, and without --second the pair is waited for, so that each difference is one question's own. Prints
medians, the median of the paired differences with its 95 % bootstrap interval, and the sign test.
"""
import argparse
import math
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

PROFILE = """base_url = "{url}"
model = "m"
key_env = []
window = 32768
output_max = 8192
reserve_default = 2048
modalities = ["text"]
tokenizer = "estimator"
[parameters]
output_limit = "max_tokens"
stream_usage = true
"""


class Endpoint:
    def __init__(self, program, fault):
        words = [program] + (["--fault", fault] if fault else [])
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ask(command, environment):
    """Milliseconds to the first byte, the last byte and the end; CPU milliseconds; what was said."""
    begin = time.perf_counter()
    read, write = os.pipe()
    pid = os.posix_spawn(command[0], command, environment,
                         file_actions=[(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_CLOSE, read),
                                       (os.POSIX_SPAWN_CLOSE, write)])
    os.close(write)
    first = last = 0.0
    said = b""
    while piece := os.read(read, 65536):
        last = time.perf_counter()
        first = first or last
        said += piece
    os.close(read)
    _, status, usage = os.wait4(pid, 0)
    end = time.perf_counter()
    cpu = usage.ru_utime + usage.ru_stime
    return [1e3 * (first - begin), 1e3 * (last - begin), 1e3 * (end - begin), 1e3 * cpu], (said, status)


def sign_test(values):
    above = sum(value > 0 for value in values)
    below = sum(value < 0 for value in values)
    fewer, count = min(above, below), above + below
    tail = sum(math.exp(math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) -
                        count * math.log(2)) for k in range(fewer + 1))
    return min(1.0, 2 * tail)


def interval(values, dice):
    medians = sorted(statistics.median(dice.choices(values, k=len(values))) for _ in range(1000))
    return medians[25], medians[974]


def wait_for_pair(folder, count):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if len(list((folder / "pairs").glob("*.json"))) >= count:
            return
        time.sleep(.002)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--pairs", type=int, default=1000)
    arguments.add_argument("--second", help="fault of the second endpoint; default: none")
    arguments.add_argument("--pause", type=float, default=.3, help="seconds after each question, so that the mirror "
                           "of one is over before the next is asked; default: .3")
    options = arguments.parse_args()
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as name:
        measure(options, pathlib.Path(name), dice)


def measure(options, here, dice):
    first = Endpoint(options.bin / "chat-endpoint", None)
    second = Endpoint(options.bin / "chat-endpoint", options.second)
    profiles = here / "config" / "kindling" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "first.toml").write_text(PROFILE.format(url=first.url))
    (profiles / "second.toml").write_text(PROFILE.format(url=second.url))
    lines = "\n".join(f"Lock {i} was built of grey stone in {1600 + i}, beside inn {i}.\n" for i in range(500))
    (here / "locks.md").write_text("# Locks\n\n" + lines)
    environment = {"PATH": os.environ["PATH"], "HOME": name_of(here), "XDG_CONFIG_HOME": name_of(here / "config"),
                   "XDG_DATA_HOME": name_of(here / "data"), "XDG_CACHE_HOME": name_of(here / "cache")}
    models = pathlib.Path(os.environ.get("XDG_DATA_HOME", pathlib.Path.home() / ".local/share")) / "kindling/models"
    environment["KINDLING_MODELS"] = os.environ.get("KINDLING_MODELS", name_of(models))
    program = name_of((options.bin / "kindling").resolve())
    index = name_of(here / "ix")
    subprocess.run([program, "index", name_of(here / "locks.md"), "-i", index, "--no-embed"], env=environment,
                   check=True, stdout=subprocess.DEVNULL)
    plain = [program, "ask", "-i", index, "--model", "first", "--mode", "keyword"]
    differences = []
    values = {False: [], True: []}
    for i in range(options.pairs + 3):
        question = f"When was lock {dice.randrange(500)} built?"
        folder = here / "ab" / ("all" if options.second else str(i))
        mirrored = plain + ["--ab-model", "second", "--ab-share", "1", "--ab-folder", name_of(folder)]
        taken, said = {}, {}
        for mirror in dice.sample([False, True], 2):
            taken[mirror], said[mirror] = ask((mirrored if mirror else plain) + [question], environment)
            time.sleep(options.pause)  # after both alike: who has just slept gets the processor sooner
            if mirror and not options.second:
                wait_for_pair(folder, 1)
        assert said[True] == said[False], (said, question)
        if i < 3:
            continue  # the first ones warm caches
        for mirror in (False, True):
            values[mirror].append(taken[mirror])
        differences.append([b - a for a, b in zip(taken[False], taken[True])])
    report(values, differences, dice)
    first.close()
    second.close()


def name_of(path):
    return str(path)


def report(values, differences, dice):
    print(f"{len(differences)} pairs, every answer equal byte for byte")
    for column, what in enumerate(["first byte, ms", "last byte, ms", "process ended, ms", "CPU, ms"]):
        plain = statistics.median(row[column] for row in values[False])
        mirrored = statistics.median(row[column] for row in values[True])
        change = [row[column] for row in differences]
        low, high = interval(change, dice)
        print(f"{what:18} {plain:8.2f} {mirrored:8.2f}   difference {statistics.median(change):+.3f}"
              f" [{low:+.3f}, {high:+.3f}]   sign test p = {sign_test(change):.3f}")


if __name__ == "__main__":
    main()
