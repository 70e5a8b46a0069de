#include "engine/pack/instruction_like.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/utf8.h"

namespace kindling {
namespace {

using Words = std::string_view;

constexpr std::size_t reach_before = 90, reach_behind = 60;  // bytes around the noun that one order may take
constexpr std::size_t stride = 3, gram = 4;
constexpr std::size_t anchor_bytes_min =
    gram + stride - 1;  // then one gram of each begins at a multiple of three

// Beginnings of words, ASCII in lower case. Where capitals are not ASCII the first letter is left out.
struct Order {
  std::span<const Words> nouns;  // each at least anchor_bytes_min
  std::span<const Words> whose;
  std::span<const Words> verbs;
};

constexpr Words en_nouns[] = {"instruction", "directive",   "guideline",  "commands",
                              "the prompt",  "your prompt", "programming"};
constexpr Words en_whose[] = {"previous",
                              "prior",
                              "above",
                              "earlier",
                              "preceding",
                              "foregoing",
                              "all of your",
                              "your system",
                              "your original",
                              "your initial",
                              "system's",
                              "you were given",
                              "you have been given",
                              "you received",
                              "other instruction",
                              "all instr",
                              "any instr",
                              "all the instr"};
constexpr Words en_verbs[] = {"ignore",       "disregard",      "forget",          "override",
                              "overrule",     "bypass",         "discard",         "do not follow",
                              "don't follow", "stop following", "pay no attention"};
constexpr Words prompt_nouns[] = {"system prompt", "system message", "initial prompt", "hidden prompt",
                                  "system instruction"};
constexpr Words prompt_whose[] = {"your", "the", "all", "this"};
constexpr Words prompt_verbs[] = {"reveal",    "print",    "repeat", "output",   "ignore", "show me",
                                  "disregard", "disclose", "leak",   "override", "tell me"};
constexpr Words de_nouns[] = {"anweisung", "instruktion", "systemprompt", "system-prompt", "vorgaben"};
constexpr Words de_whose[] = {"vorherig", "vorangegangen", "bisherig", "obig",
                              "früher",   "vorangehend",   "deine",    "alle "};
constexpr Words de_verbs[] = {"ignorier", "vergiss", "missachte", "verwirf", "befolge keine"};
constexpr Words fr_nouns[] = {"instruction", "consignes", "directives"};
constexpr Words fr_whose[] = {"précédent", "antérieur", "ci-dessus", "toutes", "préalable"};
constexpr Words fr_verbs[] = {"ignore", "oublie", "ne tiens pas compte", "ne tenez pas compte", "ne suis pas"};
constexpr Words es_nouns[] = {"instruccion", "indicaciones", "directrices"};
constexpr Words es_whose[] = {"anterior", "previa", "de arriba", "todas"};
constexpr Words es_verbs[] = {"ignora", "ignore", "olvida", "olvide", "haz caso omiso", "descarta", "no sigas"};
constexpr Words it_nouns[] = {"istruzion", "direttive"};
constexpr Words it_whose[] = {"precedent", "anterior", "tutte", "di cui sopra"};
constexpr Words it_verbs[] = {"ignora", "ignorate", "dimentica", "non seguire", "non tenere conto"};
constexpr Words pt_nouns[] = {"instruções", "diretrizes", "orientações"};
constexpr Words pt_whose[] = {"anterior", "prévia", "acima", "todas"};
constexpr Words pt_verbs[] = {"ignore", "ignora", "esqueça", "esquece", "desconsidere", "não siga"};
constexpr Words nl_nouns[] = {"instructies", "aanwijzing", "opdrachten"};
constexpr Words nl_whose[] = {"vorige", "eerdere", "voorgaande", "bovenstaande", "alle "};
constexpr Words nl_verbs[] = {"negeer", "vergeet", "volg niet"};
constexpr Words ru_nouns[] = {"инструкци", "указани", "системный промпт", "системного промпта"};
constexpr Words ru_whose[] = {"редыдущ", "режн", "ышеизложенн", "все ", "ранее"};
constexpr Words ru_verbs[] = {"гнорируй", "абудь", "е следуй", "ренебреги"};
constexpr Words zh_nouns[] = {"指令", "指示", "提示词", "系统提示", "系統提示"};
constexpr Words zh_whose[] = {"之前", "以上", "前面", "先前", "上述", "所有", "你的", "上面"};
constexpr Words zh_verbs[] = {"忽略", "无视", "無視", "忘记", "忘記", "不要遵", "忽视"};
constexpr Words ja_nouns[] = {"指示", "命令", "プロンプト"};
constexpr Words ja_whose[] = {"以前", "これまで", "上記", "前の", "すべて", "全ての", "先の", "あなた"};
constexpr Words ja_verbs[] = {"無視し", "忘れて", "忘れろ", "従わない"};
constexpr Words ko_nouns[] = {"지시", "명령", "프롬프트", "지침"};
constexpr Words ko_whose[] = {"이전", "위의", "앞의", "모든", "기존"};
constexpr Words ko_verbs[] = {"무시하", "무시해", "잊어", "따르지 마"};
constexpr Words ar_nouns[] = {"التعليمات", "تعليمات", "الأوامر", "التوجيهات"};
constexpr Words ar_whose[] = {"السابقة", "أعلاه", "جميع", "كل "};
constexpr Words ar_verbs[] = {"تجاهل", "انس ", "انسَ", "لا تتبع"};

constexpr Order orders[] = {{en_nouns, en_whose, en_verbs}, {prompt_nouns, prompt_whose, prompt_verbs},
                            {de_nouns, de_whose, de_verbs}, {fr_nouns, fr_whose, fr_verbs},
                            {es_nouns, es_whose, es_verbs}, {it_nouns, it_whose, it_verbs},
                            {pt_nouns, pt_whose, pt_verbs}, {nl_nouns, nl_whose, nl_verbs},
                            {ru_nouns, ru_whose, ru_verbs}, {zh_nouns, zh_whose, zh_verbs},
                            {ja_nouns, ja_whose, ja_verbs}, {ko_nouns, ko_whose, ko_verbs},
                            {ar_nouns, ar_whose, ar_verbs}};

// Enough by themselves.
constexpr Words phrases[] = {"from now on you are",
                             "from now on, you are",
                             "from now on you will",
                             "from now on, you will",
                             "you are now in developer mode",
                             "new instructions for the ai",
                             "new instructions for the assistant",
                             "do not tell the user",
                             "don't tell the user",
                             "without telling the user",
                             "do not inform the user",
                             "attention ai",
                             "note to the ai",
                             "note to ai",
                             "if you are an ai",
                             "if you are a language model",
                             "as a language model, you must",
                             "as an ai, you must",
                             "### system:",
                             "### instruction:",
                             "[system](#",
                             "instructions to the language model",
                             "instructions for the language model",
                             "you must call the tool",
                             "call the tool with",
                             "ab jetzt bist du",
                             "sag dem nutzer nicht",
                             "à partir de maintenant, tu es",
                             "à partir de maintenant tu es",
                             "ne dis pas à l'utilisateur",
                             "a partir de ahora eres",
                             "no le digas al usuario",
                             "теперь ты —",
                             "从现在开始你是",
                             "从现在起,你",
                             "不要告诉用户",
                             "ユーザーには言わないで",
                             "من الآن فصاعدا أنت"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool equals(std::string_view text, std::string_view lowered) {
  return std::equal(text.begin(), text.end(), lowered.begin(), lowered.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool stands_at(std::string_view text, std::size_t at, std::string_view lowered) {
  return at + lowered.size() <= text.size() && equals(text.substr(at, lowered.size()), lowered);
}

constexpr std::uint32_t folded_gram(const char* text) {
  std::uint32_t bytes = 0;
  for (std::size_t i = 0; i < gram; ++i)
    bytes |= static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  return bytes | 0x20202020u;
}

// A gram of a noun or a phrase, and how far behind its beginning the gram stands.
struct Anchor {
  std::uint32_t folded = 0;
  std::uint8_t back = 0;
  std::uint8_t order = 0;  // of `orders`; past their end: of a phrase
  std::uint8_t word = 0;   // of its nouns, or of the phrases
};

constexpr std::size_t anchor_count() {
  std::size_t words = std::size(phrases);
  for (const Order& order : orders) words += order.nouns.size();
  return words * stride;
}

constexpr auto make_anchors() {
  std::array<Anchor, anchor_count()> anchors{};
  std::size_t count = 0;
  const auto add = [&](std::size_t order, std::size_t word, Words text) {
    for (std::size_t back = 0; back < stride; ++back) {
      anchors[count++] = {folded_gram(text.data() + back), static_cast<std::uint8_t>(back),
                          static_cast<std::uint8_t>(order), static_cast<std::uint8_t>(word)};
    }
  };
  for (std::size_t o = 0; o < std::size(orders); ++o) {
    for (std::size_t w = 0; w < orders[o].nouns.size(); ++w) add(o, w, orders[o].nouns[w]);
  }
  for (std::size_t w = 0; w < std::size(phrases); ++w) add(std::size(orders), w, phrases[w]);
  std::ranges::sort(anchors, {}, &Anchor::folded);
  return anchors;
}
constexpr auto anchors = make_anchors();

// Nearly every gram of a text is told from all anchors by one bit.
constexpr std::uint32_t bits = 15;
constexpr std::uint32_t bit_of(std::uint32_t folded) { return (folded * 2654435761u) >> (32 - bits); }
constexpr auto make_bits() {
  std::array<std::uint64_t, (std::size_t{1} << bits) / 64> set{};
  for (const Anchor& anchor : anchors) {
    const std::uint32_t bit = bit_of(anchor.folded);
    set[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  return set;
}
constexpr auto anchor_bits = make_bits();

constexpr bool all_long_enough() {
  for (const Order& order : orders) {
    for (const Words noun : order.nouns) {
      if (noun.size() < anchor_bytes_min) return false;
    }
  }
  return std::ranges::all_of(phrases, [](Words phrase) { return phrase.size() >= anchor_bytes_min; });
}
static_assert(all_long_enough());

// The stretch around [begin, end) that no sentence ends in.
InstructionLike sentence_around(std::string_view text, std::size_t begin, std::size_t end) {
  const auto ends_sentence = [&](std::size_t at) {
    const char c = text[at];
    if (c == '.' || c == '!' || c == '?') return at + 1 == text.size() || text[at + 1] <= ' ';
    return (c == '\n' && at + 1 < text.size() && text[at + 1] == '\n') || text.substr(at).starts_with("。");
  };
  InstructionLike around{begin, end};
  while (around.begin > 0 && begin - around.begin < reach_before && !ends_sentence(around.begin - 1))
    --around.begin;
  while (around.end < text.size() && around.end - end < reach_behind && !ends_sentence(around.end))
    ++around.end;
  return around;
}

// Where one of `words` begins a word in the stretch; words of scripts without spaces begin anywhere.
std::optional<InstructionLike> find_one(std::string_view text, InstructionLike within,
                                        std::span<const Words> words) {
  for (std::size_t at = within.begin; at < within.end; ++at) {
    const bool ascii_inside = at > 0 && lower(text[at - 1]) >= 'a' && lower(text[at - 1]) <= 'z';
    if (ascii_inside) continue;
    for (const Words word : words) {
      if (stands_at(text.substr(0, within.end), at, word)) return InstructionLike{at, at + word.size()};
    }
  }
  return std::nullopt;
}

std::optional<InstructionLike> given_order(std::string_view text, std::size_t at, Words noun,
                                           const Order& order) {
  const InstructionLike around = sentence_around(text, at, at + noun.size());
  const auto verb = find_one(text, around, order.verbs);
  if (!verb) return std::nullopt;
  const auto whose = find_one(text, around, order.whose);
  if (!whose) return std::nullopt;
  const std::size_t begin = std::min({at, verb->begin, whose->begin});
  const std::size_t end = std::max({at + noun.size(), verb->end, whose->end});
  return InstructionLike{begin, end};
}

// What a gram that may be an anchor's belongs to, if anything.
std::optional<InstructionLike> matched(std::string_view text, std::size_t at, std::uint32_t folded) {
  for (const Anchor& anchor : std::ranges::equal_range(anchors, folded, {}, &Anchor::folded)) {
    if (anchor.back > at) continue;
    const std::size_t begin = at - anchor.back;
    const bool is_phrase = anchor.order == std::size(orders);
    const Words word = is_phrase ? phrases[anchor.word] : orders[anchor.order].nouns[anchor.word];
    if (!stands_at(text, begin, word)) continue;
    if (is_phrase) return InstructionLike{begin, begin + word.size()};
    if (auto found = given_order(text, begin, word, orders[anchor.order])) return found;
  }
  return std::nullopt;
}

}  // namespace

std::optional<InstructionLike> find_instruction(std::string_view text) {
  for (std::size_t at = 0; at + gram <= text.size(); at += stride) {
    const std::uint32_t folded = folded_gram(text.data() + at);
    const std::uint32_t bit = bit_of(folded);
    if ((anchor_bits[bit / 64] >> (bit % 64) & 1) == 0) continue;
    if (auto found = matched(text, at, folded)) return found;
  }
  return std::nullopt;
}

}  // namespace kindling
