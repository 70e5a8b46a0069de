#include "engine/tools/schema.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

namespace kindling {
namespace {

constexpr std::size_t depth_max = 32;
constexpr std::size_t unique_items_max = 1'000;

constexpr auto type_names =
    std::to_array<std::string_view>({"object", "array", "string", "integer", "number", "boolean", "null"});
constexpr auto described = std::to_array<std::string_view>(
    {"title", "description", "default", "examples", "format", "deprecated", "$schema", "$comment"});
constexpr auto counts = std::to_array<std::string_view>(
    {"minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength"});
constexpr auto bounds =
    std::to_array<std::string_view>({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"});
constexpr auto choices = std::to_array<std::string_view>({"anyOf", "oneOf", "allOf"});

template <typename Names>
bool among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// As RFC 6901 writes places.
std::string below(std::string_view place, std::string_view name) {
  std::string path(place == "/" ? "" : place);
  path += '/';
  for (const char c : name) {
    if (c == '~')
      path += "~0";
    else if (c == '/')
      path += "~1";
    else
      path += c;
  }
  return path;
}

Error bad_schema(std::string place, std::string why) {
  return {ErrorCode::configuration, std::move(place), std::move(why),
          "docs/tools.md lists the keywords that tools may use"};
}

Status check_types(const Json& type, const std::string& place) {
  const Json::Array one{type};
  const Json::Array& names = type.is_array() ? type.items() : one;
  const bool known = !names.empty() && std::all_of(names.begin(), names.end(), [](const Json& name) {
    return among(type_names, name.as_string());
  });
  return known ? Status() : bad_schema(place, "is not the name of a type, or a list of such names");
}

Status check_at(const Json& schema, const std::string& place, std::size_t depth);

Status check_schemas(const Json& list, const std::string& place, std::size_t depth) {
  if (!list.is_array() || list.items().empty()) return bad_schema(place, "must be a list of schemas");
  for (std::size_t i = 0; i < list.items().size(); ++i)
    KINDLING_TRY_VOID(check_at(list.items()[i], below(place, std::to_string(i)), depth));
  return {};
}

Status check_names(const Json& list, const std::string& place) {
  const auto& names = list.items();
  const bool texts =
      list.is_array() && std::all_of(names.begin(), names.end(), [](const Json& n) { return n.is_string(); });
  return texts ? Status() : bad_schema(place, "must be a list of names");
}

Status check_keyword(std::string_view name, const Json& value, const std::string& place, std::size_t depth) {
  if (among(described, name) || name == "const") return {};
  if (name == "type") return check_types(value, place);
  if (among(choices, name)) return check_schemas(value, place, depth);
  if (name == "items") return check_at(value, place, depth);
  if (name == "required") return check_names(value, place);
  if (name == "additionalProperties") return value.is_bool() ? Status() : check_at(value, place, depth);
  if (name == "properties") {
    if (!value.is_object()) return bad_schema(place, "must be an object of schemas");
    for (const auto& [property, schema] : value.members())
      KINDLING_TRY_VOID(check_at(schema, below(place, property), depth));
    return {};
  }
  if (name == "enum")
    return value.is_array() && !value.items().empty() ? Status()
                                                      : bad_schema(place, "must be a list of values");
  if (name == "uniqueItems") return value.is_bool() ? Status() : bad_schema(place, "must be true or false");
  if (among(counts, name)) {
    return value.is_integer() && value.as_integer() >= 0 ? Status()
                                                         : bad_schema(place, "must be a whole number >= 0");
  }
  if (among(bounds, name)) return value.is_number() ? Status() : bad_schema(place, "must be a number");
  return bad_schema(place, "is a keyword that is not checked here, so it would promise what does not hold");
}

Status check_at(const Json& schema, const std::string& place, std::size_t depth) {
  if (depth > depth_max)
    return bad_schema(place, "is nested more than " + std::to_string(depth_max) + " levels deep");
  if (!schema.is_object()) return bad_schema(place, "must be an object");
  for (const auto& [name, value] : schema.members())
    KINDLING_TRY_VOID(check_keyword(name, value, below(place, name), depth + 1));
  return {};
}

// ---- values ----

Error misfit(std::string_view place, std::string why) {
  return {ErrorCode::usage, std::string(place), std::move(why), ""};
}

bool is_whole(const Json& value) {
  return value.is_integer() || (value.is_number() && std::floor(value.as_double()) == value.as_double());
}

bool is_of_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return is_whole(value);
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  return value.is_null();
}

// 1 and 1.0 are the same number; members of an object have no order.
bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  if (a.is_array() && b.is_array())
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), same);
  if (a.is_object() && b.is_object()) {
    return a.members().size() == b.members().size() &&
           std::all_of(a.members().begin(), a.members().end(), [&](const auto& member) {
             return b.has(member.first) && same(member.second, b[member.first]);
           });
  }
  return a == b;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Status check_type(const Json& schema, const Json& value, std::string_view place) {
  const Json& type = schema["type"];
  if (type.is_null()) return {};
  if (type.is_string())
    return is_of_type(value, type.as_string())
               ? Status()
               : misfit(place, "must be of type " + std::string(type.as_string()));
  for (const Json& name : type.items())
    if (is_of_type(value, name.as_string())) return {};
  return misfit(place, "must be of one of the types " + to_string(type));
}

Status check_size(const Json& schema, std::string_view least, std::string_view most, std::size_t size,
                  std::string_view place, std::string_view unit) {
  const auto limit = [&](std::string_view name) { return static_cast<std::size_t>(schema[name].as_integer()); };
  if (schema.has(least) && size < limit(least))
    return misfit(place, "must have at least " + std::to_string(limit(least)) + " " + std::string(unit));
  if (schema.has(most) && size > limit(most))
    return misfit(place, "must have at most " + std::to_string(limit(most)) + " " + std::string(unit));
  return {};
}

Status check_bounds(const Json& schema, double number, std::string_view place) {
  const auto holds = [&](std::string_view name, auto compare) {
    return !schema.has(name) || compare(number, schema[name].as_double());
  };
  for (const auto& [name, compare] : {std::pair<std::string_view, bool (*)(double, double)>{
                                          "minimum", [](double a, double b) { return a >= b; }},
                                      {"maximum", [](double a, double b) { return a <= b; }},
                                      {"exclusiveMinimum", [](double a, double b) { return a > b; }},
                                      {"exclusiveMaximum", [](double a, double b) { return a < b; }}}) {
    if (!holds(name, compare))
      return misfit(place, "is outside " + std::string(name) + " " + to_string(schema[name]));
  }
  return {};
}

Status check_in(const Json& schema, const Json& value, std::string_view place);

Status check_members(const Json& schema, const Json& value, std::string_view place) {
  for (const Json& name : schema["required"].items()) {
    if (!value.has(name.as_string())) return misfit(below(place, name.as_string()), "is missing");
  }
  const Json& more = schema["additionalProperties"];
  for (const auto& [name, member] : value.members()) {
    if (schema["properties"].has(name)) {
      KINDLING_TRY_VOID(check_in(schema["properties"][name], member, below(place, name)));
    } else if (more.is_object()) {
      KINDLING_TRY_VOID(check_in(more, member, below(place, name)));
    } else if (!more.as_bool(true)) {
      return misfit(below(place, name), "is not a parameter");
    }
  }
  return check_size(schema, "minProperties", "maxProperties", value.members().size(), place, "members");
}

Status check_items(const Json& schema, const Json& value, std::string_view place) {
  const Json::Array& items = value.items();
  KINDLING_TRY_VOID(check_size(schema, "minItems", "maxItems", items.size(), place, "items"));
  if (schema.has("items")) {
    for (std::size_t i = 0; i < items.size(); ++i)
      KINDLING_TRY_VOID(check_in(schema["items"], items[i], below(place, std::to_string(i))));
  }
  if (!schema["uniqueItems"].as_bool()) return {};
  if (items.size() > unique_items_max)
    return misfit(place, "must have at most " + std::to_string(unique_items_max) + " items that differ");
  for (std::size_t i = 0; i < items.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (same(items[i], items[j])) return misfit(below(place, std::to_string(i)), "is there twice");
  return {};
}

Status check_choices(const Json& schema, const Json& value, std::string_view place) {
  for (const Json& part : schema["allOf"].items()) KINDLING_TRY_VOID(check_in(part, value, place));
  for (const std::string_view name : {"anyOf", "oneOf"}) {
    if (!schema.has(name)) continue;
    const auto& parts = schema[name].items();
    const auto fitting = std::count_if(parts.begin(), parts.end(),
                                       [&](const Json& part) { return check_in(part, value, place).ok(); });
    if (fitting == 0) return misfit(place, "fits none of " + std::string(name));
    if (fitting > 1 && name == "oneOf") return misfit(place, "fits more than one of oneOf");
  }
  return {};
}

Status check_in(const Json& schema, const Json& value, std::string_view place) {
  KINDLING_TRY_VOID(check_type(schema, value, place));
  if (schema.has("const") && !same(schema["const"], value))
    return misfit(place, "must be " + to_string(schema["const"]));
  if (schema.has("enum")) {
    const auto& values = schema["enum"].items();
    if (std::none_of(values.begin(), values.end(), [&](const Json& known) { return same(known, value); }))
      return misfit(place, "must be one of " + to_string(schema["enum"]));
  }
  if (value.is_string())
    KINDLING_TRY_VOID(
        check_size(schema, "minLength", "maxLength", code_points(value.as_string()), place, "characters"));
  if (value.is_number()) KINDLING_TRY_VOID(check_bounds(schema, value.as_double(), place));
  if (value.is_object()) KINDLING_TRY_VOID(check_members(schema, value, place));
  if (value.is_array()) KINDLING_TRY_VOID(check_items(schema, value, place));
  return check_choices(schema, value, place);
}

// ---- the strict form ----

bool is_required(const Json& schema, std::string_view name) {
  const auto& names = schema["required"].items();
  return std::any_of(names.begin(), names.end(), [&](const Json& known) { return known.as_string() == name; });
}

bool takes_null(const Json& schema) { return check_in(schema, nullptr, "/").ok(); }

// "string" becomes ["string", "null"]; what has no plain type is put beside null.
Json or_null(Json schema) {
  if (takes_null(schema)) return schema;
  const bool plain = schema.has("type") && !schema.has("enum") && !schema.has("const") &&
                     !schema.has("anyOf") && !schema.has("oneOf") && !schema.has("allOf");
  if (!plain) {
    Json either = Json::array();
    either.push(std::move(schema)).push(Json::object({{"type", "null"}}));
    return Json::object({{"anyOf", std::move(either)}});
  }
  Json types = schema["type"].is_array() ? schema["type"] : Json(Json::Array{schema["type"]});
  types.push("null");
  schema.set("type", std::move(types));
  return schema;
}

bool may_be_object(const Json& schema) {
  return schema.has("properties") ||
         (schema.has("type") && is_of_type(Json::object(), schema["type"].as_string()));
}

std::optional<Json> strict_object(const Json& schema) {
  const Json& more = schema["additionalProperties"];
  const bool free = more.is_object() || more.as_bool() || !schema["properties"].is_object();
  if (free || schema.has("minProperties") || schema.has("maxProperties")) return std::nullopt;
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& [name, property] : schema["properties"].members()) {
    auto strict = strict_schema(property);
    if (!strict) return std::nullopt;
    properties.set(name, is_required(schema, name) ? std::move(*strict) : or_null(std::move(*strict)));
    required.push(name);
  }
  Json closed = schema;
  closed.set("properties", std::move(properties)).set("required", std::move(required));
  return closed.set("additionalProperties", false);
}

}  // namespace

Status check_schema(const Json& schema) { return check_at(schema, "/", 0); }

Status check_value(const Json& schema, const Json& value) { return check_in(schema, value, "/"); }

std::optional<Json> strict_schema(const Json& schema) {
  Json strict = schema;
  if (may_be_object(schema)) {
    auto closed = strict_object(schema);
    if (!closed) return std::nullopt;
    strict = std::move(*closed);
  }
  if (schema.has("items")) {
    auto items = strict_schema(schema["items"]);
    if (!items) return std::nullopt;
    strict.set("items", std::move(*items));
  }
  for (const std::string_view name : choices) {
    if (!schema.has(name)) continue;
    Json parts = Json::array();
    for (const Json& part : schema[name].items()) {
      auto closed = strict_schema(part);
      if (!closed) return std::nullopt;
      parts.push(std::move(*closed));
    }
    strict.set(name, std::move(parts));
  }
  return strict;
}

Json without_nulls(const Json& schema, const Json& value) {
  if (value.is_array() && schema.has("items")) {
    Json items = Json::array();
    for (const Json& item : value.items()) items.push(without_nulls(schema["items"], item));
    return items;
  }
  if (!value.is_object()) return value;
  const Json& properties = schema["properties"];
  Json::Object members;
  for (const auto& [name, member] : value.members()) {
    const bool dropped =
        member.is_null() && properties.has(name) && !is_required(schema, name) && !takes_null(properties[name]);
    if (!dropped) members.emplace_back(name, without_nulls(properties[name], member));
  }
  return Json::object_of(std::move(members));
}

}  // namespace kindling
