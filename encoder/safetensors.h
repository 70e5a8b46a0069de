// Reading weights in the safetensors format: an 8-byte length, a JSON header, then the tensors' bytes
// (github.com/huggingface/safetensors, "Format").
//
// The file is foreign bytes: every offset is checked when opening, as the format demands (tensors cover the
// data without holes or overlaps, and sizes agree with shapes). Nothing is copied; tensors borrow the mapping.
// Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

class Safetensors {
 public:
  // Errors: `malformed`, with what does not fit; `too_large` past 100 MB of header (the format's own limit).
  [[nodiscard]] static Result<Safetensors> open(std::unique_ptr<MappedFile> file);

  // A tensor of 32-bit floats of exactly that shape. Errors: `configuration` if it is not there or of another
  // shape, `unsupported` if it is of another type.
  [[nodiscard]] Result<std::span<const float>> floats(std::string_view name,
                                                      std::vector<std::uint64_t> shape) const;

  [[nodiscard]] bool has(std::string_view name) const { return tensors_.find(name) != tensors_.end(); }
  [[nodiscard]] std::string_view header() const { return header_; }
  [[nodiscard]] std::string_view data() const { return data_; }

 private:
  struct Tensor {
    std::string type;  // "F32"
    std::vector<std::uint64_t> shape;
    std::uint64_t begin = 0, end = 0;  // in data_
  };

  Safetensors() = default;
  [[nodiscard]] Status read_header();
  [[nodiscard]] Status check_layout() const;

  std::unique_ptr<MappedFile> file_;
  std::string_view header_;
  std::string_view data_;
  std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace kindling
