// Runs a shell command the way a person would and keeps what it said.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

namespace kindling {

struct ShellResult {
  int exit = 0;  // 128 + the signal's number when a signal ended it
  std::string out;
  std::string err;
  double seconds = 0;
};

// `command` goes to bash -c in `folder`; `environment` replaces the process's own. Standard input is empty.
// Past `time_max` the command and everything it started is killed (exit 137).
[[nodiscard]] ShellResult run_shell(const std::string& command, const std::filesystem::path& folder,
                                    const std::map<std::string, std::string>& environment,
                                    std::chrono::seconds time_max = std::chrono::seconds(120));

}  // namespace kindling
