// The n-th file operation fails, for every n, with and without the power going off: the index is as before or
// as after.
#include <gtest/gtest.h>

#include <functional>

#include "tests/index/collection.h"
#include "tests/index/hooked_files.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

using State = std::map<std::string, std::string>;

// Steps of a life of an index; each opens a writer and makes one transaction at most. The first only creates
// the index.
using Step = std::function<Status(Writer&, const std::filesystem::path&)>;

std::vector<Step> script() {
  const auto put_and_commit = [](std::uint64_t seed, std::vector<std::string> uris) -> Step {
    return [=](Writer& writer, const std::filesystem::path&) -> Status {
      Random random(seed);
      for (const std::string& uri : uris) KINDLING_TRY_VOID(writer.put(random_document(random, uri)));
      return writer.commit(never_cancelled());
    };
  };
  const Step nothing = [](Writer&, const std::filesystem::path&) { return Status(); };
  const Step attach = [](Writer& writer, const std::filesystem::path& folder) {
    return attach_pending(writer, folder, 3, 1);
  };
  const Step attach_all = [](Writer& writer, const std::filesystem::path& folder) {
    return attach_pending(writer, folder, 1000, 1);
  };
  const Step compact = [](Writer& writer, const std::filesystem::path&) {
    return writer.compact(never_cancelled());
  };
  const Step remove = [](Writer& writer, const std::filesystem::path&) -> Status {
    KINDLING_TRY_VOID(writer.remove_document("/b"));
    return writer.commit(never_cancelled());
  };
  return {nothing,
          put_and_commit(1, {"/a", "/b", "/c"}),
          attach,
          attach_all,
          put_and_commit(2, {"/a", "/d"}),
          attach,
          remove,
          compact};
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

// Only files that the catalog names, once the next writer has been there.
void expect_no_strays(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name != "lock" && !name.ends_with("-shm")) bytes += entry.file_size();
  }
  EXPECT_EQ(open_snapshot(folder)->statistics().bytes, bytes);
}

enum class Fault { none, error, power_cut };

// Runs a step on a copy of the index in `before`, with a fault at operation `n`; the index must then be in the
// state `was` or `becomes`. Returns the operations that were made.
int run_step(const std::filesystem::path& before, const Step& step, int n, Fault fault, const State& was,
             const State& becomes) {
  const MemoryFolder folder;
  const auto index = folder.path() / "index";
  if (std::filesystem::exists(before)) std::filesystem::copy(before, index);
  int operations = 0;
  const ErrorCode code = n % 2 == 0 ? ErrorCode::disk_full : ErrorCode::io;
  HookedFiles files([&](std::string_view name, const std::filesystem::path& path) -> Status {
    ++operations;
    const bool fails = fault == Fault::error ? operations == n : fault == Fault::power_cut && operations >= n;
    if (fails) return Error{code, path.string(), std::string(name) + " was made to fail", ""};
    return {};
  });
  bool done = false;
  {
    auto writer = Writer::open(files, index, settings_with(8));
    const Status status = writer.ok() ? step(**writer, index) : Status(writer.error());
    done = status.ok();
    EXPECT_TRUE(done || status.error().code == code) << status.error().sentence();
  }
  if (fault == Fault::power_cut) files.lose_unsynced();

  const State found = state_of(index);
  // A step may succeed although a file that nothing needs any more could not be deleted; a power cut may come
  // after the transaction. A new index may be there, empty, although creating it was not finished.
  const bool may_be_before = !done;
  const bool may_be_after = done || fault == Fault::power_cut || was.contains("missing");
  EXPECT_TRUE((may_be_before && found == was) || (may_be_after && found == becomes));

  const auto writer = Writer::open(system_files(), index, settings_with(8));
  if (!writer.ok()) {
    ADD_FAILURE() << writer.error().sentence();
    return operations;
  }
  EXPECT_EQ(problems_of(index), "");
  expect_no_strays(index);
  return operations;
}

void run_script(Fault fault) {
  const MemoryFolder folder;
  const auto index = folder.path() / "index";
  State was = state_of(index);
  int step_number = 0;
  for (const Step& step : script()) {
    const auto before = folder.path() / ("before-" + std::to_string(++step_number));
    if (std::filesystem::exists(index)) std::filesystem::copy(index, before);
    {
      auto writer = Writer::open(system_files(), index, settings_with(8)).value();
      ASSERT_TRUE(step(*writer, index).ok());
    }
    const State becomes = state_of(index);
    const int operations = run_step(before, step, 0, Fault::none, was, becomes);
    ASSERT_GE(operations, 3);
    for (int n = 1; n <= operations; ++n) {
      SCOPED_TRACE("step " + std::to_string(step_number) + ", operation " + std::to_string(n));
      run_step(before, step, n, fault, was, becomes);
    }
    was = becomes;
  }
}

TEST(IndexFaults, AFailingOperationLeavesTheStateBefore) { run_script(Fault::error); }

TEST(IndexFaults, APowerCutLosesNothingThatWasCommitted) { run_script(Fault::power_cut); }

}  // namespace
}  // namespace kindling
