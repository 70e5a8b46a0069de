#include "encoder/static_encoder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/simd/vectors.h"
#include "encoder/safetensors.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view model_type = "kindling-static";
constexpr std::string_view tensor_name = "tokens";
constexpr std::uint64_t config_bytes_max = 1u << 20;
constexpr std::uint64_t vocabulary_bytes_max = 64u << 20;
constexpr std::size_t dimensions_max = 8192;
constexpr std::size_t text_tokens_max = 8192;  // of one text; the rest is cut
constexpr std::size_t texts_at_once = 64;      // as one piece of work

Result<StaticModel> read_config(Files& files, const fs::path& file) {
  KINDLING_TRY(const std::string bytes, files.read(file, config_bytes_max));
  KINDLING_TRY(const Json config, parse_json(bytes).within(file.string()));
  if (config["model_type"].as_string() != model_type || config["version"].as_integer() != 1) {
    return Error{ErrorCode::unsupported, file.string(), "is not a static tier of this version",
                 "make it again with 'kindling models distill'"};
  }
  StaticModel model;
  model.parent = config["parent"].as_string();
  model.parent_fingerprint = config["parent_fingerprint"].as_string();
  model.vocabulary = static_cast<std::size_t>(std::max<std::int64_t>(0, config["vocabulary"].as_integer()));
  model.dimensions = static_cast<std::size_t>(std::max<std::int64_t>(0, config["dimensions"].as_integer()));
  model.wordpiece.lower_case = config["lower_case"].as_bool(true);
  model.wordpiece.strip_accents = config["strip_accents"].as_bool(true);
  model.wordpiece.split_cjk = config["split_cjk"].as_bool(true);
  model.trust = std::clamp(static_cast<float>(config["trust"].as_double(static_trust)), 0.f, 1.f);
  if (model.dimensions == 0 || model.dimensions > dimensions_max || model.vocabulary == 0)
    return Error{ErrorCode::configuration, file.string(), "dimensions or vocabulary are impossible", ""};
  return model;
}

class StaticEncoder final : public Encoder {
 public:
  StaticEncoder(std::string name, const StaticModel& model, std::unique_ptr<WordPiece> tokenizer,
                std::unique_ptr<Safetensors> weights, std::span<const float> tokens, std::string fingerprint)
      : name_(std::move(name)),
        dimensions_(model.dimensions),
        vocabulary_(model.vocabulary),
        trust_(model.trust),
        tokenizer_(std::move(tokenizer)),
        weights_(std::move(weights)),
        tokens_(tokens),
        fingerprint_(std::move(fingerprint)) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] std::size_t dimensions() const override { return dimensions_; }
  [[nodiscard]] float trust() const override { return trust_; }
  [[nodiscard]] bool worth_keeping() const override { return false; }
  [[nodiscard]] std::size_t tokens_max() const override { return text_tokens_max; }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return *tokenizer_; }

  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    Embeddings result;
    result.count = texts.size();
    result.dimensions = dimensions_;
    result.values.resize(texts.size() * dimensions_);
    const std::size_t pieces = (texts.size() + texts_at_once - 1) / texts_at_once;
    std::vector<std::uint64_t> tokens(pieces);
    parallel_for(pieces, options.threads, [&](std::size_t piece) {
      if (cancellation.cancelled()) return;
      std::vector<TokenId> ids;
      const std::size_t end = std::min(texts.size(), (piece + 1) * texts_at_once);
      for (std::size_t i = piece * texts_at_once; i < end; ++i) {
        ids.clear();
        tokenizer_->encode_into(texts[i], ids, text_tokens_max);
        tokens[piece] += ids.size();
        sum_tokens(ids, std::span(result.values).subspan(i * dimensions_, dimensions_));
      }
    });
    KINDLING_TRY_VOID(cancellation.check());
    for (const std::uint64_t count : tokens) result.tokens += count;
    return result;
  }

 private:
  // Length is divided out at the end, so that a sum does for the mean.
  void sum_tokens(std::span<const TokenId> ids, std::span<float> out) const {
    float* const sum = out.data();
    for (const TokenId id : ids) {
      const auto row = static_cast<std::size_t>(id);
      if (row >= vocabulary_) continue;
      const float* const token = tokens_.data() + row * dimensions_;
      for (std::size_t i = 0; i < dimensions_; ++i) sum[i] += token[i];
    }
    normalize_l2(out);
    // No token with a vector, or numbers of a strange file.
    constexpr float half = .5f;
    if (!(inner_product(out, out) > half)) {
      std::ranges::fill(out, 0.f);
      out.back() = 1;
    }
  }

  std::string name_;
  std::size_t dimensions_;
  std::size_t vocabulary_;
  float trust_;
  std::unique_ptr<WordPiece> tokenizer_;
  std::unique_ptr<Safetensors> weights_;  // borrowed by tokens_
  std::span<const float> tokens_;         // [vocabulary][dimensions]
  std::string fingerprint_;
};

// Of the vectors without reading all of them at each start, as a sentence encoder's: 64 samples see any other
// distillation.
std::string sampled(std::string_view data) {
  constexpr std::size_t samples = 64, sample_bytes = 64;
  std::string sample = std::to_string(data.size());
  for (std::size_t i = 0; i < samples; ++i) sample += data.substr(data.size() / samples * i, sample_bytes);
  return sample;
}

std::string safetensors_header(const StaticModel& model) {
  const std::uint64_t bytes = model.vocabulary * model.dimensions * sizeof(float);
  Json shape = Json::array();
  shape.push(model.vocabulary).push(model.dimensions);
  Json offsets = Json::array();
  offsets.push(0).push(bytes);
  Json tensor = Json::object({{"dtype", "F32"}, {"shape", std::move(shape)}, {"data_offsets", offsets}});
  std::string header = to_string(Json::object({{std::string(tensor_name), std::move(tensor)}}));
  constexpr std::size_t alignment = 64;  // of the vectors in the file, behind the header and its length
  while ((header.size() + sizeof(std::uint64_t)) % alignment != 0) header += ' ';
  return header;
}

}  // namespace

bool is_static_model(Files& files, const fs::path& folder) {
  const auto bytes = files.read(folder / "config.json", config_bytes_max);
  if (!bytes.ok()) return false;
  const auto config = parse_json(*bytes);
  return config.ok() && (*config)["model_type"].as_string() == model_type;
}

Result<std::unique_ptr<Encoder>> open_static_encoder(Files& files, const fs::path& folder) {
  KINDLING_TRY(const StaticModel model, read_config(files, folder / "config.json"));
  const fs::path vocabulary_file = folder / "vocab.txt";
  KINDLING_TRY(const std::string vocabulary, files.read(vocabulary_file, vocabulary_bytes_max));
  KINDLING_TRY(auto tokenizer,
               WordPiece::from_vocabulary(vocabulary, model.wordpiece).within(vocabulary_file.string()));
  const fs::path weights_file = folder / "model.safetensors";
  KINDLING_TRY(auto mapped, files.map(weights_file));
  KINDLING_TRY(Safetensors opened, Safetensors::open(std::move(mapped)).within(weights_file.string()));
  auto weights = std::make_unique<Safetensors>(std::move(opened));
  KINDLING_TRY(
      const auto tokens,
      weights->floats(tensor_name, {model.vocabulary, model.dimensions}).within(weights_file.string()));
  std::string fingerprint = sha256_hex("kindling static 1\n" + model.parent_fingerprint + "\n" +
                                       std::string(tokenizer->fingerprint()) + "\n" + sampled(weights->data()));
  std::string name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  return std::unique_ptr<Encoder>(std::make_unique<StaticEncoder>(
      std::move(name), model, std::move(tokenizer), std::move(weights), tokens, std::move(fingerprint)));
}

Status write_static_model(Files& files, const fs::path& folder, const StaticModel& model,
                          std::string_view vocabulary, std::span<const float> tokens) {
  KINDLING_TRY_VOID(files.make_directories(folder));
  const fs::path config_file = folder / "config.json";
  if (files.info(config_file).ok()) KINDLING_TRY_VOID(files.remove(config_file));
  KINDLING_TRY_VOID(write_atomically(files, folder / "vocab.txt", vocabulary));
  const std::string header = safetensors_header(model);
  std::string weights;
  put_fixed(weights, static_cast<std::uint64_t>(header.size()));
  weights += header;
  weights.append(reinterpret_cast<const char*>(tokens.data()), tokens.size_bytes());
  KINDLING_TRY_VOID(write_atomically(files, folder / "model.safetensors", weights));
  const Json config = Json::object({{"model_type", model_type},
                                    {"version", 1},
                                    {"parent", model.parent},
                                    {"parent_fingerprint", model.parent_fingerprint},
                                    {"vocabulary", model.vocabulary},
                                    {"dimensions", model.dimensions},
                                    {"trust", model.trust},
                                    {"lower_case", model.wordpiece.lower_case},
                                    {"strip_accents", model.wordpiece.strip_accents},
                                    {"split_cjk", model.wordpiece.split_cjk}});
  return write_atomically(files, config_file, to_string(config) + "\n");
}

}  // namespace kindling
