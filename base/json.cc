#include "base/json.h"

#include <boost/json.hpp>
#include <cmath>

#include "base/utf8.h"

namespace kindling {
namespace {

const Json null_value;

Json from_boost(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return {};
    case boost::json::kind::bool_: return value.get_bool();
    case boost::json::kind::int64: return value.get_int64();
    case boost::json::kind::uint64: return static_cast<double>(value.get_uint64());  // beyond int64
    case boost::json::kind::double_: return value.get_double();
    case boost::json::kind::string: return std::string(value.get_string());
    case boost::json::kind::array: {
      Json::Array items;
      items.reserve(value.get_array().size());
      for (const auto& item : value.get_array()) items.push_back(from_boost(item));
      return items;
    }
    case boost::json::kind::object: {
      Json::Object members;  // Boost.JSON keeps the last of equal names
      members.reserve(value.get_object().size());
      for (const auto& member : value.get_object())
        members.emplace_back(std::string(member.key()), from_boost(member.value()));
      return Json::object_of(std::move(members));
    }
  }
  return {};
}

void write_string(std::string& out, std::string_view text) {
  const std::string valid = valid_utf8(text);
  out += boost::json::serialize(boost::json::string_view(valid));
}

void write(std::string& out, const Json& value) {
  if (value.is_null()) {
    out += "null";
  } else if (value.is_bool()) {
    out += value.as_bool() ? "true" : "false";
  } else if (value.is_integer()) {
    out += std::to_string(value.as_integer());
  } else if (value.is_number()) {
    const double number = value.as_double();
    out += std::isfinite(number) ? boost::json::serialize(boost::json::value(number)) : "null";
  } else if (value.is_string()) {
    write_string(out, value.as_string());
  } else if (value.is_array()) {
    out += '[';
    for (bool first = true; const Json& item : value.items()) {
      if (!std::exchange(first, false)) out += ',';
      write(out, item);
    }
    out += ']';
  } else {
    out += '{';
    for (bool first = true; const auto& [name, member] : value.members()) {
      if (!std::exchange(first, false)) out += ',';
      write_string(out, name);
      out += ':';
      write(out, member);
    }
    out += '}';
  }
}

}  // namespace

std::string_view Json::as_string(std::string_view otherwise) const {
  const auto* text = std::get_if<std::string>(&value_);
  return text != nullptr ? std::string_view(*text) : otherwise;
}

std::int64_t Json::as_integer(std::int64_t otherwise) const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return *integer;
  if (const auto* number = std::get_if<double>(&value_)) {
    if (std::abs(*number) < 9e15 && std::floor(*number) == *number) return static_cast<std::int64_t>(*number);
  }
  return otherwise;
}

double Json::as_double(double otherwise) const {
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value_);
  return number != nullptr ? *number : otherwise;
}

bool Json::as_bool(bool otherwise) const {
  const auto* flag = std::get_if<bool>(&value_);
  return flag != nullptr ? *flag : otherwise;
}

const Json::Array& Json::items() const {
  static const Array none;
  const auto* array = std::get_if<Array>(&value_);
  return array != nullptr ? *array : none;
}

const Json::Object& Json::members() const {
  static const Object none;
  const auto* object = std::get_if<Object>(&value_);
  return object != nullptr ? *object : none;
}

const Json& Json::operator[](std::string_view name) const {
  for (const auto& [key, value] : members()) {
    if (key == name) return value;
  }
  return null_value;
}

const Json& Json::at(std::string_view path) const {
  const std::size_t dot = path.find('.');
  const Json& member = (*this)[path.substr(0, dot)];
  return dot == std::string_view::npos ? member : member.at(path.substr(dot + 1));
}

bool Json::has(std::string_view name) const {
  for (const auto& member : members()) {
    if (member.first == name) return true;
  }
  return false;
}

Json& Json::set(std::string_view name, Json value) {
  if (is_null()) value_ = Object{};
  auto* object = std::get_if<Object>(&value_);
  KINDLING_CHECK(object != nullptr);
  for (auto& member : *object) {
    if (member.first == name) {
      member.second = std::move(value);
      return *this;
    }
  }
  object->emplace_back(std::string(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  auto* array = std::get_if<Array>(&value_);
  KINDLING_CHECK(array != nullptr);
  array->push_back(std::move(value));
  return *this;
}

Result<Json> parse_json(std::string_view text, std::size_t depth_max) {
  try {
    boost::json::parse_options options;
    options.max_depth = depth_max;
    boost::json::error_code error;
    boost::json::stream_parser parser({}, options);
    const std::size_t used = parser.write_some(text.data(), text.size(), error);
    if (!error && used < text.size() &&
        text.find_first_not_of(" \t\r\n", used) != std::string_view::npos) {
      return Error{ErrorCode::malformed, "byte " + std::to_string(used), "text after the end of the JSON value", ""};
    }
    if (!error) parser.finish(error);
    if (error) return Error{ErrorCode::malformed, "byte " + std::to_string(used), "not JSON: " + error.message(), ""};
    return from_boost(parser.release());
  } catch (const std::exception& exception) {
    return Error{ErrorCode::malformed, "", std::string("not JSON: ") + exception.what(), ""};
  }
}

std::string to_string(const Json& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace kindling
