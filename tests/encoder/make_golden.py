"""Makes minilm_golden.jsonl: what sentence-transformers computes, in single precision, for the embedded default model.

  python3 tests/encoder/make_golden.py MODEL_FOLDER > tests/encoder/minilm_golden.jsonl

Needed only when the texts change. Needs the package sentence-transformers. No text may hold "[SEP]" and its like: the
reference takes them for control tokens, Kindling on purpose for text.
"""

import json
import sys

import sentence_transformers
import torch

TEXTS = [
    "How do I configure a package mirror?",
    "The cat sat on the mat.",
    "the cat sat on the mat",
    "",
    " \t\n ",
    "x",
    "!!! ... ???",
    "Déjà vu: naïve façade, Ångström, coöperate, İstanbul",
    "東京は日本の首都です。",
    "今天天气很好",
    "Привет, мир! Как дела?",
    "مرحبا بالعالم",
    "हिन्दी में एक वाक्य",
    "emoji 😀👩‍👩‍👧 and \u200bzero\u200bwidth \u00ad soft hyphen",
    "int main(int argc, char** argv) { return snake_case_name(camelCaseName); }",
    "https://example.org/a/very/long/path?with=query&and=more#fragment",
    "text that names (CLS) special (SEP) tokens, <s> </s> <|end|>",
    "Pneumonoultramicroscopicsilicovolcanoconiosis " + "a" * 150,
    "3.14159 2,718,281 1e-10 $1.25 50% ½ ² №7",
    "control\x00characters\x07and\ufffdreplacement\r\nlines",
    "A sentence that repeats itself. " * 60,
    "Vitamin D deficiency is associated with an increased risk of fractures in elderly women, although randomized "
    "trials of supplementation have reported conflicting results.",
    "Ｆｕｌｌ－ｗｉｄｔｈ ｌｅｔｔｅｒｓ ﬁ ﬂ ligatures ß ẞ",
    "combining: e\u0301 a\u030a o\u0308 n\u0303",
]

model = sentence_transformers.SentenceTransformer(sys.argv[1], device="cpu")
vectors = model.encode(TEXTS, batch_size=1, normalize_embeddings=True).astype("float64")
made = f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}, float32"
print(json.dumps({"made_with": made, "by": "tests/encoder/make_golden.py"}))
for text, vector in zip(TEXTS, vectors):
    products = [round(float(x), 6) for x in vectors @ vector]
    print(json.dumps({"text": text, "head": [round(float(x), 6) for x in vector[:8]], "products": products}, ensure_ascii=False))
