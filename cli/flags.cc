#include "cli/flags.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace kindling {
namespace {

using Names = std::string_view;

constexpr Names search_modes[] = {"hybrid", "keyword", "vector"};
constexpr Names hit_units[] = {"chunk", "section", "document"};
constexpr Names encoder_precisions[] = {"f32", "bf16", "int8", "auto"};
constexpr Names first_passes[] = {"static"};
constexpr Names passage_orders[] = {"document", "relevance", "edges"};
constexpr Names thinking_modes[] = {"instant", "thinking", "contemplating"};
constexpr Names color_choices[] = {"auto", "always", "never"};
constexpr Names shells[] = {"bash", "zsh", "fish"};
constexpr Names bench_subjects[] = {"retrieval", "pack", "encode", "tokens", "ingest", "vectors", "keywords"};

constexpr Flag flag_table[] = {
    {"index", 'i', FlagKind::text, "DIR", "the index to use", {}, Completes::folder},
    {"json", 0, FlagKind::toggle, "", "print one JSON object on stdout"},
    {"stream", 0, FlagKind::toggle, "", "with --json: one JSON object a line, as they come"},
    {"color", 0, FlagKind::text, "WHEN", "colours: auto, always or never", color_choices},
    {"verbose", 'v', FlagKind::toggle, "", "say more on stderr"},
    {"help", 'h', FlagKind::toggle, "", "explain this command"},

    {"prune", 0, FlagKind::toggle, "", "drop documents under the given paths whose files are gone"},
    {"dry-run", 0, FlagKind::toggle, "", "say what would be done, change nothing"},
    {"no-embed", 0, FlagKind::toggle, "", "keywords only for now; a later run adds the vectors"},
    {"include", 0, FlagKind::list, "GLOB", "only files whose path below its folder fits, such as '*.md'"},
    {"exclude", 0, FlagKind::list, "GLOB", "not the files whose path below its folder fits"},
    {"metadata", 0, FlagKind::list, "KEY=VALUE", "add to every document of this run, for --filter"},
    {"name", 0, FlagKind::text, "NAME", "what the text from stdin is called"},
    {"chunk-tokens", 0, FlagKind::count, "N", "size of the chunks of a new index"},
    {"encoder",
     0,
     FlagKind::text,
     "DIR|static|URL",
     "folder of the embedding model; 'static': the fast tier that 'kindling models distill' makes; or "
     "https://HOST/v1#MODEL: an endpoint, to which texts are sent",
     {},
     Completes::folder},
    {"encoder-key-env", 0, FlagKind::text, "NAME",
     "variable that holds the key of a remote encoder; default: the profile's with the same address"},
    {"encoder-precision", 0, FlagKind::text, "KIND",
     "numbers the encoder multiplies: f32, bf16, int8, or auto: bf16 where that is faster", encoder_precisions},
    {"dimensions", 0, FlagKind::count, "N",
     "keep the first N numbers of each vector, for models trained for it; default: all, or the index's"},
    {"no-embedding-cache", 0, FlagKind::toggle, "",
     "neither look vectors up in the user's cache nor keep them there"},
    {"embedding-cache", 0, FlagKind::count, "MB", "the most that the embedding cache may hold; default: 1024"},
    {"threads", 0, FlagKind::count, "N", "processor threads to use; 0 means all"},
    {"first-pass", 0, FlagKind::text, "static",
     "make vectors of the static tier first, so that meaning is found within seconds, then those of the "
     "encoder",
     first_passes},
    {"memory", 0, FlagKind::text, "SIZE", "memory that may be taken, 256M at least; default: 1G"},

    {"k", 'k', FlagKind::count, "N", "how many hits"},
    {"mode", 0, FlagKind::text, "MODE", "how to find: hybrid, keyword or vector", search_modes},
    {"by", 0, FlagKind::text, "UNIT", "what hits are: chunk, or the best chunk of each section or document",
     hit_units},
    {"filter", 0, FlagKind::text, "EXPR",
     "only documents for which this holds: 'year < 1900 and format = pdf'; bench vectors: a share of the rows"},
    {"quality", 0, FlagKind::toggle, "",
     "compare the sentences of the best chunks with the question too: better, and slower by a few tenths of a "
     "second"},
    {"exact", 0, FlagKind::toggle, "",
     "compare the question with the vector of every chunk: nothing is missed, at a million chunks after some "
     "hundredths of a second"},
    {"explain", 0, FlagKind::toggle, "", "show what each score is made of, or why each sentence is in"},
    {"why", 0, FlagKind::text, "DOCUMENT", "say why this document is in or is not"},
    {"at", 0, FlagKind::text, "SNAPSHOT", "the index as it was when 'kindling snapshot create' named it so"},
    {"from",
     0,
     FlagKind::text,
     "DIR",
     "folder of the encoder that the index has, for the comparison; default: where models are",
     {},
     Completes::folder},
    {"discard", 0, FlagKind::toggle, "", "delete the vectors that an interrupted run has made"},

    {"model", 'm', FlagKind::text, "PROFILE", "whose window and tokens to count by, and whom to ask"},
    {"tools",
     0,
     FlagKind::list,
     "FILE|index",
     "what the model may call: 'index' is search, open, read_span and count; a file names your own",
     {},
     Completes::file},
    {"budget", 0, FlagKind::count, "TOKENS", "of the whole request; default: the window less the reserve"},
    {"reserve", 0, FlagKind::count, "TOKENS", "kept free for the answer"},
    {"per-document", 0, FlagKind::count, "TOKENS", "the most that one document may take of the budget"},
    {"pin", 0, FlagKind::list, "DOCUMENT", "goes in whole and first, whatever the question"},
    {"deadline", 0, FlagKind::number, "MS", "leave out stages rather than take longer to find and pack"},
    {"order", 0, FlagKind::text, "ORDER", "of the passages: document, relevance or edges", passage_orders},
    {"image",
     0,
     FlagKind::list,
     "FILE",
     "a picture that belongs to the question, or its address",
     {},
     Completes::file},
    {"audio", 0, FlagKind::list, "FILE", "a recording that belongs to the question", {}, Completes::file},
    {"figures", 0, FlagKind::toggle, "", "send the documents' own pictures too, where the model takes some"},
    {"image-tokens", 0, FlagKind::count, "TOKENS",
     "for pictures of the documents; default: a quarter of the budget"},
    {"instructions", 0, FlagKind::text, "TEXT|@FILE", "your own, for the model, besides kindling's"},
    {"thinking", 0, FlagKind::text, "MODE", "instant, thinking or contemplating", thinking_modes},
    {"subagents", 0, FlagKind::count, "N", "contemplating: how many read at the same time, 1 to 16"},
    {"whole", 0, FlagKind::toggle, "",
     "contemplating: read everything that --filter keeps, not only what is found"},
    {"plan-by-model", 0, FlagKind::toggle, "",
     "contemplating: let the model split the question, one call more"},
    {"cost-max", 0, FlagKind::number, "USD", "contemplating: refuse what may cost more; default: 5"},
    {"tokens-max", 0, FlagKind::count, "N", "contemplating: refuse what may take more, in and out"},
    {"calls-max", 0, FlagKind::count, "N", "contemplating: refuse what may need more calls; default: 64"},
    {"no-stream", 0, FlagKind::toggle, "", "print the answer when it is whole"},
    {"record",
     0,
     FlagKind::text,
     "FILE",
     "append the whole run, one JSON object a line: 'kindling replay' does it again",
     {},
     Completes::file},
    {"pace", 0, FlagKind::toggle, "", "with the pauses that there were, showing what the last call said"},
    {"only", 0, FlagKind::count, "N", "only the Nth run of the file"},
    {"require-citations", 0, FlagKind::toggle, "", "an answer without a verified citation counts as none"},
    {"no-fallback", 0, FlagKind::toggle, "",
     "an error, and no extractive answer in the model's place, while the endpoint is down"},
    {"base-url", 0, FlagKind::text, "URL", "address of the endpoint, in place of the profile's"},
    {"key-env", 0, FlagKind::text, "NAME",
     "environment variable that holds the key, in place of the profile's"},
    {"ab-model", 0, FlagKind::text, "PROFILE", "a second model that some questions are mirrored to"},
    {"ab-share", 0, FlagKind::number, "SHARE", "of the questions that are mirrored, 0 to 1; default: 0.02"},
    {"ab-folder", 0, FlagKind::text, "DIR", "where mirrored questions are kept", {}, Completes::folder},
    {"judge", 0, FlagKind::text, "PROFILE", "a third model, asked which answer is better"},
    {"judge-max", 0, FlagKind::count, "N", "pairs that the judge is asked about in one run; default: 200"},
    {"references",
     0,
     FlagKind::text,
     "FILE",
     "known answers, one JSON object a line: question, answers",
     {},
     Completes::file},
    {"html", 0, FlagKind::text, "FILE", "write the report as a page too", {}, Completes::file},
    {"margin", 0, FlagKind::number, "N", "mean score within which two models count as equal; default: 0.1"},

    {"tokenizer",
     0,
     FlagKind::text,
     "FILE|NAME",
     "a tokenizer's file, the name of a vocabulary that was fetched, 'wordpiece' or 'estimator'",
     {},
     Completes::file},
    {"calibrate", 0, FlagKind::toggle, "",
     "show what the profile's endpoint has counted, and the bound made of it; eval: fit from when on questions "
     "are "
     "answered"},
    {"rebuild", 0, FlagKind::toggle, "",
     "with --calibrate: look through all observations for changes of the model"},
    {"reset", 0, FlagKind::toggle, "", "with --calibrate: forget all observations"},
    {"query", 0, FlagKind::toggle, "", "the query side, where a model has one"},
    {"out", 'o', FlagKind::text, "FILE.npy", "write float32 vectors there (NumPy format)", {}, Completes::file},
    {"output",
     0,
     FlagKind::text,
     "DIR",
     "the folder to make; default: beside the encoder",
     {},
     Completes::folder},
    {"run",
     0,
     FlagKind::text,
     "FILE",
     "write the rankings as a TREC run; other modes get a suffix",
     {},
     Completes::file},
    {"answers", 0, FlagKind::toggle, "", "also grade extractive answers against the queries' answers"},
    {"packs", 0, FlagKind::text, "TOKENS,...",
     "also grade packs of these sizes: how many questions' answers they hold"},
    {"no-ranking", 0, FlagKind::toggle, "", "leave the three search modes out"},
    {"queries",
     0,
     FlagKind::text,
     "FILE",
     "one query a line; default: sentences of the index. With vectors: a .npy file",
     {},
     Completes::file},
    {"seconds", 0, FlagKind::number, "S", "how long to measure"},
    {"data",
     0,
     FlagKind::text,
     "FILE",
     "bench vectors: a .npy file of float32 rows; bench keywords: one passage a line",
     {},
     Completes::file},
    {"recall", 0, FlagKind::number, "SHARE", "bench vectors: of the nearest, to be found; default: 0.99"},
    {"man", 0, FlagKind::toggle, "", "print the manual page, as man reads it"},
};

constexpr Names common[] = {"json", "color", "verbose", "help"};

constexpr Names index_flags[] = {"index",           "prune",
                                 "dry-run",         "no-embed",
                                 "include",         "exclude",
                                 "metadata",        "name",
                                 "chunk-tokens",    "encoder",
                                 "threads",         "encoder-precision",
                                 "dimensions",      "no-embedding-cache",
                                 "embedding-cache", "encoder-key-env",
                                 "memory",          "first-pass"};
constexpr Names search_flags[] = {"index",          "k",     "mode",    "by",  "filter",  "at",
                                  "quality",        "exact", "explain", "why", "encoder", "encoder-precision",
                                  "encoder-key-env"};
constexpr Names pack_flags[] = {
    "index",   "at",           "model",    "instructions",    "budget",  "reserve", "per-document", "pin",
    "order",   "mode",         "deadline", "explain",         "why",     "filter",  "image",        "audio",
    "figures", "image-tokens", "encoder",  "encoder-key-env", "quality", "exact"};
constexpr Names ask_flags[] = {"index",         "at",           "model",        "tools",
                               "instructions",  "thinking",     "subagents",    "whole",
                               "plan-by-model", "cost-max",     "tokens-max",   "calls-max",
                               "budget",        "reserve",      "per-document", "pin",
                               "deadline",      "order",        "image",        "audio",
                               "figures",       "image-tokens", "mode",         "filter",
                               "no-stream",     "stream",       "record",       "require-citations",
                               "no-fallback",   "base-url",     "key-env",      "encoder",
                               "ab-model",      "ab-share",     "ab-folder",    "encoder-key-env",
                               "quality",       "exact"};
constexpr Names chat_flags[] = {"index",       "at",       "model",     "tools",        "instructions",
                                "thinking",    "budget",   "reserve",   "per-document", "pin",
                                "order",       "image",    "audio",     "figures",      "image-tokens",
                                "mode",        "filter",   "no-stream", "stream",       "require-citations",
                                "no-fallback", "base-url", "key-env",   "encoder",      "encoder-key-env",
                                "ab-model",    "ab-share", "ab-folder", "quality",      "exact"};
constexpr Names replay_flags[] = {"index", "only", "pace", "encoder", "encoder-key-env"};
constexpr Names token_flags[] = {"tokenizer", "model", "calibrate", "rebuild", "reset", "base-url", "encoder"};
constexpr Names embed_flags[] = {
    "out", "query", "stream", "encoder", "threads", "encoder-precision", "dimensions", "encoder-key-env"};
constexpr Names eval_flags[] = {
    "index",   "run",     "answers",           "packs",           "no-ranking", "calibrate",
    "encoder", "threads", "encoder-precision", "encoder-key-env", "quality",    "exact"};
constexpr Names bench_flags[] = {"index", "queries", "threads", "seconds", "encoder",
                                 "data",  "recall",  "filter",  "k",       "encoder-key-env"};
constexpr Names index_only[] = {"index"};
constexpr Names reading_flags[] = {"index", "at"};
constexpr Names reencode_flags[] = {"index",   "encoder", "encoder-precision", "dimensions", "from",
                                    "queries", "dry-run", "discard",           "threads",    "encoder-key-env",
                                    "memory"};

constexpr Names doctor_flags[] = {"index", "encoder", "model", "key-env", "encoder-key-env"};
constexpr Names models_flags[] = {"base-url", "key-env", "encoder", "output", "threads"};
constexpr Names config_flags[] = {"index",
                                  "model",
                                  "instructions",
                                  "encoder",
                                  "base-url",
                                  "key-env",
                                  "threads",
                                  "budget",
                                  "reserve",
                                  "mode",
                                  "k",
                                  "ab-model",
                                  "ab-share",
                                  "ab-folder",
                                  "encoder-precision",
                                  "encoder-key-env",
                                  "memory"};
constexpr Names ab_flags[] = {"ab-folder", "model",      "ab-model", "judge",
                              "judge-max", "references", "html",     "margin"};
constexpr Names help_flags[] = {"man"};

constexpr Argument index_arguments[] = {{"PATH",
                                         "files, folders, .jsonl or .jsonl.gz collections, or - for stdin",
                                         true,
                                         true,
                                         {},
                                         Completes::path}};
constexpr Argument query_argument[] = {{"QUERY", "words or a question; - reads it from stdin"}};
constexpr Argument question_argument[] = {{"QUESTION", "what to ask; - reads it from stdin"}};
constexpr Argument replay_argument[] = {
    {"FILE", "what 'ask --record' has written", true, false, {}, Completes::file}};
constexpr Argument token_arguments[] = {
    {"FILE", "what to count; - or nothing is stdin", false, true, {}, Completes::file}};
constexpr Argument embed_arguments[] = {
    {"FILE", "one text a line; - or nothing is stdin", false, false, {}, Completes::file}};
constexpr Argument eval_arguments[] = {{"FOLDER",
                                        "a BEIR folder: corpus.jsonl, queries.jsonl, qrels/test.tsv",
                                        true,
                                        false,
                                        {},
                                        Completes::folder}};
constexpr Argument bench_arguments[] = {
    {"WHAT", "retrieval (the default), pack, encode, tokens, ingest, vectors or keywords", false, false,
     bench_subjects}};
constexpr Argument document_argument[] = {
    {"DOCUMENT", "its name, uri or path", true, false, {}, Completes::file}};
constexpr Argument document_arguments[] = {
    {"DOCUMENT", "its name, uri or path", true, true, {}, Completes::file}};
constexpr Argument shell_argument[] = {{"SHELL", "bash, zsh or fish", true, false, shells}};
constexpr Names models_actions[] = {"test", "distill"};
constexpr Argument models_arguments[] = {
    {"ACTION", "what to do instead of listing: test, distill", false, false, models_actions},
    {"PROFILE", "the profile to test", false}};
constexpr Names snapshot_actions[] = {"create", "list", "drop"};
constexpr Argument snapshot_arguments[] = {{"ACTION", "create, list or drop", true, false, snapshot_actions},
                                           {"NAME", "letters, digits, '.', '-' and '_'", false}};
constexpr Names ab_actions[] = {"run"};
constexpr Argument ab_arguments[] = {
    {"ACTION", "what to do instead of grading: run", false, false, ab_actions}};
constexpr Argument help_argument[] = {{"COMMAND", "the command to explain", false}};

constexpr Example ab_examples[] = {
    {"kindling ask 'When was the canal dug?' --model muse-spark --ab-model gpt-5.4 --ab-share 1",
     "answered by the first, then mirrored to the second"},
    {"kindling ab --html report.html", "who is better so far, and whether to go on"},
    {"kindling ab --judge claude-opus-4.6", "with a third model as the judge"}};
constexpr Example models_examples[] = {
    {"kindling models", "what there is, and where the key of each is looked for"},
    {"kindling models test local --base-url http://127.0.0.1:8000/v1", "what a server does otherwise"},
    {"kindling models distill", "make the static tier, for 'kindling index --encoder static'"}};
constexpr Example snapshot_examples[] = {
    {"kindling snapshot create 2026-q3", "keep what is committed now"},
    {"kindling search lock --at 2026-q3", "what would have been found then"}};
constexpr Example reencode_examples[] = {
    {"kindling reencode --encoder models/bge-small --dry-run", "how much would rankings change?"},
    {"kindling reencode --dimensions 128", "keep the first 128 numbers of each vector"}};
constexpr Example index_examples[] = {
    {"kindling index docs notes.pdf", "add or update a folder and a file"},
    {"kindling index docs --prune", "also forget what is gone from the folder"},
    {"kindling index docs --first-pass static", "found by meaning within seconds, refined after that"},
    {"kindling index mail.jsonl --metadata year=2024", "a collection, one JSON object a line"}};
constexpr Example search_examples[] = {
    {"kindling search 'how deep is the lock at Tern Hill'", "the ten best places"},
    {"kindling search lock -k 3 --filter 'year < 1900'", "three hits among some documents"},
    {"kindling search 'the \"stop cock\" of lock*'", "words that stand together; all words that begin so"},
    {"kindling search lock --by document", "each document once, by its best place"},
    {"kindling search lock --why canal.md", "why a document is not found"}};
constexpr Example pack_examples[] = {
    {"kindling pack 'what changed in 1868' --json > request.json", "a request for a model of your own"},
    {"kindling pack 'what changed in 1868' --budget 8000", "into a small window"}};
constexpr Example ask_examples[] = {
    {"kindling ask 'When was the canal dug?'",
     "an answer in the documents' own sentences; nothing leaves the machine"},
    {"kindling ask 'When was the canal dug?' --model muse-spark",
     "an answer by a model, with checked citations"},
    {"kindling ask 'What changed, and why?' -m muse-spark --thinking contemplating",
     "by several subagents, each over evidence of its own; says first what it may cost"}};
constexpr Example chat_examples[] = {
    {"kindling chat", "questions that build on each other; nothing leaves the machine"},
    {"kindling chat --model muse-spark --budget 60000", "with a model, each request of at most 60,000 tokens"}};
constexpr Example replay_examples[] = {
    {"kindling replay run.jsonl", "were the same requests made, and the answers read and checked alike?"},
    {"kindling replay run.jsonl --index ix", "and is the same found and packed?"}};
constexpr Example token_examples[] = {
    {"kindling tokens report.txt", "as muse-spark counts, with an upper bound"},
    {"kindling tokens --tokenizer llama.model report.txt", "exactly, by a vocabulary"},
    {"kindling tokens --calibrate --model muse-spark", "how far its counts can be foretold by now"}};
constexpr Example embed_examples[] = {{"kindling embed lines.txt --out vectors.npy", "one row a line"}};
constexpr Example eval_examples[] = {
    {"kindling eval scifact --run scifact.trec", "scores of the three modes, and the rankings"}};
constexpr Example bench_examples[] = {
    {"kindling bench retrieval --seconds 10", "latency of whole questions"},
    {"kindling bench vectors --data x.npy --queries q.npy", "nearest rows of any vectors, no index needed"},
    {"kindling bench keywords --data lines.txt --queries q.txt", "words in any passages, no index needed"}};
constexpr Example completion_examples[] = {
    {"source <(kindling completions bash)", "in ~/.bashrc"},
    {"kindling completions fish > ~/.config/fish/completions/kindling.fish", "once"}};
constexpr Example help_examples[] = {{"kindling help search", "one command"},
                                     {"kindling help --man | man -l -", "the manual page"}};

constexpr std::string_view documents_group = "Documents";
constexpr std::string_view questions_group = "Questions";
constexpr std::string_view measure_group = "Measuring";
constexpr std::string_view care_group = "The index and its surroundings";

constexpr Verb verb_table[] = {
    {"index", documents_group, "add or update documents",
     "Reads files and folders and makes them searchable. Run again, only what changed is read, embedded and "
     "replaced. "
     "A file that cannot be read is named, and everything else is indexed (exit code 6).\n\n"
     "Documents are searchable by keywords as soon as they are committed; vectors follow while later documents "
     "are still read. Interrupted at any "
     "moment, the "
     "index holds what was committed, and the next run goes on from there.",
     index_arguments, index_flags, index_examples},
    {"documents", documents_group, "list what is in the index", "", {}, reading_flags, {}},
    {"show",
     documents_group,
     "show how a document was read",
     "Prints the text as read; with --json also its chunks, each with its place in the text and in the source.",
     document_argument,
     reading_flags,
     {}},
    {"remove",
     documents_group,
     "take documents out of the index",
     "The files themselves are not touched.",
     document_arguments,
     index_only,
     {}},

    {"search", questions_group, "find the places that fit a query",
     "Hits are chunks of about 128 tokens, best first; --by section or document leaves the best of each. "
     "Without a hit the exit code is 1.\n\n"
     "A filter compares metadata and uri, title, format, page, modified: = != > >= < <= in not-in, joined by "
     "and, or, not "
     "and parentheses.",
     query_argument, search_flags, search_examples},
    {"pack", questions_group, "fill a model's window with evidence, send nothing",
     "Retrieves, drops duplicates, and packs whole sentences up to the budget. The certificate promises that "
     "the request "
     "never exceeds it.",
     question_argument, pack_flags, pack_examples},
    {"ask", questions_group, "answer a question, with citations that are checked",
     "The default model, extractive, answers in sentences of the documents and needs no endpoint. Any other "
     "profile sends "
     "the packed passages to its endpoint. Each citation is compared byte for byte with the document. When the "
     "collection "
     "does not say, the exit code is 1.",
     question_argument, ask_flags, ask_examples},
    {"chat",
     questions_group,
     "talk with the collection",
     "Each line of stdin is a question; one that leans on what was said before (\"how deep is it?\") is looked "
     "for with the "
     "words that it leans on. Evidence is sent once: later questions add to it, so that an endpoint with a "
     "prompt cache "
     "reads only what is new. History and evidence share the budget; when it gets tight, passages of the past "
     "are "
     "forgotten first.\n\n"
     "/sources, /open N, /budget, /model, /help and /quit are for kindling itself. With --json each answer is "
     "an object "
     "on a line of its own.",
     {},
     chat_flags,
     chat_examples},

    {"replay", measure_group, "do a recorded run again, and say what comes out differently",
     "Reads what 'ask --record FILE' wrote. Nothing is sent: the endpoint says what it said then, as it came. "
     "Requests are "
     "compared byte for byte, answers and citations likewise. With --index the whole question is asked again, "
     "from the "
     "search on. A difference gives exit code 1.",
     replay_argument, replay_flags, replay_examples},
    {"tokens", measure_group, "count tokens",
     "By the tokenizer of a profile (muse-spark unless --model says otherwise) or by --tokenizer. Where a "
     "vocabulary is "
     "not public the count is an estimate with an upper bound.",
     token_arguments, token_flags, token_examples},
    {"embed", measure_group, "turn lines of text into vectors",
     "Without --out each vector is printed as a line of JSON.", embed_arguments, embed_flags, embed_examples},
    {"eval", measure_group, "measure retrieval on a BEIR folder",
     "Indexes the folder apart from your own index (kept, so that a second run is quick), and runs hybrid, "
     "keyword and "
     "vector search over its queries. Measures are those of trec_eval.",
     eval_arguments, eval_flags, eval_examples},
    {"bench", measure_group, "measure latency and throughput of this index", "", bench_arguments, bench_flags,
     bench_examples},
    {"ab", measure_group, "compare two models on mirrored questions",
     "With --ab-model (or ab.model in the configuration) a share of the questions of ask and chat goes to a "
     "second "
     "model too, with the same passages, after the answer was shown. `ab` grades the pairs without asking "
     "anybody: "
     "citation support, known answers, length, cost, time; with --judge a third model is asked, in both "
     "orders. It "
     "says who is better, or how many more pairs that will take; the rule allows to look as often as one "
     "likes.\n\n"
     "`ab run` sends what waits because its process died or all were busy.",
     ab_arguments, ab_flags, ab_examples},

    {"status", care_group, "say what the index holds", "", {}, reading_flags, {}},
    {"verify",
     care_group,
     "check every checksum and cross-reference",
     "Changes nothing. Problems give exit code 1.",
     {},
     index_only,
     {}},
    {"compact",
     care_group,
     "reclaim the space of removed documents",
     "Merges small segments into one and rewrites what is mostly removed. `index` and `remove` do a part of it "
     "by "
     "themselves, as much as what they change is worth.",
     {},
     index_only,
     {}},
    {"snapshot", care_group, "keep a state of the index under a name, for --at",
     "A snapshot stays as it is, whatever is indexed, merged or re-encoded later: search, pack, ask, chat, "
     "documents, show and status read it with --at NAME. It takes a copy of the catalog (some hundred bytes a "
     "document) and keeps the files it needs from being deleted until it is dropped.",
     snapshot_arguments, index_only, snapshot_examples},
    {"reencode",
     care_group,
     "change the encoder of the index",
     "Makes vectors of all chunks by the encoder that --encoder names, beside those of the index; searching "
     "goes on "
     "undisturbed, indexing waits. Then it says how rankings change over sample questions, and puts the new "
     "vectors "
     "in place of the old at once. Interrupted, the next run goes on from there.\n\n"
     "The encoder must use the same tokenizer, for chunks stay as they are. With --dry-run only a sample of "
     "chunks "
     "is embedded and compared.",
     {},
     reencode_flags,
     reencode_examples},
    {"models", care_group, "list the model profiles and encoders, test a profile, or distill an encoder",
     "`models test PROFILE` asks the profile's endpoint some dozen short questions and says what differs from "
     "the "
     "profile (exit code 1). It costs a fraction of a cent.\n\n"
     "`models distill` makes the static tier of the encoder: vectors of tokens, for searching by meaning "
     "within "
     "seconds. "
     "Use it with `kindling index --encoder static`.",
     models_arguments, models_flags, models_examples},
    {"config",
     care_group,
     "print every setting and where it came from",
     "A flag wins over the environment, that over kindling.toml of the project (the nearest one upwards), that "
     "over "
     "$XDG_CONFIG_HOME/kindling/config.toml.",
     {},
     config_flags,
     {}},
    {"doctor", care_group, "check the machine, the model, the index and the keys", "", {}, doctor_flags, {}},
    {"completions", care_group, "print completions for a shell", "", shell_argument, {}, completion_examples},
    {"help", care_group, "explain a command", "", help_argument, help_flags, help_examples},
};

}  // namespace

std::span<const Verb> verbs() { return verb_table; }
std::span<const Flag> flags() { return flag_table; }
std::span<const std::string_view> common_flags() { return common; }

const Verb* find_verb(std::string_view name) {
  const auto* found = std::ranges::find(verb_table, name, &Verb::name);
  return found == std::end(verb_table) ? nullptr : found;
}

const Flag& flag_named(std::string_view name) {
  const auto* found = std::ranges::find(flag_table, name, &Flag::name);
  KINDLING_CHECK(found != std::end(flag_table));
  return *found;
}

const Flag* find_flag(const Verb& verb, std::string_view name) {
  const auto named = [&](std::span<const Names> names) {
    return std::ranges::find(names, name) != names.end();
  };
  return named(verb.flags) || named(common) ? &flag_named(name) : nullptr;
}

const Flag* find_flag(const Verb& verb, char letter) {
  const auto* found = std::ranges::find(flag_table, letter, &Flag::letter);
  return found == std::end(flag_table) ? nullptr : find_flag(verb, found->name);
}

}  // namespace kindling
