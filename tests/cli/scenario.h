// Scenarios: what a person does and sees, as text files that read from top to bottom.
//
//   # a comment
//   file docs/canal.md           makes a file; its lines follow, indented by four blanks (empty ones need not
//   be) $ kindling index docs        runs a command in bash; a line that ends in \ goes on exit 0 what it must
//   have ended with; 0 unless said otherwise out has TEXT                 stdout holds TEXT; also `err has`,
//   `out lacks`, `err lacks` out is TEXT                  stdout is this one line; `out is empty`, `err is
//   empty` err lines 1                  how many lines stderr has seconds below 3              how long it took
//   json hits.0.title is Locks   a value in the JSON object on stdout, by its path; the rest of the line is the
//   value json hits.0.uri has canal    a text that holds this json hits lists 3            a list of this
//   length json hits.0.page exists      also null json note lacks              the object has no such key json
//   tokens above 2          a number
//
// Each scenario runs in a folder of its own, with the binary under test in $PATH, an empty home, no colours and
// no keys.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kindling {

struct ScenarioFailure {
  int line = 0;
  std::string what;
};

struct ScenarioSurroundings {
  std::filesystem::path folder;  // empty; files and commands go here
  std::map<std::string, std::string> environment;
};

// Stops after the first command whose expectations do not hold, and says all that do not. Empty: it holds.
[[nodiscard]] std::vector<ScenarioFailure> run_scenario(const std::string& text,
                                                        const ScenarioSurroundings& surroundings);

}  // namespace kindling
