"""LlamaIndex with the same model, as its tutorials do: SimpleDirectoryReader, VectorStoreIndex with its defaults, persist.

llamaindex_peer.py index FOLDER STORE --model DIR --threads N      from a folder of .txt and .md to a saved store
llamaindex_peer.py ask-all STORE FILE --model DIR --threads N      one question a line, one process; the ten best of each
"""

import argparse
import json
from pathlib import Path

import torch
from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding


def index(folder, store):
    documents = SimpleDirectoryReader(folder).load_data()
    made = VectorStoreIndex.from_documents(documents)
    made.storage_context.persist(store)
    return {"documents": len(documents), "chunks": len(made.index_struct.nodes_dict)}


def sources(retriever, question):
    return [Path(node.metadata["file_path"]).stem for node in retriever.retrieve(question)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["index", "ask-all"])
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    Settings.embed_model = HuggingFaceEmbedding(model_name=arguments.model, device="cpu")
    Settings.llm = None
    if arguments.what == "index":
        print(json.dumps(index(arguments.first, arguments.second)))
        return
    store = load_index_from_storage(StorageContext.from_defaults(persist_dir=arguments.first))
    retriever = store.as_retriever(similarity_top_k=10)
    asked = Path(arguments.second).read_text(encoding="utf-8").splitlines()
    print(json.dumps({"sources": [sources(retriever, question) for question in asked]}))


main()
