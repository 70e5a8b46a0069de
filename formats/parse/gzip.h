// Unpacking gzip archives (RFC 1952) within bounds.
//
// Not thread-safe; borrows the bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kindling {

[[nodiscard]] bool is_gzip(std::string_view bytes);

class GzipReader {
 public:
  GzipReader(std::string_view bytes, std::uint64_t unpacked_bytes_max);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  // The next piece, at most 256 KiB, which lives until the next call; empty at the end. Several archives one
  // after the other count as one; zeros may pad the end. Errors: `malformed` (cut short, damaged), `too_large`
  // (past the limit, or unpacking to hundreds of times its size).
  [[nodiscard]] Result<std::string_view> next();

 private:
  struct Stream;  // zlib's
  Result<std::size_t> inflate_some();
  [[nodiscard]] Error broken(const char* why) const;

  std::string_view rest_;
  std::uint64_t unpacked_bytes_max_;
  std::unique_ptr<Stream> stream_;  // while inside an archive
  std::string buffer_;
  std::uint64_t taken_ = 0;
  std::uint64_t given_ = 0;
};

// All of it at once.
[[nodiscard]] Result<std::string> unpack_gzip(std::string_view bytes, std::uint64_t unpacked_bytes_max);

}  // namespace kindling
