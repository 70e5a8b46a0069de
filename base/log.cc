#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <string>

#include "base/env.h"

namespace kindling {
namespace {

LogLevel level_from_environment() {
  const std::string name = environment("KINDLING_LOG").value_or("warning");
  if (name == "error") return LogLevel::error;
  if (name == "info") return LogLevel::info;
  if (name == "debug") return LogLevel::debug;
  return LogLevel::warning;
}

std::atomic<LogLevel>& current_level() {
  static std::atomic<LogLevel> level = level_from_environment();
  return level;
}

}  // namespace

void set_log_level(LogLevel level) { current_level().store(level); }

bool log_enabled(LogLevel level) { return level <= current_level().load(); }

void log(LogLevel level, std::string_view message) {
  if (!log_enabled(level)) return;
  std::string line = "kindling: ";
  for (const char c : message) line.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
  line.push_back('\n');
  std::fwrite(line.data(), 1, line.size(), stderr);  // one write: lines of several threads do not mix
}

}  // namespace kindling
