#!/usr/bin/env python3
"""Checks kindling against a real server: llama.cpp's, over a model of random weights that is made here.

The model says nothing of sense, and that is enough: what is checked is the protocol as the server really speaks it
(streams, usage, tools, and the error of a prompt that does not fit).

Needs `pip install xllamacpp gguf numpy` (run with xllamacpp 2026.10), so it is run by hand and not by CTest:

    python3 tests/engine_endpoint/check_local_server.py build/release/bin/kindling
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import gguf
import numpy
import xllamacpp

CONTEXT = 1536  # tokens that the server takes; the profile believes in more
WIDTH, HIDDEN, HEADS = 32, 64, 2
CONTROL = ["<|im_start|>", "<|im_end|>"]
TEMPLATE = ("{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")


def byte_letters():
    """The letters that stand for bytes in GPT-2's vocabulary."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown} | {byte: chr(256 + i) for i, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


def write_model(path):
    """One layer of random weights over a vocabulary of bytes."""
    tokens = byte_letters() + ["th"] + CONTROL
    kinds = [gguf.TokenType.NORMAL] * (len(tokens) - len(CONTROL)) + [gguf.TokenType.CONTROL] * len(CONTROL)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(8192)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["t h"])
    writer.add_bos_token_id(len(tokens) - 2)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    random = numpy.random.default_rng(7)

    def weights(name, *shape):
        writer.add_tensor(name, (random.standard_normal(shape) * .2).astype(numpy.float32))

    weights("token_embd.weight", len(tokens), WIDTH)
    weights("output.weight", len(tokens), WIDTH)
    for name in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        writer.add_tensor(name + ".weight", numpy.ones(WIDTH, numpy.float32))
    for name in ["attn_q", "attn_k", "attn_v", "attn_output"]:
        weights(f"blk.0.{name}.weight", WIDTH, WIDTH)
    weights("blk.0.ffn_gate.weight", HIDDEN, WIDTH)
    weights("blk.0.ffn_up.weight", HIDDEN, WIDTH)
    weights("blk.0.ffn_down.weight", WIDTH, HIDDEN)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(model):
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(model)
    parameters.model_alias = {"local"}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 1
    parameters.sampling.temp = 0
    return xllamacpp.Server(parameters)


class Checks:
    def __init__(self, kindling, folder):
        self.kindling = kindling
        self.folder = folder
        self.failed = 0

    def run(self, *words):
        environment = os.environ | {"XDG_DATA_HOME": str(self.folder / "data"), "XDG_CONFIG_HOME": str(self.folder)}
        for name in ["KINDLING_MODELS"]:
            if name not in environment:
                environment[name] = str(pathlib.Path.home() / ".local/share/kindling/models")
        done = subprocess.run([self.kindling, *words], capture_output=True, text=True, timeout=120, cwd=self.folder,
                              env=environment)
        return done.returncode, done.stdout, done.stderr

    def ask(self, *flags):
        code, said, complaint = self.run("ask", "Which lock was built of grey stone, and when?", "-i", "ix", "--model", "local", "--base-url",
                                         self.address, "--json", *flags)
        return code, json.loads(said), complaint

    def that(self, what, holds, *details):
        print(("ok      " if holds else "FAILED  ") + what)
        if not holds:
            self.failed += 1
            print("        ", *details)


def check(checks):
    for name, sentences in {"canal.md": ["The canal was dug by hand between 1791 and 1794."],
                            "locks.md": [f"Lock {i} was built of grey stone in {1600 + i}." for i in range(400)]}.items():
        (checks.folder / name).write_text("# History\n\n" + " ".join(sentences) + "\n")
    checks.that("two documents are indexed", checks.run("index", "canal.md", "locks.md", "-i", "ix", "--no-embed")[0] == 0)

    code, report, _ = checks.run("models", "test", "local", "--base-url", checks.address, "--json")
    differs = {row["key"] for row in json.loads(report)["findings"] if row["verdict"] == "differs"}
    checks.that("nothing but the window differs from the profile `local`", code == 1 and differs == {"window"}, report)

    short = ["--reserve", "64", "--budget", "1200"]
    for flags in [[], ["--no-stream"]]:
        code, answer, complaint = checks.ask(*short, *flags)
        usage, certificate = answer.get("usage", {}), answer.get("certificate", {})
        checks.that(f"an answer{' without a stream' if flags else ''}", code in (0, 1, 6) and usage.get("reported"),
                    code, complaint)
        checks.that("  its true count is within the certificate",
                    0 < usage.get("prompt_tokens", 0) <= certificate.get("tokens_max", 0), usage, certificate)

    # The profile takes the window for larger than it is: the server refuses with its own count, and the pack is mended.
    code, answer, complaint = checks.ask("--reserve", "64", "--budget", "6000", "--record", "run.jsonl")
    usage = answer.get("usage", {})
    checks.that("a prompt that does not fit is packed again by the server's own count",
                code in (0, 1, 6) and 0 < usage.get("prompt_tokens", 0) <= CONTEXT, code, complaint, usage)
    record = json.loads((checks.folder / "run.jsonl").read_text())["run"]
    checks.that("  after one refusal", [call.get("error", {}).get("code") for call in record["calls"]]
                == ["context_overflow", None], record["calls"])
    code, report, _ = checks.run("replay", "run.jsonl", "-i", "ix", "--json")
    checks.that("  and the record of it replays without a difference", code == 0, report)


def main():
    kindling = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_model(folder / "random.gguf")
        server = serve(folder / "random.gguf")
        checks = Checks(kindling, folder)
        checks.address = server.listening_address + "/v1"
        check(checks)
        del server
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
