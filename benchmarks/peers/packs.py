"""What a pack holds: Kindling against LangChain's default way of filling a prompt, at LangChain's own use of tokens.

    benchmarks/peers/run packs KINDLING FOLDER [--index DIR]

FOLDER is a BEIR folder whose queries carry `answers`. LangChain as its guides have it: RecursiveCharacterTextSplitter of 1,000
characters with 200 of overlap, all-MiniLM-L6-v2, the four nearest chunks. Its vectors are made by `kindling embed` (the same
model, equal to seven digits: benchmarks/README.md), so that what differs is only what is packed. An answer counts where its
words stand in one piece of a document judged relevant, case and blanks aside. Tokens are WordPiece tokens of the texts sent.
"""

import argparse
import gzip
import json
import pathlib
import subprocess
import tempfile

import faiss
import numpy
from langchain_text_splitters import RecursiveCharacterTextSplitter


def read_lines(folder: pathlib.Path, name: str):
    for path in (folder / name, folder / (name + ".gz")):
        if path.exists():
            opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
            with opened as lines:
                return [json.loads(line) for line in lines if line.strip()]
    raise SystemExit(f"packs: {folder / name}: not there")


def read_judgements(folder: pathlib.Path):
    relevant: dict[str, set[str]] = {}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            query, document, grade = line.rstrip("\n").split("\t")
            if int(grade) > 0:
                relevant.setdefault(query, set()).add(document)
    return relevant


def embed(kindling: str, texts: list[str], work: pathlib.Path) -> numpy.ndarray:
    source, target = work / "texts.txt", work / "vectors.npy"
    source.write_text("".join(" ".join(text.split()) + "\n" for text in texts), encoding="utf-8")
    subprocess.run([kindling, "embed", str(source), "--out", str(target)], check=True, stdout=subprocess.DEVNULL)
    return numpy.load(target)


def count_tokens(kindling: str, texts: list[str], work: pathlib.Path) -> int:
    source = work / "counted.txt"
    source.write_text("\n".join(texts), encoding="utf-8")
    printed = subprocess.run([kindling, "tokens", "--tokenizer", "wordpiece", "--json", str(source)], check=True,
                             capture_output=True, text=True).stdout
    return json.loads(printed)["tokens"]


def folded(text: str) -> str:
    return " ".join(text.lower().split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kindling", help="the program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--index", help="where Kindling keeps the set's index")
    arguments = parser.parse_args()

    documents = read_lines(arguments.folder, "corpus.jsonl")
    relevant = read_judgements(arguments.folder)
    queries = [q for q in read_lines(arguments.folder, "queries.jsonl") if q.get("answers") and q["_id"] in relevant]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks, owner = [], []
    for document in documents:
        text = "\n".join(part for part in (document.get("title"), document["text"]) if part)
        for chunk in splitter.split_text(text):
            chunks.append(chunk)
            owner.append(document["_id"])

    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        index = faiss.IndexFlatIP(384)
        index.add(embed(arguments.kindling, chunks, work))
        _, nearest = index.search(embed(arguments.kindling, [q["text"] for q in queries], work), 4)
        held, sent = 0, []
        for query, places in zip(queries, nearest):
            wanted = [folded(answer) for answer in query["answers"]]
            held += any(owner[i] in relevant[query["_id"]] and any(answer in folded(chunks[i]) for answer in wanted)
                        for i in places)
            sent += [chunks[i] for i in places]
        tokens = round(count_tokens(arguments.kindling, sent, work) / len(queries))

    command = [arguments.kindling, "eval", str(arguments.folder), "--no-ranking", "--packs", str(tokens), "--json"]
    if arguments.index:
        command += ["--index", arguments.index]
    ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packs"]
    print(f"{arguments.folder.name}: {len(queries)} questions, {tokens} tokens a pack")
    print(f"  langchain  {100 * held / len(queries):.1f} % hold the answer")
    print(f"  kindling   {100 * ours['budgets'][0]['answer_in_pack']:.1f} %")


if __name__ == "__main__":
    main()
