// The files of one model's folder, and all bytes that were read of them, which identify the model.
//
// Not thread-safe. Names are relative to the folder; one that leads outside of it is refused.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"

namespace kindling {

class ModelFiles {
 public:
  ModelFiles(Files& files, std::filesystem::path folder) : files_(files), folder_(std::move(folder)) {}

  [[nodiscard]] bool has(std::string_view name) const { return files_.info(folder_ / name).ok(); }
  // Errors: of the file; `malformed`.
  [[nodiscard]] Result<std::string> text(std::string_view name);
  [[nodiscard]] Result<Json> json(std::string_view name);
  // A null value if there is no such file.
  [[nodiscard]] Result<Json> json_if_there(std::string_view name);

  // Of each text read: its name, size and bytes, in the order of reading.
  [[nodiscard]] std::string take_described() { return std::move(described_); }

 private:
  Files& files_;
  std::filesystem::path folder_;
  std::string described_;
};

// The folder that a module of modules.json names; empty is the model's own. Errors: `malformed` where it leads
// outside.
[[nodiscard]] Result<std::string> module_folder(const Json& module);

// "NAME" in the folder of a module.
[[nodiscard]] std::string in_module(const std::string& folder, std::string_view name);

}  // namespace kindling
