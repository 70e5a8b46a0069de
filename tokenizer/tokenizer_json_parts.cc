#include "tokenizer/tokenizer_json_parts.h"

#include <algorithm>
#include <optional>

#include "tokenizer/rank_file.h"
#include "tokenizer/tokenizer_json_error.h"

namespace kindling::tokenizer_json {
namespace {

// The members of a sequence one by one, sequences in it too; any other part is a sequence of itself.
void append_parts(const Json& part, std::string_view members, std::vector<const Json*>& parts) {
  if (part.is_null()) return;
  if (part["type"].as_string() != "Sequence") {
    parts.push_back(&part);
    return;
  }
  for (const Json& member : part[members].items()) append_parts(member, members, parts);
}

std::vector<const Json*> in_sequence(const Json& part, std::string_view members) {
  std::vector<const Json*> parts;
  append_parts(part, members, parts);
  return parts;
}

using Steps = std::vector<NormalStep>;

// A literal string, or one of the regular expressions that files use for blanks.
Status add_replace(const Json& part, Steps& steps) {
  const std::string content(part["content"].as_string());
  const std::string_view regex = part.at("pattern.Regex").as_string();
  if (const auto text = part.at("pattern.String").as_string(); !text.empty()) {
    steps.emplace_back(normal_step::Replace{std::string(text), content});
  } else if (regex == " +" || regex == " {2,}") {
    steps.emplace_back(normal_step::ReplaceRuns{' ', regex == " +" ? 1u : 2u, content});
  } else if (regex == "\\s+") {
    steps.emplace_back(normal_step::ReplaceWhiteSpace{content});
  } else {
    return unsupported("normalizer", "Replace of the unknown pattern " + quoted(regex));
  }
  return {};
}

Status add_precompiled(const Json& part, Steps& steps) {
  const auto bytes = from_base64(part["precompiled_charsmap"].as_string());
  if (!bytes) return malformed("normalizer: precompiled_charsmap", "no base64");
  KINDLING_TRY(Charsmap charsmap, Charsmap::from(*bytes).within("normalizer"));
  steps.emplace_back(normal_step::Precompiled{std::make_shared<const Charsmap>(std::move(charsmap))});
  return {};
}

std::optional<NormalForm> form_named(std::string_view name) {
  if (name == "NFC") return NormalForm::old_nfc;
  if (name == "NFKC") return NormalForm::old_nfkc;
  if (name == "NFD") return NormalForm::old_nfd;
  if (name == "NFKD") return NormalForm::old_nfkd;
  return std::nullopt;
}

Status add_step(const Json& part, Steps& steps) {
  const std::string_view type = part["type"].as_string();
  if (type == "Replace") return add_replace(part, steps);
  if (type == "Precompiled") return add_precompiled(part, steps);
  if (const auto form = form_named(type)) {
    steps.emplace_back(normal_step::Form{*form});
  } else if (type == "Lowercase") {
    steps.emplace_back(normal_step::Lowercase{});
  } else if (type == "StripAccents") {
    steps.emplace_back(normal_step::StripAccents{});
  } else if (type == "Nmt") {
    steps.emplace_back(normal_step::Nmt{});
  } else if (type == "Strip") {
    steps.emplace_back(normal_step::Strip{part["strip_left"].as_bool(), part["strip_right"].as_bool()});
  } else if (type == "Prepend") {
    steps.emplace_back(normal_step::Prepend{std::string(part["prepend"].as_string())});
  } else {
    return unsupported("normalizer", "unknown normaliser " + type_of(part));
  }
  return {};
}

// The three splits of DeepSeek-V3 (pretoken_deepseek.h).
bool is_deepseek(const std::vector<const Json*>& splits) {
  static constexpr std::string_view regexes[] = {
      R"(\p{N}{1,3})", "[一-龥\u3040-ゟ゠-ヿ]+",
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| "
      "?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"};
  if (splits.size() != std::size(regexes)) return false;
  for (std::size_t i = 0; i < splits.size(); ++i)
    if ((*splits[i]).at("pattern.Regex").as_string() != regexes[i]) return false;
  return true;
}

Result<PieceCut> read_metaspace(const Json& part) {
  piece_cut::Metaspace cut{std::string(part["replacement"].as_string("\u2581"))};
  const std::string_view scheme = part["prepend_scheme"].as_string("always");
  if (cut.mark.empty() || (scheme != "always" && scheme != "first" && scheme != "never"))
    return malformed("pre_tokenizer", "a Metaspace with the prefix " + quoted(scheme));
  if (!part["add_prefix_space"].as_bool(true) && scheme != "never")
    return unsupported("pre_tokenizer", "a Metaspace that contradicts itself");
  cut.prefix = scheme == "always"  ? piece_cut::Prefix::always
               : scheme == "first" ? piece_cut::Prefix::first
                                   : piece_cut::Prefix::never;
  cut.split = part["split"].as_bool(true);
  return PieceCut(std::move(cut));
}

Result<PieceCut> read_literal_split(const Json& part) {
  const std::string_view text = part.at("pattern.String").as_string();
  const std::string_view behaviour = part["behavior"].as_string();
  piece_cut::Literal cut{std::string(text)};
  if (behaviour == "Removed") {
    cut.behaviour = piece_cut::Behaviour::removed;
  } else if (behaviour == "MergedWithPrevious") {
    cut.behaviour = piece_cut::Behaviour::with_previous;
  } else if (behaviour == "MergedWithNext") {
    cut.behaviour = piece_cut::Behaviour::with_next;
  } else if (behaviour != "Isolated") {
    return unsupported("pre_tokenizer", "a Split that is " + quoted(behaviour));
  }
  if (text.empty() || part["invert"].as_bool())
    return unsupported("pre_tokenizer", "a Split at " + quoted(part.at("pattern.Regex").as_string()));
  return PieceCut(std::move(cut));
}

// Whether an added token speaks to the model, as those do that begin with a bracket or a bar.
bool is_control(const Json& token) {
  const std::string_view content = token["content"].as_string();
  if (token["special"].as_bool()) return true;
  for (const std::string_view mark : {"<", "[", "|", "\uff5c"})
    if (content.size() > mark.size() && content.starts_with(mark)) return true;
  return false;
}

}  // namespace

Result<NormalSteps> read_normalizer(const Json& normalizer) {
  Steps steps;
  for (const Json* part : in_sequence(normalizer, "normalizers")) KINDLING_TRY_VOID(add_step(*part, steps));
  return NormalSteps(std::move(steps));
}

bool is_byte_level(const Json& pre_tokenizer) {
  const auto parts = in_sequence(pre_tokenizer, "pretokenizers");
  return std::any_of(parts.begin(), parts.end(),
                     [](const Json* part) { return (*part)["type"].as_string() == "ByteLevel"; });
}

Result<BytePreTokenizer> read_byte_pre_tokenizer(const Json& pre_tokenizer) {
  BytePreTokenizer result;
  const std::string where = "pre_tokenizer";
  std::vector<const Json*> splits;
  const Json* byte_level = nullptr;
  for (const Json* part : in_sequence(pre_tokenizer, "pretokenizers")) {
    const std::string_view type = (*part)["type"].as_string();
    if (type == "ByteLevel" && byte_level == nullptr) {
      byte_level = part;
    } else if (type == "Split" && byte_level == nullptr) {
      const bool pieces_stay = (*part)["behavior"].as_string() == "Isolated" ||
                               ((*part)["behavior"].as_string() == "Removed" && (*part)["invert"].as_bool());
      if (!pieces_stay) return unsupported(where, "a Split that is not Isolated");
      splits.push_back(part);
    } else {
      return unsupported(where, "unknown pre-tokeniser " + type_of(*part));
    }
  }
  const bool own_pattern = (*byte_level)["use_regex"].as_bool(true);
  result.blank_in_front = (*byte_level)["add_prefix_space"].as_bool(true);
  if (splits.empty() && own_pattern) return result;
  if (splits.empty() || own_pattern || result.blank_in_front)
    return unsupported(where, "a ByteLevel that does not fit its Splits");
  if (is_deepseek(splits)) {
    result.pattern = PretokenPattern::deepseek;
    return result;
  }
  for (const Json* split : splits) {
    const std::string_view regex =
        split->at("pattern.Regex").as_string(split->at("pattern.String").as_string());
    const auto pattern = pattern_of_regex(regex);
    if (!pattern || splits.size() != 1) return unsupported(where, "unknown pattern " + quoted(regex));
    result.pattern = *pattern;
  }
  return result;
}

Result<PieceCuts> read_cuts(const Json& pre_tokenizer, const NormalSteps& steps) {
  std::vector<PieceCut> cuts;
  for (const Json* part : in_sequence(pre_tokenizer, "pretokenizers")) {
    const std::string_view type = (*part)["type"].as_string();
    if (type == "Metaspace") {
      KINDLING_TRY(PieceCut cut, read_metaspace(*part));
      const bool at_first = std::get<piece_cut::Metaspace>(cut).prefix == piece_cut::Prefix::first;
      if (at_first && (!cuts.empty() || steps.may_remove()))
        return unsupported("pre_tokenizer", "a Metaspace that asks what stood first in a text already changed");
      cuts.push_back(std::move(cut));
    } else if (type == "WhitespaceSplit") {
      cuts.emplace_back(piece_cut::WhiteSpace{});
    } else if (type == "Split") {
      KINDLING_TRY(PieceCut cut, read_literal_split(*part));
      cuts.push_back(std::move(cut));
    } else {
      return unsupported("pre_tokenizer", "unknown pre-tokeniser " + type_of(*part));
    }
  }
  return PieceCuts(std::move(cuts));
}

Result<AddedTokens> read_added_tokens(const Json& added, const NormalSteps& steps) {
  AddedTokens tokens;
  std::vector<AddedTexts::Text> as_it_is, normalised;
  for (const Json& token : added.items()) {
    std::string content(token["content"].as_string());
    if (content.empty()) continue;
    if (is_control(token)) {
      tokens.control.push_back(std::move(content));
      continue;
    }
    const std::int64_t id = token["id"].as_integer(-1);
    if (id < 0 || id > INT32_MAX)
      return malformed("added_tokens: " + quoted(content), "its id is not a number");
    for (const std::string_view rule : {"single_word", "lstrip", "rstrip"})
      if (token[rule].as_bool()) return unsupported("added_tokens: " + quoted(content), std::string(rule));
    const bool after_normalising = token["normalized"].as_bool(true);
    if (after_normalising) content = steps.apply(std::move(content));
    if (content.size() > added_text_bytes_max)
      return unsupported("added_tokens: " + quoted(content), "more than 256 bytes");
    if (content.empty()) continue;
    (after_normalising ? normalised : as_it_is).push_back({std::move(content), static_cast<TokenId>(id)});
  }
  tokens.as_it_is = AddedTexts(as_it_is);
  tokens.normalised = AddedTexts(normalised);
  return tokens;
}

}  // namespace kindling::tokenizer_json
