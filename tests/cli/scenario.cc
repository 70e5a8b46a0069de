#include "tests/cli/scenario.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include "base/json.h"
#include "tests/support/run_shell.h"

namespace kindling {
namespace {

std::string shown(const std::string& text) {
  constexpr std::size_t bytes_max = 600;
  return "'" + (text.size() > bytes_max ? text.substr(0, bytes_max) + "..." : text) + "'";
}

// "first rest" taken apart; the rest may be empty.
std::pair<std::string, std::string> first_word(const std::string& text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) return {text, ""};
  return {text.substr(0, blank), text.substr(blank + 1)};
}

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The value at "hits.0.title", or nothing.
std::optional<Json> at_path(const Json& root, const std::string& path) {
  Json at = root;
  std::istringstream steps(path);
  for (std::string step; std::getline(steps, step, '.');) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
    if (at.is_array() && error == std::errc() && end == step.data() + step.size()) {
      if (index >= at.items().size()) return std::nullopt;
      at = Json(at.items()[index]);
    } else {
      if (!at.has(step)) return std::nullopt;
      at = Json(at[step]);
    }
  }
  return at;
}

class Runner {
 public:
  Runner(const std::string& text, const ScenarioSurroundings& surroundings) : surroundings_(surroundings) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) lines_.push_back(line);
  }

  std::vector<ScenarioFailure> run() {
    while (at_ < lines_.size() && failures_.empty()) {
      const std::string line = lines_[at_];
      if (line.empty() || line[0] == '#') {
        ++at_;
      } else if (line.starts_with("file ")) {
        make_file(line.substr(5));
      } else if (line.starts_with("$ ")) {
        run_command();
      } else {
        fail("a line that is neither file nor command: " + shown(line));
        return failures_;
      }
    }
    return failures_;
  }

 private:
  void fail(const std::string& what) { failures_.push_back({static_cast<int>(at_) + 1, what}); }

  void make_file(const std::string& name) {
    const auto path = surroundings_.folder / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    std::string blank;  // empty lines belong to the file when more of it follows
    for (++at_; at_ < lines_.size() && (lines_[at_].empty() || lines_[at_].starts_with("    ")); ++at_) {
      if (lines_[at_].empty()) {
        blank += '\n';
        continue;
      }
      file << blank << lines_[at_].substr(4) << '\n';
      blank.clear();
    }
  }

  void run_command() {
    std::string command = lines_[at_].substr(2);
    while (command.ends_with('\\') && at_ + 1 < lines_.size()) command += "\n" + lines_[++at_];
    const std::size_t command_at = at_;
    result_ = run_shell(command, surroundings_.folder, surroundings_.environment);
    int exit_wanted = 0;
    for (++at_; at_ < lines_.size() && !lines_[at_].starts_with("$ ") && !lines_[at_].starts_with("file ");
         ++at_) {
      if (lines_[at_].empty() || lines_[at_][0] == '#') continue;
      if (lines_[at_].starts_with("exit ")) {
        exit_wanted = static_cast<int>(number_of(lines_[at_].substr(5)));
      } else {
        expect(lines_[at_]);
      }
    }
    if (result_.exit != exit_wanted) {
      failures_.push_back({static_cast<int>(command_at) + 1,
                           "exit " + std::to_string(result_.exit) + ", not " + std::to_string(exit_wanted)});
    }
    if (!failures_.empty()) {
      failures_.push_back({static_cast<int>(command_at) + 1,
                           command + "\nstdout: " + shown(result_.out) + "\nstderr: " + shown(result_.err)});
    }
  }

  void expect(const std::string& line) {
    const auto [subject, rest] = first_word(line);
    if (subject == "out") return expect_text("stdout", result_.out, rest);
    if (subject == "err") return expect_text("stderr", result_.err, rest);
    if (subject == "json") return expect_json(rest);
    if (subject == "seconds") {
      const double limit = number_of(first_word(rest).second);
      if (result_.seconds >= limit) fail("took " + std::to_string(result_.seconds) + " s");
      return;
    }
    fail("no such expectation: " + shown(line));
  }

  void expect_text(const std::string& name, const std::string& text, const std::string& expectation) {
    const auto [verb, wanted] = first_word(expectation);
    const bool holds = text.find(wanted) != std::string::npos;
    if (verb == "has" && !holds) fail(name + " lacks " + shown(wanted));
    if (verb == "lacks" && holds) fail(name + " has " + shown(wanted));
    if (verb == "is" && text != (wanted == "empty" ? "" : wanted + "\n"))
      fail(name + " is not " + shown(wanted));
    if (verb == "lines" && std::ranges::count(text, '\n') != static_cast<std::ptrdiff_t>(number_of(wanted))) {
      fail(name + " has " + std::to_string(std::ranges::count(text, '\n')) + " lines");
    }
    if (verb != "has" && verb != "lacks" && verb != "is" && verb != "lines")
      fail("no such expectation: " + shown(expectation));
  }

  void expect_json(const std::string& expectation) {
    const auto root = parse_json(result_.out);
    if (!root || !root->is_object()) return fail("stdout is not one JSON object");
    const auto [path, rest] = first_word(expectation);
    const auto [verb, wanted] = first_word(rest);
    const auto value = at_path(*root, path);
    if (verb == "lacks") return value ? fail(path + " is there") : void();
    if (!value) return fail("no " + path);
    const std::string text = value->is_string() ? std::string(value->as_string()) : to_string(*value);
    if (verb == "is" && text != wanted) fail(path + " is " + shown(text));
    if (verb == "has" && text.find(wanted) == std::string::npos) fail(path + " is " + shown(text));
    if (verb == "above" && !(value->is_number() && value->as_double() > number_of(wanted)))
      fail(path + " is " + shown(text));
    if (verb == "lists" &&
        (!value->is_array() || value->items().size() != static_cast<std::size_t>(number_of(wanted)))) {
      fail(path + " lists " + std::to_string(value->items().size()));
    }
    if (verb != "is" && verb != "has" && verb != "above" && verb != "lists" && verb != "exists") {
      fail("no such expectation: " + shown(expectation));
    }
  }

  const ScenarioSurroundings& surroundings_;
  std::vector<std::string> lines_;
  std::size_t at_ = 0;
  ShellResult result_;
  std::vector<ScenarioFailure> failures_;
};

}  // namespace

std::vector<ScenarioFailure> run_scenario(const std::string& text, const ScenarioSurroundings& surroundings) {
  return Runner(text, surroundings).run();
}

}  // namespace kindling
