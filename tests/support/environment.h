// Environment variables for the length of a scope; an empty value unsets. Not for tests with other threads that
// read them.
//   const ScopedEnvironment set{{"HTTP_PROXY", "http://p"}, {"NO_PROXY", ""}};
#pragma once

#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kindling {

class ScopedEnvironment {
 public:
  struct Variable {
    std::string name;
    std::string value;
  };
  ScopedEnvironment(std::initializer_list<Variable> variables) {
    for (const auto& [name, value] : variables) {
      const char* before = std::getenv(name.c_str());
      before_.emplace_back(name, before == nullptr ? std::nullopt : std::optional<std::string>(before));
      set(name, value.empty() ? std::nullopt : std::optional<std::string>(value));
    }
  }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;
  ~ScopedEnvironment() {
    for (auto i = before_.rbegin(); i != before_.rend(); ++i) set(i->first, i->second);
  }

 private:
  static void set(const std::string& name, const std::optional<std::string>& value) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

}  // namespace kindling
