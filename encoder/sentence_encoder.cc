#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/files.h"
#include "base/parallel.h"
#include "base/simd/vectors.h"
#include "encoder/encoder.h"
#include "encoder/model_folder.h"
#include "encoder/network.h"
#include "encoder/safetensors.h"
#include "encoder/sentence_head.h"
#include "encoder/static_encoder.h"
#include "encoder/weights_cache.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// Texts go through the network in micro-batches of about this many tokens: enough to use each weight many times
// while it is in cache, few enough that the activations stay there and that cancelling is prompt.
constexpr std::size_t batch_tokens = 384;

// Texts tokenized as one piece of work.
constexpr std::size_t tokenize_texts = 64;

// Texts that a model is tried on when its weights are packed, and the least mean cosine to single precision
// with which eight bits are taken unasked.
constexpr float agreement_min = 0.995f;
constexpr std::array<std::string_view, 8> tried_texts = {
    "how do I reset my password",
    "The heart pumps blood through the arteries to every organ of the body.",
    "def mean(values): return sum(values) / len(values)",
    "Interest rates rose for the third time this year, and shares of banks followed them.",
    "In 1687 Newton published the law of gravitation; two centuries later Mercury's orbit showed where it "
    "ends.",
    "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
    "El barco lleg\u00f3 al puerto de noche, cuando ya nadie lo esperaba.",
    "Warranty claims must be made in writing within thirty days; goods damaged by the buyer are excluded."};

// What identifies the weights without reading 90 MB at each start: the header (names, shapes, offsets), the
// size, and 64 samples of 64 bytes spread evenly. Any training step changes every weight, so a sample sees it;
// a deliberate forgery of single weights is not what this is for.
std::string weights_sample(const Safetensors& weights) {
  constexpr std::size_t samples = 64, sample_bytes = 64;
  const std::string_view data = weights.data();
  std::string sample(weights.header());
  sample += std::to_string(data.size());
  for (std::size_t i = 0; i < samples; ++i) sample += data.substr(data.size() / samples * i, sample_bytes);
  return sample;
}

// Tokenized texts, and how they are cut into micro-batches.
struct Batches {
  std::vector<std::vector<TokenId>> texts;
  std::vector<std::size_t> begins;  // of each batch in `texts`, and one past the end

  [[nodiscard]] std::size_t count() const { return begins.size() - 1; }
};

// Scratch memory that passes from one micro-batch to the next on whatever thread.
class ScratchPool {
 public:
  [[nodiscard]] std::unique_ptr<Network::Scratch> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Network::Scratch>();
    auto scratch = std::move(free_.back());
    free_.pop_back();
    return scratch;
  }
  void give(std::unique_ptr<Network::Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(scratch));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Network::Scratch>> free_;
};

class SentenceEncoder final : public Encoder {
 public:
  SentenceEncoder(ModelFolder model, std::unique_ptr<Safetensors> weights, Network network, SentenceHead head)
      : model_(std::move(model)),
        weights_(std::move(weights)),
        network_(std::move(network)),
        head_(std::move(head)) {
    std::string identity = "kindling encoder 1\n" + model_.described + weights_sample(*weights_);
    for (const Safetensors* dense : head_.weights()) identity += weights_sample(*dense);
    model_fingerprint_ = fingerprint_ = sha256_hex(identity);
    model_.described.clear();
  }

  // Errors: `configuration` where the model has fewer.
  Status keep_dimensions(std::size_t dimensions) {
    if (dimensions == 0 || dimensions > head_.dimensions()) {
      return Error{ErrorCode::configuration, model_.name,
                   "makes vectors of " + std::to_string(head_.dimensions()) + " dimensions, not of " +
                       std::to_string(dimensions),
                   "ask for no more with --dimensions"};
    }
    if (dimensions < head_.dimensions()) fingerprint_ += "@" + std::to_string(dimensions);
    head_.keep(dimensions);
    return {};
  }

  // Packs the weights, or finds them packed, and uses them; if only where it pays, then not on a processor
  // where eight bits are no faster, nor for a model that loses too much.
  void use_int8(Files& files, bool only_where_it_pays) {
    if (only_where_it_pays && !int8_is_fast()) return;
    if (std::max(model_.shape.hidden, model_.shape.inner) > int8_inputs_max) return;  // sums might not fit
    packed_ = cached_weights(files, weights_cache_folder(), model_.shape, model_fingerprint_,
                             [this] { return pack(); });
    if (only_where_it_pays && packed_->agreement() < agreement_min) {
      packed_ = nullptr;
      return;
    }
    network_.use_packed(*packed_);
    precision_ = Precision::int8;
  }

  [[nodiscard]] Precision precision() const override { return precision_; }
  [[nodiscard]] std::string_view name() const override { return model_.name; }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] std::size_t dimensions() const override { return head_.dimensions(); }
  [[nodiscard]] std::size_t tokens_max() const override { return model_.tokens_max; }
  [[nodiscard]] const Tokenizer& tokenizer() const override { return model_.tokenizer.tokenizer(); }

  [[nodiscard]] Result<Embeddings> encode(std::span<const std::string_view> texts, EncodeOptions options,
                                          const Cancellation& cancellation) const override {
    const Batches batches = tokenize(texts, options);
    Embeddings result;
    result.count = texts.size();
    result.dimensions = dimensions();
    result.values.resize(result.count * result.dimensions);
    for (const auto& ids : batches.texts) result.tokens += ids.size();
    ScratchPool pool;
    parallel_for(batches.count(), options.threads, [&](std::size_t i) {
      if (cancellation.cancelled()) return;
      auto scratch = pool.take();
      const std::size_t begin = batches.begins[i], end = batches.begins[i + 1];
      encode_batch(
          std::span(batches.texts).subspan(begin, end - begin), *scratch,
          std::span(result.values).subspan(begin * result.dimensions, (end - begin) * result.dimensions));
      pool.give(std::move(scratch));
    });
    KINDLING_TRY_VOID(cancellation.check());
    return result;
  }

 private:
  [[nodiscard]] Batches tokenize(std::span<const std::string_view> texts, EncodeOptions options) const {
    Batches batches;
    batches.texts.resize(texts.size());
    const std::string& prompt = options.query ? model_.query_prompt : model_.passage_prompt;
    parallel_for((texts.size() + tokenize_texts - 1) / tokenize_texts, options.threads, [&](std::size_t piece) {
      const std::size_t end = std::min(texts.size(), (piece + 1) * tokenize_texts);
      for (std::size_t i = piece * tokenize_texts; i < end; ++i) batches.texts[i] = ids_of(prompt, texts[i]);
    });
    std::size_t tokens = batch_tokens;  // full, so that the first text begins a batch
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (tokens + batches.texts[i].size() > batch_tokens) {
        batches.begins.push_back(i);
        tokens = 0;
      }
      tokens += batches.texts[i].size();
    }
    batches.begins.push_back(texts.size());
    return batches;
  }

  // The text between the model's special tokens, cut to its length.
  [[nodiscard]] std::vector<TokenId> ids_of(const std::string& prompt, std::string_view text) const {
    if (prompt.empty()) return model_.tokenizer.ids_of(text, model_.tokens_max);
    return model_.tokenizer.ids_of(prompt + std::string(text), model_.tokens_max);
  }

  void encode_batch(std::span<const std::vector<TokenId>> texts, Network::Scratch& scratch,
                    std::span<float> out) const {
    std::vector<TokenId> ids;
    std::vector<std::size_t> lengths;
    for (const auto& text : texts) {
      ids.insert(ids.end(), text.begin(), text.end());
      lengths.push_back(text.size());
    }
    head_.vectors(network_.run({ids, lengths}, scratch), lengths, out);
  }

  [[nodiscard]] PackedWeights pack() const {
    PackedWeights packed =
        PackedWeights::pack(network_.matrices(), model_.shape, int8_layout(), model_fingerprint_);
    Network eight_bits = network_;
    eight_bits.use_packed(packed);
    Network::Scratch scratch;
    float sum = 0;
    for (const std::string_view text : tried_texts) {
      std::vector<float> exact(dimensions()), packed_vector(dimensions());
      const std::vector<TokenId> ids = ids_of("", text);
      const std::size_t lengths[] = {ids.size()};
      head_.vectors(network_.run({ids, lengths}, scratch), lengths, exact);
      head_.vectors(eight_bits.run({ids, lengths}, scratch), lengths, packed_vector);
      sum += inner_product(exact, packed_vector);
    }
    packed.set_agreement(sum / static_cast<float>(tried_texts.size()));
    return packed;
  }

  ModelFolder model_;
  std::unique_ptr<Safetensors> weights_;  // borrowed by network_
  Network network_;
  SentenceHead head_;
  std::string model_fingerprint_, fingerprint_;  // the latter with the dimensions kept
  std::unique_ptr<PackedWeights> packed_;        // borrowed by network_; null in single precision
  Precision precision_ = Precision::f32;
};

}  // namespace

std::string_view to_string(Precision precision) { return precision == Precision::int8 ? "int8" : "f32"; }

Result<std::unique_ptr<Encoder>> open_encoder(const fs::path& folder, std::optional<Precision> precision,
                                              std::optional<std::size_t> dimensions) {
  Files& files = system_files();
  if (is_static_model(files, folder)) {
    if (!dimensions) return open_static_encoder(files, folder);
    return Error{ErrorCode::configuration, folder.string(), "the dimensions of a static tier are settled",
                 "make another with 'kindling models distill --dimensions N'"};
  }
  KINDLING_TRY(ModelFolder model, read_model_folder(files, folder));
  const fs::path file = folder / model.transformer / "model.safetensors";
  KINDLING_TRY(auto mapped, files.map(file));
  KINDLING_TRY(Safetensors opened, Safetensors::open(std::move(mapped)).within(file.string()));
  auto weights = std::make_unique<Safetensors>(std::move(opened));
  KINDLING_TRY(Network network, Network::bind(*weights, model.shape).within(file.string()));
  KINDLING_TRY(SentenceHead head,
               SentenceHead::open(files, folder, model.shape.hidden, model.pooling, model.denses));
  auto encoder = std::make_unique<SentenceEncoder>(std::move(model), std::move(weights), std::move(network),
                                                   std::move(head));
  if (dimensions) KINDLING_TRY_VOID(encoder->keep_dimensions(*dimensions));
  if (precision != Precision::f32) encoder->use_int8(files, !precision.has_value());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

fs::path models_folder() {
  if (const auto set = environment("KINDLING_MODELS")) return *set;
  if (const auto data = environment("XDG_DATA_HOME")) return fs::path(*data) / "kindling" / "models";
  if (const auto home = environment("HOME"))
    return fs::path(*home) / ".local" / "share" / "kindling" / "models";
  return {};
}

Result<fs::path> default_encoder_folder() {
  constexpr std::string_view name = "all-MiniLM-L6-v2";
  const fs::path folder = models_folder() / name;
  const auto info = system_files().info(folder);
  if (!info.ok() || info->kind != FileInfo::Kind::directory) {
    return Error{ErrorCode::not_found, folder.string(), "the embedding model is not there",
                 "run scripts/get-model"};
  }
  return folder;
}

}  // namespace kindling
