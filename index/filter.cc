#include "index/filter.h"

#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "index/filter_node.h"

namespace kindling {
namespace {

constexpr std::size_t filter_bytes_max = 4096;
constexpr int levels_max = 64;

struct Token {
  enum class Kind { end, word, quoted, symbol };
  Kind kind = Kind::end;
  std::string text;
  std::size_t at = 0;  // byte in the expression
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_symbol(char c) { return std::string_view("()=!<>,").find(c) != std::string_view::npos; }
bool is_quote(char c) { return c == '"' || c == '\''; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

FilterValue make_value(const Token& token) {
  FilterValue value{token.text, std::nullopt};
  const char first = token.text.empty() ? '\0' : token.text.front();
  if (token.kind == Token::Kind::quoted || !(first == '-' || first == '.' || (first >= '0' && first <= '9')))
    return value;
  double number = 0;
  const char* end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, number);
  if (error == std::errc() && stop == end && std::isfinite(number)) value.number = number;
  return value;
}

using Node = std::shared_ptr<const FilterNode>;

Node negation(Node child) {
  FilterNode node;
  node.kind = FilterNode::Kind::negation;
  node.children.push_back(std::move(child));
  return std::make_shared<const FilterNode>(std::move(node));
}

// Recursive descent over the grammar of filter.h; `next_` is the token that nobody has taken yet.
class Parser {
 public:
  explicit Parser(std::string_view expression) : expression_(expression) {}

  Result<Node> run() {
    KINDLING_TRY_VOID(advance());
    if (next_.kind == Token::Kind::end) return unexpected("a filter is empty");
    KINDLING_TRY(Node root, alternatives(0));
    if (next_.kind != Token::Kind::end) return unexpected("expected \"and\", \"or\" or the end");
    return root;
  }

 private:
  Result<Node> alternatives(int level) { return joined(level, "or", FilterNode::Kind::any); }

  Result<Node> joined(int level, std::string_view word, FilterNode::Kind kind) {
    FilterNode node;
    node.kind = kind;
    for (;;) {
      KINDLING_TRY(Node child,
                   kind == FilterNode::Kind::any ? joined(level, "and", FilterNode::Kind::all) : term(level));
      node.children.push_back(std::move(child));
      if (!next_is_word(word)) break;
      KINDLING_TRY_VOID(advance());
    }
    if (node.children.size() == 1) return std::move(node.children.front());
    return std::make_shared<const FilterNode>(std::move(node));
  }

  Result<Node> term(int level) {
    if (level >= levels_max) return unexpected("nested deeper than 64 levels");
    if (next_is_word("not")) {
      KINDLING_TRY_VOID(advance());
      KINDLING_TRY(Node child, term(level + 1));
      return negation(std::move(child));
    }
    if (!next_is_symbol("(")) return comparison();
    KINDLING_TRY_VOID(advance());
    KINDLING_TRY(Node inner, alternatives(level + 1));
    if (!next_is_symbol(")")) return unexpected("expected \")\"");
    KINDLING_TRY_VOID(advance());
    return inner;
  }

  Result<Node> comparison() {
    if (next_.kind != Token::Kind::word && next_.kind != Token::Kind::quoted)
      return unexpected("expected a field");
    FilterNode node;
    node.field = next_.text;
    node.column = static_cast<std::uint32_t>(next_.at + 1);
    for (const char c : node.field) {
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
        return unexpected("no field has such a name");
    }
    KINDLING_TRY_VOID(advance());

    if (next_is_word("in") || next_is_word("not-in") || next_is_word("not")) return membership(std::move(node));
    const std::string symbol = next_.kind == Token::Kind::symbol ? next_.text : "";
    if (symbol == "=" || symbol == "!=")
      node.comparison = FilterNode::Operator::equal;
    else if (symbol == "<")
      node.comparison = FilterNode::Operator::less;
    else if (symbol == "<=")
      node.comparison = FilterNode::Operator::less_equal;
    else if (symbol == ">")
      node.comparison = FilterNode::Operator::greater;
    else if (symbol == ">=")
      node.comparison = FilterNode::Operator::greater_equal;
    else
      return unexpected("expected one of = != > >= < <= in not-in");
    KINDLING_TRY_VOID(advance());
    KINDLING_TRY_VOID(take_value(node));
    return finished(std::move(node), symbol == "!=");
  }

  Result<Node> membership(FilterNode node) {
    const bool negated = !next_is_word("in");
    if (next_is_word("not")) KINDLING_TRY_VOID(advance());  // "not in", as people write it
    if (!next_is_word("in") && !next_is_word("not-in")) return unexpected("expected \"in\"");
    KINDLING_TRY_VOID(advance());
    if (!next_is_symbol("(")) return unexpected("expected \"(\" after \"in\"");
    do {
      KINDLING_TRY_VOID(advance());
      KINDLING_TRY_VOID(take_value(node));
    } while (next_is_symbol(","));
    if (!next_is_symbol(")")) return unexpected("expected \",\" or \")\"");
    KINDLING_TRY_VOID(advance());
    return finished(std::move(node), negated);
  }

  static Node finished(FilterNode node, bool negated) {
    auto comparison = std::make_shared<const FilterNode>(std::move(node));
    return negated ? negation(std::move(comparison)) : comparison;
  }

  Status take_value(FilterNode& node) {
    if (next_.kind != Token::Kind::word && next_.kind != Token::Kind::quoted)
      return unexpected("expected a value");
    node.values.push_back(make_value(next_));
    return advance();
  }

  [[nodiscard]] bool next_is_word(std::string_view word) const {
    return next_.kind == Token::Kind::word && lower(next_.text) == word;
  }
  [[nodiscard]] bool next_is_symbol(std::string_view symbol) const {
    return next_.kind == Token::Kind::symbol && next_.text == symbol;
  }

  // Reads the next token into next_.
  Status advance() {
    while (at_ < expression_.size() && is_blank(expression_[at_])) ++at_;
    next_ = Token{.kind = Token::Kind::end, .text = {}, .at = at_};
    if (at_ == expression_.size()) return {};
    const char c = expression_[at_];
    if (is_quote(c)) return advance_quoted(c);
    if (is_symbol(c)) {
      next_.kind = Token::Kind::symbol;
      next_.text = c;
      ++at_;
      const bool widens = c == '!' || c == '<' || c == '>';
      if (widens && at_ < expression_.size() && expression_[at_] == '=') next_.text += expression_[at_++];
      return {};
    }
    next_.kind = Token::Kind::word;
    while (at_ < expression_.size() && !is_blank(expression_[at_]) && !is_symbol(expression_[at_]) &&
           !is_quote(expression_[at_])) {
      next_.text += expression_[at_++];
    }
    return {};
  }

  // A backslash takes the next character as it is.
  Status advance_quoted(char quote) {
    next_.kind = Token::Kind::quoted;
    for (++at_; at_ < expression_.size(); ++at_) {
      if (expression_[at_] == quote) {
        ++at_;
        return {};
      }
      if (expression_[at_] == '\\' && at_ + 1 < expression_.size()) ++at_;
      next_.text += expression_[at_];
    }
    return unexpected("the quotation does not end");
  }

  [[nodiscard]] Error unexpected(std::string_view why) const {
    return {ErrorCode::usage, "filter column " + std::to_string(next_.at + 1), std::string(why),
            "write it like: year >= 1900 and town in (\"Rye\", \"Ely\")"};
  }

  std::string_view expression_;
  std::size_t at_ = 0;
  Token next_;
};

}  // namespace

Result<Filter> Filter::parse(std::string_view expression) {
  if (expression.size() > filter_bytes_max) {
    return Error{ErrorCode::usage, "filter", "longer than 4096 bytes", "shorten it"};
  }
  if (!is_valid_utf8(expression) || expression.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::usage, "filter", "not valid UTF-8", ""};
  }
  KINDLING_TRY(Node root, Parser(expression).run());
  return Filter(std::move(root));
}

}  // namespace kindling
