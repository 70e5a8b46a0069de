// The n-th file operation fails, for every n, with and without the power going off: the index is as before or as after.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/index/collection.h"
#include "tests/index/hooked_files.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

using State = std::map<std::string, std::string>;

// Steps of a life of an index; each is one transaction at most.
struct Step {
  std::function<Status(Writer&, const std::filesystem::path&)> run;
};

std::vector<Step> script() {
  const auto put_and_commit = [](std::uint64_t seed, std::vector<std::string> uris) {
    return Step{[=](Writer& writer, const std::filesystem::path&) -> Status {
      Random random(seed);
      for (const std::string& uri : uris) KINDLING_TRY_VOID(writer.put(random_document(random, uri)));
      return writer.commit(never_cancelled());
    }};
  };
  const Step attach{[](Writer& writer, const std::filesystem::path& folder) { return attach_pending(writer, folder, 3, 1); }};
  const Step compact{[](Writer& writer, const std::filesystem::path&) { return writer.compact(never_cancelled()); }};
  const Step remove{[](Writer& writer, const std::filesystem::path&) -> Status {
    KINDLING_TRY_VOID(writer.remove_document("/b"));
    return writer.commit(never_cancelled());
  }};
  return {put_and_commit(1, {"/a", "/b", "/c"}), attach, put_and_commit(2, {"/a", "/d"}), attach, remove, compact,
          attach, put_and_commit(3, {"/e"}), compact};
}

// Documents, and how many chunks are pending: two states differ when either does.
State state_of(const std::filesystem::path& folder) {
  const auto snapshot = Snapshot::open(system_files(), folder);
  if (!snapshot.ok()) {
    EXPECT_EQ(snapshot.error().code, ErrorCode::index_missing) << snapshot.error().sentence();
    return {{"missing", ""}};
  }
  EXPECT_EQ(vector_problem(**snapshot, true), "");
  State state = describe(**snapshot);
  state["pending"] = std::to_string((*snapshot)->statistics().pending_embeddings);
  return state;
}

// The states after opening and after each step, without faults; and the number of operations that takes.
std::pair<std::vector<State>, int> clean_run() {
  const TemporaryFolder folder;
  int operations = 0;
  HookedFiles files([&](std::string_view, const std::filesystem::path&) {
    ++operations;
    return Status();
  });
  const auto index = folder.path() / "index";
  std::vector<State> states{{{"missing", ""}}};
  auto writer = Writer::open(files, index, settings_with(8)).value();
  states.push_back(state_of(index));
  for (const Step& step : script()) {
    EXPECT_TRUE(step.run(*writer, index).ok());
    states.push_back(state_of(index));
  }
  return {states, operations};
}

// Only files that the catalog names, once the next writer has been there.
void expect_no_strays(const std::filesystem::path& folder) {
  const auto snapshot = open_snapshot(folder);
  std::size_t data_files = 0;
  const auto names = system_files().list(folder).value();
  for (const std::string& name : names) data_files += name.ends_with(".kindling") ? 1 : 0;
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name != "lock" && !name.ends_with("-shm")) bytes += entry.file_size();
  }
  EXPECT_EQ(snapshot->statistics().bytes, bytes) << data_files << " data files";
}

enum class Fault { error, power_cut };

void run_with_fault_at(int n, Fault fault, ErrorCode code, const std::vector<State>& states) {
  SCOPED_TRACE("operation " + std::to_string(n) + (fault == Fault::error ? " fails" : " is the last"));
  const TemporaryFolder folder;
  const auto index = folder.path() / "index";
  int operation = 0;
  HookedFiles files([&](std::string_view name, const std::filesystem::path& path) -> Status {
    const int now = ++operation;
    if (now == n || (fault == Fault::power_cut && now > n)) {
      return Error{code, path.string(), std::string(name) + " was made to fail", ""};
    }
    return {};
  });
  std::size_t reached = 0;  // states[reached] is certain
  {
    auto writer = Writer::open(files, index, settings_with(8));
    if (writer.ok()) {
      reached = 1;
      for (const Step& step : script()) {
        const Status status = step.run(**writer, index);
        if (!status.ok()) {
          EXPECT_EQ(status.error().code, code) << status.error().sentence();
          break;
        }
        ++reached;
      }
    } else {
      EXPECT_EQ(writer.error().code, code) << writer.error().sentence();
    }
  }
  if (fault == Fault::power_cut) files.lose_unsynced();
  const State found = state_of(index);
  // Deleting what is no longer needed may fail without the step failing.
  const bool after = reached + 1 < states.size() && found == states[reached + 1];
  EXPECT_TRUE(found == states[reached] || after);
  if (fault == Fault::error) EXPECT_TRUE(found == states[reached] || reached == 0);

  auto writer = Writer::open(system_files(), index, settings_with(8));
  ASSERT_TRUE(writer.ok()) << writer.error().sentence();
  EXPECT_EQ(problems_of(index), "");
  expect_no_strays(index);
  ASSERT_TRUE(script()[0].run(**writer, index).ok());
  EXPECT_EQ(problems_of(index), "");
}

TEST(IndexFaults, AFailingOperationLeavesTheStateBefore) {
  const auto [states, operations] = clean_run();
  ASSERT_GT(operations, 60);
  for (int n = 1; n <= operations; ++n) {
    run_with_fault_at(n, Fault::error, n % 2 == 0 ? ErrorCode::disk_full : ErrorCode::io, states);
  }
}

TEST(IndexFaults, APowerCutLosesNothingThatWasCommitted) {
  const auto [states, operations] = clean_run();
  for (int n = 1; n <= operations; ++n) run_with_fault_at(n, Fault::power_cut, ErrorCode::io, states);
}

}  // namespace
}  // namespace kindling
