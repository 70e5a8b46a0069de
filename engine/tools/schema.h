// JSON Schema for the arguments of tools: a named part of draft 2020-12, and nothing silently.
//
//   type (a name or a list), enum, const; properties, required, additionalProperties, minProperties,
//   maxProperties; items (one schema), minItems, maxItems, uniqueItems; minLength, maxLength (code points);
//   minimum, maximum, exclusiveMinimum, exclusiveMaximum; anyOf, oneOf, allOf; and what only describes: title,
//   description, default, examples, format, deprecated, $schema, $comment
//
// Any other keyword is refused when a tool is loaded: what is not checked must not look as if it were.
// `pattern` is among them, since the texts that it would be matched against come from a model, and the regular
// expressions of the standard library run out of stack on long ones.
//
// Pure; safe from any thread. Time is linear in schema times value, but for uniqueItems (quadratic, of at most
// 1,000 items).
#pragma once

#include <optional>

#include "base/json.h"
#include "base/result.h"

namespace kindling {

// Whether a schema can be checked against. Errors: `configuration`, `where` being the place in it
// ("/properties/unit/pattern").
[[nodiscard]] Status check_schema(const Json& schema);

// Whether `value` fits. Requires: a schema that passed check_schema. Errors: `usage`, `where` being the place
// in the value ("/unit"; of the whole: "/").
[[nodiscard]] Status check_value(const Json& schema, const Json& value);

// The same for endpoints that take strict schemas only: every object closed, every property required; what was
// optional may be null. Absent where that cannot be said (an object with free names).
[[nodiscard]] std::optional<Json> strict_schema(const Json& schema);

// `value` as the schema meant it before strict_schema: nulls in place of optional properties taken out.
[[nodiscard]] Json without_nulls(const Json& schema, const Json& value);

}  // namespace kindling
