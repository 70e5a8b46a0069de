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
    case FilterNode::Operator::equal:
      return "=";
    case FilterNode::Operator::less:
      return "<";
    case FilterNode::Operator::less_equal:
      return "<=";
    case FilterNode::Operator::greater:
      return ">";
    case FilterNode::Operator::greater_equal:
      return ">=";
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
    if (node.field == "uri" || node.field == "title" || node.field == "format") return column(node);
    if (node.field == "modified") return modified(node);
    if (node.field == "page") return page(node);
    return metadata(node);
  }

  std::string column(const FilterNode& node) {
    return concatenated(
        {"(", node.field, " <> '' AND ", compared(node, node.field, put_texts(node.values)), ")"});
  }

  // A date means the whole day: "= 2024-02-01" is within it, "> 2024-02-01" after it.
  Result<std::string> modified(const FilterNode& node) {
    std::vector<std::string> alternatives;
    for (const FilterValue& value : node.values) {
      const auto range = parse_time(value.text);
      if (!range) {
        return usage(node, concatenated({"\"", value.text, "\" is no date"}),
                     "write it like 2024-02-01 or 2024-02-01T10:00");
      }
      alternatives.push_back(in_time(node.comparison, *range));
    }
    return join_balanced(alternatives, "OR");
  }

  std::string in_time(FilterNode::Operator comparison, TimeRange range) {
    switch (comparison) {
      case FilterNode::Operator::equal:
        return concatenated(
            {"(modified_ms BETWEEN ", put(range.begin_ms), " AND ", put(range.end_ms - 1), ")"});
      case FilterNode::Operator::less:
        return concatenated({"(modified_ms < ", put(range.begin_ms), ")"});
      case FilterNode::Operator::less_equal:
        return concatenated({"(modified_ms < ", put(range.end_ms), ")"});
      case FilterNode::Operator::greater:
        return concatenated({"(modified_ms >= ", put(range.end_ms), ")"});
      case FilterNode::Operator::greater_equal:
        return concatenated({"(modified_ms >= ", put(range.begin_ms), ")"});
    }
    return "0";
  }

  Result<std::string> page(const FilterNode& node) {
    std::vector<std::string> numbers;
    for (const FilterValue& value : node.values) {
      if (!value.number) {
        return usage(node, concatenated({"\"", value.text, "\" is no page number"}), "write it like page = 3");
      }
      numbers.push_back(put_number(value));
    }
    return concatenated({"EXISTS (SELECT 1 FROM json_each(documents.pages) AS one WHERE ",
                         compared(node, "one.value", numbers), ")"});
  }

  // Numbers as numbers when both sides are, everything else as text; what is missing, null or nested matches
  // nothing.
  std::string metadata(const FilterNode& node) {
    std::vector<std::string> numbers;
    std::vector<std::string> others;
    for (const FilterValue& value : node.values) {
      if (value.number) {
        numbers.push_back(put_number(value));
      } else {
        others.push_back(put(value.text));
      }
    }
    const std::vector<std::string> texts = put_texts(node.values);
    const std::string path = put(concatenated({"$.\"", node.field, "\""}));
    const std::string stored = concatenated({"json_extract(metadata, ", path, ")"});
    const std::string stored_as_text = concatenated({"CAST(", stored, " AS TEXT)"});
    std::vector<std::string> for_numbers;
    if (!numbers.empty()) for_numbers.push_back(compared(node, stored, numbers));
    if (!others.empty()) for_numbers.push_back(compared(node, stored_as_text, others));
    const std::string number = join_balanced(for_numbers, "OR");
    return concatenated({"(CASE json_type(metadata, ", path, ") WHEN 'integer' THEN ", number,
                         " WHEN 'real' THEN ", number, " WHEN 'text' THEN ", compared(node, stored, texts),
                         " WHEN 'true' THEN ", compared(node, "'true'", texts), " WHEN 'false' THEN ",
                         compared(node, "'false'", texts), " ELSE 0 END)"});
  }

  // Whether `stored` stands in the node's relation to some of `values`.
  static std::string compared(const FilterNode& node, std::string_view stored,
                              std::span<const std::string> values) {
    if (values.size() == 1) return concatenated({stored, " ", symbol_of(node.comparison), " ", values.front()});
    std::string list;
    for (const std::string& value : values) list.append(list.empty() ? "" : ", ").append(value);
    return concatenated({stored, " IN (", list, ")"});
  }

  std::vector<std::string> put_texts(std::span<const FilterValue> values) {
    std::vector<std::string> places;
    for (const FilterValue& value : values) places.push_back(put(value.text));
    return places;
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
    return {ErrorCode::usage, "filter column " + std::to_string(node.column) + ": " + node.field,
            std::move(why), std::move(mend)};
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
