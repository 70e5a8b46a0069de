#include "tokenizer/open_tokenizer.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/env.h"
#include "base/utf8.h"
#include "tokenizer/byte_level_bpe.h"
#include "tokenizer/rank_file.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/wordpiece.h"

namespace kindling {
namespace {

constexpr std::size_t json_strings_max = 8'000'000;  // two for a token, two for a merge

struct KnownRanks {
  std::size_t tokens;
  PretokenPattern pattern;
  NormalForm normal_form;
};

constexpr std::array known_ranks = {
    KnownRanks{50256, PretokenPattern::gpt2, NormalForm::none},     // r50k
    KnownRanks{50280, PretokenPattern::gpt2, NormalForm::none},     // p50k
    KnownRanks{100256, PretokenPattern::cl100k, NormalForm::none},  // cl100k
    KnownRanks{128000, PretokenPattern::llama3, NormalForm::none},  // Llama 3
    KnownRanks{151643, PretokenPattern::qwen2, NormalForm::nfc},    // Qwen to Qwen 3
    KnownRanks{199998, PretokenPattern::o200k, NormalForm::none},   // o200k
    KnownRanks{200000, PretokenPattern::o200k, NormalForm::none},   // Llama 4
};

Result<std::unique_ptr<Tokenizer>> open_ranks(std::string name, std::string_view bytes,
                                              std::string_view pattern) {
  KINDLING_TRY(const BpeVocabulary vocabulary, read_rank_file(bytes));
  ByteLevelBpeOptions options{std::move(name), {}};
  if (!pattern.empty()) {
    const auto named = pattern_named(pattern);
    if (!named) {
      return Error{ErrorCode::usage, "#" + std::string(pattern), "no pattern of this name",
                   "choose among gpt2, cl100k, llama3, qwen2, qwen35, o200k, tekken, deepseek"};
    }
    options.pattern = *named;
    if (named == PretokenPattern::qwen2 || named == PretokenPattern::qwen35)
      options.normal_form = NormalForm::nfc;
  } else {
    const auto known = std::find_if(known_ranks.begin(), known_ranks.end(), [&](const KnownRanks& ranks) {
      return ranks.tokens == vocabulary.tokens.size();
    });
    if (known == known_ranks.end()) {
      return Error{ErrorCode::unsupported, std::to_string(vocabulary.tokens.size()) + " ranks",
                   "a rank file that is not known does not say how text is cut into words",
                   "name the pattern behind the path, such as FILE#o200k"};
    }
    options.pattern = known->pattern;
    options.normal_form = known->normal_form;
  }
  options.fingerprint =
      sha256_hex(std::string(bytes) + "#" + std::string(to_string(options.pattern))).substr(0, 32);
  return make_byte_level_bpe(vocabulary, std::move(options));
}

std::string fingerprint_of(std::string_view bytes) { return sha256_hex(bytes).substr(0, 32); }

Result<std::unique_ptr<Tokenizer>> open_json(std::string name, std::string_view bytes) {
  if (static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '"')) > 2 * json_strings_max) {
    return Error{ErrorCode::too_large, "", "more than eight million strings",
                 "use a tokenizer of a language model"};
  }
  auto parsed = parse_json(bytes);
  if (!parsed) {
    Error error = parsed.error();
    error.mend = "the file may be cut; get it again";
    return error;
  }
  if (parsed->has("model")) return open_tokenizer_json(std::move(name), bytes, *parsed);
  if (parsed->has("config") && parsed->has("vocab"))
    return read_tekken_json(std::move(name), fingerprint_of(bytes), *parsed);
  return Error{ErrorCode::unsupported, "", "JSON, but neither a tokenizer.json nor a tekken.json",
               "give the file tokenizer.json, tekken.json or tokenizer.model of the model"};
}

bool looks_like_word_list(std::string_view bytes) {
  return bytes.find("[UNK]") != std::string_view::npos && is_valid_utf8(bytes);
}

std::string stem_of(const std::filesystem::path& path) {
  const std::string stem = path.stem().string();
  const bool says_nothing = stem == "tokenizer" || stem == "tekken" || stem == "vocab" || stem.empty();
  const std::string folder = path.parent_path().filename().string();
  return says_nothing && !folder.empty() ? folder : stem;
}

// The tokenizer's file in a model's folder; empty if there is none.
std::filesystem::path file_in(Files& files, const std::filesystem::path& folder) {
  const auto names = files.list(folder);
  if (!names) return {};
  for (const std::string_view ending :
       {"tokenizer.json", "tekken.json", ".tiktoken", "tokenizer.model", ".model", "vocab.txt"}) {
    for (const std::string& name : *names)
      if (name.ends_with(ending) && !name.starts_with('.')) return folder / name;
  }
  return {};
}

// The file that `name` means; empty if none.
std::filesystem::path find_file(Files& files, const std::string& name) {
  std::vector<std::filesystem::path> candidates = {name};
  const bool plain = name.find('/') == std::string::npos && !name.starts_with('.');
  if (const auto folder = tokenizers_folder(); folder && plain) candidates.push_back(*folder / name);
  for (const std::filesystem::path& path : candidates) {
    const auto info = files.info(path);
    if (!info) continue;
    if (info->kind != FileInfo::Kind::directory) return path;
    if (auto inside = file_in(files, path); !inside.empty()) return inside;
  }
  return {};
}

}  // namespace

Result<TokenizerFile> find_tokenizer_file(Files& files, const std::string& name) {
  TokenizerFile file{find_file(files, name), {}};
  if (const std::size_t mark = name.rfind('#'); file.path.empty() && mark != std::string::npos)
    file = {find_file(files, name.substr(0, mark)), name.substr(mark + 1)};
  if (file.path.empty()) {
    return Error{ErrorCode::not_found, name, "neither a tokenizer's file nor the name of an installed one",
                 "give a file, or fetch one: scripts/get-tokenizer --list"};
  }
  return file;
}

Result<std::unique_ptr<Tokenizer>> open_tokenizer(Files& files, const std::string& name) {
  KINDLING_TRY(const TokenizerFile file, find_tokenizer_file(files, name));
  KINDLING_TRY(const std::string bytes, files.read(file.path, tokenizer_file_bytes_max));
  return open_tokenizer_bytes(stem_of(file.path), bytes, file.pattern).within(file.path.string());
}

Result<std::unique_ptr<Tokenizer>> open_tokenizer_bytes(std::string name, std::string_view bytes,
                                                        std::string_view pattern) {
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (bytes.size() > tokenizer_file_bytes_max)
    return Error{ErrorCode::too_large, "", "more than 128 MiB", "use a tokenizer of a language model"};
  if (first == std::string_view::npos)
    return Error{ErrorCode::malformed, "", "an empty file", "get the tokenizer's file again"};
  if (bytes[first] == '{') return open_json(std::move(name), bytes);
  if (looks_like_rank_file(bytes)) return open_ranks(std::move(name), bytes, pattern);
  if (bytes[0] == '\n') return open_sentencepiece(std::move(name), bytes);  // the tag of a piece
  if (looks_like_word_list(bytes)) {
    KINDLING_TRY(auto tokenizer, WordPiece::from_vocabulary(bytes));
    return std::unique_ptr<Tokenizer>(std::move(tokenizer));
  }
  return Error{ErrorCode::unsupported, "", "not a tokenizer's file of a known kind",
               "give a SentencePiece .model, tokenizer.json, tekken.json, tiktoken ranks, or BERT's vocab.txt"};
}

Result<std::unique_ptr<Tokenizer>> open_tokenizer_json(std::string name, std::string_view bytes,
                                                       const Json& file) {
  return read_tokenizer_json(std::move(name), fingerprint_of(bytes), file);
}

Result<std::filesystem::path> tokenizers_folder() {
  if (const auto models = environment("KINDLING_MODELS")) return std::filesystem::path(*models) / "tokenizers";
  if (const auto data = environment("XDG_DATA_HOME"))
    return std::filesystem::path(*data) / "kindling" / "models" / "tokenizers";
  if (const auto home = environment("HOME"))
    return std::filesystem::path(*home) / ".local" / "share" / "kindling" / "models" / "tokenizers";
  return Error{ErrorCode::not_found, "$KINDLING_MODELS", "no folder for models: the environment names no home",
               "set KINDLING_MODELS"};
}

std::vector<std::string> installed_tokenizers(Files& files) {
  std::vector<std::string> found;
  const auto folder = tokenizers_folder();
  if (!folder) return found;
  const auto names = files.list(*folder);
  if (!names) return found;
  for (const std::string& name : *names)
    if (!name.starts_with('.') && !file_in(files, *folder / name).empty()) found.push_back(name);
  return found;
}

}  // namespace kindling
