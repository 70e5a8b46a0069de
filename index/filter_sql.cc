#include "index/filter_sql.h"

#include <charconv>
#include <initializer_list>
#include <span>
#include <string_view>

#include "index/filter_node.h"
#include "index/timestamps.h"

namespace kindling {
namespace {

std::string_view symbol_of(FilterNode::Operator comparison) {
  switch (comparison) {
    case FilterNode::Operator::equal: return "=";
    case FilterNode::Operator::less: return "<";
    case FilterNode::Operator::less_equal: return "<=";
    case FilterNode::Operator::greater: return ">";
    case FilterNode::Operator::greater_equal: return ">=";
  }
  return "=";
}

std::string concatenated(std::initializer_list<std::string_view> pieces) {
  std::string all;
  for (const std::string_view piece : pieces) all += piece;
  return all;
}

// "(a OR b) OR (c OR d)": SQLite limits how deep a condition may nest, and a chain nests as deep as it is long.
std::string join_balanced(std::span<const std::string> conditions, std::string_view word) {
  if (conditions.size() == 1) return conditions.front();
  const std::size_t half = conditions.size() / 2;
  const std::string left = join_balanced(conditions.first(half), word);
  return concatenated({"(", left, " ", word, " ", join_balanced(conditions.subspan(half), word), ")"});
}

class Translation {
 public:
  Result<std::string> condition(const FilterNode& node) {
    if (node.kind == FilterNode::Kind::comparison) return comparison(node);
    std::vector<std::string> children;
    for (const auto& child : node.children) {
      KINDLING_TRY(auto translated, condition(*child));
      children.push_back(std::move(translated));
    }
    if (node.kind == FilterNode::Kind::negation) return concatenated({"(NOT ", children.front(), ")"});
    return join_balanced(children, node.kind == FilterNode::Kind::all ? "AND" : "OR");
  }

  [[nodiscard]] auto take_values() && { return std::move(values_); }

 private:
  Result<std::string> comparison(const FilterNode& node) {
    std::vector<std::string> alternatives;
    for (const FilterValue& value : node.values) {
      KINDLING_TRY(auto one, single(node, value));
      alternatives.push_back(std::move(one));
    }
    return join_balanced(alternatives, "OR");
  }

  Result<std::string> single(const FilterNode& node, const FilterValue& value) {
    if (node.field == "uri" || node.field == "title" || node.field == "format") return column(node, value);
    if (node.field == "modified") return modified(node, value);
    if (node.field == "page") return page(node, value);
    return metadata(node, value);
  }

  std::string column(const FilterNode& node, const FilterValue& value) {
    return concatenated(
        {"(", node.field, " <> '' AND ", node.field, " ", symbol_of(node.comparison), " ", put(value.text), ")"});
  }

  // A date means the whole day: "= 2024-02-01" is within it, "> 2024-02-01" after it.
  Result<std::string> modified(const FilterNode& node, const FilterValue& value) {
    const auto range = parse_time(value.text);
    if (!range) {
      return usage(node, "\"" + value.text + "\" is no date", "write it like 2024-02-01 or 2024-02-01T10:00");
    }
    switch (node.comparison) {
      case FilterNode::Operator::equal:
        return concatenated({"(modified_ms BETWEEN ", put(range->begin_ms), " AND ", put(range->end_ms - 1), ")"});
      case FilterNode::Operator::less: return concatenated({"(modified_ms < ", put(range->begin_ms), ")"});
      case FilterNode::Operator::less_equal: return concatenated({"(modified_ms < ", put(range->end_ms), ")"});
      case FilterNode::Operator::greater: return concatenated({"(modified_ms >= ", put(range->end_ms), ")"});
      case FilterNode::Operator::greater_equal: return concatenated({"(modified_ms >= ", put(range->begin_ms), ")"});
    }
    return std::string("0");
  }

  Result<std::string> page(const FilterNode& node, const FilterValue& value) {
    if (!value.number) return usage(node, "\"" + value.text + "\" is no page number", "write it like page = 3");
    return concatenated({"EXISTS (SELECT 1 FROM json_each(documents.pages) AS one WHERE one.value ",
                         symbol_of(node.comparison), " ", put_number(value), ")"});
  }

  // Numbers as numbers when both sides are, everything else as text; what is missing, null or nested matches nothing.
  std::string metadata(const FilterNode& node, const FilterValue& value) {
    const std::string path = put(concatenated({"$.\"", node.field, "\""}));
    const std::string text = put(value.text);
    const std::string stored = concatenated({"json_extract(metadata, ", path, ")"});
    const std::string_view symbol = symbol_of(node.comparison);
    const std::string as_text = concatenated({" ", symbol, " ", text});
    const std::string as_number = value.number ? concatenated({stored, " ", symbol, " ", put_number(value)})
                                               : concatenated({"CAST(", stored, " AS TEXT)", as_text});
    return concatenated({"(CASE json_type(metadata, ", path, ") WHEN 'integer' THEN ", as_number, " WHEN 'real' THEN ",
                         as_number, " WHEN 'text' THEN ", stored, as_text, " WHEN 'true' THEN 'true'", as_text,
                         " WHEN 'false' THEN 'false'", as_text, " ELSE 0 END)"});
  }

  std::string put(std::variant<std::int64_t, double, std::string> value) {
    values_.push_back(std::move(value));
    return concatenated({"?", std::to_string(values_.size())});
  }

  // Whole numbers stay whole: a double would round long ones.
  std::string put_number(const FilterValue& value) {
    std::int64_t whole = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, whole);
    if (error == std::errc() && stop == end) return put(whole);
    return put(*value.number);
  }

  static Error usage(const FilterNode& node, std::string why, std::string mend) {
    return {ErrorCode::usage, "filter column " + std::to_string(node.column) + ": " + node.field, std::move(why),
            std::move(mend)};
  }

  std::vector<std::variant<std::int64_t, double, std::string>> values_;
};

}  // namespace

Result<FilterSql> filter_sql(const Filter& filter) {
  Translation translation;
  KINDLING_TRY(auto condition, translation.condition(filter.root()));
  return FilterSql{std::move(condition), std::move(translation).take_values()};
}

}  // namespace kindling
