"""What each library needs made of a sentence-transformers folder of the BERT family, in FOLDER:
model.onnx (onnx_export.py made it), model-int8.onnx (onnxruntime's dynamic quantising, by channel), openvino-int8.xml (NNCF's
quantising after training, for transformers, calibrated on TEXTS), ctranslate2/ (int8).

A library that is not installed, or fails, is named in what is printed; the rest goes on.
"""

import json
import sys
from pathlib import Path

import numpy as np

SAMPLES = 128


def onnxruntime_int8(model, folder, texts):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(str(folder / "model.onnx"), str(folder / "model-int8.onnx"), per_channel=True, weight_type=QuantType.QInt8)


def openvino_int8(model, folder, texts):
    import nncf
    import openvino as ov
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(256)
    tokenizer.no_padding()

    def feed(text):
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}

    network = ov.Core().read_model(str(folder / "model.onnx"))
    samples = nncf.Dataset(texts[:SAMPLES], feed)
    quantized = nncf.quantize(network, samples, model_type=nncf.ModelType.TRANSFORMER, subset_size=SAMPLES)
    ov.save_model(quantized, str(folder / "openvino-int8.xml"), compress_to_fp16=False)


def ctranslate2_int8(model, folder, texts):
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(str(model)).convert(str(folder / "ctranslate2"), quantization="int8", force=True)


def main():
    model, folder = Path(sys.argv[1]), Path(sys.argv[2])
    texts = Path(sys.argv[3]).read_text(encoding="utf-8").splitlines()
    made, failed = [], {}
    for make in (onnxruntime_int8, openvino_int8, ctranslate2_int8):
        try:
            make(model, folder, texts)
            made.append(make.__name__)
        except Exception as problem:  # whatever a library throws costs only itself
            failed[make.__name__] = f"{type(problem).__name__}: {problem}"
    print(json.dumps({"made": made, "failed": failed}))


main()
