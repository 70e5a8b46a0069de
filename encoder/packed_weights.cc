#include "encoder/packed_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/simd/multiply_bf16.h"
#include "base/simd/multiply_int8.h"

namespace kindling {
namespace {

// A file is a heading, which says all that it depends on, the checksum of the rest, and the rest: for each
// layer the four products, of each its words, bias and, in eight bits, scales, row sums and shares, each
// beginning at a multiple of 64 bytes. Sizes and places follow from the model's shape, so that nothing read
// from the file is ever a place.
constexpr std::size_t heading_bytes = 256;
constexpr std::size_t checksum_at = heading_bytes - sizeof(std::uint32_t);
constexpr std::size_t agreement_at = checksum_at - sizeof(float);

std::string heading(const NetworkShape& shape, const PackedPlan& plan, std::string_view fingerprint) {
  std::string text = "kindling packed weights " + std::to_string(PackedWeights::version) + "\n";
  text.append(fingerprint).append("\nplan ").append(plan.name());
  for (const std::size_t size : {shape.layers, shape.hidden, shape.inner})
    text.append(" ").append(std::to_string(size));
  text.append("\n");
  KINDLING_CHECK(text.size() <= agreement_at);
  text.resize(agreement_at, '\0');
  return text;
}

struct ProductShape {
  PackedLayout layout;
  std::size_t outputs, inputs;

  [[nodiscard]] bool eight_bits() const { return layout.numbers == PackedNumbers::int8; }
};

// In eight bits a part of the outer product has about this many inputs.
constexpr std::size_t outer_part_inputs = 384;

// The products of a layer as they lie: projections, attention out, inner, and the outer one in its parts.
std::vector<ProductShape> products(const NetworkShape& shape, const PackedPlan& plan) {
  std::vector<ProductShape> all = {{plan.projections, 3 * shape.hidden, shape.hidden},
                                   {plan.attention_out, shape.hidden, shape.hidden},
                                   {plan.inner, (shape.gate ? 2 : 1) * shape.inner, shape.hidden}};
  const bool eight_bits = plan.outer.numbers == PackedNumbers::int8;
  const std::size_t parts = eight_bits ? std::max<std::size_t>(1, shape.inner / outer_part_inputs) : 1;
  for (std::size_t i = 0; i < parts; ++i) {
    all.push_back({plan.outer, shape.hidden, (i + 1) * shape.inner / parts - i * shape.inner / parts});
  }
  return all;
}

constexpr std::size_t round_up_line(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

std::size_t bytes_of(const NetworkShape& shape, const PackedPlan& plan) {
  std::size_t bytes = 0;
  for (const ProductShape& product : products(shape, plan)) {
    const std::size_t outputs = round_up_line(sizeof(float) * product.outputs);
    bytes += round_up_line(sizeof(std::int32_t) * product.layout.words(product.outputs, product.inputs));
    bytes += outputs;
    if (product.eight_bits()) bytes += 2 * outputs + round_up_line(sizeof(float) * product.inputs);
  }
  return heading_bytes + shape.layers * bytes;
}

// Hands out the parts of a file one after the other.
class Places {
 public:
  explicit Places(const char* at) : at_(at) {}

  template <typename T>
  std::span<const T> take(std::size_t count) {
    const std::span<const T> part(reinterpret_cast<const T*>(at_), count);
    at_ += round_up_line(count * sizeof(T));
    return part;
  }
  PackedLinear product(const ProductShape& shape) {
    PackedLinear linear{.layout = shape.layout,
                        .inputs = shape.inputs,
                        .words = take<std::int32_t>(shape.layout.words(shape.outputs, shape.inputs)),
                        .bias = take<float>(shape.outputs),
                        .scales = {},
                        .row_sums = {},
                        .shares = {}};
    if (!shape.eight_bits()) return linear;
    linear.scales = take<float>(shape.outputs);
    linear.row_sums = take<std::int32_t>(shape.outputs);
    linear.shares = take<float>(shape.inputs);
    return linear;
  }

 private:
  const char* at_;
};

// The same memory while it is being filled by its owner.
template <typename T>
std::span<T> writable(std::span<const T> part) {
  return {const_cast<T*>(part.data()), part.size()};
}

// What an input is multiplied by, and its weights divided by, so that neither needs all the steps there are:
// the root of the largest weight over the largest activation (SmoothQuant with alpha .5); harmonic mean 1.
void make_shares(std::span<const Linear> layers, std::span<const float> peaks, std::span<float> shares) {
  constexpr float least = 1e-5f;
  std::vector<float> largest(shares.size(), least);
  for (const Linear& layer : layers) {
    for (std::size_t at = 0; at < layer.weights.size(); ++at) {
      float& of_input = largest[at % shares.size()];
      of_input = std::max(of_input, std::abs(layer.weights[at]));
    }
  }
  double sum = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const float peak = peaks.empty() ? largest[k] : std::max(peaks[k], least);
    shares[k] = std::sqrt(largest[k] / peak);
    sum += 1 / double{shares[k]};
  }
  for (float& share : shares) share *= static_cast<float>(sum / static_cast<double>(shares.size()));
}

void pack_product(const PackedLinear& to, std::span<const Linear> layers, std::span<const float> peaks) {
  const bool eight_bits = to.layout.numbers == PackedNumbers::int8;
  if (eight_bits) make_shares(layers, peaks, writable(to.shares));
  std::size_t first = 0;
  for (const Linear& layer : layers) {
    if (eight_bits) {
      pack_int8(to.layout, layer, first, to.shares,
                {writable(to.words), writable(to.scales), writable(to.row_sums)});
    } else {
      pack_bf16(to.layout, layer, first, writable(to.words));
    }
    std::memcpy(writable(to.bias).data() + first, layer.bias.data(), layer.bias.size_bytes());
    first += layer.outputs();
  }
}

// Parts of one product: the first has the bias.
void pack_outer(std::span<const PackedLinear> parts, const Linear& layer, std::span<const float> peaks) {
  const std::size_t inputs = layer.inputs();
  const std::vector<float> none(layer.outputs());
  std::size_t begin = 0;
  for (const PackedLinear& part : parts) {
    std::vector<float> weights;
    for (std::size_t row = 0; row < layer.outputs(); ++row) {
      const auto from = layer.weights.subspan(row * inputs + begin, part.inputs);
      weights.insert(weights.end(), from.begin(), from.end());
    }
    const Linear of_part{weights, begin == 0 ? layer.bias : none};
    pack_product(part, std::span(&of_part, 1), peaks.empty() ? peaks : peaks.subspan(begin, part.inputs));
    begin += part.inputs;
  }
}

std::uint32_t checksum_of(std::string_view bytes) {
  return crc32c(bytes.substr(heading_bytes), crc32c(bytes.substr(agreement_at, sizeof(float))));
}

}  // namespace

std::string PackedPlan::name() const {
  const std::string first = projections.name();
  std::string text = first;
  for (const PackedLayout& other : {attention_out, inner, outer}) {
    text += other == projections ? "" : "-" + other.name();
  }
  return text;
}

PackedPlan int8_plan() {
  const PackedLayout layout = int8_layout();
  return {layout, layout, layout, layout};
}

PackedPlan bf16_plan() {
  const PackedLayout layout = bf16_layout();
  return {layout, layout, layout, layout};
}

PackedWeights PackedWeights::pack(const std::vector<LayerMatrices>& layers, const NetworkShape& shape,
                                  const PackedPlan& plan, std::string_view fingerprint,
                                  std::span<const LayerPeaks> peaks) {
  KINDLING_CHECK(peaks.empty() || peaks.size() == layers.size());
  PackedWeights packed;
  const std::size_t bytes = bytes_of(shape, plan);
  packed.memory_.resize(bytes / sizeof(Line));
  packed.bytes_ = {packed.memory_.data()->bytes, bytes};
  packed.place_layers(shape, plan);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerMatrices& from = layers[i];
    const PackedLayer& to = packed.layers_[i];
    const LayerPeaks of_layer = peaks.empty() ? LayerPeaks() : peaks[i];
    pack_product(to.projections, std::array{from.query, from.key, from.value}, of_layer.projections);
    pack_product(to.attention_out, std::array{from.attention_out}, of_layer.attention_out);
    const std::array inner{from.inner, from.factor};
    pack_product(to.inner, std::span(inner).first(shape.gate ? 2 : 1), of_layer.inner);
    pack_outer(to.outer, from.outer, of_layer.outer);
  }
  const std::string text = heading(shape, plan, fingerprint);
  std::memcpy(packed.memory_.data()->bytes, text.data(), text.size());
  packed.set_agreement(0);
  return packed;
}

float PackedWeights::agreement() const {
  float cosine = 0;
  std::memcpy(&cosine, bytes_.data() + agreement_at, sizeof cosine);
  return cosine;
}

void PackedWeights::set_agreement(float cosine) {
  KINDLING_CHECK(!memory_.empty());
  char* begin = memory_.data()->bytes;
  std::memcpy(begin + agreement_at, &cosine, sizeof cosine);
  const std::uint32_t sum = checksum_of(bytes_);
  std::memcpy(begin + checksum_at, &sum, sizeof sum);
}

std::unique_ptr<PackedWeights> PackedWeights::open(std::unique_ptr<MappedFile> file, const NetworkShape& shape,
                                                   const PackedPlan& plan, std::string_view fingerprint) {
  const std::string_view bytes = file->bytes();
  if (bytes.size() != bytes_of(shape, plan)) return nullptr;
  if (!bytes.starts_with(heading(shape, plan, fingerprint))) return nullptr;
  auto packed = std::unique_ptr<PackedWeights>(new PackedWeights);
  packed->file_ = std::move(file);
  packed->bytes_ = bytes;
  packed->place_layers(shape, plan);
  return packed;
}

bool PackedWeights::whole() const { return checksum() == checksum_of(bytes_); }

std::uint32_t PackedWeights::checksum() const {
  std::uint32_t sum = 0;
  std::memcpy(&sum, bytes_.data() + checksum_at, sizeof sum);
  return sum;
}

void PackedWeights::place_layers(const NetworkShape& shape, const PackedPlan& plan) {
  Places places(bytes_.data() + heading_bytes);
  const auto sizes = products(shape, plan);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    PackedLayer layer;
    layer.projections = places.product(sizes[0]);
    layer.attention_out = places.product(sizes[1]);
    layer.inner = places.product(sizes[2]);
    for (std::size_t part = 3; part < sizes.size(); ++part) layer.outer.push_back(places.product(sizes[part]));
    layers_.push_back(std::move(layer));
  }
}

}  // namespace kindling
