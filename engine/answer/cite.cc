#include "engine/answer/cite.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

#include "tokenizer/boundaries.h"

namespace kindling {
namespace {

constexpr std::size_t mark_digits_max = 6;
constexpr std::uint32_t range_numbers_max = 50;  // "[3-7]"
constexpr std::uint32_t claim_words_min = 4;
constexpr float weak_share = .8f;  // of a paraphrase, below which the same words elsewhere count more
constexpr std::size_t declining_bytes_max = 400;

struct Statement {
  std::string text;  // without marks
  CheckedSentence checked;
};

// Reads "[3]", "[3, 12]" or "[3-5]" at `at`; gives the numbers and moves past it.
std::optional<std::vector<std::uint32_t>> read_mark(std::string_view text, std::size_t& at) {
  std::vector<std::uint32_t> numbers;
  std::size_t i = at + 1;
  bool range = false;
  while (i < text.size()) {
    std::uint32_t number = 0;
    std::size_t digits = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && digits < mark_digits_max; ++i, ++digits) {
      number = number * 10 + static_cast<std::uint32_t>(text[i] - '0');
    }
    if (digits == 0) return std::nullopt;
    if (range && (number <= numbers.back() || number - numbers.back() > range_numbers_max)) return std::nullopt;
    if (range) {
      for (std::uint32_t between = numbers.back() + 1; between < number; ++between) numbers.push_back(between);
    }
    numbers.push_back(number);
    if (i < text.size() && text[i] == ']') {
      at = i + 1;
      return numbers;
    }
    const std::string_view rest = text.substr(i);
    range = rest.starts_with('-') || rest.starts_with("\u2013");
    if (!range && !rest.starts_with(',') && !rest.starts_with(';')) return std::nullopt;
    for (i += rest.starts_with("\u2013") ? 3 : 1; i < text.size() && text[i] == ' ';) ++i;
  }
  return std::nullopt;
}

bool has_words(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
}

// Whether a passage has these brackets itself: references of a quoted article are no citations of ours.
bool is_quoted(std::string_view brackets, std::span<const CitablePassage> passages) {
  return std::any_of(passages.begin(), passages.end(),
                     [&](const CitablePassage& p) { return p.text.find(brackets) != p.text.npos; });
}

// The answer as statements: its sentences, and parts of sentences that have a mark of their own behind them.
// Marks that follow a sentence's full stop belong to that sentence.
class Statements {
 public:
  Statements(std::string_view answer, std::span<const CitablePassage> passages)
      : answer_(answer), passages_(passages) {}

  std::vector<Statement> run() {
    for (const ByteSpan span : sentence_spans(answer_)) {
      start(span.begin);
      for (std::size_t at = span.begin; at < span.end;)
        at = answer_[at] == '[' ? bracket(at, span.end) : letter(at);
      finish(span.end);
    }
    return std::move(found_);
  }

 private:
  std::size_t letter(std::size_t at) {
    if (marked_ && has_words(answer_.substr(at, 1))) {
      finish(static_cast<std::uint32_t>(at));
      start(static_cast<std::uint32_t>(at));
    }
    growing_.text.push_back(answer_[at]);
    return at + 1;
  }

  std::size_t bracket(std::size_t at, std::size_t end) {
    std::size_t behind = at;
    const auto numbers = read_mark(answer_.substr(0, end), behind);
    const bool known = numbers && std::all_of(numbers->begin(), numbers->end(),
                                              [&](std::uint32_t n) { return is_passage(n); });
    if (!numbers || (!known && is_quoted(answer_.substr(at, behind - at), passages_))) return letter(at);
    const bool leading = !has_words(growing_.text) && !found_.empty();
    Statement& owner = leading ? found_.back() : growing_;
    owner.checked.numbers.insert(owner.checked.numbers.end(), numbers->begin(), numbers->end());
    if (leading) {
      owner.checked.span.end = static_cast<std::uint32_t>(behind);
      start(static_cast<std::uint32_t>(behind));
    } else {
      marked_ = true;
    }
    return behind;
  }

  [[nodiscard]] bool is_passage(std::uint32_t number) const {
    return std::any_of(passages_.begin(), passages_.end(),
                       [&](const CitablePassage& p) { return p.number == number; });
  }

  void start(std::uint32_t at) {
    growing_ = {};
    growing_.checked.span = {at, at};
    marked_ = false;
  }

  void finish(std::uint32_t end) {
    growing_.checked.span.end = end;
    if (has_words(growing_.text) || !growing_.checked.numbers.empty()) found_.push_back(std::move(growing_));
    growing_ = {};
  }

  std::string_view answer_;
  std::span<const CitablePassage> passages_;
  std::vector<Statement> found_;
  Statement growing_;
  bool marked_ = false;
};

// Headings, questions and openings ("In short:") claim nothing that a passage could carry.
bool makes_claim(const Claim& claim, bool cited) {
  if (cited) return true;
  const auto& words = claim.wording().words();
  const std::string_view text = claim.text();
  const std::size_t last = text.find_last_not_of(" \t\r\n*_#");
  if (last == text.npos || text[last] == ':' || text[last] == '?') return false;
  if (text.starts_with('#')) return false;
  const bool number =
      std::any_of(words.begin(), words.end(), [](const PlainWord& w) { return w.kind == PlainKind::number; });
  return number || words.size() >= claim_words_min;
}

class AnswerCheck {
 public:
  explicit AnswerCheck(std::span<const CitablePassage> passages)
      : passages_(passages), texts_(passages.size()) {
    for (std::size_t i = 0; i < passages.size(); ++i) by_number_.emplace(passages[i].number, i);
  }

  CitationCheck run(std::string_view answer) {
    std::vector<Statement> statements = Statements(answer, passages_).run();
    note_cited(statements);
    for (Statement& statement : statements) {
      if (result_.sentences.size() < answer_sentences_checked_max) check(statement);
      result_.sentences.push_back(std::move(statement.checked));
    }
    return std::move(result_);
  }

 private:
  CitedText& text(std::size_t i) {
    if (!texts_[i]) texts_[i] = std::make_unique<CitedText>(passages_[i].text, passages_[i].heading);
    return *texts_[i];
  }

  void note_cited(const std::vector<Statement>& statements) {
    for (const Statement& statement : statements) {
      for (const std::uint32_t number : statement.checked.numbers) {
        const auto at = by_number_.find(number);
        if (at != by_number_.end() && std::find(cited_.begin(), cited_.end(), at->second) == cited_.end()) {
          cited_.push_back(at->second);
        }
      }
    }
  }

  void check(Statement& statement) {
    const Claim claim(std::move(statement.text));
    CheckedSentence& checked = statement.checked;
    checked.claims = makes_claim(claim, !checked.numbers.empty());
    if (!checked.claims) return;
    if (checked.numbers.empty()) return check_uncited(claim, checked);
    bool sent = false;
    float share = 0;
    for (const std::uint32_t number : checked.numbers) {
      const auto at = by_number_.find(number);
      if (at == by_number_.end()) {
        result_.rejected.push_back(number);
        continue;
      }
      const ClaimFinding finding = text(at->second).check(claim);
      const bool first = !sent;
      sent = true;
      share = std::max(share, finding.match == MatchKind::paraphrase  ? finding.share
                              : finding.support == Support::supported ? 1
                                                                      : 0);
      resolve(number, finding);
      take(checked, number, finding, first);
    }
    if (!sent) {
      checked.problem = ClaimProblem::unknown;
    } else if (checked.support != Support::supported || share < weak_share) {
      look_elsewhere(claim, checked);
    }
  }

  // The best of several passages speaks for the sentence.
  static void take(CheckedSentence& checked, std::uint32_t number, const ClaimFinding& finding, bool first) {
    const auto rank = [](Support support) {
      return support == Support::supported ? 2 : support == Support::contradicted ? 1 : 0;
    };
    if (!first && rank(finding.support) <= rank(checked.support)) return;
    checked.support = finding.support;
    checked.problem = finding.problem;
    checked.passage = finding.quote.empty() ? 0 : number;
  }

  void resolve(std::uint32_t number, const ClaimFinding& finding) {
    const ResolvedCitation citation{number, finding.quote, finding.support == Support::supported};
    const bool known =
        std::any_of(result_.citations.begin(), result_.citations.end(), [&](const ResolvedCitation& other) {
          return other.number == citation.number && other.quote == citation.quote &&
                 other.verified == citation.verified;
        });
    if (!known) result_.citations.push_back(citation);
  }

  void look_elsewhere(const Claim& claim, CheckedSentence& checked) {
    const auto other = find_quote(claim, checked.numbers);
    if (!other) return;
    checked.support = Support::unsupported;
    checked.problem = ClaimProblem::elsewhere;
    checked.passage = *other;
  }

  // The passage, but for those named, in which the statement stands word for word or nearly.
  std::optional<std::uint32_t> find_quote(const Claim& claim, const std::vector<std::uint32_t>& but) {
    for (std::size_t i = 0; i < passages_.size() && quote_checks_ < quote_checks_max; ++i) {
      if (std::find(but.begin(), but.end(), passages_[i].number) != but.end()) continue;
      ++quote_checks_;
      if (text(i).check_quote(claim).support == Support::supported) return passages_[i].number;
    }
    return std::nullopt;
  }

  void check_uncited(const Claim& claim, CheckedSentence& checked) {
    bool first = true;
    for (const std::size_t i : cited_) {
      const ClaimFinding finding = text(i).check(claim);
      take(checked, passages_[i].number, finding, first);
      first = false;
      if (checked.support == Support::supported) return;
    }
    const auto other = find_quote(claim, {});
    if (!other) return;
    checked.support = Support::supported;
    checked.problem = ClaimProblem::none;
    checked.passage = *other;
  }

  std::span<const CitablePassage> passages_;
  std::vector<std::unique_ptr<CitedText>> texts_;  // made when first needed
  std::map<std::uint32_t, std::size_t> by_number_;
  std::vector<std::size_t> cited_;
  std::size_t quote_checks_ = 0;
  CitationCheck result_;
};

}  // namespace

CitationCheck check_citations(std::string_view answer, std::span<const CitablePassage> passages) {
  return AnswerCheck(passages).run(answer);
}

bool all_supported(const CitationCheck& check) {
  const bool something =
      std::any_of(check.citations.begin(), check.citations.end(), [](const auto& c) { return c.verified; });
  return something && check.rejected.empty() &&
         std::all_of(check.sentences.begin(), check.sentences.end(),
                     [](const CheckedSentence& s) { return s.holds(); });
}

bool declines(std::string_view answer) {
  static constexpr std::array<std::string_view, 8> phrases{
      "collection does not say", "collection doesn't say", "passages do not say",
      "passages do not contain", "passages don't contain", "passages do not provide",
      "passages do not answer",  "passages do not mention"};
  if (answer.size() > declining_bytes_max) return false;
  std::string lower(answer);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (std::size_t at = 0; (at = lower.find("\u2019", at)) != lower.npos;) lower.replace(at, 3, "'");
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return lower.find(phrase) != lower.npos; });
}

}  // namespace kindling
