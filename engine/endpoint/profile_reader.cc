#include "engine/endpoint/profile_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "net/url.h"

namespace kindling {
namespace {

constexpr std::string_view reference = "engine/profiles/README.md lists the keys";

Error wrong(std::string_view key, std::string why) {
  return {ErrorCode::configuration, std::string(key), std::move(why), std::string(reference)};
}

// Reads the members of one table; what was not asked for by `finish` is an unknown key.
class TableReader {
 public:
  TableReader(const Json& table, std::string place) : table_(&table), place_(std::move(place)) {}

  Status string(std::string_view name, std::string& out) {
    const Json& value = take(name);
    if (value.is_null()) return {};
    if (!value.is_string()) return wrong(key(name), "must be a string");
    out = value.as_string();
    return {};
  }

  Status strings(std::string_view name, std::vector<std::string>& out) {
    const Json& value = take(name);
    if (value.is_null()) return {};
    if (!value.is_array()) return wrong(key(name), "must be a list of strings");
    out.clear();
    for (const Json& item : value.items()) {
      if (!item.is_string()) return wrong(key(name), "must be a list of strings");
      out.emplace_back(item.as_string());
    }
    return {};
  }

  template <typename Integer>
  Status count(std::string_view name, Integer& out) {
    const Json& value = take(name);
    if (value.is_null()) return {};
    constexpr std::int64_t count_max = 1'000'000'000;
    if (!value.is_integer() || value.as_integer() < 0 || value.as_integer() > count_max) {
      return wrong(key(name), "must be a whole number from 0 to 1,000,000,000");
    }
    out = static_cast<Integer>(value.as_integer());
    return {};
  }

  Status amount(std::string_view name, double& out) {
    const Json& value = take(name);
    if (value.is_null()) return {};
    if (!value.is_number() || !(value.as_double() >= 0))
      return wrong(key(name), "must be a number of at least 0");
    out = value.as_double();
    return {};
  }

  Status flag(std::string_view name) {
    const Json& value = take(name);
    if (!value.is_null() && !value.is_bool()) return wrong(key(name), "must be true or false");
    return {};
  }

  // A table, or an empty one.
  Result<Json> table(std::string_view name) {
    const Json& value = take(name);
    if (value.is_null()) return Json::object();
    if (!value.is_object()) return wrong(key(name), "must be a table");
    return value;
  }

  const Json& take(std::string_view name) {
    taken_.emplace_back(name);
    return (*table_)[name];
  }

  Status finish() const {
    for (const auto& [name, value] : table_->members()) {
      if (std::find(taken_.begin(), taken_.end(), name) == taken_.end())
        return wrong(key(name), "is not a known key");
    }
    return {};
  }

  [[nodiscard]] std::string key(std::string_view name) const { return place_ + std::string(name); }

 private:
  const Json* table_;
  std::string place_;  // "parameters."
  std::vector<std::string> taken_;
};

Status read_price(const Json& table, Price& price) {
  TableReader reader(table, "price.");
  KINDLING_TRY_VOID(reader.amount("input", price.input));
  KINDLING_TRY_VOID(reader.amount("cached_input", price.cached_input));
  KINDLING_TRY_VOID(reader.amount("output", price.output));
  return reader.finish();
}

Status read_overhead(const Json& table, TemplateOverhead& overhead) {
  TableReader reader(table, "overhead.");
  KINDLING_TRY_VOID(reader.count("per_request", overhead.per_request));
  KINDLING_TRY_VOID(reader.count("per_message", overhead.per_message));
  return reader.finish();
}

Status read_limits(const Json& table, ModelProfile& profile) {
  TableReader reader(table, "limits.");
  KINDLING_TRY_VOID(reader.count("requests_per_minute", profile.requests_per_minute));
  KINDLING_TRY_VOID(reader.count("tokens_per_minute", profile.tokens_per_minute));
  KINDLING_TRY_VOID(reader.count("images_per_request", profile.images_per_request));
  return reader.finish();
}

// Seconds, as people write them.
Status read_seconds(TableReader& reader, std::string_view name, std::chrono::milliseconds& out) {
  constexpr double seconds_max = 86'400;
  double seconds = static_cast<double>(out.count()) / 1e3;
  KINDLING_TRY_VOID(reader.amount(name, seconds));
  if (!(seconds > 0) || seconds > seconds_max)
    return wrong(reader.key(name), "must be more than 0 and at most 86400 seconds");
  out = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1e3)));
  return {};
}

Status read_timeouts(const Json& table, EndpointLimits& timeouts) {
  TableReader reader(table, "timeouts.");
  KINDLING_TRY_VOID(read_seconds(reader, "connect", timeouts.connect));
  KINDLING_TRY_VOID(read_seconds(reader, "first_token", timeouts.first_token));
  KINDLING_TRY_VOID(read_seconds(reader, "idle", timeouts.idle));
  KINDLING_TRY_VOID(read_seconds(reader, "total", timeouts.total));
  KINDLING_TRY_VOID(reader.count("retries", timeouts.retries_max));
  constexpr unsigned retries_max = 20;
  return timeouts.retries_max <= retries_max ? reader.finish()
                                             : wrong("timeouts.retries", "must be at most 20");
}

// What a request would hold under one thinking mode must respect the profile's own rules.
Status check_body(const Json& parameters, std::string_view place, const Json& body) {
  for (const Json& name : parameters["unsupported"].items()) {
    if (body.has(name.as_string())) {
      return wrong(fmt::format("parameters.{}.{}", place, name.as_string()),
                   "is listed as unsupported in this very profile");
    }
  }
  for (const Json& group : parameters["exclusive"].items()) {
    const auto& names = group.items();
    const auto present =
        std::count_if(names.begin(), names.end(), [&](const Json& n) { return body.has(n.as_string()); });
    if (present > 1)
      return wrong(fmt::format("parameters.{}", place), "sets parameters that exclude each other");
  }
  for (const std::string_view own : {"model", "messages", "stream", "stream_options", "tools"}) {
    if (body.has(own))
      return wrong(fmt::format("parameters.{}.{}", place, own), "is set by the request itself");
  }
  return {};
}

bool is_list_of_strings(const Json& value) {
  return value.is_array() && std::all_of(value.items().begin(), value.items().end(),
                                         [](const Json& item) { return item.is_string(); });
}

Status check_parameters(const Json& parameters) {
  TableReader reader(parameters, "parameters.");
  std::string output_limit;
  std::vector<std::string> unsupported;
  KINDLING_TRY_VOID(reader.string("output_limit", output_limit));
  if (parameters.has("output_limit") && output_limit.empty())
    return wrong("parameters.output_limit", "must not be empty");
  KINDLING_TRY_VOID(reader.flag("stream_usage"));
  KINDLING_TRY_VOID(reader.flag("strict_tools"));
  KINDLING_TRY_VOID(reader.flag("contemplates"));
  KINDLING_TRY_VOID(reader.strings("unsupported", unsupported));
  const Json& exclusive = reader.take("exclusive");
  const bool lists = std::all_of(exclusive.items().begin(), exclusive.items().end(), is_list_of_strings);
  if ((!exclusive.is_null() && !exclusive.is_array()) || !lists) {
    return wrong("parameters.exclusive", "must be a list of lists of strings");
  }
  KINDLING_TRY(const Json body, reader.table("body"));
  KINDLING_TRY(const Json thinking, reader.table("thinking"));
  KINDLING_TRY_VOID(reader.finish());
  KINDLING_TRY_VOID(check_body(parameters, "body", body));

  TableReader modes(thinking, "parameters.thinking.");
  for (const auto mode : {ThinkingMode::instant, ThinkingMode::thinking, ThinkingMode::contemplating}) {
    KINDLING_TRY(const Json members, modes.table(to_string(mode)));
    Json whole = body;
    for (const auto& [name, value] : members.members()) whole.set(name, value);
    KINDLING_TRY_VOID(check_body(parameters, "thinking." + std::string(to_string(mode)), whole));
  }
  return modes.finish();
}

// The constants of a formula, each a number above zero; the first `required` of them must be there.
struct MediaFormula {
  std::string_view name;
  std::string_view kind;  // of medium
  std::size_t required;
  std::array<std::string_view, 5> constants;
};
constexpr std::array media_formulas = {
    MediaFormula{"patches", "image", 1, {"patch_pixels", "tokens_max", "tokens_extra"}},
    MediaFormula{"tiles",
                 "image",
                 2,
                 {"tile_pixels", "tokens_per_tile", "tokens_base", "fit_pixels", "short_side_pixels"}},
    MediaFormula{"area", "image", 1, {"divisor", "tokens_max", "tokens_extra"}},
    MediaFormula{"seconds", "audio", 1, {"tokens_per_second", "tokens_max", "tokens_extra"}},
};

Status check_formula(const Json& table, std::string_view kind) {
  const std::string place = fmt::format("media.{}.", kind);
  TableReader reader(table, place);
  std::string name;
  KINDLING_TRY_VOID(reader.string("formula", name));
  const auto formula = std::find_if(media_formulas.begin(), media_formulas.end(),
                                    [&](const MediaFormula& f) { return f.name == name && f.kind == kind; });
  if (formula == media_formulas.end()) {
    return wrong(place + "formula",
                 fmt::format("is none that counts {}", kind == "image" ? "pictures" : "recordings"));
  }
  if (kind == "image") {  // what is best for the model, however it counts
    KINDLING_TRY_VOID(reader.flag("links"));
    for (const std::string_view size : {"best_side_pixels", "best_pixels"}) {
      double value = 0;
      KINDLING_TRY_VOID(reader.amount(size, value));
      if (table.has(size) && !(value > 0)) return wrong(place + std::string(size), "is zero");
    }
  }
  for (std::size_t i = 0; i < formula->constants.size() && !formula->constants[i].empty(); ++i) {
    const std::string_view constant = formula->constants[i];
    double value = 0;
    KINDLING_TRY_VOID(reader.amount(constant, value));
    if ((table.has(constant) || i < formula->required) && !(value > 0)) {
      return wrong(place + std::string(constant), "is missing or zero");
    }
  }
  return reader.finish();
}

Status check_media(const Json& media) {
  TableReader reader(media, "media.");
  KINDLING_TRY(const Json image, reader.table("image"));
  KINDLING_TRY(const Json audio, reader.table("audio"));
  for (const auto& [name, table] : {std::pair{"image", &image}, std::pair{"audio", &audio}}) {
    if (!table->members().empty() && !(*table)["formula"].is_string()) {
      return wrong(fmt::format("media.{}.formula", name), "is missing");
    }
    if (!table->members().empty()) KINDLING_TRY_VOID(check_formula(*table, name));
  }
  return reader.finish();
}

Status check_modalities(const std::vector<std::string>& modalities) {
  constexpr std::array<std::string_view, 3> known = {"text", "image", "audio"};
  bool has_text = false;
  for (const std::string& modality : modalities) {
    if (std::find(known.begin(), known.end(), modality) == known.end()) {
      return wrong("modalities", fmt::format("'{}' is none of text, image, audio", modality));
    }
    has_text = has_text || modality == "text";
  }
  return has_text ? Status{} : wrong("modalities", "must hold \"text\"");
}

Status check_sizes(const ModelProfile& profile) {
  if (profile.window == 0) return wrong("window", "is missing or zero");
  if (profile.output_max == 0) return wrong("output_max", "is missing or zero");
  if (profile.output_max > profile.window) return wrong("output_max", "exceeds the window");
  if (profile.reserve_default > profile.output_max) return wrong("reserve_default", "exceeds output_max");
  if (profile.reserve_default >= profile.window)
    return wrong("reserve_default", "leaves nothing of the window");
  return {};
}

Status check_address(ModelProfile& profile) {
  if (profile.base_url.empty()) return wrong("base_url", "is missing");
  Result<Url> url = parse_url(profile.base_url);
  if (!url.ok()) return std::move(url).within("base_url").error();
  if (url->target.find('?') != std::string::npos) return wrong("base_url", "holds a query ('?')");
  while (profile.base_url.ends_with('/')) profile.base_url.pop_back();
  return {};
}

Status check_key_env(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const bool plain =
        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
        std::string::npos;
    if (name.empty() || !plain)
      return wrong("key_env", "must name environment variables; the key itself never stands in a file");
  }
  return {};
}

Result<ModelProfile> read_table(std::string name, std::string source, const Json& table) {
  ModelProfile profile;
  profile.name = std::move(name);
  profile.source = std::move(source);
  profile.modalities = {"text"};
  profile.tokenizer = "estimator";

  TableReader reader(table, "");
  KINDLING_TRY_VOID(reader.string("base_url", profile.base_url));
  KINDLING_TRY_VOID(reader.string("model", profile.model));
  KINDLING_TRY_VOID(reader.strings("key_env", profile.key_env));
  KINDLING_TRY_VOID(reader.count("window", profile.window));
  KINDLING_TRY_VOID(reader.count("output_max", profile.output_max));
  profile.reserve_default = std::min(profile.reserve_default, profile.output_max);
  KINDLING_TRY_VOID(reader.count("reserve_default", profile.reserve_default));
  KINDLING_TRY_VOID(reader.strings("modalities", profile.modalities));
  KINDLING_TRY_VOID(reader.string("tokenizer", profile.tokenizer));
  KINDLING_TRY(const Json price, reader.table("price"));
  KINDLING_TRY(const Json overhead, reader.table("overhead"));
  KINDLING_TRY(const Json limits, reader.table("limits"));
  KINDLING_TRY(const Json timeouts, reader.table("timeouts"));
  KINDLING_TRY(profile.media, reader.table("media"));
  KINDLING_TRY(profile.parameters, reader.table("parameters"));
  KINDLING_TRY_VOID(reader.finish());

  KINDLING_TRY_VOID(read_price(price, profile.price));
  KINDLING_TRY_VOID(read_overhead(overhead, profile.overhead));
  KINDLING_TRY_VOID(read_limits(limits, profile));
  KINDLING_TRY_VOID(read_timeouts(timeouts, profile.timeouts));
  if (profile.model.empty()) return wrong("model", "is missing");
  KINDLING_TRY_VOID(check_address(profile));
  KINDLING_TRY_VOID(check_key_env(profile.key_env));
  KINDLING_TRY_VOID(check_sizes(profile));
  KINDLING_TRY_VOID(check_modalities(profile.modalities));
  KINDLING_TRY_VOID(check_media(profile.media));
  KINDLING_TRY_VOID(check_parameters(profile.parameters));
  const bool path = profile.tokenizer.starts_with('/');
  if (profile.tokenizer.empty() || (!path && profile.tokenizer.find('/') != std::string::npos)) {
    return wrong(
        "tokenizer",
        "is neither \"estimator\" nor the name of a vocabulary nor the absolute path of a tokenizer file");
  }
  return profile;
}

}  // namespace

Result<ModelProfile> read_profile(std::string name, std::string source, std::string_view toml) {
  Result<Json> table = parse_toml(toml);
  if (!table.ok()) {
    Error error = std::move(table).within(source).error();
    error.code = ErrorCode::configuration;
    return error;
  }
  std::string place = source;
  return read_table(std::move(name), std::move(source), *table).within(place);
}

}  // namespace kindling
