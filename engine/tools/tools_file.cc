#include "engine/tools/tools_file.h"

#include <algorithm>
#include <array>

#include "base/process.h"
#include "engine/tools/index_tools.h"
#include "engine/tools/schema.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t description_bytes_max = 4u << 10;
constexpr std::size_t schema_bytes_max = 32u << 10;
constexpr double tool_seconds_max = 600;
constexpr std::size_t tool_output_bytes_max = 1u << 20;

constexpr auto keys = std::to_array<std::string_view>(
    {"name", "description", "parameters", "command", "seconds", "output_bytes"});

Error wrong_tool(std::string place, std::string why, std::string mend = "docs/tools.md has an example") {
  return {ErrorCode::configuration, std::move(place), std::move(why), std::move(mend)};
}

bool is_tool_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max && std::all_of(name.begin(), name.end(), fits);
}

Result<std::vector<std::string>> read_command(const Json& command, const fs::path& folder) {
  std::vector<std::string> words;
  for (const Json& word : command.items()) {
    if (!word.is_string() || word.as_string().find('\0') != std::string_view::npos)
      return wrong_tool("command", "must be a list of words");
    words.emplace_back(word.as_string());
  }
  if (words.empty() || words.front().empty())
    return wrong_tool("command", "must be a list of words, the program first");
  if (words.front().find('/') != std::string::npos) {
    words.front() = (folder / words.front()).lexically_normal().string();
    return words;
  }
  const auto program = find_program(words.front());
  if (!program) {
    return wrong_tool("command", "no program " + words.front() + " in $PATH",
                      "install it, or give its path (one with a slash is looked for beside the file)");
  }
  words.front() = program->string();
  return words;
}

Result<Json> read_parameters(const Json& parameters) {
  Json schema =
      parameters.is_null() ? Json::object({{"type", "object"}, {"properties", Json::object()}}) : parameters;
  if (!schema.is_object() || schema["type"].as_string() != "object")
    return wrong_tool("parameters", "must be a JSON Schema with type = \"object\"");
  if (to_string(schema).size() > schema_bytes_max)
    return wrong_tool("parameters", "are longer than " + std::to_string(schema_bytes_max) + " bytes");
  KINDLING_TRY_VOID(check_schema(schema).within("parameters"));
  return schema;
}

Result<CommandSpec> read_tool(const Json& table, const fs::path& folder) {
  if (!table.is_object()) return wrong_tool("", "must be a table");
  for (const auto& [key, value] : table.members()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      return wrong_tool(key, "is not a known key",
                        "use name, description, parameters, command, seconds, output_bytes");
  }
  CommandSpec tool;
  tool.spec.name = table["name"].as_string();
  if (!is_tool_name(tool.spec.name)) return wrong_tool("name", "must be 1 to 64 letters, digits, '_' and '-'");
  tool.spec.description = table["description"].as_string();
  if (tool.spec.description.empty() || tool.spec.description.size() > description_bytes_max)
    return wrong_tool("description", "must say in 1 to 4096 bytes what the tool does; the model reads it");
  KINDLING_TRY(tool.spec.parameters, read_parameters(table["parameters"]));
  KINDLING_TRY(tool.command, read_command(table["command"], folder));
  tool.seconds_max = table.has("seconds") ? table["seconds"].as_double(-1) : tool.seconds_max;
  if (!(tool.seconds_max > 0 && tool.seconds_max <= tool_seconds_max))
    return wrong_tool("seconds", "must be a number above 0 and at most 600");
  const std::int64_t bytes = table.has("output_bytes") ? table["output_bytes"].as_integer(-1)
                                                       : static_cast<std::int64_t>(tool.output_bytes_max);
  if (bytes < 1 || bytes > static_cast<std::int64_t>(tool_output_bytes_max))
    return wrong_tool("output_bytes", "must be a whole number from 1 to 1048576");
  tool.output_bytes_max = static_cast<std::size_t>(bytes);
  return tool;
}

Result<std::vector<CommandSpec>> read_tools(const Json& file, const fs::path& folder) {
  for (const auto& [key, value] : file.members())
    if (key != "tool") return wrong_tool(key, "is not a known key", "begin each tool with [[tool]]");
  const auto& tables = file["tool"].items();
  if (tables.empty()) return wrong_tool("", "names no tool", "begin each tool with [[tool]]");
  if (tables.size() > tools_max)
    return wrong_tool("", "names more than " + std::to_string(tools_max) + " tools",
                      "split it, and offer what is needed");
  std::vector<CommandSpec> tools;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const std::string_view name = tables[i]["name"].as_string();
    const std::string place =
        is_tool_name(name) ? "tool " + std::string(name) : "tool " + std::to_string(i + 1);
    KINDLING_TRY(CommandSpec tool, read_tool(tables[i], folder).within(place));
    tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace

Result<std::vector<CommandSpec>> read_tools_file(Files& files, const fs::path& path) {
  KINDLING_TRY(const std::string text, files.read(path, tools_file_bytes_max));
  auto parsed = path.extension() == ".json" ? parse_json(text) : parse_toml(text);
  if (!parsed) {
    return Error{ErrorCode::configuration, path.string() + ": " + parsed.error().where, parsed.error().why,
                 "mend the file; docs/tools.md has an example"};
  }
  return read_tools(*parsed, path.parent_path()).within(path.string());
}

Status check_tool_choice(const ToolChoice& choice) {
  std::vector<std::string_view> names;
  if (choice.index) names.insert(names.end(), index_tool_names.begin(), index_tool_names.end());
  for (const CommandSpec& tool : choice.commands) {
    const std::string& name = tool.spec.name;
    if (std::find(names.begin(), names.end(), name) != names.end())
      return wrong_tool("tool " + name, "two tools have this name", "rename one of them");
    names.emplace_back(name);
  }
  if (names.size() > tools_max)
    return wrong_tool("", "more than " + std::to_string(tools_max) + " tools", "offer fewer");
  return {};
}

}  // namespace kindling
