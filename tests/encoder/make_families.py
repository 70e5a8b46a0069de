"""Makes families/KIND: a random network of each kind that encoder/network_shape.h names, as sentence-transformers saves it,
and what it computes for a few texts.

  python3 tests/encoder/make_families.py tests/encoder/families [KIND...]

Needed only when a kind is added. Made with sentence-transformers 6.2.0, transformers 5.23.0, tokenizers 0.23.3 and
torch 2.15.0 (what was used stands in each expected.jsonl). Weights are far larger than a trained network's, so that a bias,
a position or a window that is left out shows in every vector. No text may hold a control token's name: the reference takes
them for the token, Kindling on purpose for text.
"""

import json
import os
import shutil
import sys
import tempfile

import safetensors.torch
import sentence_transformers
import tokenizers
import torch
import transformers
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SENTENCES = [
    "the cat sat on the mat and looked at the dog",
    "interest rates rose for the third time this year",
    "How do I reset my password? Error 1045: access denied.",
    "été à la façade, naïve Ångström über Straße",
    "Привет, мир! 東京は日本の首都です。",
    "def mean(values): return sum(values) / len(values)",
]
TEXTS = [
    "the cat sat on the mat",
    "",
    " \t\n ",
    "x",
    "  two  blanks  and a tail  ",
    "Interest rates rose; the DOG looked at 1045 values.",
    "Déjà vu: naïve façade, Ångström, über",
    "Привет, мир! 東京は日本の首都です。今天天气很好 👩‍👩‍👧 ½ ﬁ",
    "e\u0301 a\u030a combining, zero\u200bwidth and soft\u00adhyphen",
    "def mean(values):\n    return sum(values) / len(values)\n",
    "the third dog sat on the mat and looked " * 4,
    "a cat and the dog reset interest rates, the year rose. " * 9,
    "access denied " * 400,
]
WORDPIECES = 150


def wordpiece(begin, end, pad, mask):
    # MPNet takes the token 1 for padding, whatever its configuration says.
    special = [begin, pad, end, "[UNK]", mask] if begin == "<s>" else [pad, "[UNK]", begin, end, mask]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=WORDPIECES, special_tokens=special)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    around = [(begin, tokenizer.token_to_id(begin)), (end, tokenizer.token_to_id(end))]
    tokenizer.post_processor = processors.TemplateProcessing(f"{begin} $A {end}", None, around)
    return tokenizer


def byte_level(begin, end, pad, mask, roberta):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = None if roberta else normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=310,
        special_tokens=[begin, pad, end, mask],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    around = [(begin, tokenizer.token_to_id(begin)), (end, tokenizer.token_to_id(end))]
    if roberta:
        tokenizer.post_processor = processors.RobertaProcessing(around[1], around[0], True, False)
    else:
        tokenizer.post_processor = processors.TemplateProcessing(f"{begin} $A {end}", None, around)
    return tokenizer


def unigram(begin, end, pad, mask):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=170, special_tokens=[begin, pad, end, "<unk>", mask], unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    around = [(begin, tokenizer.token_to_id(begin)), (end, tokenizer.token_to_id(end))]
    tokenizer.post_processor = processors.TemplateProcessing(f"{begin} $A {end}", None, around)
    return tokenizer


BERT = ("[CLS]", "[SEP]", "[PAD]", "[MASK]")
ROBERTA = ("<s>", "</s>", "<pad>", "<mask>")
SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=40)


def kinds():
    """Name -> tokenizer, its special tokens, configuration, pooling, modules behind it, longest text, prompts."""
    words = wordpiece(*BERT)
    yield "bert", words, BERT, transformers.BertConfig(
        vocab_size=WORDPIECES, max_position_embeddings=70, pad_token_id=0, **SIZES
    ), "cls", [Normalize(), Dense(32, 24), Normalize()], 64, {"query": "rates: ", "document": "the "}
    yield "bert-max", words, BERT, transformers.BertConfig(
        vocab_size=WORDPIECES, max_position_embeddings=40, pad_token_id=0, **SIZES
    ), "max", [Dense(32, 8, bias=False, activation_function=torch.nn.Identity())], 30, {}
    yield "roberta", byte_level(*ROBERTA, roberta=True), ROBERTA, transformers.RobertaConfig(
        vocab_size=310, max_position_embeddings=66, pad_token_id=1, type_vocab_size=1, **(SIZES | {"hidden_size": 24})
    ), "mean", [Normalize()], 64, {}
    yield "xlm-roberta", unigram(*ROBERTA), ROBERTA, transformers.XLMRobertaConfig(
        vocab_size=170, max_position_embeddings=80, pad_token_id=1, type_vocab_size=1, **SIZES
    ), "mean", [Normalize()], 50, {"query": "query: ", "document": "passage: "}
    yield "distilbert", words, BERT, transformers.DistilBertConfig(
        vocab_size=WORDPIECES, max_position_embeddings=90, dim=32, n_layers=2, n_heads=2, hidden_dim=48, pad_token_id=0
    ), "mean", [], 80, {}
    yield "mpnet", wordpiece(*ROBERTA[:3], "<mask>"), ROBERTA, transformers.MPNetConfig(
        vocab_size=WORDPIECES, max_position_embeddings=154, pad_token_id=1, **SIZES
    ), "mean", [Normalize()], 150, {}
    yield "modernbert", byte_level(*BERT, roberta=False), BERT, transformers.ModernBertConfig(
        vocab_size=310, hidden_size=24, intermediate_size=20, num_hidden_layers=3, num_attention_heads=2,
        max_position_embeddings=256, local_attention=40, pad_token_id=1, bos_token_id=0, eos_token_id=2, cls_token_id=0,
        sep_token_id=2,
    ), "cls", [Normalize()], 150, {}
    yield "nomic_bert", words, BERT, transformers.NomicBertConfig(
        vocab_size=WORDPIECES, max_position_embeddings=256, pad_token_id=0, **SIZES
    ), "mean", [Normalize()], 150, {"query": "rates: "}


def random_weights(module, generator):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            is_norm = "norm" in name.lower() and name.endswith("weight")
            spread = 0.3 if parameter.dim() > 1 else 0.2
            values = torch.randn(parameter.shape, generator=generator) * spread + (1.0 if is_norm else 0.0)
            parameter.copy_(values)


def save_reference(folder, tokenizer, tokens, config, pooling, behind, longest, prompts):
    generator = torch.Generator().manual_seed(1)
    network = transformers.AutoModel.from_config(config)
    random_weights(network, generator)
    begin, end, pad, mask = tokens
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, cls_token=begin, sep_token=end, pad_token=pad, mask_token=mask, model_max_length=longest
    )
    with tempfile.TemporaryDirectory() as plain:
        network.save_pretrained(plain)
        fast.save_pretrained(plain)
        transformer = Transformer(plain, max_seq_length=longest)
    for module in behind:
        random_weights(module, generator)
    pooled = Pooling(transformer.get_embedding_dimension(), pooling_mode=pooling)
    model = SentenceTransformer(modules=[transformer, pooled, *behind], prompts=prompts or None, device="cpu")
    shutil.rmtree(folder, ignore_errors=True)
    model.save(folder, create_model_card=False)
    weights = os.path.join(folder, "model.safetensors")
    tensors = safetensors.torch.load_file(weights)
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("pooler.")}  # not used here
    safetensors.torch.save_file(kept, weights, metadata={"format": "pt"})


def write_expected(folder, model):
    versions = [f"{m.__name__} {m.__version__}" for m in (sentence_transformers, transformers, tokenizers, torch)]
    lines = [json.dumps({"made_with": ", ".join(versions), "by": "tests/encoder/make_families.py"})]
    for text in TEXTS:
        for side, encode in (("query", model.encode_query), ("passage", model.encode_document)):
            vector = encode([text], normalize_embeddings=True)[0]
            numbers = [round(float(x), 6) for x in vector]
            lines.append(json.dumps({"side": side, "text": text, "vector": numbers}, ensure_ascii=False))
    with open(os.path.join(folder, "expected.jsonl"), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def main(out, only):
    for name, *parts in kinds():
        if only and name not in only:
            continue
        folder = os.path.join(out, name)
        save_reference(folder, *parts)
        model = SentenceTransformer(folder, device="cpu")
        write_expected(folder, model)
        for root, _, files in os.walk(folder):
            for file in files:
                size = os.path.getsize(os.path.join(root, file))
                assert size < 100_000, (root, file, size)
        tensors = safetensors.torch.load_file(os.path.join(folder, "model.safetensors"))
        print(name, sum(t.numel() for t in tensors.values()), sorted(tensors)[:3], model.get_embedding_dimension())


main(sys.argv[1], sys.argv[2:])
