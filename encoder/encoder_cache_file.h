// One file of the embedding cache: vectors of one encoder under the digests of their texts. Immutable once
// written.
//
// Layout, little-endian: "KNDLEMB1"; u32 dimensions; u32 count; 32 characters of the model's digest; u32
// CRC-32C of what stands before it and of the keys; then the keys, 32 hexadecimal characters each, ascending;
// then for each key u32 CRC-32C and [dimensions] floats. Keys are checked when opening, a vector when it is
// found, so that opening does not read all of a large file, and damage costs what it hits. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace kindling {

inline constexpr std::size_t cache_key_size = 32;

// What a text's vector is found under.
[[nodiscard]] std::string cache_key(std::string_view text);

using CachedVectors = std::map<std::string, std::vector<float>, std::less<>>;  // by key

class EncoderCacheFile {
 public:
  // Null unless the file is whole in heading and keys, and of that model and size.
  [[nodiscard]] static std::unique_ptr<EncoderCacheFile> open(std::unique_ptr<MappedFile> file,
                                                              std::string_view model, std::size_t dimensions);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t bytes() const { return file_->bytes().size(); }
  [[nodiscard]] std::string_view key(std::size_t i) const {
    return keys_.substr(i * cache_key_size, cache_key_size);
  }
  // Copies the vector of that key to `out`. False if there is none, or it is damaged.
  // Requires: out.size() is the dimensions.
  [[nodiscard]] bool find(std::string_view key, std::span<float> out) const;
  [[nodiscard]] bool read(std::size_t i, std::span<float> out) const;

 private:
  std::unique_ptr<MappedFile> file_;
  std::size_t dimensions_ = 0;
  std::size_t count_ = 0;
  std::string_view keys_;
  std::string_view rows_;
};

// Requires: `model` has 32 characters, keys are cache_key's, vectors have `dimensions` numbers.
[[nodiscard]] std::string cache_file_bytes(std::string_view model, std::size_t dimensions,
                                           const CachedVectors& vectors);

}  // namespace kindling
