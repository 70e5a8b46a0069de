// A sentence-transformers folder with a random BERT of a few thousand weights, to open, to compare and to
// break.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "encoder/model_folder.h"

namespace kindling {

struct TinyTensor {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

struct TinyModel {
  NetworkShape shape;
  std::map<std::string, TinyTensor> tensors;
  std::vector<std::string> vocabulary;
  std::map<std::string, Json> files;  // path in the folder -> JSON

  [[nodiscard]] const std::vector<float>& values(const std::string& name) const {
    return tensors.at(name).values;
  }
};

// 3 layers, 40 features, 5 heads, 70 inner features: no multiple of any vector's length. At most 30 tokens.
[[nodiscard]] TinyModel make_tiny_model(unsigned seed = 1);

// The tensors as a safetensors file.
[[nodiscard]] std::string safetensors_bytes(const TinyModel& model);
// A header and what follows it.
[[nodiscard]] std::string safetensors_bytes(std::string_view header, std::string_view data);

void write_file(const std::filesystem::path& path, std::string_view bytes);
void write_model(const TinyModel& model, const std::filesystem::path& folder);

}  // namespace kindling
