#include "tokenizer/asking_runs.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "tokenizer/word_scanner.h"

namespace kindling {
namespace {

struct RunWords {
  Language language;
  std::string_view asking;  // blanks between words
  std::string_view silent;
};

constexpr std::array run_words{
    RunWords{
        Language::chinese,
        "什么 甚么 什麼 甚麼 为什么 為什麼 为甚么 什么时候 什麼時候 哪些 哪个 哪個 哪里 哪裡 哪儿 哪兒 哪一 "
        "哪年 哪位 多少 多久 怎么 怎麼 怎么样 怎麼樣 怎样 怎樣 如何 何时 何時 何处 何處 何地 何人 为何 為何 谁 "
        "誰 几个 幾個 是否 吗 嗎 请问 請問",
        ""},
    RunWords{
        Language::japanese,
        "何ですか 何でしょうか なんですか 誰ですか どこですか いつですか どうして どのように どのような どんな "
        "いくつ いくら でしょうか ですか ますか ましたか について教えて 教えてください",
        ""},
    RunWords{Language::thai,
             "อะไร อะไรบ้าง ใคร ใครบ้าง ที่ไหน ไหน เมื่อไร เมื่อไหร่ เมื่อใด ทำไม อย่างไร ยังไง เท่าไร เท่าไหร่ เท่าใด กี่ ใด "
             "ใดบ้าง สิ่งใด ผู้ใด แห่งใด หรือไม่ หรือเปล่า ใช่ไหม ใช่หรือไม่ เพราะอะไร เพราะเหตุใด คืออะไร เป็นอย่างไร ช่วยบอก "
             "กรุณาอธิบาย",
             "และ หรือ ของ เป็น คือ ซึ่ง กับ จาก โดย ที่ ใน ได้ ให้ เพื่อ ว่า นั้น นี้ ต่อ ด้วย แล้ว อยู่ เกี่ยวกับ ระหว่าง"},
};

// Korean binds particles and endings to its words.
constexpr std::string_view korean_asking =
    "무엇 무슨 무얼 누구 누가 누굴 언제 언제쯤 어디 어디서 어느 어떤 어떻게 어떠한 어째서 얼마 얼마나 몇";
constexpr std::string_view korean_short_asking = "왜 뭐 뭘";  // which other words begin with
constexpr std::string_view korean_bound =
    "은 는 이 가 을 를 의 에 에서 에게 으로 로 와 과 도 만 부터 까지 나 이나 인가 인가요 입니까 인지 이고 이며 "
    "이야 야 "
    "예요 이에요 죠 이죠 였나 였나요 였습니까 이었나요 이었습니까 라고 이라고 하는 한 하나요 합니까";
constexpr std::string_view korean_silent =
    "그 이 저 및 등 것 것은 것이 것을 수 또는 그리고 대해 대해서 대한 대하여 관해 관한 관하여 위해 위한 통해 "
    "의해 의한 "
    "따라 있는 있나요 있습니까 있었나요 있었습니까 하는 하나요 합니까 했나요 했습니까 되는 되나요 됩니까 "
    "되었나요 되었습니까 "
    "됐나요 인가요 입니까 알려 알려줘 알려주세요 말해 말해줘 말해주세요 설명해 설명해줘 설명해주세요 주세요 "
    "해줘";
constexpr std::string_view korean_endings =
    "했습니까 였습니까 었습니까 았습니까 습니까 입니까 합니까 됩니까 됐나요 했나요 하나요 되나요 인가요 나요 "
    "까요 니까";

// Calls visit(word) until it says that it is done.
template <typename Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    visit(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

bool among(std::string_view words, std::string_view wanted) {
  bool found = false;
  for_each_word(words, [&](std::string_view word) { found |= word == wanted; });
  return found;
}

std::size_t longest_at_beginning(std::string_view words, std::string_view text) {
  std::size_t longest = 0;
  for_each_word(words, [&](std::string_view word) {
    if (text.starts_with(word)) longest = std::max(longest, word.size());
  });
  return longest;
}

std::size_t longest_at_end(std::string_view words, std::string_view text) {
  std::size_t longest = 0;
  for_each_word(words, [&](std::string_view word) {
    if (text.ends_with(word)) longest = std::max(longest, word.size());
  });
  return longest;
}

ByteSpan span_of(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

bool is_leading_vowel(char32_t c) { return c >= 0x0e40 && c <= 0x0e44; }

// With a mark behind it a word is the beginning of another.
bool ends_a_character(std::string_view text, std::size_t end, const Word& run) {
  if (end == run.end) return true;
  return cluster_end(text, floor_code_point(text, end - 1)) == end;
}

// A syllable of Thai may begin with a vowel that is spoken after its consonant: "กี่" is no word in "เกี่ยว".
void read_unspaced(std::string_view text, const Word& run, const RunWords& words, AskingRuns& found) {
  bool inside_syllable = false;
  for (std::size_t at = run.begin; at < run.end;) {
    const std::string_view rest = text.substr(at, run.end - at);
    const std::size_t asking = inside_syllable ? 0 : longest_at_beginning(words.asking, rest);
    const std::size_t silent = inside_syllable ? 0 : longest_at_beginning(words.silent, rest);
    const std::size_t bytes = std::max(asking, silent);
    if (bytes > 0 && ends_a_character(text, at + bytes, run)) {
      (asking >= silent ? found.asking : found.silent).push_back(span_of(at, at + bytes));
      at += bytes;
      continue;
    }
    inside_syllable = is_leading_vowel(next_code_point(text, at));
  }
}

void read_korean(std::string_view text, const Word& run, AskingRuns& found) {
  const std::string_view written = text.substr(run.begin, run.end - run.begin);
  if (among(korean_silent, written)) {
    found.silent.push_back(span_of(run.begin, run.end));
    return;
  }
  const std::size_t brief = longest_at_beginning(korean_short_asking, written);
  const std::size_t asking = std::max(longest_at_beginning(korean_asking, written), brief);
  const std::string_view rest = written.substr(asking);
  const bool whole = rest.empty() || among(korean_bound, rest);
  if (asking > brief || (brief > 0 && whole)) {
    found.asking.push_back(span_of(run.begin, whole ? run.end : run.begin + asking));
    if (whole) return;
  }
  if (const std::size_t ending = longest_at_end(korean_endings, rest); ending > 0)
    found.silent.push_back(span_of(run.end - ending, run.end));
}

}  // namespace

bool AskingRuns::drops(ByteSpan span) const {
  // The first that ends behind the pair's beginning: words ascend and do not overlap.
  const auto at = [span](const std::vector<ByteSpan>& words) {
    return std::partition_point(words.begin(), words.end(),
                                [span](ByteSpan word) { return word.end <= span.begin; });
  };
  if (const auto word = at(asking); word != asking.end() && word->begin < span.end) return true;
  const auto word = at(silent);
  return word != silent.end() && word->begin <= span.begin && span.end <= word->end;
}

AskingRuns asking_runs(std::string_view question, Language language) {
  AskingRuns found;
  const auto words = std::find_if(run_words.begin(), run_words.end(),
                                  [language](const RunWords& each) { return each.language == language; });
  if (words == run_words.end() && language != Language::korean) return found;
  WordScanner scanner(question, language);
  Word run;
  while (scanner.next(run)) {
    if (run.kind == WordKind::plain) continue;
    if (language == Language::korean) {
      if (run.kind == WordKind::hangul) read_korean(question, run, found);
    } else {
      read_unspaced(question, run, *words, found);
    }
  }
  return found;
}

}  // namespace kindling
