// Writers and readers side by side, killed, locked out of folders.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "index/store/index_files.h"
#include "tests/index/collection.h"
#include "tests/index/hooked_files.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

using State = std::map<std::string, std::string>;

// Step k of a writer's endless life, and what the documents are after it.
class Life {
 public:
  // Errors stop the child; the parent sees no further progress then.
  static Status run(Writer& writer, const std::filesystem::path& folder, int k) {
    for (const Document& document : documents_of_step(k)) KINDLING_TRY_VOID(writer.put(document));
    if (k % 3 == 2) KINDLING_TRY_VOID(writer.remove_document(uri(k)));
    KINDLING_TRY_VOID(writer.commit(never_cancelled()));
    if (k % 2 == 0) KINDLING_TRY_VOID(attach_pending(writer, folder, 4, 3));
    if (k % 4 == 3) KINDLING_TRY_VOID(writer.compact(never_cancelled()));
    return {};
  }
  static void apply(State& state, int k) {
    for (const Document& document : documents_of_step(k)) state[document.uri] = describe(document);
    if (k % 3 == 2) state.erase(uri(k));
  }

 private:
  static std::string uri(int k) { return "/" + std::to_string(k % 5); }
  static std::vector<Document> documents_of_step(int k) {
    Random random(static_cast<std::uint64_t>(k) + 100);
    std::vector<Document> documents;
    for (int i = 0; i < 3; ++i) documents.push_back(random_document(random, uri(k + i)));
    return documents;
  }
};

[[noreturn]] void live_and_report(const std::filesystem::path& folder, int report) {
  auto writer = Writer::open(system_files(), folder, settings_with(8));
  for (int k = 0; writer.ok() && Life::run(**writer, folder, k).ok(); ++k) {
    if (::write(report, "x", 1) != 1) break;
  }
  ::_exit(1);
}

TEST(IndexProcesses, KilledAtAnyMomentTheIndexHoldsWhatWasCommitted) {
  Random random(12);
  int steps_seen = 0;
  for (int moment = 0; moment < 20; ++moment) {
    SCOPED_TRACE("moment " + std::to_string(moment));
    const TemporaryFolder folder;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) live_and_report(folder.path(), ends[1]);
    ::close(ends[1]);
    int done = 0;
    char byte = 0;
    while (done < moment % 3 && ::read(ends[0], &byte, 1) == 1) ++done;  // however slow the machine is
    ::usleep(random.between(1'000, 150'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer failed by itself";
    while (::read(ends[0], &byte, 1) == 1) ++done;
    ::close(ends[0]);
    steps_seen += done;

    State before;
    for (int k = 0; k < done; ++k) Life::apply(before, k);
    State after = before;
    Life::apply(after, done);
    const auto snapshot = Snapshot::open(system_files(), folder.path());
    if (!snapshot.ok()) {
      EXPECT_EQ(snapshot.error().code, ErrorCode::index_missing) << snapshot.error().sentence();
      EXPECT_EQ(done, 0);
    } else {
      const State found = describe(**snapshot);
      EXPECT_TRUE(found == before || found == after);
      EXPECT_EQ(vector_problem(**snapshot, true), "");
      EXPECT_EQ(problems_of(folder.path()), "");
    }
    auto writer =
        Writer::open(system_files(), folder.path(), settings_with(8));  // the lock died with its holder
    ASSERT_TRUE(writer.ok()) << writer.error().sentence();
    EXPECT_TRUE(Life::run(**writer, folder.path(), 0).ok());
    EXPECT_EQ(problems_of(folder.path()), "");
  }
  EXPECT_GT(steps_seen, 10);
}

// Lets a test stop a writer inside an operation and let it go on.
class Gate {
 public:
  void wait_in() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_; });
  }
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false;
  bool open_ = false;
};

TEST(IndexProcesses, AReaderDoesNotWaitForAWriterInTheMiddleOfACommitNorTheWriterForIt) {
  const TemporaryFolder folder;
  Gate gate;
  std::atomic<bool> stop_at_sync = false;
  HookedFiles files([&](std::string_view operation, const std::filesystem::path&) {
    if (stop_at_sync && operation == "sync") gate.wait_in();
    return Status();
  });
  auto writer = Writer::open(files, folder.path(), settings_with(8)).value();
  ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto reading = open_snapshot(folder.path());  // held while the writer commits

  stop_at_sync = true;
  std::thread thread([&] {
    EXPECT_TRUE(writer->put(make_document("/b", "B", "stone.")).ok());
    EXPECT_TRUE(writer->commit(never_cancelled()).ok());
  });
  gate.wait_until_reached();
  const auto during = open_snapshot(folder.path());
  EXPECT_EQ(during->statistics().documents, 1U);
  EXPECT_EQ(during->lexical(analyze_question("river", Language::english)).chunks.size(), 1U);
  EXPECT_EQ(during->matching(*Filter::parse("uri = /a")).value().count(), 1U);
  gate.open();
  thread.join();
  EXPECT_EQ(reading->statistics().documents, 1U);
  EXPECT_EQ(open_snapshot(folder.path())->statistics().documents, 2U);
}

TEST(IndexProcesses, ReadersSeeWholeCommitsInOrderWhileAWriterWorks) {
  const TemporaryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(8)).value();
  const auto commit_version = [&](int version) {
    for (int d = 0; d < 4; ++d) {
      Document document = make_document("/" + std::to_string(d), "T", "river " + std::to_string(d));
      document.modified_ms = version;
      ASSERT_TRUE(writer->put(std::move(document)).ok());
    }
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  };
  commit_version(0);
  std::atomic<bool> done = false;
  std::atomic<int> opened = 0;
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      std::int64_t last = 0;
      while (!done) {
        const auto snapshot = Snapshot::open(system_files(), folder.path());
        if (!snapshot.ok()) {
          ADD_FAILURE() << snapshot.error().sentence();
          return;
        }
        ++opened;
        std::set<std::int64_t> versions;
        for (int d = 0; d < 4; ++d) {
          const auto found = (*snapshot)->find("/" + std::to_string(d));
          ASSERT_TRUE(found.ok());
          versions.insert((*snapshot)->document(*found).modified_ms);
        }
        ASSERT_EQ(versions.size(), 1U);
        ASSERT_GE(*versions.begin(), last);
        last = *versions.begin();
        ASSERT_EQ((*snapshot)->lexical(analyze_question("river", Language::english)).chunks.size(), 4U);
        ASSERT_EQ(vector_problem(**snapshot, true), "");
      }
    });
  }
  for (int version = 1; version <= 25; ++version) {
    commit_version(version);
    EXPECT_TRUE(version % 2 != 0 || attach_pending(*writer, folder.path()).ok());
    EXPECT_TRUE(version % 3 != 0 || writer->compact(never_cancelled()).ok());
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(opened, 10);
  EXPECT_EQ(problems_of(folder.path()), "");
}

TEST(IndexProcesses, OneSnapshotServesManyThreads) {
  const TemporaryFolder folder;
  Random random(13);
  {
    auto writer = Writer::open(system_files(), folder.path(), settings_with(8)).value();
    for (int i = 0; i < 30; ++i)
      ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(i))).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, folder.path()).ok());
  }
  const auto snapshot = open_snapshot(folder.path());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) read_everything(*snapshot);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Runs in a child that may not write to the folder. Exit status 0: all went well.
int read_without_writing(const std::filesystem::path& folder) {
  if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 2;  // root may write anywhere
  if (::access(folder.c_str(), W_OK) == 0) return 3;
  const auto snapshot = Snapshot::open(system_files(), folder);
  if (!snapshot.ok()) return 4;
  if ((*snapshot)->statistics().documents != 1) return 5;
  if (!(*snapshot)->find("/a").ok()) return 6;
  if (!problems_of(folder).empty()) return 7;
  return 0;
}

TEST(IndexProcesses, AFolderThatCannotBeWrittenCanBeRead) {
  const TemporaryFolder folder;
  {
    auto writer = Writer::open(system_files(), folder.path(), settings_with(8)).value();
    ASSERT_TRUE(writer->put(make_document("/a", "A", "river.")).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  ASSERT_FALSE(std::filesystem::exists(folder.path() / "catalog.sqlite-wal"));
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(read_without_writing(folder.path()));
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace kindling
