#!/usr/bin/env python3
"""Functions to find by what their authors say of them: test sets for `kindling eval`, made of sources on this machine.

    make_code_sets.py OUT [--python FOLDER] [--go FOLDER] [--java SRC.ZIP] [--cpp FOLDER]

A question is the first sentence of a function's documentation, its document the function without that. In Python that is
the docstring, in Go the comment without the function's name, in Java the comment of a method in java.base, in C++ the comment
above a function. Up to 3,000 functions and 400 questions of each; the seed is fixed. The sources' licences are their own:
make the sets where you need them, and keep them there.
"""

import argparse
import ast
import gzip
import json
import pathlib
import random
import re
import zipfile

GO_FUNCTION = re.compile(r"((?://[^\n]*\n)+)(func (?:\([^)]*\) )?(\w+)[^\n]*\{\n(?:.*\n)*?\}\n)")
JAVA_METHOD = re.compile(
    r"    /\*\*((?:.|\n)*?)\*/\n((?:    @.*\n)*    [\w<>\[\], ?]+\([^;{]*\{\n(?:(?:     .*|)\n)*?    \}\n)"
)
CPP_FUNCTION = re.compile(r"((?:^// [^\n]*\n)+)((?:[\w:<>&*\[\] ,]+)\([^;{]*\{\n(?:(?:  .*|)\n)*?\}\n)", re.M)


def first_sentence(text):
    words = " ".join(text.split())
    match = re.match(r"(.{15,}?[.!?])(\s|$)", words)
    return (match.group(1) if match else words)[:200]


def uncommented(text):
    return re.sub(r"(?m)^// ?", "", text)


def sources(folder, pattern, *without):
    for path in sorted(pathlib.Path(folder).rglob(pattern)):
        if not any(part in str(path) for part in without):
            yield path.read_text(encoding="utf-8", errors="replace")


def python_functions(folder):
    for source in sources(folder, "*.py", "/test"):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        lines = source.split("\n")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and len(node.body) > 1 and ast.get_docstring(node):
                said = node.body[0]
                code = lines[node.lineno - 1 : said.lineno - 1] + lines[said.end_lineno : node.end_lineno]
                yield ast.get_docstring(node), "\n".join(code)


def go_functions(folder):
    for source in sources(folder, "*.go", "_test.go", "/testdata/", "/vendor/"):
        for said, code, name in GO_FUNCTION.findall(source):
            words = " ".join(uncommented(said).split())
            if words.startswith(name + " "):
                yield words[len(name) + 1 :], code


def java_methods(path):
    with zipfile.ZipFile(path) as sources_of_jdk:
        for name in sources_of_jdk.namelist():
            if name.startswith("java.base/java/") and name.endswith(".java"):
                for said, code in JAVA_METHOD.findall(sources_of_jdk.read(name).decode("utf-8", "replace")):
                    plain = re.sub(r"\{@\w+ ([^}]*)\}", r"\1", re.sub(r"(?m)^\s*\* ?", "", said))
                    yield re.sub(r"<[^>]+>", "", plain), code


def cpp_functions(folder):
    for source in sources(folder, "*.cc", "/build/"):
        for said, code in CPP_FUNCTION.findall(source):
            yield uncommented(said), code


def write(out, functions, draw):
    pairs = [(first_sentence(said), code) for said, code in functions]
    draw.shuffle(pairs)
    chosen = {}
    for said, code in pairs:
        if 20 <= len(said) <= 200 and len(said.split()) >= 4 and 80 <= len(code) <= 4000 and len(chosen) < 3000:
            chosen.setdefault(said, code)
    (out / "qrels").mkdir(parents=True, exist_ok=True)
    with gzip.open(out / "corpus.jsonl.gz", "wt", encoding="utf-8") as corpus:
        for i, code in enumerate(chosen.values()):
            corpus.write(json.dumps({"_id": f"c{i}", "title": "", "text": code}) + "\n")
    with gzip.open(out / "queries.jsonl.gz", "wt", encoding="utf-8") as queries, \
            open(out / "qrels" / "test.tsv", "w", encoding="utf-8") as judged:
        judged.write("query-id\tcorpus-id\tscore\n")
        for i, said in enumerate(list(chosen)[:400]):
            queries.write(json.dumps({"_id": f"q{i}", "text": said}) + "\n")
            judged.write(f"q{i}\tc{i}\t1\n")
    print(f"{out}: {len(chosen)} functions")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    makers = {"python": python_functions, "go": go_functions, "java": java_methods, "cpp": cpp_functions}
    for name in makers:
        parser.add_argument("--" + name)
    options = parser.parse_args()
    for name, functions in makers.items():
        if getattr(options, name):
            write(options.out / name, functions(getattr(options, name)), random.Random(5))


if __name__ == "__main__":
    main()
