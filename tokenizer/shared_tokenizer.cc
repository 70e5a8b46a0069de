#include "tokenizer/shared_tokenizer.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

struct Kept {
  TokenizerFile file;
  std::uint64_t bytes = 0;
  std::int64_t modified_ms = 0;
  std::shared_ptr<const Tokenizer> tokenizer;
};

struct Keeping {
  std::mutex mutex;
  std::vector<Kept> kept;  // the last used first
};

Keeping& keeping() {
  static Keeping instance;
  return instance;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> shared_tokenizer(Files& files, const std::string& name) {
  KINDLING_TRY(TokenizerFile file, find_tokenizer_file(files, name));
  KINDLING_TRY(const FileInfo info, files.info(file.path));  // before reading: a later change is seen next time
  Keeping& all = keeping();
  const std::scoped_lock lock(all.mutex);
  const auto at = std::find_if(all.kept.begin(), all.kept.end(), [&file](const Kept& each) {
    return each.file.path == file.path && each.file.pattern == file.pattern;
  });
  if (at != all.kept.end()) {
    if (at->bytes == info.bytes && at->modified_ms == info.modified_ms) {
      std::rotate(all.kept.begin(), at, at + 1);
      return all.kept.front().tokenizer;
    }
    all.kept.erase(at);
  }
  KINDLING_TRY(auto opened, open_tokenizer(files, name));
  Kept kept{std::move(file), info.bytes, info.modified_ms, std::move(opened)};
  all.kept.insert(all.kept.begin(), std::move(kept));
  if (all.kept.size() > kept_tokenizers) all.kept.pop_back();
  return all.kept.front().tokenizer;
}

}  // namespace kindling
