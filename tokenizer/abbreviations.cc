#include "tokenizer/abbreviations.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/utf8.h"
#include "tokenizer/characters.h"
#include "tokenizer/words.h"

namespace kindling {
namespace {

constexpr std::size_t word_bytes_max = 24;

// Always followed by the rest of the sentence. Titles count as they are written, the others in any case.
constexpr WordList titles(
    "Dr Mr Mrs Ms Messrs Prof Rev Hon Gen Col Capt Lt Sgt Maj Cmdr Adm Gov Sen Rep Pres St Mt Ft Fig Figs Eq "
    "Eqs Ref "
    "Refs Dept Univ Hl Mme Mlle Mgr Sr Sra Srta Dra Ud Uds Dott Ing Avv Arch Exmo Exma Dl Dna Dhr Mevr Drs Tp "
    "TP Ts Gs");

constexpr WordList never_ends(
    "e.g i.e eg ie cf viz vs approx esp incl excl bzw z.b z.t d.h u.a u.u o.g s.o s.u i.d.r v.a vgl evtl ggf "
    "inkl exkl "
    "bspw sog abb hrsg p.ex c.-à-d p.ej pág págs núm v.gr ecc.mo d-na d-l bijv d.w.z o.a m.b.t bkz örn ör т.е "
    "т.к "
    "напр ул им проф акад рис табл π.χ δηλ βλ");

// May also stand last in a sentence: only a word that commonly starts one tells.
constexpr WordList may_end(
    "etc al inc ltd corp bros esq ph.d phd m.d b.a m.a b.sc m.sc a.m p.m a.d b.c b.c.e c.e u.s u.k u.n e.u d.c "
    "usw usf "
    "blvd ecc spp т.д т.п г гг в вв руб тыс млн млрд κ.λπ κ.ά μ.χ");

constexpr WordList may_end_capital(
    "Jr Sr Co Str Ave Rd Sq Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun");

// Belongs to a number that follows.
constexpr WordList before_number(
    "no nos nr n p pp s ss sec sect art arts abs para par cl pt fig figs vol vols ch chap app tab bd kap ed "
    "eds ver ff "
    "nn ca стр с гл №");

// Words that commonly start a sentence: what stands before them has ended.
constexpr WordList starters(
    "the this that these those it its he she they we you there here in on at as if when while after before but "
    "and "
    "however for from an his her their our by to with since although then also some many most all no not so "
    "what "
    "how why who where "
    "der die das ein eine es er sie wir ihr im am bei nach mit für und aber auch wenn als le la les il elle "
    "ils un une "
    "ce cette des dans en au pour el los las se una del los por con su lo gli nel nella con o os as em um uma "
    "он она они это в на и но а как по из де het een hij zij");

constexpr WordList months(
    "januar jänner februar märz april mai juni juli august september oktober november dezember jahrhundert "
    "jahrhunderts jh januari februari maart mei augustus");

bool is_number(std::string_view word) {
  return !word.empty() && is_ascii_digit(static_cast<unsigned char>(word.front())) &&
         std::all_of(word.begin(), word.end(), [](unsigned char c) { return is_ascii_digit(c) || c == '.'; });
}

bool is_roman_number(std::string_view word) {
  return !word.empty() && word.size() <= 6 && word.find_first_not_of("IVXLC") == std::string_view::npos;
}

// "J", "Ж": one capital letter; "e.g", "U.S.A": single letters between periods.
bool is_single_letters(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size()) {
    if (!is_letter(next_code_point(word, at))) return false;
    if (at == word.size()) return true;
    if (word[at++] != '.') return false;
  }
  return false;
}

bool is_starter(std::string_view after) {
  return !after.empty() && after.back() != '.' && starters.contains(lower_case(after));
}

}  // namespace

std::string_view word_before(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0) {
    std::size_t previous = 0;
    const char32_t c = code_point_before(text, begin, previous);
    if (!is_letter(c) && !is_digit(c) && !is_mark(c) && c != '.' && c != '-') break;
    begin = previous;
    if (text.size() - begin > word_bytes_max) return {};
  }
  while (begin < text.size() && (text[begin] == '.' || text[begin] == '-')) ++begin;
  return text.substr(begin);
}

std::string_view word_after(std::string_view text) {
  std::size_t begin = 0;
  for (int opening = 0; begin < text.size() && opening < 4; ++opening) {
    std::size_t next = begin;
    if (!is_opening(next_code_point(text, next))) break;
    begin = next;
  }
  std::size_t end = begin;
  while (end < text.size() && end - begin < word_bytes_max) {
    std::size_t next = end;
    const char32_t c = next_code_point(text, next);
    if (!is_letter(c) && !is_digit(c) && !is_mark(c)) {
      if (c == '.') end = next;
      break;
    }
    end = next;
  }
  return text.substr(begin, end - begin);
}

bool is_abbreviation(std::string_view before, std::string_view after, bool starts_line) {
  if (before.empty()) return false;
  if (is_number(before)) return starts_line || months.contains(lower_case(after));
  if (starts_line && is_roman_number(before)) return true;
  const std::string word = lower_case(before);
  if (titles.contains(before) || never_ends.contains(word)) return true;
  std::size_t at = 0;
  if (before_number.contains(word) && !after.empty() && is_digit(next_code_point(after, at))) return true;
  if (may_end.contains(word) || may_end_capital.contains(before)) return !is_starter(after);
  if (!is_single_letters(before)) return false;
  at = 0;
  const bool capital = is_upper(next_code_point(before, at));
  const bool initials_follow = after.ends_with('.') && is_single_letters(after.substr(0, after.size() - 1));
  return initials_follow || ((capital || before.find('.') != std::string_view::npos) && !is_starter(after));
}

}  // namespace kindling
