#include "encoder/network_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace kindling {
namespace {

constexpr std::string_view file = "config.json";

Error unsupported(std::string what) {
  return {ErrorCode::unsupported, std::string(file), std::move(what),
          "use a model of BERT's kind: bert, roberta, xlm-roberta, camembert, distilbert, mpnet, modernbert, "
          "nomic_bert"};
}

Error impossible(std::string_view member) {
  return {ErrorCode::configuration, std::string(file), std::string(member) + " is missing or impossible", ""};
}

class Config {
 public:
  explicit Config(const Json& json) : json_(json) {}

  // The first of two names that is there: configurations have changed their words.
  [[nodiscard]] Result<std::size_t> size(std::string_view name, std::int64_t largest,
                                         std::string_view or_name = {}) const {
    const bool other = !json_.has(name) && !or_name.empty() && json_.has(or_name);
    const std::int64_t value = json_[other ? or_name : name].as_integer(0);
    if (value < 1 || value > largest) return impossible(name);
    return static_cast<std::size_t>(value);
  }
  [[nodiscard]] Result<double> theta(const Json& value, double otherwise, std::string_view name) const {
    const double theta = value.as_double(otherwise);
    if (!(theta > 1) || !(theta < 1e12)) return impossible(name);
    return theta;
  }
  // One of the words; absent means the first.
  [[nodiscard]] Result<std::string_view> one_of(std::string_view name,
                                                std::initializer_list<std::string_view> words) const {
    const std::string_view value = json_[name].as_string(*words.begin());
    for (const std::string_view word : words)
      if (value == word) return word;
    return unsupported(std::string(name) + " \"" + std::string(value) + "\" is not known");
  }
  [[nodiscard]] Status expect(std::string_view name, bool wanted) const {
    if (json_[name].as_bool(wanted) == wanted) return {};
    return unsupported(std::string(name) + " " + (wanted ? "false" : "true") + " is not known");
  }
  [[nodiscard]] const Json& operator[](std::string_view name) const { return json_[name]; }
  [[nodiscard]] const Json& at(std::string_view path) const { return json_.at(path); }
  [[nodiscard]] bool has(std::string_view name) const { return json_.has(name); }

 private:
  const Json& json_;
};

// What a kind calls its sizes.
struct SizeNames {
  std::string_view layers, hidden, heads, inner, positions;
};
constexpr SizeNames bert_sizes = {"num_hidden_layers", "hidden_size", "num_attention_heads",
                                  "intermediate_size", "max_position_embeddings"};
constexpr SizeNames distilbert_sizes = {"n_layers", "dim", "n_heads", "hidden_dim", "max_position_embeddings"};
constexpr SizeNames nomic_sizes = {"n_layer", "n_embd", "n_head", "n_inner", "n_positions"};

Result<NetworkShape> read_sizes(const Config& config, const SizeNames& names) {
  NetworkShape shape;
  KINDLING_TRY(shape.vocabulary, config.size("vocab_size", 10'000'000));
  KINDLING_TRY(shape.positions, config.size(names.positions, 1'000'000));
  KINDLING_TRY(shape.layers, config.size(names.layers, 1'000));
  KINDLING_TRY(shape.hidden, config.size(names.hidden, 65'536));
  KINDLING_TRY(shape.heads, config.size(names.heads, 1'024));
  KINDLING_TRY(shape.inner, config.size(names.inner, 1'000'000));
  if (shape.hidden % shape.heads != 0) {
    return Error{ErrorCode::configuration, std::string(file),
                 std::string(names.hidden) + " is not a multiple of " + std::string(names.heads), ""};
  }
  return shape;
}

Result<NetworkShape> read_bert(const Config& config) {
  KINDLING_TRY_VOID(config.one_of("hidden_act", {"gelu"}));
  KINDLING_TRY_VOID(config.one_of("position_embedding_type", {"absolute"}));
  KINDLING_TRY_VOID(config.expect("is_decoder", false));
  KINDLING_TRY(NetworkShape shape, read_sizes(config, bert_sizes));
  KINDLING_TRY(shape.types, config.size("type_vocab_size", 1'000));
  shape.epsilon = static_cast<float>(config["layer_norm_eps"].as_double(1e-12));
  return shape;
}

// Positions begin behind the padding token's id.
Status count_from_padding(const Config& config, NetworkShape& shape) {
  const std::int64_t padding = config["pad_token_id"].as_integer(1);
  if (padding < 0 || static_cast<std::size_t>(padding) + 4 > shape.positions) return impossible("pad_token_id");
  shape.first_position = static_cast<std::size_t>(padding) + 1;
  return {};
}

Result<NetworkShape> read_roberta(const Config& config) {
  KINDLING_TRY(NetworkShape shape, read_bert(config));
  KINDLING_TRY_VOID(count_from_padding(config, shape));
  return shape;
}

Result<NetworkShape> read_distilbert(const Config& config) {
  KINDLING_TRY_VOID(config.one_of("activation", {"gelu"}));
  KINDLING_TRY(NetworkShape shape, read_sizes(config, distilbert_sizes));
  shape.epsilon = 1e-12f;
  return shape;
}

Result<NetworkShape> read_mpnet(const Config& config) {
  KINDLING_TRY_VOID(config.one_of("hidden_act", {"gelu"}));
  KINDLING_TRY(NetworkShape shape, read_sizes(config, bert_sizes));
  const std::int64_t buckets = config["relative_attention_num_buckets"].as_integer(32);
  if (buckets < 4 || buckets > 1'024 || buckets % 4 != 0) return impossible("relative_attention_num_buckets");
  shape.distance_buckets = static_cast<std::size_t>(buckets);
  // The model counts its positions from 2, whatever its padding token.
  shape.first_position = 2;
  if (shape.positions < 5) return impossible("max_position_embeddings");
  shape.epsilon = static_cast<float>(config["layer_norm_eps"].as_double(1e-12));
  return shape;
}

// Rotary positions of a width that can be halved, not stretched.
Status check_rotary(const Config& config, const NetworkShape& shape) {
  if (shape.head_width() % 2 != 0) {
    return Error{ErrorCode::configuration, std::string(file), "heads of an odd width cannot be rotated", ""};
  }
  for (const std::string_view part : {"rope_scaling", "rope_parameters", "rope_parameters.full_attention",
                                      "rope_parameters.sliding_attention"}) {
    const Json& rope = config.at(part);
    for (const std::string_view name : {"rope_type", "type"}) {
      const std::string_view type = rope[name].as_string("default");
      if (type != "default")
        return unsupported(std::string(part) + ": \"" + std::string(type) + "\" is not known");
    }
  }
  return {};
}

Result<LocalAttention> read_local_attention(const Config& config, std::size_t layers) {
  LocalAttention local;
  KINDLING_TRY(const std::size_t window, config.size("local_attention", 1'000'000));
  local.reach = window / 2;
  const Json& old_theta = config["local_rope_theta"];
  KINDLING_TRY(local.theta, config.theta(config.at("rope_parameters.sliding_attention.rope_theta"),
                                         old_theta.as_double(10'000), "local_rope_theta"));
  if (config["layer_types"].is_array()) {
    for (const Json& type : config["layer_types"].items()) {
      const bool is_local = type.as_string() == "sliding_attention";
      if (!is_local && type.as_string() != "full_attention")
        return unsupported("layer_types: \"" + std::string(type.as_string()) + "\" is not known");
      local.is_local.push_back(is_local);
    }
    if (local.is_local.size() != layers) return impossible("layer_types");
    return local;
  }
  const std::int64_t every = config["global_attn_every_n_layers"].as_integer(3);
  if (every < 1) return impossible("global_attn_every_n_layers");
  for (std::size_t i = 0; i < layers; ++i) local.is_local.push_back(i % static_cast<std::size_t>(every) != 0);
  return local;
}

Result<NetworkShape> read_modernbert(const Config& config) {
  KINDLING_TRY_VOID(config.one_of("hidden_activation", {"gelu"}));
  KINDLING_TRY(NetworkShape shape, read_sizes(config, bert_sizes));
  shape.epsilon = static_cast<float>(config["norm_eps"].as_double(1e-5));
  shape.norm_first = true;
  shape.gate = Gate::gelu;
  shape.norm_biases = config["norm_bias"].as_bool();
  shape.attention_biases = config["attention_bias"].as_bool();
  shape.feed_forward_biases = config["mlp_bias"].as_bool();
  KINDLING_TRY_VOID(check_rotary(config, shape));
  KINDLING_TRY(shape.theta, config.theta(config.at("rope_parameters.full_attention.rope_theta"),
                                         config["global_rope_theta"].as_double(160'000), "global_rope_theta"));
  KINDLING_TRY(shape.local, read_local_attention(config, shape.layers));
  return shape;
}

// As its makers published it (n_embd, activation_function), or as transformers writes it (hidden_size,
// hidden_act).
Result<NetworkShape> read_nomic(const Config& config) {
  const bool published = config.has("n_embd");
  KINDLING_TRY(NetworkShape shape, read_sizes(config, published ? nomic_sizes : bert_sizes));
  KINDLING_TRY(shape.types, config.size("type_vocab_size", 1'000));
  if (published) {
    KINDLING_TRY_VOID(config.one_of("activation_function", {"swiglu"}));
    for (const std::string_view name :
         {"prenorm", "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "rotary_emb_interleaved", "use_rms_norm"})
      KINDLING_TRY_VOID(config.expect(name, false));
    if (config["rotary_emb_fraction"].as_double(1) != 1) return unsupported("rotary_emb_fraction is not 1");
    if (config["num_experts"].as_integer(0) > 1) return unsupported("num_experts: experts are not known");
    if (!config["rotary_emb_scale_base"].is_null()) return unsupported("rotary_emb_scale_base is not known");
    // Beyond the length of its training the angles would be stretched: such texts are cut instead.
    if (!config["rotary_scaling_factor"].is_null()) {
      KINDLING_TRY(const std::size_t trained, config.size("max_trained_positions", 1'000'000));
      shape.positions = std::min(shape.positions, trained);
    }
  } else {
    KINDLING_TRY_VOID(config.one_of("hidden_act", {"silu"}));
    const auto width = static_cast<std::int64_t>(shape.head_width());
    if (config["head_dim"].as_integer(width) != width) return impossible("head_dim");
  }
  shape.epsilon =
      static_cast<float>(config[published ? "layer_norm_epsilon" : "layer_norm_eps"].as_double(1e-12));
  shape.gate = Gate::silu;
  shape.attention_biases = shape.feed_forward_biases = false;
  KINDLING_TRY_VOID(check_rotary(config, shape));
  KINDLING_TRY(shape.theta, config.theta(config.at("rope_parameters.rope_theta"),
                                         config["rotary_emb_base"].as_double(1'000), "rotary_emb_base"));
  return shape;
}

struct Kind {
  std::string_view model_type;
  Result<NetworkShape> (*read)(const Config& config);
};

constexpr std::array kinds = {Kind{"bert", read_bert},
                              Kind{"roberta", read_roberta},
                              Kind{"xlm-roberta", read_roberta},
                              Kind{"camembert", read_roberta},
                              Kind{"distilbert", read_distilbert},
                              Kind{"mpnet", read_mpnet},
                              Kind{"modernbert", read_modernbert},
                              Kind{"nomic_bert", read_nomic}};

}  // namespace

Result<NetworkShape> read_network_shape(const Json& json) {
  const Config config(json);
  if (!config["model_type"].is_string()) return unsupported("does not say its model_type");
  const std::string_view type = config["model_type"].as_string();
  for (const Kind& kind : kinds)
    if (kind.model_type == type) return kind.read(config);
  return unsupported("model_type \"" + std::string(type) + "\" is not known");
}

}  // namespace kindling
