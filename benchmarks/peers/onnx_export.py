"""Writes a sentence-transformers folder of the BERT family as ONNX: token ids in, last hidden states out, any shape."""

import json
import sys

import torch
from transformers import AutoModel, AutoTokenizer

NAMES = ["input_ids", "attention_mask", "token_type_ids"]


class Hidden(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.network(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


def main():
    model, out = sys.argv[1:]
    network = AutoModel.from_pretrained(model, attn_implementation="eager").eval()
    example = AutoTokenizer.from_pretrained(model)(["some text", "another"], return_tensors="pt", padding=True)
    axes = {name: {0: "batch", 1: "length"} for name in [*NAMES, "hidden"]}
    torch.onnx.export(
        Hidden(network),
        tuple(example[name] for name in NAMES),
        out,
        input_names=NAMES,
        output_names=["hidden"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    print(json.dumps({"written": out}))


main()
