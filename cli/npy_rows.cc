#include "cli/npy_rows.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace kindling {
namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t header_bytes_max = 64 << 10;
constexpr std::string_view how_to_save = "save it with np.save(file, x.astype('<f4')), x of two dimensions";

Error no_npy(std::string why) { return {ErrorCode::malformed, "", std::move(why), std::string(how_to_save)}; }

// The header is a Python dictionary of a string, a truth value and a tuple of numbers; nothing else is read.
class Description {
 public:
  explicit Description(std::string_view text) : rest_(text) {}

  // False when it is anything else than the three keys, each once.
  bool read(NpyShape& shape) {
    if (!take('{')) return false;
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::size_t>> extents;
    while (!take('}')) {
      const auto key = quoted();
      if (!key || !take(':')) return false;
      if (*key == "descr" && !descr) {
        descr = quoted();
        if (!descr) return false;
      } else if (*key == "fortran_order" && !fortran_order) {
        fortran_order = truth();
        if (!fortran_order) return false;
      } else if (*key == "shape" && !extents) {
        extents = tuple();
        if (!extents) return false;
      } else {
        return false;
      }
      if (!take(',') && !sees('}')) return false;
    }
    skip_blanks();
    if (!rest_.empty() || !descr || !fortran_order || !extents) return false;
    shape.descr = *std::move(descr);
    shape.fortran_order = *fortran_order;
    shape.dimensions = extents->size();
    shape.rows = extents->empty() ? 1 : extents->front();
    shape.columns = extents->size() < 2 ? 1 : (*extents)[1];
    return true;
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }
  bool sees(char c) {
    skip_blanks();
    return rest_.starts_with(c);
  }
  bool take(char c) {
    if (!sees(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::string> quoted() {
    const char quote = sees('"') ? '"' : '\'';
    if (!take(quote)) return std::nullopt;
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return std::nullopt;
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::optional<bool> truth() {
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    return std::nullopt;
  }
  std::optional<std::size_t> number() {
    skip_blanks();
    std::size_t value = 0, digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      const auto digit = static_cast<std::size_t>(rest_[digits] - '0');
      if (value > (std::numeric_limits<std::size_t>::max() - digit) / 10) return std::nullopt;
      value = value * 10 + digit;
    }
    rest_.remove_prefix(digits);
    if (digits == 0) return std::nullopt;
    return value;
  }
  std::optional<std::vector<std::size_t>> tuple() {
    if (!take('(')) return std::nullopt;
    std::vector<std::size_t> numbers;
    while (!take(')')) {
      const auto next = number();
      if (!next || (!take(',') && !sees(')'))) return std::nullopt;
      numbers.push_back(*next);
    }
    return numbers;
  }

  std::string_view rest_;
};

Status check_supported(const NpyShape& shape, std::size_t columns_max) {
  if (shape.descr != "<f4" || shape.fortran_order || shape.dimensions != 2) {
    return Error{ErrorCode::unsupported, "",
                 "holds '" + shape.descr + "' in " + std::to_string(shape.dimensions) + " dimensions" +
                     (shape.fortran_order ? ", column by column" : "") + "; rows of '<f4' are wanted",
                 std::string(how_to_save)};
  }
  if (shape.rows == 0 || shape.columns == 0) {
    return Error{ErrorCode::unsupported, "", "holds no vector", std::string(how_to_save)};
  }
  if (shape.columns > columns_max || shape.rows >= std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::too_large, "",
                 std::to_string(shape.rows) + " vectors of " + std::to_string(shape.columns) +
                     " numbers; at most 2^32 - 2 of " + std::to_string(columns_max) + " can be searched",
                 ""};
  }
  return {};
}

Status check_finite(std::span<const float> values, std::size_t columns) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return Error{ErrorCode::unsupported, "row " + std::to_string(i / columns),
                   "holds a number that is not finite", "leave such rows out"};
    }
  }
  return {};
}

}  // namespace

Result<NpyShape> read_npy_shape(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.take(magic.size()) != magic) return no_npy("is no .npy file");
  const auto major = reader.fixed<std::uint8_t>();
  static_cast<void>(reader.fixed<std::uint8_t>());
  const std::size_t length = major == 1 ? reader.fixed<std::uint16_t>() : reader.fixed<std::uint32_t>();
  if (!reader.ok() || major < 1 || major > 3) return no_npy("is no .npy file of version 1, 2 or 3");
  if (length > header_bytes_max) return Error{ErrorCode::too_large, "", "its header is too long", ""};
  NpyShape shape;
  const std::string_view description = reader.take(length);
  if (!reader.ok() || !Description(description).read(shape)) return no_npy("its header cannot be read");
  shape.data = bytes.size() - reader.remaining();
  return shape;
}

Result<NpyRows> NpyRows::open(Files& files, const std::filesystem::path& path, std::size_t columns_max) {
  KINDLING_TRY(auto file, files.map(path));
  const std::string_view bytes = file->bytes();
  KINDLING_TRY(NpyShape shape, read_npy_shape(bytes).within(path.string()));
  KINDLING_TRY_VOID(check_supported(shape, columns_max).within(path.string()));
  const std::string_view data = bytes.substr(shape.data);
  if (data.size() / sizeof(float) / shape.columns != shape.rows ||
      data.size() != shape.rows * shape.columns * sizeof(float)) {
    return no_npy("says " + std::to_string(shape.rows) + " x " + std::to_string(shape.columns) +
                  " numbers and has " + std::to_string(data.size()) + " bytes of them")
        .within(path.string());
  }
  if (reinterpret_cast<std::uintptr_t>(data.data()) % alignof(float) != 0) {
    return no_npy("its numbers do not begin at a multiple of four").within(path.string());
  }
  const std::span values(reinterpret_cast<const float*>(data.data()), shape.rows * shape.columns);
  KINDLING_TRY_VOID(check_finite(values, shape.columns).within(path.string()));
  return NpyRows(std::move(file), std::move(shape), values);
}

}  // namespace kindling
