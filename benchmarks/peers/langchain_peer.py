"""LangChain with FAISS and the same model, as its tutorials do: load, split at 1,000 characters (200 shared), embed, save.

langchain_peer.py index FOLDER STORE --model DIR --threads N      from a folder of .txt to a saved store
langchain_peer.py ask STORE QUESTION --model DIR --threads N      a cold question: the four best chunks
langchain_peer.py ask-all STORE FILE --model DIR --threads N      one question a line, one process; the ten best of each
"""

import argparse
import json
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import torch
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings


def index(folder, store, embeddings):
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    documents = DirectoryLoader(folder, glob="**/*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}).load()
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    FAISS.from_documents(chunks, embeddings).save_local(store)
    return {"documents": len(documents), "chunks": len(chunks)}


def sources(store, question, k):
    return [Path(chunk.metadata["source"]).stem for chunk in store.similarity_search(question, k=k)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["index", "ask", "ask-all"])
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    embeddings = HuggingFaceEmbeddings(
        model_name=arguments.model, model_kwargs={"device": "cpu"}, encode_kwargs={"normalize_embeddings": True}
    )
    if arguments.what == "index":
        print(json.dumps(index(arguments.first, arguments.second, embeddings)))
        return
    store = FAISS.load_local(arguments.first, embeddings, allow_dangerous_deserialization=True)  # made by this file
    if arguments.what == "ask":
        print(json.dumps({"sources": sources(store, arguments.second, 4)}))
        return
    asked = Path(arguments.second).read_text(encoding="utf-8").splitlines()
    print(json.dumps({"sources": [sources(store, question, 10) for question in asked]}))


main()
