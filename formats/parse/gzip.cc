#include "formats/parse/gzip.h"

#include <zlib.h>

#include <algorithm>

namespace kindling {
namespace {

constexpr std::uint64_t ratio_max = 200;               // text does not shrink to less; a bomb does
constexpr std::uint64_t ratio_free_bytes = 64u << 20;  // below, a file of one line repeated is still welcome
constexpr std::size_t piece_bytes = 256u << 10;
constexpr int gzip_window = 15 + 16;  // zlib's way to say: gzip, with the largest window

}  // namespace

struct GzipReader::Stream {
  z_stream state{};
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&state); }
};

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

GzipReader::GzipReader(std::string_view bytes, std::uint64_t unpacked_bytes_max)
    : rest_(bytes), unpacked_bytes_max_(unpacked_bytes_max), buffer_(piece_bytes, '\0') {}

GzipReader::~GzipReader() = default;

Result<std::string_view> GzipReader::next() {
  while (stream_ || is_gzip(rest_)) {
    if (!stream_) {
      stream_ = std::make_unique<Stream>();
      if (inflateInit2(&stream_->state, gzip_window) != Z_OK) return broken("no memory to unpack it");
    }
    KINDLING_TRY(const std::size_t size, inflate_some());
    if (size > 0) return std::string_view(buffer_).substr(0, size);
  }
  return std::string_view();
}

Result<std::size_t> GzipReader::inflate_some() {
  z_stream& state = stream_->state;
  const auto offered = static_cast<uInt>(std::min<std::size_t>(rest_.size(), 1u << 30));
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));  // zlib only reads it
  state.avail_in = offered;
  state.next_out = reinterpret_cast<Bytef*>(buffer_.data());
  state.avail_out = static_cast<uInt>(buffer_.size());
  const int outcome = inflate(&state, Z_NO_FLUSH);
  const std::size_t taken = offered - state.avail_in;
  const std::size_t size = buffer_.size() - state.avail_out;
  rest_.remove_prefix(taken);
  taken_ += taken;
  given_ += size;
  if (outcome == Z_STREAM_END) {
    stream_.reset();
  } else if (outcome != Z_OK && size == 0) {
    return broken(rest_.empty() ? "the gzip archive is cut short" : "the gzip archive is damaged");
  }
  if (given_ > unpacked_bytes_max_) {
    return Error{ErrorCode::too_large, "",
                 "the gzip archive unpacks to more than " + std::to_string(unpacked_bytes_max_) + " bytes",
                 "split the file"};
  }
  if (given_ > ratio_free_bytes && given_ / ratio_max > taken_) {
    return Error{ErrorCode::too_large, "",
                 "the gzip archive unpacks to more than " + std::to_string(ratio_max) + " times its size",
                 "unpack it first, if it is not a bomb"};
  }
  return size;
}

Error GzipReader::broken(const char* why) const {
  return {ErrorCode::malformed, "byte " + std::to_string(taken_), why, "fetch or pack it again"};
}

Result<std::string> unpack_gzip(std::string_view bytes, std::uint64_t unpacked_bytes_max) {
  GzipReader reader(bytes, unpacked_bytes_max);
  std::string unpacked;
  for (;;) {
    KINDLING_TRY(const std::string_view piece, reader.next());
    if (piece.empty()) return unpacked;
    unpacked += piece;
  }
}

}  // namespace kindling
