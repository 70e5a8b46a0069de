#include "encoder/encoder_cache_file.h"

#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/digest.h"

namespace kindling {
namespace {

constexpr std::string_view magic = "KNDLEMB1";
constexpr std::size_t checked_heading = magic.size() + 4 + 4 + cache_key_size;
constexpr std::size_t heading_size = checked_heading + 4;

std::size_t row_size(std::size_t dimensions) { return sizeof(std::uint32_t) + dimensions * sizeof(float); }

}  // namespace

std::string cache_key(std::string_view text) { return sha256_hex(text).substr(0, cache_key_size); }

std::unique_ptr<EncoderCacheFile> EncoderCacheFile::open(std::unique_ptr<MappedFile> file,
                                                         std::string_view model, std::size_t dimensions) {
  const std::string_view bytes = file->bytes();
  ByteReader reader(bytes);
  const bool known = reader.take(magic.size()) == magic;
  const auto file_dimensions = reader.fixed<std::uint32_t>();
  const std::size_t count = reader.fixed<std::uint32_t>();
  const bool same_model = reader.take(cache_key_size) == model;
  const auto checksum = reader.fixed<std::uint32_t>();
  if (!reader.ok() || !known || !same_model || file_dimensions != dimensions || count == 0) return nullptr;
  if (bytes.size() != heading_size + count * (cache_key_size + row_size(dimensions))) return nullptr;
  const std::string_view keys = bytes.substr(heading_size, count * cache_key_size);
  if (crc32c(keys, crc32c(bytes.substr(0, checked_heading))) != checksum) return nullptr;
  auto opened = std::make_unique<EncoderCacheFile>();
  opened->file_ = std::move(file);
  opened->dimensions_ = dimensions;
  opened->count_ = count;
  opened->keys_ = keys;
  opened->rows_ = bytes.substr(heading_size + keys.size());
  return opened;
}

bool EncoderCacheFile::find(std::string_view wanted, std::span<float> out) const {
  std::size_t begin = 0, end = count_;
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (key(middle) < wanted) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin < count_ && key(begin) == wanted && read(begin, out);
}

bool EncoderCacheFile::read(std::size_t i, std::span<float> out) const {
  KINDLING_CHECK(out.size() == dimensions_ && i < count_);
  ByteReader row(rows_.substr(i * row_size(dimensions_), row_size(dimensions_)));
  const auto checksum = row.fixed<std::uint32_t>();
  const std::string_view values = row.take(dimensions_ * sizeof(float));
  if (!row.ok() || crc32c(values) != checksum) return false;
  std::memcpy(out.data(), values.data(), values.size());
  return true;
}

std::string cache_file_bytes(std::string_view model, std::size_t dimensions, const CachedVectors& vectors) {
  KINDLING_CHECK(model.size() == cache_key_size);
  std::string bytes(magic);
  bytes.reserve(heading_size + vectors.size() * (cache_key_size + row_size(dimensions)));
  put_fixed(bytes, static_cast<std::uint32_t>(dimensions));
  put_fixed(bytes, static_cast<std::uint32_t>(vectors.size()));
  bytes += model;
  std::uint32_t checksum = crc32c(bytes);
  for (const auto& [key, values] : vectors) checksum = crc32c(key, checksum);
  put_fixed(bytes, checksum);
  for (const auto& [key, values] : vectors) bytes += key;
  for (const auto& [key, values] : vectors) {
    KINDLING_CHECK(key.size() == cache_key_size && values.size() == dimensions);
    const std::string_view raw(reinterpret_cast<const char*>(values.data()), dimensions * sizeof(float));
    put_fixed(bytes, crc32c(raw));
    bytes += raw;
  }
  return bytes;
}

}  // namespace kindling
