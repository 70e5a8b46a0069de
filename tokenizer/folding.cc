#include "tokenizer/folding.h"

#include <libstemmer.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

#include <array>
#include <cstring>
#include <memory>

#include "base/utf8.h"
#include "tokenizer/analyzer.h"
#include "tokenizer/characters.h"

namespace kindling {
namespace {

// What is read of one word: enough to fill a term, however the folding shrinks it.
constexpr std::size_t raw_bytes_max = 4 * term_bytes_max;

const char* algorithm_of(Language language) {
  switch (language) {
    case Language::arabic:
      return "arabic";
    case Language::basque:
      return "basque";
    case Language::catalan:
      return "catalan";
    case Language::danish:
      return "danish";
    case Language::dutch:
      return "dutch";
    case Language::english:
      return "english";
    case Language::finnish:
      return "finnish";
    case Language::french:
      return "french";
    case Language::german:
      return "german";
    case Language::greek:
      return "greek";
    case Language::hindi:
      return "hindi";
    case Language::hungarian:
      return "hungarian";
    case Language::indonesian:
      return "indonesian";
    case Language::irish:
      return "irish";
    case Language::italian:
      return "italian";
    case Language::lithuanian:
      return "lithuanian";
    case Language::nepali:
      return "nepali";
    case Language::norwegian:
      return "norwegian";
    case Language::portuguese:
      return "portuguese";
    case Language::romanian:
      return "romanian";
    case Language::russian:
      return "russian";
    case Language::spanish:
      return "spanish";
    case Language::swedish:
      return "swedish";
    case Language::tamil:
      return "tamil";
    case Language::turkish:
      return "turkish";
    default:
      return nullptr;  // unknown, and languages that Snowball does not know
  }
}

struct DeleteStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, DeleteStemmer>;

bool is_ascii(std::string_view word) {
  for (const char c : word) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// Turkish capitals I and İ, which Unicode's folding would both send elsewhere.
std::string lower_turkish_i(std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < word.size();) {
    const char32_t c = next_code_point(word, at);
    append_utf8(out, c == 'I' ? U'\u0131' : c == 0x130 ? U'i' : c);
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// Immutable, ICU's own; asked for once, so that a race detector sees it made before it is used. Null: no data.
const icu::Normalizer2* casefold_normalizer() {
  static const icu::Normalizer2* const normalizer = [] {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* found = icu::Normalizer2::getNFKCCasefoldInstance(status);
    return U_SUCCESS(status) ? found : nullptr;
  }();
  return normalizer;
}

std::string casefold_nfkc(std::string_view word) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = casefold_normalizer();
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded);
  if (normalizer == nullptr) status = U_MISSING_RESOURCE_ERROR;
  if (U_SUCCESS(status)) {
    normalizer->normalizeUTF8(0, icu::StringPiece(word.data(), static_cast<std::int32_t>(word.size())), sink,
                              nullptr, status);
  }
  return U_SUCCESS(status) ? folded : std::string(word);
}

// Per thread: the stemmers opened so far and the latest terms, one to a slot.
class TermMemory {
 public:
  std::string_view term(std::string_view word, bool letters_only, Language language) {
    if (word.size() > word_bytes_max) return compute(word, letters_only, language);
    Entry& entry = entries_[slot(word, language)];
    if (entry.word_size == word.size() && entry.language == language &&
        std::memcmp(entry.word.data(), word.data(), word.size()) == 0) {
      return {entry.term.data(), entry.term_size};
    }
    const std::string_view term = compute(word, letters_only, language);
    if (term.size() > entry.term.size()) return term;
    entry.language = language;
    entry.word_size = static_cast<std::uint8_t>(word.size());
    entry.term_size = static_cast<std::uint8_t>(term.size());
    std::memcpy(entry.word.data(), word.data(), word.size());
    std::memcpy(entry.term.data(), term.data(), term.size());
    return {entry.term.data(), entry.term_size};
  }

 private:
  static constexpr std::size_t word_bytes_max = 29;
  static constexpr std::size_t slot_count = 4096;

  struct Entry {
    Language language = Language::unknown;
    std::uint8_t word_size = 0;  // zero: empty, for no word is
    std::uint8_t term_size = 0;
    std::array<char, word_bytes_max> word;
    std::array<char, 32> term;
  };

  static std::size_t slot(std::string_view word, Language language) {
    std::uint64_t hash = static_cast<std::uint64_t>(language) + word.size();
    for (std::size_t at = 0; at < word.size(); at += 8) {
      std::uint64_t block = 0;
      std::memcpy(&block, word.data() + at, std::min<std::size_t>(8, word.size() - at));
      hash = (hash ^ block) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32;
    }
    return hash % slot_count;
  }

  std::string_view compute(std::string_view word, bool letters_only, Language language) {
    computed_ = fold_word(word, language);
    if (letters_only) stem(language);
    return computed_;
  }

  void stem(Language language) {
    const char* algorithm = algorithm_of(language);
    if (algorithm == nullptr) return;
    Stemmer& stemmer = stemmers_[static_cast<std::size_t>(language)];
    if (!stemmer) stemmer.reset(sb_stemmer_new(algorithm, "UTF_8"));
    if (!stemmer) return;
    const sb_symbol* stem = sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(computed_.data()),
                                            static_cast<int>(computed_.size()));
    const int size = sb_stemmer_length(stemmer.get());
    if (stem != nullptr && size > 0)
      computed_.assign(reinterpret_cast<const char*>(stem), static_cast<std::size_t>(size));
  }

  std::array<Entry, slot_count> entries_{};
  std::array<Stemmer, language_count> stemmers_{};
  std::string computed_;
};

TermMemory& memory_of_this_thread() {
  thread_local const std::unique_ptr<TermMemory> memory = std::make_unique<TermMemory>();
  return *memory;
}

}  // namespace

std::string fold_word(std::string_view word, Language language) {
  word = word.substr(0, floor_code_point(word, raw_bytes_max));
  std::string folded;
  if (is_ascii(word) && !(language == Language::turkish && word.find('I') != std::string_view::npos)) {
    folded.assign(word);
    for (char& c : folded) c = static_cast<char>(is_ascii_upper(static_cast<unsigned char>(c)) ? c | 0x20 : c);
  } else {
    folded = casefold_nfkc(language == Language::turkish ? lower_turkish_i(word) : word);
    replace_all(folded, "\u2019", "'");
    if (language == Language::romanian) {
      replace_all(folded, "\u0219", "\u015f");
      replace_all(folded, "\u021b", "\u0163");
    }
  }
  folded.resize(floor_code_point(folded, term_bytes_max));
  return folded;
}

std::string_view term_of_word(std::string_view word, bool letters_only, Language language) {
  return memory_of_this_thread().term(word, letters_only, language);
}

}  // namespace kindling
