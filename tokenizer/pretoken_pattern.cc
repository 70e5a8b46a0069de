#include "tokenizer/pretoken_pattern.h"

#include <array>

namespace kindling {
namespace {

struct Name {
  PretokenPattern pattern;
  std::string_view name;
};

constexpr std::array names = {
    Name{PretokenPattern::gpt2, "gpt2"},     Name{PretokenPattern::cl100k, "cl100k"},
    Name{PretokenPattern::llama3, "llama3"}, Name{PretokenPattern::qwen2, "qwen2"},
    Name{PretokenPattern::qwen35, "qwen35"}, Name{PretokenPattern::o200k, "o200k"},
    Name{PretokenPattern::tekken, "tekken"}, Name{PretokenPattern::deepseek, "deepseek"},
};

struct Regex {
  PretokenPattern pattern;
  std::string_view text;
};

// As tiktoken, Mistral and the model folders of Hugging Face write them.
constexpr std::array regexes = {
    Regex{PretokenPattern::gpt2,
          R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"},
    Regex{PretokenPattern::gpt2,
          R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)"},
    Regex{
        PretokenPattern::cl100k,
        R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)"},
    Regex{
        PretokenPattern::llama3,
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    Regex{
        PretokenPattern::qwen2,
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    Regex{
        PretokenPattern::qwen35,
        R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    Regex{
        PretokenPattern::o200k,
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
    Regex{
        PretokenPattern::tekken,
        R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"},
};

}  // namespace

std::string_view to_string(PretokenPattern pattern) {
  for (const Name& known : names)
    if (known.pattern == pattern) return known.name;
  return "unknown";
}

std::optional<PretokenPattern> pattern_named(std::string_view name) {
  for (const Name& known : names)
    if (known.name == name) return known.pattern;
  return std::nullopt;
}

std::optional<PretokenPattern> pattern_of_regex(std::string_view regex) {
  for (const Regex& known : regexes)
    if (known.text == regex) return known.pattern;
  return std::nullopt;
}

}  // namespace kindling
