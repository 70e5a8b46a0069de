#include <sstream>
#include <toml++/toml.h>

#include "base/json.h"

namespace kindling {
namespace {

Json from_toml(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Json object = Json::object();
    for (const auto& [key, value] : *table) object.set(key.str(), from_toml(value));
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json items = Json::array();
    for (const auto& item : *array) items.push(from_toml(item));
    return items;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  std::ostringstream date;
  if (const auto* day = node.as_date()) date << day->get();
  if (const auto* time = node.as_time()) date << time->get();
  if (const auto* moment = node.as_date_time()) date << moment->get();
  return date.str();
}

}  // namespace

Result<Json> parse_toml(std::string_view text) {
  try {
    return from_toml(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return Error{ErrorCode::malformed, "line " + std::to_string(at.line) + " column " + std::to_string(at.column),
                 "not TOML: " + std::string(error.description()), ""};
  }
}

}  // namespace kindling
