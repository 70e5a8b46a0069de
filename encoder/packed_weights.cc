#include "encoder/packed_weights.h"

#include <array>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace kindling {
namespace {

// A file is a heading, which says all that it depends on, the checksum of the rest, and the rest: for each
// layer the four products, of each its words, scales, row sums and bias, each beginning at a multiple of 64
// bytes. Sizes and places follow from the model's shape, so that nothing read from the file is ever a place.
constexpr std::size_t heading_bytes = 256;
constexpr std::size_t checksum_at = heading_bytes - sizeof(std::uint32_t);
constexpr std::size_t agreement_at = checksum_at - sizeof(float);

std::string heading(const NetworkShape& shape, const Int8Layout& layout, std::string_view fingerprint) {
  std::string text = "kindling packed weights " + std::to_string(PackedWeights::version) + "\n";
  text.append(fingerprint).append("\nlayout ").append(layout.name());
  for (const std::size_t size : {shape.layers, shape.hidden, shape.inner})
    text.append(" ").append(std::to_string(size));
  text.append("\n");
  KINDLING_CHECK(text.size() <= agreement_at);
  text.resize(agreement_at, '\0');
  return text;
}

struct ProductShape {
  std::size_t outputs, inputs;
};

std::array<ProductShape, 4> products(const NetworkShape& shape) {
  return {{{3 * shape.hidden, shape.hidden},
           {shape.hidden, shape.hidden},
           {(shape.gate ? 2 : 1) * shape.inner, shape.hidden},
           {shape.hidden, shape.inner}}};
}

constexpr std::size_t round_up_line(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

std::size_t bytes_of(const NetworkShape& shape, const Int8Layout& layout) {
  std::size_t bytes = 0;
  for (const ProductShape& product : products(shape)) {
    bytes += round_up_line(sizeof(std::int32_t) * layout.words(product.outputs, product.inputs));
    bytes += 3 * round_up_line(sizeof(float) * product.outputs);
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
  Int8Linear product(const Int8Layout& layout, const ProductShape& shape) {
    Int8Linear linear{
        .layout = layout, .inputs = shape.inputs, .words = {}, .scales = {}, .row_sums = {}, .bias = {}};
    linear.words = take<std::int32_t>(layout.words(shape.outputs, shape.inputs));
    linear.scales = take<float>(shape.outputs);
    linear.row_sums = take<std::int32_t>(shape.outputs);
    linear.bias = take<float>(shape.outputs);
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

void pack_product(const Int8Linear& to, std::span<const Linear> layers) {
  std::size_t first = 0;
  for (const Linear& layer : layers) {
    pack_int8(to.layout, layer, first, {writable(to.words), writable(to.scales), writable(to.row_sums)});
    std::memcpy(writable(to.bias).data() + first, layer.bias.data(), layer.bias.size_bytes());
    first += layer.outputs();
  }
}

std::uint32_t checksum(std::string_view bytes) {
  return crc32c(bytes.substr(heading_bytes), crc32c(bytes.substr(agreement_at, sizeof(float))));
}

}  // namespace

PackedWeights PackedWeights::pack(const std::vector<LayerMatrices>& layers, const NetworkShape& shape,
                                  const Int8Layout& layout, std::string_view fingerprint) {
  PackedWeights packed;
  const std::size_t bytes = bytes_of(shape, layout);
  packed.memory_.resize(bytes / sizeof(Line));
  packed.bytes_ = {packed.memory_.data()->bytes, bytes};
  packed.place_layers(shape, layout);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerMatrices& from = layers[i];
    const PackedLayer& to = packed.layers_[i];
    pack_product(to.projections, std::array{from.query, from.key, from.value});
    pack_product(to.attention_out, std::array{from.attention_out});
    if (shape.gate) {
      pack_product(to.inner, std::array{from.inner, from.factor});
    } else {
      pack_product(to.inner, std::array{from.inner});
    }
    pack_product(to.outer, std::array{from.outer});
  }
  const std::string text = heading(shape, layout, fingerprint);
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
  const std::uint32_t sum = checksum(bytes_);
  std::memcpy(begin + checksum_at, &sum, sizeof sum);
}

std::unique_ptr<PackedWeights> PackedWeights::open(std::unique_ptr<MappedFile> file, const NetworkShape& shape,
                                                   const Int8Layout& layout, std::string_view fingerprint) {
  const std::string_view bytes = file->bytes();
  if (bytes.size() != bytes_of(shape, layout)) return nullptr;
  if (!bytes.starts_with(heading(shape, layout, fingerprint))) return nullptr;
  std::uint32_t sum = 0;
  std::memcpy(&sum, bytes.data() + checksum_at, sizeof sum);
  if (sum != checksum(bytes)) return nullptr;
  auto packed = std::unique_ptr<PackedWeights>(new PackedWeights);
  packed->file_ = std::move(file);
  packed->bytes_ = bytes;
  packed->place_layers(shape, layout);
  return packed;
}

void PackedWeights::place_layers(const NetworkShape& shape, const Int8Layout& layout) {
  Places places(bytes_.data() + heading_bytes);
  const auto sizes = products(shape);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    PackedLayer layer;
    layer.projections = places.product(layout, sizes[0]);
    layer.attention_out = places.product(layout, sizes[1]);
    layer.inner = places.product(layout, sizes[2]);
    layer.outer = places.product(layout, sizes[3]);
    layers_.push_back(layer);
  }
}

}  // namespace kindling
