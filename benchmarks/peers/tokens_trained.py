"""Small tokenizer.json files of every family that Kindling reads and no package carries, trained with Hugging Face's own
trainers, and what they are compared with. For tokens_exact.py and for the fixtures of the tests.

    benchmarks/.venv/bin/python benchmarks/peers/tokens_trained.py FOLDER FILE...   writes FOLDER/NAME/tokenizer.json
"""

import base64
import io
import json
import sys
from pathlib import Path

MARK = "\u2581"
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def charsmap(texts):
    """The compiled rules nmt_nfkc, out of a SentencePiece model trained for their sake."""
    import sentencepiece

    model = io.BytesIO()
    lines = (line[:400] for text in texts[:20] for line in text.splitlines() if line.strip())
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=lines, model_writer=model, vocab_size=400, hard_vocab_limit=False, minloglevel=2
    )
    from sentencepiece import sentencepiece_model_pb2 as proto

    read = proto.ModelProto()
    read.ParseFromString(model.getvalue())
    return read.normalizer_spec.precompiled_charsmap


def metaspace(scheme="always", split=True):
    from tokenizers import pre_tokenizers

    return pre_tokenizers.Metaspace(replacement=MARK, prepend_scheme=scheme, split=split)


def families(rules):
    """{name: (model, normaliser, pre-tokeniser, options)}"""
    from tokenizers import Regex, normalizers as n, pre_tokenizers as p

    compiled = n.Precompiled(rules)
    words = p.Sequence([p.WhitespaceSplit(), metaspace()])
    return {
        "gpt2-plain": ("bytes", None, p.ByteLevel(add_prefix_space=False), {}),
        "gpt2-NFC": ("bytes", n.NFC(), p.ByteLevel(add_prefix_space=False), {}),
        "gpt2-NFKC": ("bytes", n.NFKC(), p.ByteLevel(add_prefix_space=False), {}),
        "gpt2-folded": ("bytes", n.Sequence([n.NFD(), n.Lowercase(), n.StripAccents()]), p.ByteLevel(), {"added": True}),
        "llama-2": ("bpe", n.Sequence([n.Prepend(MARK), n.Replace(" ", MARK)]), None, {"bytes": True}),
        "llama-2-first": ("bpe", None, metaspace("first", False), {"bytes": True}),
        "gemma": ("bpe", n.Replace(" ", MARK), p.Split(" ", "merged_with_previous"), {"bytes": True, "added": True}),
        "bpe-unknown": ("bpe", n.Sequence([n.NFKC(), n.Lowercase(), n.Strip()]), metaspace(), {"fuse": True}),
        "bpe-unknown-apart": ("bpe", n.Nmt(), metaspace("never"), {}),
        "t5": ("unigram", compiled, metaspace(), {}),
        "xlm-r": ("unigram", n.Sequence([compiled, n.Replace(Regex(" {2,}"), " ")]), words, {}),
        "albert": (
            "unigram",
            n.Sequence([n.Replace("``", '"'), n.Replace("''", '"'), n.NFKD(), n.StripAccents(), n.Lowercase(), compiled]),
            words,
            {"added": True},
        ),
        "unigram-bytes": ("unigram", n.Replace(Regex(r"\s+"), " "), metaspace("first", False), {"bytes": True}),
    }  # fmt: skip


def train(name, texts, rules, size=8_000):
    """The tokenizer.json of a family, as text."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers

    kind, normalizer, pre_tokenizer, options = families(rules)[name]
    special = ["<unk>", "<s>", "</s>"] + (BYTES if options.get("bytes") else [])
    if kind == "unigram":
        model = models.Unigram()
        trainer = trainers.UnigramTrainer(vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False)
    elif kind == "bpe":
        model = models.BPE(unk_token="<unk>", fuse_unk=options.get("fuse", False), byte_fallback=options.get("bytes", False))
        trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=special, limit_alphabet=300, show_progress=False)
    else:
        model = models.BPE()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    # What the pieces are trained in; some families do not cut when they are used.
    tokenizer.pre_tokenizer = metaspace() if kind == "bpe" or options.get("bytes") else pre_tokenizer
    tokenizer.train_from_iterator(texts, trainer)
    if options.get("added"):
        added = ["\n\n", "  ", "    ", MARK * 2, "\t\t", "iPhone", "HTML", "中"]
        tokenizer.add_tokens([AddedToken(text, normalized=number % 2 == 0) for number, text in enumerate(added)])
    content = json.loads(tokenizer.to_str())
    content["pre_tokenizer"] = json.loads(pre_tokenizer.__getstate__()) if pre_tokenizer else None
    if kind == "unigram":
        content["model"]["byte_fallback"] = options.get("bytes", False)
    return json.dumps(content, ensure_ascii=False)


def is_text(token):
    """Added tokens that Kindling finds in a text; the others speak to the model and are read as text."""
    return not token["special"] and not (len(token["content"]) > 1 and token["content"][0] in "<[|\uff5c")


def reference(text):
    """Hugging Face's tokenizer of a file, to which what speaks to the model is unknown."""
    from tokenizers import Tokenizer

    content = json.loads(text)
    control = {token["content"] for token in content["added_tokens"] if not is_text(token)}
    content["added_tokens"] = [token for token in content["added_tokens"] if is_text(token)]
    content["post_processor"] = None
    model = content["model"]
    if model["type"] == "Unigram":  # would be found among the pieces
        model["vocab"] = [
            [f"\U0010fffe{number}\U0010fffe" if piece in control and piece not in BYTES else piece, score]
            for number, (piece, score) in enumerate(model["vocab"])
        ]
    return Tokenizer.from_str(json.dumps(content))


def main():
    texts = [Path(file).read_text() for file in sys.argv[2:]]
    rules = charsmap(texts)
    for name in families(rules):
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tokenizer.json").write_text(train(name, texts, rules, 600))
        print(name, base64.b64encode(rules)[:8])


if __name__ == "__main__":
    main()
