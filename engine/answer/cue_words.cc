#include "engine/answer/cue_words.h"

#include <array>

#include "base/utf8.h"

namespace kindling {
namespace {

constexpr std::array asking{
    CueWords{
        Asked::number,
        // English
        "how many|how much|how long|how deep|how high|how far|how old|how heavy|how large|how big|how tall|"
        "how wide|how fast|how often|how frequently|what percent*|what proportion|what fraction|what number|"
        "what amount|what share|what size|what rate|what age|what is the number|what is the population|"
        "what is the size|what is the percentage|what is the amount|what is the rate|what is the age|"
        "what is the length|what is the ratio|what is the prevalence|"
        // German, French, Spanish, Italian, Portuguese
        "wie viel*|wieviel*|wie lang*|wie hoch|wie alt|wie weit|wie oft|wie groß|wie gross|wie schwer|"
        "wie tief|wie stark|combien|quel pourcentage|quel nombre|quel âge|cuánto|cuánta|cuántos|cuántas|"
        "qué porcentaje|qué cantidad|qué número|quanto|quanta|quanti|quante|quantos|quantas|"
        // Russian, Romanian, Turkish, Vietnamese, Greek, Arabic
        "сколько|какой процент|câte|câți|kaç|ne kadar|bao nhiêu|mấy|πόσο|πόσα|πόσοι|πόσες|πόσους|πόση|"
        "كم|بكم|وكم",
        "多少|几|幾|いくつ|いくら|何年間|どのくらい|कितन|กี่|เท่าไ|เท่าใด"},
    CueWords{
        Asked::date,
        "when|what year|what date|what day|what month|what century|what decade|what time|which year|"
        "which month|which day|which century|which decade|wann|welchem jahr|welches jahr|welchem monat|"
        "welchem tag|welchem jahrhundert|quand|quelle année|quelle date|cuándo|qué año|qué fecha|qué día|"
        "qué mes|qué siglo|quando|che anno|quale anno|que ano|когда|каком году|какого года|când|ce an|"
        "ne zaman|hangi yıl*|khi nào|năm nào|πότε|ποιο έτος|ποια χρονιά|متى|ومتى|أي عام|أي سنة|أي تاريخ",
        "什么时候|何时|哪一年|哪年|哪一天|哪天|几月|何時|哪个世纪|いつ|何年|कब|किस वर्ष|เมื่อใด|เมื่อไ|ปีใด|ปีไหน"},
    CueWords{
        Asked::reason,
        "why|what cause|what causes|what caused|for what reason|what is the reason|what was the reason|"
        "what are the reasons|what were the reasons|what is the cause|what was the cause|"
        "what is the main cause|what is the purpose|what was the purpose|warum|weshalb|wieso|pourquoi|"
        "por qué|perché|por que|почему|зачем|de ce|neden|niçin|tại sao|vì sao|γιατί|لماذا|لمادا|ولماذا|سبب",
        "为什么|为何|為什麼|原因|なぜ|どうして|क्यों|ทำไม|เหตุใด"},
    CueWords{
        Asked::place,
        "where|which country|which city|which state|which place|which river|which region|what country|"
        "what city|what state|what place|what region|wo|woher|wohin|où|dónde|dove|onde|где|куда|откуда|unde|"
        "nerede|nereye|ở đâu|πού|أين|واين|اين",
        "哪里|哪裡|哪儿|何处|何地|哪个国家|哪个城市|哪个地方|哪个省|哪个市|位于哪|どこ|कहाँ|ที่ไหน|ที่ใด"},
    CueWords{Asked::name,
             "who|whom|whose|wer|wen|wem|wessen|qui|quién|quiénes|chi|quem|кто|кого|кому|кем|чей|cine|cui|kim|"
             "kimin|kime|kimler|ai|ποιος|ποιοι|ποιον|ποια",
             "谁|誰|哪位|哪一位|何人|だれ|どなた|कौन|किसने|ใคร"},
    CueWords{Asked::definition,
             "define|what is a|what is an|what does it mean|was ist|was bedeutet|qu est ce|qué es|qué son|"
             "che cos|cos è|o que é|что такое|ce este|nedir|là gì|τι είναι|ما هو|ماهو|ما هي|ماهي|من هو|من هي|"
             "من هم",
             "什么是|是什么|とは|何ですか|क्या है|คืออะไร"},
};

constexpr std::array answering{
    CueWords{
        Asked::number,
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred*|thousand*|million*|"
        "billion*|half|third|twice|once|ein|eine|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|"
        "deux|trois|quatre|cinq|sept|huit|neuf|dix|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|due|tre|"
        "quattro|cinque|sei|sette|otto|nove|dieci|dois|duas|três|quatro|oito|dez|два|две|три|четыре|пять|"
        "шесть|семь|восемь|девять|десять",
        "一|二|三|四|五|六|七|八|九|十|百|千|万|萬|亿|两"},
    CueWords{Asked::date,
             "january|february|march|april|june|july|august|september|october|november|december|januar|februar|"
             "märz|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|"
             "novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
             "diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|"
             "fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|января|февраля|марта|апреля|"
             "мая|июня|июля|августа|сентября|октября|ноября|декабря|century|centuries|jahrhundert|siècle|siglo|"
             "secolo|século|века",
             "年|月|世纪"},
    CueWords{Asked::reason,
             "because|due to|since|so that|in order to|therefore|caused by|as a result|result in|results in|"
             "resulted in|result from|results from|resulting from|owing to|thus|leads to|led to|weil|wegen|"
             "aufgrund|da|denn|damit|deshalb|parce que|car|à cause|porque|debido|por eso|perché|a causa|"
             "poiché|por causa|потому|из за|поэтому|так как|deoarece|din cauza|çünkü|nedeniyle|vì|do|επειδή|"
             "λόγω|لأن|لان|بسبب|نتيجة|لذلك",
             "因为|由于|因此|所以|为了|ため|ので|क्योंकि|कारण|เพราะ|เนื่องจาก"},
};

char32_t small(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 0x20;
  if (c < 0xc0) return c;
  if (c <= 0xde && c != 0xd7) return c + 0x20;
  if (c == 0x130) return U'i';
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) || (c >= 0x1ea0 && c <= 0x1ef9)) return c | 1;
  if (c == 0x386) return 0x3ac;
  if (c >= 0x388 && c <= 0x38a) return c + 0x25;
  if (c == 0x38c) return 0x3cc;
  if (c == 0x38e || c == 0x38f) return c + 0x3f;
  if (c >= 0x391 && c <= 0x3a9) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;
  return c;
}

bool separates(char32_t c) {
  if (c < 0x80) return !((c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z'));
  const bool spaces_and_signs = c <= 0xbf && c != 0xaa && c != 0xb5 && c != 0xba;
  const bool arabic_signs = c == 0x60c || c == 0x61b || c == 0x61f;
  return spaces_and_signs || arabic_signs || (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x303f) ||
         (c >= 0xff01 && c <= 0xff0f) || (c >= 0xff1a && c <= 0xff20);
}

// Calls take(phrase) until it says true; whether it did.
template <typename Take>
bool any_phrase(std::string_view phrases, const Take& take) {
  while (!phrases.empty()) {
    const std::size_t bar = phrases.find('|');
    const std::string_view phrase = phrases.substr(0, bar);
    if (!phrase.empty() && take(phrase)) return true;
    if (bar == phrases.npos) break;
    phrases.remove_prefix(bar + 1);
  }
  return false;
}

bool holds_spaced(std::string_view words, std::string_view phrase) {
  const bool any_ending = phrase.ends_with('*');
  if (any_ending) phrase.remove_suffix(1);
  for (std::size_t at = words.find(phrase); at != words.npos; at = words.find(phrase, at + 1)) {
    if (at == 0 || words[at - 1] != ' ') continue;
    if (any_ending || at + phrase.size() == words.size() || words[at + phrase.size()] == ' ') return true;
  }
  return false;
}

}  // namespace

std::span<const CueWords> asking_words() { return asking; }
std::span<const CueWords> answering_words() { return answering; }

std::string spaced_words(std::string_view text) {
  std::string words = " ";
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (!separates(c)) {
      append_utf8(words, small(c));
    } else if (words.back() != ' ') {
      words.push_back(' ');
    }
  }
  if (words.back() != ' ') words.push_back(' ');
  return words;
}

bool hold(std::string_view words, const CueWords& phrases) {
  return any_phrase(phrases.spaced, [&](std::string_view phrase) { return holds_spaced(words, phrase); }) ||
         any_phrase(phrases.unspaced,
                    [&](std::string_view phrase) { return words.find(phrase) != words.npos; });
}

bool is_capital(char32_t c) { return small(c) != c; }

}  // namespace kindling
