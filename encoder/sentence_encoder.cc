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
#include "base/simd/multiply_bf16.h"
#include "base/simd/multiply_int8.h"
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

// Texts that a model is tried on when its weights are packed, and the least cosine to single precision with
// which bfloat16 is taken unasked.
constexpr float agreement_min = 0.9999f;
constexpr std::array<std::string_view, 12> tried_texts = {
    "how do I reset my password",
    "The heart pumps blood through the arteries to every organ of the body.",
    "def mean(values): return sum(values) / len(values)",
    "Interest rates rose for the third time this year, and shares of banks followed them.",
    "In 1687 Newton published the law of gravitation; two centuries later Mercury's orbit showed where it "
    "ends.",
    "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
    "El barco lleg\u00f3 al puerto de noche, cuando ya nadie lo esperaba.",
    "Warranty claims must be made in writing within thirty days; goods damaged by the buyer are excluded.",
    "\u0423 \u0440\u0435\u043a\u0438 \u0441\u0442\u043e\u044f\u043b \u0441\u0442\u0430\u0440\u044b\u0439 "
    "\u0434\u043e\u043c.",
    "\u062a\u0642\u0639 \u0627\u0644\u0645\u062f\u064a\u0646\u0629 \u0639\u0644\u0649 \u0636\u0641\u0629 "
    "\u0627\u0644\u0646\u0647\u0631 \u0648\u064a\u0633\u0643\u0646\u0647\u0627 \u0645\u0644\u064a\u0648\u0646 "
    "\u0646\u0633\u0645\u0629.",
    "\u8fd9\u5ea7\u6865\u5efa\u4e8e\u4e00\u4e5d\u4e09\u4e03\u5e74\uff0c\u957f\u5343\u7c73\u3002",
    "\u6771\u4eac\u3067\u306f\u6625\u306b\u685c\u304c\u54b2\u304f\u3002"};

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

// Scratch memory that passes from one micro-batch to the next on whatever thread, and from one call to the
// next: a short question would take longer to get clean memory than some of its layers take. Thread-safe.
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
    std::string identity = std::exchange(model_.described, {});  // most of a megabyte: not copied
    identity.insert(0, "kindling encoder 1\n").append(weights_sample(*weights_));
    for (const Safetensors* dense : head_.weights()) identity += weights_sample(*dense);
    model_fingerprint_ = fingerprint_ = sha256_hex(identity);
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

  // Packs the weights, or finds them packed, and uses them; if only where it pays, then not for a model that
  // loses too much. Where the processor has no instructions for bfloat16, single precision stays.
  void use_packed(Files& files, Precision precision, bool only_where_it_pays) {
    if (precision == Precision::bf16 && !bf16_is_fast()) return;
    if (std::max(model_.shape.hidden, model_.shape.inner) > int8_inputs_max) return;  // sums might not fit
    const PackedPlan plan = precision == Precision::int8 ? int8_plan() : bf16_plan();
    packed_ = cached_weights(files, weights_cache_folder(), model_.shape, plan, model_fingerprint_,
                             [&] { return pack(plan); });
    if (only_where_it_pays && packed_->agreement() < agreement_min) {
      packed_ = nullptr;
      return;
    }
    network_.use_packed(*packed_);
    precision_ = precision;
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
    parallel_for(batches.count(), options.threads, [&](std::size_t i) {
      if (cancellation.cancelled()) return;
      auto scratch = pool_.take();
      const std::size_t begin = batches.begins[i], end = batches.begins[i + 1];
      encode_batch(
          std::span(batches.texts).subspan(begin, end - begin), *scratch,
          std::span(result.values).subspan(begin * result.dimensions, (end - begin) * result.dimensions));
      pool_.give(std::move(scratch));
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

  [[nodiscard]] PackedWeights pack(const PackedPlan& plan) const {
    std::vector<LayerPeaks> peaks(model_.shape.layers);
    std::vector<std::vector<float>> exact;
    Network::Scratch scratch;
    scratch.peaks = &peaks;
    for (const std::string_view text : tried_texts) exact.push_back(vector_of(text, network_, scratch));
    scratch.peaks = nullptr;
    PackedWeights packed =
        PackedWeights::pack(network_.matrices(), model_.shape, plan, model_fingerprint_, peaks);
    Network packed_network = network_;
    packed_network.use_packed(packed);
    float least = 1;
    for (std::size_t i = 0; i < tried_texts.size(); ++i) {
      least = std::min(least, inner_product(exact[i], vector_of(tried_texts[i], packed_network, scratch)));
    }
    packed.set_agreement(least);
    return packed;
  }

  [[nodiscard]] std::vector<float> vector_of(std::string_view text, const Network& network,
                                             Network::Scratch& scratch) const {
    std::vector<float> vector(dimensions());
    const std::vector<TokenId> ids = ids_of("", text);
    const std::size_t lengths[] = {ids.size()};
    head_.vectors(network.run({ids, lengths}, scratch), lengths, vector);
    return vector;
  }

  ModelFolder model_;
  std::unique_ptr<Safetensors> weights_;  // borrowed by network_
  Network network_;
  SentenceHead head_;
  std::string model_fingerprint_, fingerprint_;  // the latter with the dimensions kept
  std::unique_ptr<PackedWeights> packed_;        // borrowed by network_; null in single precision
  Precision precision_ = Precision::f32;
  mutable ScratchPool pool_;
};

}  // namespace

std::string_view to_string(Precision precision) {
  if (precision == Precision::bf16) return "bf16";
  return precision == Precision::int8 ? "int8" : "f32";
}

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
  if (precision != Precision::f32) {
    encoder->use_packed(files, precision.value_or(Precision::bf16), !precision.has_value());
  }
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
