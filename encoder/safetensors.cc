#include "encoder/safetensors.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"

namespace kindling {
namespace {

constexpr std::uint64_t header_bytes_max = 100'000'000;

Error malformed(std::string where, std::string why) {
  return {ErrorCode::malformed, std::move(where), std::move(why), "fetch the model again"};
}

std::optional<std::uint64_t> bits_of(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 15> types = {{{"F64", 64},
                                                                                 {"F32", 32},
                                                                                 {"F16", 16},
                                                                                 {"BF16", 16},
                                                                                 {"I64", 64},
                                                                                 {"I32", 32},
                                                                                 {"I16", 16},
                                                                                 {"I8", 8},
                                                                                 {"U64", 64},
                                                                                 {"U32", 32},
                                                                                 {"U16", 16},
                                                                                 {"U8", 8},
                                                                                 {"BOOL", 8},
                                                                                 {"F8_E4M3", 8},
                                                                                 {"F8_E5M2", 8}}};
  const auto found = std::ranges::find(types, type, &std::pair<std::string_view, std::uint64_t>::first);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

// Bytes of a tensor; absent if the type is unknown or the product does not fit.
std::optional<std::uint64_t> bytes_of(std::string_view type, const std::vector<std::uint64_t>& shape) {
  const auto bits = bits_of(type);
  if (!bits) return std::nullopt;
  std::uint64_t bytes = *bits / 8;
  for (const std::uint64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  }
  return bytes;
}

// A JSON number that is a size; absent for anything else.
std::optional<std::uint64_t> size_in(const Json& value) {
  if (!value.is_integer() || value.as_integer() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value.as_integer());
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t extent : shape)
    text.append(text.empty() ? "" : " x ").append(std::to_string(extent));
  return text;
}

}  // namespace

Result<Safetensors> Safetensors::open(std::unique_ptr<MappedFile> file) {
  Safetensors result;
  result.file_ = std::move(file);
  KINDLING_TRY_VOID(result.read_header());
  KINDLING_TRY_VOID(result.check_layout());
  return result;
}

Status Safetensors::read_header() {
  ByteReader reader(file_->bytes());
  const auto length = reader.fixed<std::uint64_t>();
  if (!reader.ok()) return malformed("byte 0", "too short to be a safetensors file");
  if (length > header_bytes_max) {
    return Error{ErrorCode::too_large, "byte 0",
                 "the header is said to have " + std::to_string(length) + " bytes", "fetch the model again"};
  }
  header_ = reader.take(length);
  if (!reader.ok()) return malformed("byte 8", "the file ends inside its header");
  data_ = file_->bytes().substr(sizeof length + length);

  KINDLING_TRY(const Json json, parse_json(header_).within("header"));
  if (!json.is_object()) return malformed("header", "is not a JSON object");
  for (const auto& [name, value] : json.members()) {
    if (name == "__metadata__") continue;
    Tensor tensor;
    tensor.type = value["dtype"].as_string();
    for (const Json& extent : value["shape"].items()) {
      const auto size = size_in(extent);
      if (!size) return malformed(name, "has a shape that is not made of sizes");
      tensor.shape.push_back(*size);
    }
    const auto& offsets = value["data_offsets"].items();
    const auto begin = offsets.size() == 2 ? size_in(offsets[0]) : std::nullopt;
    const auto end = offsets.size() == 2 ? size_in(offsets[1]) : std::nullopt;
    if (!begin || !end || !value["shape"].is_array())
      return malformed(name, "lacks dtype, shape or data_offsets");
    tensor.begin = *begin;
    tensor.end = *end;
    if (!tensors_.emplace(name, std::move(tensor)).second) return malformed(name, "stands twice in the header");
  }
  return {};
}

Status Safetensors::check_layout() const {
  std::vector<std::pair<const Tensor*, std::string_view>> in_order;
  for (const auto& [name, tensor] : tensors_) in_order.emplace_back(&tensor, name);
  std::ranges::sort(in_order, {},
                    [](const auto& each) { return std::pair(each.first->begin, each.first->end); });
  std::uint64_t covered = 0;
  for (const auto& [tensor, name] : in_order) {
    const std::string where(name);
    if (tensor->begin != covered || tensor->end < tensor->begin) {
      return malformed(where, "overlaps another tensor or leaves a hole (bytes " +
                                  std::to_string(tensor->begin) + " to " + std::to_string(tensor->end) +
                                  ", expected from " + std::to_string(covered) + ")");
    }
    if (tensor->end > data_.size()) {
      return malformed(where, "ends at byte " + std::to_string(tensor->end) + " of the data, which has " +
                                  std::to_string(data_.size()) + ": the file is cut");
    }
    const auto bytes = bytes_of(tensor->type, tensor->shape);
    if (!bytes) return malformed(where, "has an unknown type or an impossible shape");
    if (*bytes != tensor->end - tensor->begin) {
      return malformed(where, "has a size that does not follow from its shape");
    }
    covered = tensor->end;
  }
  if (covered != data_.size()) return malformed("", "has bytes after its last tensor");
  return {};
}

Result<std::span<const float>> Safetensors::floats(std::string_view name,
                                                   std::vector<std::uint64_t> shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    return Error{ErrorCode::configuration, std::string(name), "is not among the weights", ""};
  }
  const Tensor& tensor = found->second;
  if (tensor.type != "F32") {
    return Error{ErrorCode::unsupported, std::string(name), "is of type " + tensor.type + ", not F32",
                 "save the model in single precision"};
  }
  if (tensor.shape != shape) {
    return Error{ErrorCode::configuration, std::string(name),
                 "has the shape " + shape_text(tensor.shape) + ", config.json asks for " + shape_text(shape),
                 ""};
  }
  const char* bytes = data_.data() + tensor.begin;
  if (reinterpret_cast<std::uintptr_t>(bytes) % alignof(float) != 0) {
    return Error{ErrorCode::unsupported, std::string(name), "does not begin at a multiple of four bytes",
                 "save the model again with a current safetensors"};
  }
  return std::span(reinterpret_cast<const float*>(bytes), (tensor.end - tensor.begin) / sizeof(float));
}

}  // namespace kindling
