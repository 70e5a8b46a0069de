#include "tests/encoder/tiny_model.h"

#include <fstream>
#include <numeric>
#include <random>

#include "base/bytes.h"
#include "base/check.h"

namespace kindling {
namespace {

class Tensors {
 public:
  Tensors(TinyModel& model, unsigned seed) : model_(model), random_(seed) {}

  void add(const std::string& name, std::vector<std::uint64_t> shape, float mean, float spread) {
    std::normal_distribution<float> normal(mean, spread);
    const auto count = std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
    TinyTensor tensor{std::move(shape), std::vector<float>(count)};
    for (float& value : tensor.values) value = normal(random_);
    model_.tensors.emplace(name, std::move(tensor));
  }
  void linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) {
    add(name + ".weight", {outputs, inputs}, 0, 0.3f);
    add(name + ".bias", {outputs}, 0, 0.1f);
  }
  void norm(const std::string& name, std::uint64_t features) {
    add(name + ".weight", {features}, 1, 0.1f);
    add(name + ".bias", {features}, 0, 0.1f);
  }

 private:
  TinyModel& model_;
  std::mt19937 random_;
};

std::vector<std::string> tiny_vocabulary() {
  std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "the",
                                     "cat",   "sat",   "##s",   "##ing", "."};
  for (char c = 'a'; c <= 'z'; ++c) tokens.emplace_back(1, c);
  return tokens;
}

void add_files(TinyModel& model) {
  const NetworkShape& shape = model.shape;
  const auto module = [](const char* type, const char* path) {
    return Json::object({{"type", std::string("sentence_transformers.models.") + type}, {"path", path}});
  };
  model.files["modules.json"] = Json(Json::Array{module("Transformer", ""), module("Pooling", "1_Pooling"),
                                                 module("Normalize", "2_Normalize")});
  model.files["config.json"] = Json::object({{"model_type", "bert"},
                                             {"hidden_act", "gelu"},
                                             {"position_embedding_type", "absolute"},
                                             {"vocab_size", shape.vocabulary},
                                             {"max_position_embeddings", shape.positions},
                                             {"type_vocab_size", shape.types},
                                             {"num_hidden_layers", shape.layers},
                                             {"hidden_size", shape.hidden},
                                             {"num_attention_heads", shape.heads},
                                             {"intermediate_size", shape.inner},
                                             {"layer_norm_eps", shape.epsilon}});
  model.files["1_Pooling/config.json"] = Json::object({{"word_embedding_dimension", shape.hidden},
                                                       {"pooling_mode_cls_token", false},
                                                       {"pooling_mode_mean_tokens", true},
                                                       {"pooling_mode_max_tokens", false}});
  model.files["sentence_bert_config.json"] = Json::object({{"max_seq_length", 30}, {"do_lower_case", false}});
  model.files["tokenizer_config.json"] = Json::object({{"do_lower_case", true}, {"strip_accents", nullptr}});
}

}  // namespace

TinyModel make_tiny_model(unsigned seed) {
  TinyModel model;
  model.vocabulary = tiny_vocabulary();
  model.shape = {.vocabulary = model.vocabulary.size(),
                 .positions = 40,
                 .types = 2,
                 .layers = 3,
                 .hidden = 40,
                 .heads = 5,
                 .inner = 70,
                 .epsilon = 1e-6f};
  const NetworkShape& shape = model.shape;
  Tensors tensors(model, seed);
  tensors.add("embeddings.word_embeddings.weight", {shape.vocabulary, shape.hidden}, 0, 1);
  tensors.add("embeddings.position_embeddings.weight", {shape.positions, shape.hidden}, 0, 0.3f);
  tensors.add("embeddings.token_type_embeddings.weight", {shape.types, shape.hidden}, 0, 0.3f);
  tensors.norm("embeddings.LayerNorm", shape.hidden);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    const std::string layer = "encoder.layer." + std::to_string(i) + ".";
    for (const char* part : {"query", "key", "value"}) {
      tensors.linear(layer + "attention.self." + part, shape.hidden, shape.hidden);
    }
    tensors.linear(layer + "attention.output.dense", shape.hidden, shape.hidden);
    tensors.norm(layer + "attention.output.LayerNorm", shape.hidden);
    tensors.linear(layer + "intermediate.dense", shape.inner, shape.hidden);
    tensors.linear(layer + "output.dense", shape.hidden, shape.inner);
    tensors.norm(layer + "output.LayerNorm", shape.hidden);
  }
  add_files(model);
  return model;
}

std::string safetensors_bytes(std::string_view header, std::string_view data) {
  std::string bytes;
  put_fixed(bytes, static_cast<std::uint64_t>(header.size()));
  bytes.append(header).append(data);
  return bytes;
}

std::string safetensors_bytes(const TinyModel& model) {
  Json header = Json::object({{"__metadata__", Json::object({{"format", "pt"}})}});
  std::string data;
  for (const auto& [name, tensor] : model.tensors) {
    const std::size_t begin = data.size();
    data.append(reinterpret_cast<const char*>(tensor.values.data()), tensor.values.size() * sizeof(float));
    Json shape = Json::array();
    for (const std::uint64_t extent : tensor.shape) shape.push(extent);
    header.set(name, Json::object({{"dtype", "F32"},
                                   {"shape", std::move(shape)},
                                   {"data_offsets", Json(Json::Array{Json(begin), Json(data.size())})}}));
  }
  std::string text = to_string(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  return safetensors_bytes(text, data);
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  KINDLING_CHECK(out.good());
}

void write_model(const TinyModel& model, const std::filesystem::path& folder) {
  for (const auto& [name, json] : model.files) write_file(folder / name, to_string(json));
  std::string vocabulary;
  for (const std::string& token : model.vocabulary) vocabulary.append(token).append(1, '\n');
  write_file(folder / "vocab.txt", vocabulary);
  write_file(folder / "model.safetensors", safetensors_bytes(model));
}

}  // namespace kindling
