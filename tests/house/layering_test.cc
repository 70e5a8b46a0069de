// Who may include whom. A layering that is merely written down decays.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/house/source_tree.h"

namespace kindling {
namespace {

// Lowest first; rooms of one layer do not include each other.
const std::map<std::string, int> layers = {
    {"base", 0},  {"tokenizer", 1}, {"formats", 1}, {"net", 1}, {"encoder", 2},
    {"index", 2}, {"engine", 3},    {"server", 4},  {"cli", 5},
};

// A library lives behind one room's door: which folders or files may name it. ICU has two, for it is Unicode
// itself.
struct Guest {
  std::string_view header;              // how its includes begin
  std::vector<std::string_view> homes;  // how the paths of those who may begin
};
const Guest guests[] = {
    {"boost/json", {"base/json.cc"}},
    {"toml++/", {"base/toml.cc"}},
    {"openssl/evp.h", {"base/digest.cc"}},
    {"openssl/hmac.h", {"base/digest.cc"}},
    {"hwy/", {"base/simd/"}},
    {"sentencepiece", {"tokenizer/"}},
    {"libstemmer", {"tokenizer/"}},
    {"unicode/", {"tokenizer/", "formats/parse/"}},
    {"gumbo", {"formats/parse/"}},
    {"cmark-gfm", {"formats/parse/"}},
    {"zlib", {"formats/parse/"}},
    {"poppler/", {"formats/parse/pdf"}},
    {"gd.h", {"formats/parse/picture"}},
    {"boost/asio", {"net/"}},
    {"boost/beast", {"net/"}},
    {"boost/system", {"net/"}},
    {"openssl/", {"net/"}},
    {"histedit.h", {"cli/line_reader.cc"}},
    {"sqlite3", {"index/store/"}},
    {"faiss/", {"index/vectors/"}},
    {"fmt/", {""}},  // what the standard library of this compiler lacks
};

// The operating system's own headers, which are no libraries.
const std::set<std::string_view> system_headers = {
    "arpa/inet.h", "dirent.h", "fcntl.h",  "netdb.h", "poll.h",
    "pthread.h",   "sched.h",  "signal.h", "spawn.h", "unistd.h",
};

bool is_standard(std::string_view name) {
  return name.find_first_of("./") == std::string_view::npos || name.starts_with("sys/") ||
         name.starts_with("netinet/") || system_headers.contains(name);
}

const Guest* guest_of(std::string_view include) {
  for (const Guest& guest : guests) {
    if (include.starts_with(guest.header)) return &guest;
  }
  return nullptr;
}

std::string place(const SourceFile& file, const Include& include) {
  return file.path + ":" + std::to_string(include.line) + " includes " + include.name;
}

TEST(Layering, IncludesPointOnlyDown) {
  for (const SourceFile* file : room_code()) {
    const std::string room = room_of(file->path);
    for (const Include& include : includes_of(*file)) {
      const std::string other = room_of(include.name);
      if (!include.ours || other == room) continue;
      ASSERT_TRUE(layers.contains(other)) << place(*file, include) << ", which is in no room";
      EXPECT_LT(layers.at(other), layers.at(room)) << place(*file, include) << ", which is not below";
    }
  }
}

TEST(Layering, PublicHeadersAreKnown) {
  EXPECT_GT(public_headers().size(), 40u);  // else the next test promises nothing
  EXPECT_TRUE(public_headers().contains("base/result.h"));
  EXPECT_TRUE(public_headers().contains("engine/generator.h"));  // listed from a folder below
}

TEST(Layering, ALibraryLivesInOneRoomAndInNoPublicHeader) {
  for (const SourceFile* file : room_code()) {
    for (const Include& include : includes_of(*file)) {
      if (include.ours || is_standard(include.name)) continue;
      const Guest* guest = guest_of(include.name);
      ASSERT_NE(guest, nullptr) << place(*file, include) << ", a guest that no room has invited";
      bool at_home = false;
      for (const std::string_view home : guest->homes) at_home |= file->path.starts_with(home);
      EXPECT_TRUE(at_home) << place(*file, include) << ", which lives elsewhere";
      EXPECT_FALSE(public_headers().contains(file->path)) << place(*file, include) << " in a public header";
    }
  }
}

// The stages of the engine in the order in which a question flows through them. A stage takes the values that
// earlier ones give (their headers); it calls none of them, and knows none after it. They meet in `ingest` and
// `ask`.
const std::vector<std::string> stages = {"chunker", "query", "retrieve", "score", "value",
                                         "extract", "fill",  "prompt",   "cite"};

std::optional<std::size_t> stage_of(std::string_view path) {
  if (!path.starts_with("engine/")) return std::nullopt;
  const std::string_view file = path.substr(path.rfind('/') + 1);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (file == stages[i] + ".h" || file == stages[i] + ".cc") return i;
  }
  return std::nullopt;
}

TEST(Layering, AStageKnowsOnlyTheValuesOfEarlierOnes) {
  for (const SourceFile* file : room_code()) {
    const auto stage = stage_of(file->path);
    if (!stage) continue;
    for (const Include& include : includes_of(*file)) {
      const auto other = stage_of(include.name);
      if (!other || *other == *stage) continue;
      EXPECT_LT(*other, *stage) << place(*file, include) << ", a later stage";
      EXPECT_TRUE(file->is_header()) << place(*file, include) << ": a stage calls another";
    }
    for (const std::string_view score : {"engine/ingest.h", "engine/ask.h"}) {
      for (const Include& include : includes_of(*file)) EXPECT_NE(include.name, score) << place(*file, include);
    }
  }
}

// Clocks, randomness and files behind one door, so that a run can be repeated and faults can be injected.
TEST(Layering, ClocksRandomnessAndFilesAreAskedOfBase) {
  const std::string_view calls[] = {
      "std::ifstream",  "std::ofstream",     "std::fstream",       "fopen(",        "::open(\"",
      "::openat(",      "system_clock::now", "steady_clock::now",  "random_device", "std::rand(",
      "std::time(",     "getenv(",           "fs::exists(",        "fs::remove",    "fs::rename(",
      "fs::create_dir", "fs::file_size(",    "directory_iterator",
  };
  for (const SourceFile* file : room_code()) {
    if (room_of(file->path) == "base") continue;
    for (std::size_t i = 0; i < file->lines.size(); ++i) {
      for (const std::string_view call : calls) {
        EXPECT_EQ(file->lines[i].find(call), std::string::npos)
            << file->path << ":" << i + 1 << " calls " << call;
      }
    }
  }
}

}  // namespace
}  // namespace kindling
