#!/usr/bin/env python3
"""Answers with citations, true ones and planted errors, over real documents: what a model might write, without a model.

  make_answers.py --sets DIR [--half tuned|held] [--count 2000] [--seed 6] [--beyond] | kindling-citations

DIR has BEIR folders (corpus.jsonl.gz). Documents are divided into two halves by a hash of what they belong to (article,
paragraph in all its languages), so that nothing of one half was seen when the checker was tuned on the other. An answer
has two to four sentences of one language, each cited to one of five passages. One sentence carries a planted error; the
others are true quotes as they come out of typesetting and copying. One JSON object a line:

  {"set","language","passages":[{"number","text"}],"answer",
   "sentences":[{"begin","end","kind","true"}]}      begin and end in bytes of the answer, marks left out

Errors: number, negation, unit, invented (a sentence of a document that was not sent, or the head of a true sentence with
the tail of such a one), document (the mark names another passage), mark (it names none). --beyond plants what the checker
does not promise to see: another name, the opposite direction; and as true sentences slips of the pen, and the answers that people
wrote from one passage in their own words (clapnq).
"""
import argparse
import gzip
import json
import pathlib
import random
import re
import sys
import unicodedata
import zlib

SETS = ["xquad", "arcd", "cmrc2018", "clapnq", "covidqa", "tatqa", "medquad_docs", "pubmedqa", "scifact", "cranfield"]
LANGUAGES = {"arcd": "ar", "cmrc2018": "zh"}
UNSPACED = ("zh", "th")
PASSAGES = 5
PASSAGE_CHARACTERS = 1200


def plain(text):
    """Letters and digits alone, to see whether something stands somewhere in spite of its typesetting."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def belongs_to(name, document):
    identifier = document["_id"]
    if name == "xquad":
        return identifier.split("-")[1]
    if name == "covidqa":
        return identifier.split("-")[0]
    return document.get("title") or identifier


def sentences_of(text, language):
    if language == "zh":
        parts = re.findall(r"[^。！？\n]+[。！？]", text)
        return [p.strip() for p in parts if 12 <= len(p.strip()) <= 160]
    if language == "th":
        parts = re.findall(r"\S{30,160}", text)
        return parts
    parts = re.split(r"(?<=[.!?।؟;])\s+(?=[^\sa-z])|\n+", text)
    return [p.strip() for p in parts if 6 <= len(p.split()) <= 50 and "|" not in p and p.strip()[-1] in ".!?।؟;"]


def read_groups(folder, half):
    """Documents by set and language, of one half: lists of (id, text, sentences)."""
    groups = {}
    for name in SETS:
        with gzip.open(folder / name / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                language = document.get("lang") or LANGUAGES.get(name, "en")
                if (zlib.crc32(belongs_to(name, document).encode()) & 1) != (half == "held"):
                    continue
                found = sentences_of(document["text"], language)
                if found:
                    groups.setdefault((name, language), []).append((document["_id"], document["text"], found))
    return groups


# --- what typesetting and copying do -----------------------------------------------------------------------------------

def white_space(text, random, language):
    kind = random.randrange(3)
    if kind == 0:
        return re.sub(r" ", lambda m: random.choice([" ", " ", "  ", "\u00a0", "\t"]), text)
    out, column = [], 0
    for word in text.split(" "):
        if column + len(word) > (40 if kind == 1 else 64) and out:
            out.append("\n")
            column = 0
        elif out:
            out.append(" ")
        out.append(word)
        column += len(word) + 1
    return "".join(out)


def hyphenation(text, random, language):
    words = [m for m in re.finditer(r"[^\W\d_]{7,}", text) if unicodedata.name(m.group()[0], "").split()[0] in ("LATIN", "CYRILLIC", "GREEK")]
    for match in sorted(random.sample(words, min(len(words), random.choice([1, 1, 2]))), key=lambda m: -m.start()):
        at = random.randrange(match.start() + 2, match.end() - 2)
        if unicodedata.combining(text[at]):
            continue
        text = text[:at] + random.choice(["-\n", "-\n", "\u00ad", "\u00ad\n", "-\n  "]) + text[at:]
    return text


def quote_marks(text, random, language):
    if random.random() < .5:
        text = re.sub(r'"([^"]*)"', random.choice(["\u201c\\1\u201d", "\u00ab\\1\u00bb", "\u201e\\1\u201c"]), text)
        return text.replace("'", "\u2019").replace("`` ", "\u201c").replace(" ''", "\u201d")
    for old, new in (("\u201c", '"'), ("\u201d", '"'), ("\u2018", "'"), ("\u2019", "'"), ("\u00ab", '"'), ("\u00bb", '"'), ("``", '"'), ("''", '"'),
                     ("\u300a", '"'), ("\u300b", '"'), ("\u300c", '"'), ("\u300d", '"')):
        text = text.replace(old, new)
    return text


def dashes(text, random, language):
    if random.random() < .5:
        text = text.replace(" - ", random.choice([" \u2013 ", " \u2014 ", "\u2014"])).replace(" -- ", " \u2014 ")
        return re.sub(r"(?<=\w)-(?=\w)", random.choice(["\u2010", "\u2011", "\u2013"]), text)
    return text.replace("\u2013", "-").replace("\u2014", random.choice(["-", "--", " - "])).replace("\u2212", "-")


def ligatures(text, random, language):
    for old, new in (("ffi", "\ufb03"), ("ffl", "\ufb04"), ("fi", "\ufb01"), ("fl", "\ufb02"), ("ff", "\ufb00")):
        text = text.replace(old, new)
    return text


def letter_case(text, random, language):
    kind = random.randrange(3)
    if kind == 0:
        return text.upper()
    return text.lower() if kind == 1 else text[:1].swapcase() + text[1:]


def unicode_form(text, random, language):
    kind = random.randrange(3)
    if kind == 0:
        return unicodedata.normalize("NFD", text)
    if kind == 1:
        return unicodedata.normalize("NFKC", text)
    return text.replace("...", "\u2026").translate({ord("0") + d: 0xff10 + d for d in range(10)}) if language == "zh" else unicodedata.normalize("NFC", text)


CHANGES = {"white space": white_space, "hyphenation": hyphenation, "quote marks": quote_marks, "dashes": dashes,
           "ligatures": ligatures, "letter case": letter_case, "Unicode form": unicode_form}


def typeset(text, random, language):
    """A true quote as it may come; gives the name of the change that did something."""
    if random.random() < .1:
        return text, "verbatim"
    names = list(CHANGES)
    random.shuffle(names)
    for name in names:
        changed = CHANGES[name](text, random, language)
        if changed != text:
            if random.random() < .3:
                other = random.choice([n for n in CHANGES if n != name])
                changed = CHANGES[other](changed, random, language)
            return changed, name
    return text, "verbatim"


# --- errors -----------------------------------------------------------------------------------------------------------

def wrong_number(text, random, language):
    numbers = list(re.finditer(r"(?<![\w.,])\d[\d.,]*(?<![.,])(?!\w)", text)) if language not in UNSPACED else list(re.finditer(r"\d+", text))
    if not numbers:
        return None
    match = random.choice(numbers)
    digits = list(match.group())
    at = random.choice([i for i, c in enumerate(digits) if c.isdigit()])
    kind = random.randrange(3)
    if kind == 0 and sum(c.isdigit() for c in digits) < 6:
        digits.insert(at + 1, random.choice("0123456789"))
    else:
        digits[at] = random.choice([d for d in "0123456789" if d != digits[at]])
    return text[:match.start()] + "".join(digits) + text[match.end():]


NEGATIONS = {
    "en": [(r"\b(is|was|are|were|does|did|do|has|have|had|would|could|should)(n't| n't|n\u2019t)\b", r"\1"), (r"\bcannot\b", "can"), (r"\bnot ", ""),
           (r"\bnever ", ""), (r"\bwithout\b", "with"), (r"\bno (?=[a-z])", ""), (r"\bneither\b", "either"), (r"\bNo (?=[a-z])", ""), (r"\bNone of\b", "Some of")],
    "de": [(r"\bnicht ", ""), (r" nicht(?=[.,])", ""), (r"\bkein(e|en|em|er|es)?\b", r"ein\1"), (r"\bnie ", ""), (r"\bohne\b", "mit")],
    "es": [(r"\bno ", ""), (r"\bsin\b", "con"), (r"\bnunca ", ""), (r"\bNo ", "")],
    "ro": [(r"\bnu ", ""), (r"\bfără\b", "cu"), (r"\bNu ", "")],
    "ru": [(r"\b[Нн]е ", ""), (r"\bбез\b", "с"), (r"\bнет ", "")],
    "el": [(r"\b[Δδ]εν ", ""), (r"\bχωρίς\b", "με"), (r"\bδε ", "")],
    "tr": [(r" değildi\b", ""), (r" değildir\b", ""), (r" değil\b", ""), (r"\byoktu\b", "vardı"), (r"\byoktur\b", "vardır")],
    "ar": [(r"(?<=\s)لا ", ""), (r"(?<=\s)لم ", ""), (r"(?<=\s)لن ", ""), (r"(?<=\s)ليس ", ""), (r"(?<=\s)غير ", ""), (r"(?<=\s)بدون ", "مع ")],
    "vi": [(r"\bkhông ", ""), (r"\bchưa ", "")],
    "th": [("ไม่ได้", "ได้"), ("ไม่มี", "มี"), ("ไม่", "")],
    "zh": [("不是", "是"), ("不能", "能"), ("不会", "会"), ("没有", "有"), ("不再", "再"), ("並不", ""), ("并不", ""), ("从未", "曾"), ("无法", "能"), ("不足", "足"), ("未能", "能")],
    "hi": [(r" नहीं", ""), (r" बिना", " साथ")],
}

UNITS = {
    "en": [("million", "billion"), ("billion", "million"), ("thousand", "million"), ("km", "miles"), ("kilometers", "miles"), ("kilometres", "miles"), ("miles", "kilometers"),
           ("mi", "km"), ("mg", "g"), ("g", "mg"), ("kg", "pounds"), ("pounds", "kg"), ("ml", "l"), ("mL", "L"), ("mm", "cm"), ("cm", "mm"),
           ("nm", "mm"), ("feet", "metres"), ("ft", "m"), ("m", "ft"), ("inches", "centimeters"), ("years", "months"), ("months", "years"), ("weeks", "days"),
           ("days", "weeks"), ("day", "week"), ("hours", "minutes"), ("minutes", "hours"), ("seconds", "minutes"), ("percent", "points"), ("%", " points"),
           ("tons", "pounds"), ("acres", "hectares"), ("points", "percent"), ("yards", "miles"), ("h", "min"), ("min", "h"), ("degrees", "radians"), ("year", "month")],
    "de": [("Millionen", "Milliarden"), ("Milliarden", "Millionen"), ("Kilometer", "Meilen"), ("km", "Meilen"), ("Jahre", "Monate"), ("Jahren", "Monaten"), ("Meter", "Fuß"),
           ("Tage", "Wochen"), ("Prozent", "Punkte"), ("%", " Punkte"), ("Yards", "Meter"), ("Stunden", "Minuten"), ("Dollar", "Euro")],
    "es": [("millones", "mil millones"), ("kilómetros", "millas"), ("km", "millas"), ("años", "meses"), ("metros", "pies"), ("días", "semanas"), ("%", " puntos"), ("yardas", "metros"),
           ("horas", "minutos"), ("puntos", "yardas"), ("dólares", "euros")],
    "ro": [("milioane", "miliarde"), ("kilometri", "mile"), ("km", "mile"), ("ani", "luni"), ("de ani", "de luni"), ("metri", "picioare"), ("zile", "luni"), ("%", " puncte"), ("de milioane", "de miliarde"),
           ("de metri", "de mile"), ("de kilometri", "de mile")],
    "ru": [("миллионов", "миллиардов"), ("млн", "млрд"), ("миллиона", "миллиарда"), ("км", "миль"), ("лет", "месяцев"), ("года", "месяца"), ("метров", "футов"), ("дней", "недель"), ("%", " пунктов"),
           ("ярдов", "метров"), ("часов", "минут"), ("долларов", "евро")],
    "el": [("εκατομμύρια", "δισεκατομμύρια"), ("χιλιόμετρα", "μίλια"), ("χρόνια", "μήνες"), ("μέτρα", "πόδια"), ("ημέρες", "εβδομάδες"), ("%", " μονάδες"), ("έτη", "μήνες")],
    "tr": [("milyon", "milyar"), ("milyar", "milyon"), ("kilometre", "mil"), ("km", "mil"), ("yıl", "ay"), ("metre", "fit"), ("gün", "hafta"), ("saat", "dakika"), ("bin", "milyon")],
    "ar": [("مليون", "مليار"), ("مليار", "مليون"), ("كيلومتر", "ميل"), ("كم", "ميل"), ("عاما", "شهرا"), ("عامًا", "شهرا"), ("سنة", "شهر"), ("متر", "قدم"), ("يوم", "أسبوع"), ("%", " نقطة"), ("ألف", "مليون")],
    "vi": [("triệu", "tỷ"), ("tỷ", "triệu"), ("km", "dặm"), ("năm", "tháng"), ("mét", "dặm"), ("ngày", "tuần"), ("%", " điểm"), ("giờ", "phút"), ("yard", "mét")],
    "th": [("ล้าน", "พันล้าน"), ("กิโลเมตร", "ไมล์"), ("เมตร", "ฟุต"), ("ปี", "เดือน"), ("วัน", "สัปดาห์"), ("หลา", "เมตร")],
    "zh": [("万", "亿"), ("亿", "万"), ("公里", "米"), ("千米", "英里"), ("米", "公里"), ("元", "美元"), ("公斤", "克"), ("%", "‰"), ("岁", "个月"), ("小时", "分钟"), ("年", "个月"), ("平方公里", "平方米"), ("天", "周")],
    "hi": [("मिलियन", "बिलियन"), ("लाख", "करोड़"), ("करोड़", "लाख"), ("किलोमीटर", "मील"), ("किमी", "मील"), ("वर्ष", "महीने"), ("साल", "महीने"), ("मीटर", "फुट"), ("दिन", "सप्ताह"), ("%", " अंक")],
}


def dropped_negation(text, random, language):
    found = []
    for pattern, without in NEGATIONS.get(language, []):
        for match in re.finditer(pattern, text):
            if match.group().lower().startswith("no") and text[match.end() - 1:match.end() + 2] in (" on", " mo", " le"):
                continue  # "no one", "no more", "not least"
            found.append(text[:match.start()] + match.expand(without) + text[match.end():])
    return random.choice(found) if found else None


def swapped_unit(text, random, language):
    found = []
    for unit, other in UNITS.get(language, []):
        end = "" if language in UNSPACED or unit == "%" else r"(?!\w)"
        for match in re.finditer(r"(\d\s?)" + re.escape(unit) + end, text):
            found.append(text[:match.start()] + match.group(1) + other + text[match.end():])
    for match in re.finditer(r"[$€£]\s?(?=\d)", text):
        found.append(text[:match.start()] + ("€" if match.group()[0] != "€" else "$") + text[match.end():])
    return random.choice(found) if found else None


OPPOSITES = [("increased", "decreased"), ("decreased", "increased"), ("higher", "lower"), ("lower", "higher"), ("increase", "decrease"), ("more", "less"), ("before", "after"), ("after", "before"),
             ("positive", "negative"), ("negative", "positive"), ("north", "south"), ("increases", "decreases"), ("reduced", "increased"), ("largest", "smallest"), ("first", "last"), ("all", "some")]


def opposite(text, random, language):
    found = [re.sub(rf"\b{a}\b", b, text, count=1) for a, b in OPPOSITES if re.search(rf"\b{a}\b", text)] if language == "en" else []
    return random.choice(found) if found else None


def names_in(text):
    return [m for m in re.finditer(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?: [A-Z][a-z]{3,})*", text)]


def slip(text, random, language):
    words = [m for m in re.finditer(r"\b[a-z]{6,}\b", text)] if language == "en" else []
    if not words:
        return None
    match = random.choice(words)
    at = random.randrange(match.start() + 1, match.end() - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2:]


def read_paraphrases(folder, half):
    """Sentences of the answers that people wrote, each with its passage."""
    folder = folder / "clapnq"
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        documents = {d["_id"]: d for d in map(json.loads, lines)}
    judged = dict(line.split("\t")[:2] for line in (folder / "qrels" / "test.tsv").read_text().splitlines()[1:])
    found = []
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        for query in map(json.loads, lines):
            document = documents[judged[query["_id"]]]
            if (zlib.crc32(belongs_to("clapnq", document).encode()) & 1) != (half == "held"):
                continue
            for sentence in sentences_of(query["answers"][0], "en"):
                found.append((document["text"], document["title"], sentence))
    return found


# --- answers ----------------------------------------------------------------------------------------------------------

class Maker:
    def __init__(self, groups, paraphrases, random):
        self.random = random
        self.paraphrases = paraphrases
        self.groups = {key: documents for key, documents in groups.items() if len(documents) >= 3 * PASSAGES}
        self.order = {}

    def window(self, text, sentence):
        """A passage of the document around the sentence, cut at white space."""
        at = text.find(sentence)
        begin = max(0, at - self.random.randrange(PASSAGE_CHARACTERS // 2))
        end = min(len(text), max(at + len(sentence), begin + PASSAGE_CHARACTERS))
        while begin > 0 and not text[begin - 1].isspace() and text[begin - 1] not in "。！？":
            begin -= 1
        while end < len(text) and not text[end].isspace() and text[end - 1] not in "。！？":
            end += 1
        return text[begin:end].strip()

    def draw(self, key):
        """Five passages with a sentence each."""
        documents = self.random.sample(self.groups[key], PASSAGES)
        drawn = []
        for identifier, text, sentences in documents:
            sentence = self.random.choice(sentences)
            drawn.append((self.window(text, sentence), sentence))
        return drawn

    def foreign(self, key, passages, near):
        """Of sentences whose documents were not sent the one most like the passage cited."""
        known = [plain(p) for p in passages]
        wanted = set(self.words(near, key))
        best, best_share = None, -1
        for _ in range(60):
            identifier, text, sentences = self.random.choice(self.groups[key])
            sentence = self.random.choice(sentences)
            if any(plain(sentence) in p for p in known):
                continue
            words = self.words(sentence, key)
            share = sum(w in wanted for w in words) / max(1, len(words))
            if share > best_share:
                best, best_share = sentence, share
        return best

    @staticmethod
    def words(text, key):
        return list(text) if key[1] in UNSPACED else re.findall(r"\w{4,}", text.lower())

    def planted(self, kind, key):
        """Passages, the planted sentence and the number it cites; nothing where the draw does not fit."""
        drawn = self.draw(key)
        passages = [p for p, _ in drawn]
        i = self.random.randrange(PASSAGES)
        true = drawn[i][1]
        language = key[1]
        change = {"number": wrong_number, "negation": dropped_negation, "unit": swapped_unit, "direction": opposite, "slip": slip}.get(kind)
        cited = i + 1
        if change:
            candidates = [(text, sentence, change(sentence, self.random, language)) for _, text, sentences in self.random.sample(self.groups[key], min(40, len(self.groups[key]))) for sentence in sentences]
            candidates = [c for c in candidates if c[2]]
            if not candidates:
                return None
            text, true, wrong = self.random.choice(candidates)
            passages[i] = self.window(text, true)
            drawn[i] = (passages[i], true)
        elif kind == "name":
            names = names_in(true)
            others = [m.group() for p in passages for m in names_in(p)]
            if not names or not others:
                return None
            match, other = self.random.choice(names), self.random.choice(others)
            wrong = true[:match.start()] + other + true[match.end():]
        elif kind == "invented":
            wrong = self.foreign(key, passages, passages[i])
            if wrong and self.random.random() < .5:
                if language in UNSPACED:
                    wrong = true[:len(true) // 2] + wrong[len(wrong) // 2:]
                else:
                    head, tail = true.split(" "), wrong.split(" ")
                    wrong = " ".join(head[:len(head) // 2] + tail[len(tail) // 2:])
        elif kind == "document":
            wrong = true
            cited = self.random.choice([n for n in range(1, PASSAGES + 1) if n != i + 1])
        else:
            wrong, cited = true, PASSAGES + self.random.randrange(1, 20)
        if not wrong:
            return None
        there = cited <= PASSAGES and plain(wrong) in plain(passages[cited - 1])
        if there and kind != "slip":
            # Equal letters: no error after all, unless a sign or a word's end was what changed.
            return None
        return drawn, passages, wrong, cited, i

    def in_own_words(self):
        """An answer of one sentence that a person wrote, cited to its passage among four others."""
        text, title, sentence = self.paraphrases.pop()
        passages = [p for p, _ in self.draw(("clapnq", "en"))]
        passages[0] = text
        return {"set": "clapnq", "language": "en", "answer": sentence + " [1]",
                "passages": [{"number": n + 1, "text": p, "heading": title if n == 0 else ""} for n, p in enumerate(passages)],
                "sentences": [{"begin": 0, "end": len(sentence.encode()), "kind": "own words", "true": True}]}

    def answer(self, kind, key):
        made = self.planted(kind, key)
        if not made:
            return None
        drawn, passages, wrong, cited, used = made
        wrong_text = typeset(wrong, self.random, key[1])[0] if self.random.random() < .3 and kind != "slip" else wrong
        others = [j for j in range(PASSAGES) if j != used]
        parts = []
        for j in self.random.sample(others, self.random.choice([1, 2, 3])):
            text, change = typeset(drawn[j][1], self.random, key[1])
            parts.append((text, j + 1, change, True))
        parts.insert(self.random.randrange(len(parts) + 1), (wrong_text, cited, kind, kind == "slip"))
        answer, sentences = b"", []
        for text, number, name, true in parts:
            begin = len(answer)
            stop = text[-1:] if text[-1:] in ".。।" else ""
            body = text[:-1] if stop and self.random.random() < .5 else text
            answer += body.encode()
            sentences.append({"begin": begin, "end": len(answer), "kind": name, "true": true})
            answer += (f" [{number}]{stop}" if body != text else f" [{number}]").encode()
            answer += self.random.choice([b" ", b"\n\n", b"\n- "])
        return {"set": key[0], "language": key[1], "passages": [{"number": n + 1, "text": p} for n, p in enumerate(passages)],
                "answer": answer.decode(), "sentences": sentences}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=pathlib.Path, required=True)
    parser.add_argument("--half", choices=["tuned", "held"], default="held")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--beyond", action="store_true")
    options = parser.parse_args()
    random_source = random.Random(options.seed)
    maker = Maker(read_groups(options.sets, options.half), read_paraphrases(options.sets, options.half), random_source)
    random_source.shuffle(maker.paraphrases)
    kinds = ["name", "direction", "slip"] if options.beyond else ["number", "negation", "unit", "invented", "document", "mark"]
    keys = sorted(maker.groups)
    made, turn = 0, {kind: 0 for kind in kinds}
    while options.beyond and maker.paraphrases:
        print(json.dumps(maker.in_own_words(), ensure_ascii=False))
    while made < options.count:
        kind = kinds[made % len(kinds)]
        for _ in range(20 * len(keys)):
            key = keys[turn[kind] % len(keys)]
            turn[kind] += 1
            answer = maker.answer(kind, key)
            if answer:
                break
        else:
            sys.exit(f"no document serves for {kind}")
        print(json.dumps(answer, ensure_ascii=False))
        made += 1


if __name__ == "__main__":
    main()
