// Vectors kept from one run to the next, by what was encoded and with which model: texts of moved, copied and
// re-indexed files are not encoded again.
//
// A folder of immutable files (encoder_cache_file.h) and a convenience, never a reason to fail: what is
// damaged, foreign or open to others is ignored (damaged files are removed), and where nothing can be written,
// nothing is kept. Two processes may use it at once: each writes files of its own, renamed into place, and
// removing a file does not disturb who has it mapped. Bounded: files that were used longest ago go first, all
// models together; what "used" is says the time of a file NAME.used beside it. A crash loses what was not yet
// flushed. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "encoder/encoder.h"
#include "encoder/encoder_cache_file.h"

namespace kindling {

inline constexpr std::uint64_t embedding_cache_bytes_default = 1u << 30;

// $XDG_CACHE_HOME/kindling/embeddings, else ~/.cache/kindling/embeddings; empty where there is neither.
[[nodiscard]] std::filesystem::path embedding_cache_folder();

class EncoderCache {
 public:
  // `model`: says everything that a vector depends on besides its text. An empty folder keeps nothing.
  EncoderCache(Files& files, std::filesystem::path folder, std::string_view model, std::size_t dimensions,
               std::uint64_t bytes_max);
  EncoderCache(const EncoderCache&) = delete;
  EncoderCache& operator=(const EncoderCache&) = delete;
  ~EncoderCache();  // flushes, joins small files, and makes room

  // Copies the vector to `out`, [dimensions]. False if there is none.
  [[nodiscard]] bool find(std::string_view key, std::span<float> out);
  // Keeps a vector; in a file once some megabytes have come together.
  void put(std::string_view key, std::span<const float> vector);

 private:
  struct Part {
    std::string name;
    std::unique_ptr<EncoderCacheFile> file;
    bool used = false;
  };

  void open_files();
  void flush();  // all three: with the mutex held
  void join_small_files();
  void make_room();
  bool write(const CachedVectors& vectors);
  void remove(const std::string& name);

  Files& files_;
  const std::filesystem::path folder_;
  const std::string model_;  // its digest
  const std::size_t dimensions_;
  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  std::vector<Part> parts_;
  CachedVectors waiting_;
  bool writable_ = true;
  bool wrote_ = false;
};

// `inner` with a cache in front of it. Queries go past the cache: they are one text, and nobody's business
// later. Embeddings::tokens counts only what went through the model.
[[nodiscard]] std::unique_ptr<Encoder> with_cache(std::unique_ptr<Encoder> inner,
                                                  std::unique_ptr<EncoderCache> cache);

// What `model` of a cache must say for that encoder.
[[nodiscard]] std::string cache_model(const Encoder& encoder);

}  // namespace kindling
