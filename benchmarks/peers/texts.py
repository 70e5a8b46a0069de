"""What the contestants work on: real documents from a BEIR folder, a .jsonl file or any folder of text."""

import csv
import gzip
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from process import Failed

# What Debian's documentation packages put there (the demonstration's collection).
DEFAULT_FOLDERS = [
    Path("/usr/share/doc", name)
    for name in ("debian-policy", "developers-reference", "debian-reference-en", "harden-doc", "debian-faq", "debian", "git")
]
SUFFIXES = {".txt", ".md", ".rst", ".html", ".htm"}


@dataclass
class Document:
    name: str
    title: str
    text: str


@dataclass
class Question:
    name: str
    text: str
    relevant: dict = field(default_factory=dict)  # {document name: grade}


class _Words(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("script", "style")
        self.parts.append(" " if tag in ("a", "b", "i", "em", "code", "span", "tt", "strong") else "\n")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def _open(path):
    return (
        gzip.open(path, "rt", encoding="utf-8", errors="replace")
        if path.suffix == ".gz"
        else open(path, encoding="utf-8", errors="replace")
    )


def _lines(path):
    with _open(path) as file:
        return [json.loads(line) for line in file if line.strip()]


def _existing(folder, stem):
    """FOLDER/STEM or FOLDER/STEM.gz, whichever there is; None without either."""
    return next((path for path in (folder / stem, folder / f"{stem}.gz") if path.exists()), None)


def _from_jsonl(path):
    return [
        Document(str(row.get("_id", row.get("id", number))), row.get("title", "") or "", row["text"])
        for number, row in enumerate(_lines(path))
        if row.get("text", "").strip()
    ]


def _from_folder(folder):
    documents = []
    for path in sorted(folder.rglob("*")):
        bare = path.with_suffix("") if path.suffix == ".gz" else path
        if bare.suffix not in SUFFIXES or not path.is_file():
            continue
        with _open(path) as file:
            text = file.read()
        if bare.suffix in (".html", ".htm"):
            words = _Words()
            words.feed(text)
            text = "".join(words.parts)
        if len(text.split()) >= 50:
            documents.append(Document(str(path), "", text))
    return documents


def documents(source):
    """All documents of `source`, in a fixed order. None: the Debian documentation that is installed."""
    if source is None:
        found = [document for folder in DEFAULT_FOLDERS if folder.is_dir() for document in _from_folder(folder)]
        mend = "install some of Debian's documentation (debian-policy, git-doc), or name a folder or .jsonl with --texts"
    else:
        corpus = source if source.is_file() else _existing(source, "corpus.jsonl")
        found = _from_jsonl(corpus) if corpus else _from_folder(source)
        mend = "name a folder with text or HTML, a BEIR folder or a .jsonl[.gz]"
    if not found:
        raise Failed(f"no documents in {source or '/usr/share/doc'}; {mend}")
    return found


def questions(source):
    """The judged questions of a BEIR folder; [] where `source` is none."""
    if source is None or not source.is_dir() or not (source / "qrels/test.tsv").exists():
        return []
    relevant = {}
    with open(source / "qrels/test.tsv", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                relevant.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    asked = _lines(_existing(source, "queries.jsonl"))
    return [Question(row["_id"], row["text"], relevant[row["_id"]]) for row in asked if row["_id"] in relevant]


def spread(items, count):
    """`count` of the items, evenly from first to last; all where there are fewer or count is 0."""
    if count == 0 or count >= len(items):
        return list(items)
    return [items[i * len(items) // count] for i in range(count)]


def passages(all_documents, count, words=90):
    """`count` passages of about `words` words, one line each, spread over the documents."""
    found = []
    for document in all_documents:
        every = f"{document.title} {document.text}".split()
        found.extend(" ".join(every[at : at + words]) for at in range(0, len(every) - words // 4, words))
    return spread(found, count)


def sentences_as_questions(some_documents, count):
    """For collections without questions: a sentence from the middle of every n-th document, whose document is the answer."""
    asked = []
    for document in spread(some_documents, count):
        words = document.text.split()
        middle = len(words) // 2
        asked.append(Question(document.name, " ".join(words[middle : middle + 15]), {document.name: 1}))
    return asked


def sample(source, count, asked_max):
    """`count` documents and at most `asked_max` questions about them; the judged ones of a BEIR folder where it has some,
    whose relevant documents are then all in the sample."""
    everything = documents(source)
    asked = spread(questions(source), asked_max)
    if not asked:
        chosen = spread(everything, count)
        return chosen, sentences_as_questions(chosen, asked_max)
    wanted = {name for question in asked for name in question.relevant}
    needed = [document for document in everything if document.name in wanted]
    others = [document for document in everything if document.name not in wanted]
    rest = max(0, count - len(needed)) if count else 0
    return needed + (spread(others, rest) if rest or not count else []), asked


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_beir(folder, some_documents, asked):
    """A BEIR folder of just these."""
    (folder / "qrels").mkdir(parents=True)
    write_lines(
        folder / "corpus.jsonl", (json.dumps({"_id": d.name, "title": d.title, "text": d.text}) for d in some_documents)
    )
    write_lines(folder / "queries.jsonl", (json.dumps({"_id": q.name, "text": q.text}) for q in asked))
    judged = [f"{q.name}\t{name}\t{grade}" for q in asked for name, grade in q.relevant.items()]
    write_lines(folder / "qrels/test.tsv", ["query-id\tcorpus-id\tscore", *judged])
