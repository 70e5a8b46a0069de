"""What a pack holds: Kindling against the default ways of filling a prompt of LangChain and LlamaIndex, each at its own use of tokens.

    benchmarks/peers/run packs KINDLING FOLDER [--index DIR] [--only PREFIX] [--sample N] [--cache DIR] [--json FILE]

FOLDER is a test set as `kindling eval` takes it, whose queries carry `answers` or `answer_span`. The peers' own splitters cut the
documents; the pieces nearest to the question go in:

    langchain             RecursiveCharacterTextSplitter of 1,000 characters with 200 of overlap, as its guides have it; 4 pieces
    langchain-class       what the class does when told nothing: 4,000 characters with 200 of overlap; 4 pieces
    llamaindex            SentenceSplitter as VectorStoreIndex uses it: 1,024 tokens of its own with 200 of overlap; 2 pieces

Sizes and numbers of pieces are not written here but left to the installed versions, where they have a default. Vectors are made
by `kindling embed`, the same all-MiniLM-L6-v2 as sentence-transformers runs (equal to seven digits: benchmarks/README.md), so that
what differs is only what is packed. An answer counts where its words stand in one piece of a document judged relevant, ASCII
case and blanks aside, or where the piece covers its span. Tokens are WordPiece tokens of the pieces' texts, titles included once
where a document has one; Kindling has the mean of them as its budget for every question, headings and marks included.
"""

import argparse
import dataclasses
import gzip
import hashlib
import inspect
import json
import pathlib
import random
import subprocess
import tempfile

import faiss
import numpy
from langchain_core.vectorstores import VectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter
from llama_index.core import Document
from llama_index.core.constants import DEFAULT_SIMILARITY_TOP_K
from llama_index.core.node_parser import SentenceSplitter

LANGCHAIN_PIECES = inspect.signature(VectorStore.similarity_search).parameters["k"].default
COUNTED_AT_ONCE = 8 << 20  # characters


@dataclasses.dataclass
class Piece:
    document: int
    begin: int  # characters of the document's text
    text: str


def langchain(splitter: RecursiveCharacterTextSplitter, texts: list[str]) -> list[Piece]:
    documents = splitter.create_documents(texts, [{"document": i} for i in range(len(texts))])
    return [Piece(d.metadata["document"], d.metadata["start_index"], d.page_content) for d in documents]


def llamaindex(splitter: SentenceSplitter, texts: list[str]) -> list[Piece]:
    nodes = splitter.get_nodes_from_documents([Document(text=text, id_=str(i)) for i, text in enumerate(texts)])
    return [Piece(int(node.ref_doc_id), node.start_char_idx or 0, node.get_content()) for node in nodes]


PEERS = {
    "langchain": (lambda texts: langchain(
        RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True), texts), LANGCHAIN_PIECES),
    "langchain-class": (lambda texts: langchain(RecursiveCharacterTextSplitter(add_start_index=True), texts), LANGCHAIN_PIECES),
    "llamaindex": (lambda texts: llamaindex(SentenceSplitter(), texts), DEFAULT_SIMILARITY_TOP_K),
}


def read_lines(folder: pathlib.Path, name: str) -> list[dict]:
    for path in (folder / name, folder / (name + ".gz")):
        if path.exists():
            opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
            with opened as lines:
                return [json.loads(line) for line in lines if line.strip()]
    raise SystemExit(f"packs: {folder / name}: not there")


def read_corpus(folder: pathlib.Path) -> list[dict]:
    if not (folder / "corpus").is_dir():
        return read_lines(folder, "corpus.jsonl")
    return [{"_id": path.name, "text": path.read_bytes().decode("utf-8")} for path in sorted((folder / "corpus").iterdir())]


def read_judgements(folder: pathlib.Path) -> dict[str, set[str]] | None:
    """Relevant documents of each question; none where nothing is judged."""
    path = folder / "qrels" / "test.tsv"
    if not path.exists():
        return None
    relevant: dict[str, set[str]] = {}
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            query, document, grade = line.rstrip("\n").split("\t")
            if int(grade) > 0:
                relevant.setdefault(query, set()).add(document)
    return relevant


def drawn(documents: list[dict], queries: list[dict], relevant: dict[str, set[str]], count: int, size: int):
    """A sample that is the same in every run."""
    chance = random.Random(1)
    queries = sorted(chance.sample(queries, min(count, len(queries))), key=lambda q: q["_id"])
    kept = set().union(*(relevant[q["_id"]] for q in queries))
    others = [d["_id"] for d in documents if d["_id"] not in kept]
    kept |= set(chance.sample(others, max(0, min(len(others), size - len(kept)))))
    return [d for d in documents if d["_id"] in kept], queries


def write_part(target: pathlib.Path, documents: list[dict], queries: list[dict], relevant: dict[str, set[str]]) -> None:
    (target / "qrels").mkdir(parents=True)
    for name, lines in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        (target / name).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    judged = [f"{q['_id']}\t{d}\t1\n" for q in queries for d in sorted(relevant[q["_id"]])]
    (target / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged), encoding="utf-8")


class Encoding:
    """Vectors by `kindling embed`, kept in `cache` from run to run."""

    def __init__(self, kindling: str, cache: pathlib.Path):
        self.kindling, self.cache = kindling, cache
        cache.mkdir(parents=True, exist_ok=True)

    def vectors(self, texts: list[str]) -> numpy.ndarray:
        lines = "".join(" ".join(text.split()) + "\n" for text in texts).encode()
        target = self.cache / (hashlib.sha256(lines).hexdigest()[:16] + ".npy")
        if not target.exists():
            made = target.with_suffix(".part.npy")
            subprocess.run([self.kindling, "embed", "-", "--out", str(made), "--threads", "1"], check=True, input=lines,
                           stdout=subprocess.DEVNULL)
            made.rename(target)
        return numpy.load(target)


def count_tokens(kindling: str, texts: list[str], work: pathlib.Path) -> int:
    source, total, batch, size = work / "counted.txt", 0, [], 0
    for i, text in enumerate(texts):
        batch.append(text)
        size += len(text)
        if size < COUNTED_AT_ONCE and i + 1 < len(texts):
            continue
        source.write_text("\n".join(batch), encoding="utf-8")
        printed = subprocess.run([kindling, "tokens", "--tokenizer", "wordpiece", "--json", str(source)], check=True,
                                 capture_output=True, text=True).stdout
        total += json.loads(printed)["tokens"]
        batch, size = [], 0
    return total


def folded(text: str) -> bytes:
    return b" ".join(text.encode().lower().split())


def holds(piece: Piece, query: dict, documents: list[dict], texts: list[str], relevant: set[str] | None) -> bool:
    if relevant is not None and documents[piece.document]["_id"] not in relevant:
        return False
    if "answer_span" in query:
        begin = len(texts[piece.document][:piece.begin].encode())
        return begin <= query["answer_span"][0] and query["answer_span"][1] <= begin + len(piece.text.encode())
    text = folded(piece.text)
    return any(folded(answer) in text for answer in query["answers"])


def fill(peer: str, queries, documents, texts, relevant, encoding: Encoding, work: pathlib.Path) -> tuple[float, int]:
    """The share of the questions whose answer went in, and the mean of tokens."""
    split, count = PEERS[peer]
    pieces = split(texts)
    index = faiss.IndexFlatIP(384)
    index.add(encoding.vectors([piece.text for piece in pieces]))
    _, nearest = index.search(encoding.vectors([q["text"] for q in queries]), count)
    held, sent = 0, []
    for query, places in zip(queries, nearest):
        chosen = [pieces[i] for i in places if i >= 0]
        judged = None if relevant is None else relevant[query["_id"]]
        held += any(holds(piece, query, documents, texts, judged) for piece in chosen)
        sent += [piece.text for piece in chosen]
    return held / len(queries), round(count_tokens(encoding.kindling, sent, work) / len(queries))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kindling", help="the program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--index", help="where Kindling keeps the set's index")
    parser.add_argument("--only", default="", metavar="PREFIX", help="documents and questions whose _id begins so, as a set of its own")
    parser.add_argument("--sample", type=int, metavar="N", help="N questions drawn by chance, with all of their documents")
    parser.add_argument("--documents", type=int, default=0, metavar="N", help="with --sample: others drawn too, up to N in all")
    parser.add_argument("--peers", default=",".join(PEERS), help="only these, with commas between them")
    parser.add_argument("--cache", type=pathlib.Path, help="where vectors are kept from run to run")
    parser.add_argument("--peers-only", action="store_true", help="make the peers' vectors, do not ask Kindling")
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers there")
    arguments = parser.parse_args()

    relevant = read_judgements(arguments.folder)
    documents = [d for d in read_corpus(arguments.folder) if d["_id"].startswith(arguments.only)]
    queries = [q for q in read_lines(arguments.folder, "queries.jsonl")
               if q.get("answers") and q["_id"].startswith(arguments.only) and (relevant is None or q["_id"] in relevant)]
    if arguments.sample:
        documents, queries = drawn(documents, queries, relevant or {}, arguments.sample, arguments.documents)
    peers = [peer for peer in arguments.peers.split(",") if peer in PEERS]
    texts = ["\n".join(part for part in (d.get("title"), d["text"]) if part) for d in documents]
    name = arguments.folder.name + (f" {arguments.only}*" if arguments.only else "")

    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        encoding = Encoding(arguments.kindling, arguments.cache or work / "vectors")
        filled = {peer: fill(peer, queries, documents, texts, relevant, encoding, work) for peer in peers}
        print(f"{name}: {len(queries)} questions, {len(documents)} documents", flush=True)
        for peer, (share, tokens) in filled.items():
            print(f"  {peer:20} {tokens:6} tokens a pack  {100 * share:5.1f} % hold the answer", flush=True)
        if arguments.peers_only:
            return
        folder = arguments.folder
        if arguments.only or arguments.sample:
            folder = work / "part"
            write_part(folder, documents, queries, relevant or {})
        budgets = ",".join(str(tokens) for _, tokens in filled.values())
        command = [arguments.kindling, "eval", str(folder), "--no-ranking", "--packs", budgets, "--json"]
        command += ["--index", arguments.index or str(work / "index")]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["packs"]["budgets"]
    rows = []
    for (peer, (share, tokens)), score in zip(filled.items(), ours, strict=True):
        rows.append({"set": name, "questions": len(queries), "peer": peer, "tokens": tokens, "peer_holds": share,
                     "kindling_holds": score["answer_in_pack"], "rank_order": score["rank_order"], "oracle": score["oracle"]})
        print(f"  kindling             {tokens:6} tokens a pack  {100 * score['answer_in_pack']:5.1f} %, beside {peer}")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
