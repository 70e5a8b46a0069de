#include "encoder/sentence_modules.h"

#include <utility>

namespace kindling {
namespace {

Error not_known(std::string_view file, std::string what) {
  return {ErrorCode::unsupported, std::string(file), std::move(what),
          "use a model of BERT's kind of the sentence-transformers layout"};
}

// "sentence_transformers.models.Pooling" -> "Pooling".
std::string_view last_part(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

}  // namespace

Result<SentenceModules> read_sentence_modules(ModelFiles& files) {
  constexpr std::string_view file = "modules.json";
  KINDLING_TRY(const Json json, files.json(file));
  const auto& items = json.items();
  if (items.size() < 2) return not_known(file, "does not list a transformer and a pooling");
  SentenceModules modules;
  bool normalized = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    KINDLING_TRY(const std::string folder, module_folder(items[i]));
    const std::string_view type = items[i]["type"].as_string();
    const std::string_view part = last_part(type);
    const auto wrong = [&] {
      return not_known(file, "module " + std::to_string(i) + " is \"" + std::string(type) + "\", not " +
                                 (i == 0   ? "Transformer"
                                  : i == 1 ? "Pooling"
                                           : "Dense, Normalize or Dropout"));
    };
    if (i == 0) {
      if (part != "Transformer") return wrong();
      modules.transformer = folder;
    } else if (i == 1) {
      if (part != "Pooling") return wrong();
      modules.pooling_config = in_module(folder, "config.json");
    } else if (part == "Dense") {
      modules.denses.push_back({folder, std::exchange(normalized, false)});
    } else if (part == "Normalize") {
      normalized = true;
    } else if (part != "Dropout") {
      return wrong();
    }
  }
  return modules;
}

Result<Pooling> read_pooling(ModelFiles& files, const std::string& file, std::size_t hidden) {
  KINDLING_TRY(const Json config, files.json(file));
  constexpr std::string_view old_name = "word_embedding_dimension", new_name = "embedding_dimension";
  const std::string_view name = config.has(new_name) ? new_name : old_name;
  if (static_cast<std::size_t>(config[name].as_integer(0)) != hidden) {
    return Error{ErrorCode::configuration, file, std::string(name) + " is not config.json's hidden_size", ""};
  }
  if (!config["include_prompt"].as_bool(true)) return not_known(file, "include_prompt false is not known");
  std::vector<std::string> modes;
  for (const auto& [member, value] : config.members()) {
    constexpr std::string_view prefix = "pooling_mode_";
    if (member == "pooling_mode") {
      if (value.is_string()) modes.emplace_back(value.as_string());
      for (const Json& mode : value.items()) modes.emplace_back(mode.as_string());
    }
    if (member.starts_with(prefix) && value.as_bool()) modes.push_back(member.substr(prefix.size()));
  }
  if (modes.size() != 1)
    return not_known(file, "asks for " + std::to_string(modes.size()) + " ways of pooling, not one");
  if (modes[0] == "mean_tokens" || modes[0] == "mean") return Pooling::mean;
  if (modes[0] == "cls_token" || modes[0] == "cls") return Pooling::first;
  if (modes[0] == "max_tokens" || modes[0] == "max") return Pooling::max;
  return not_known(file, "pooling \"" + modes[0] + "\" is not known");
}

Result<std::vector<DenseShape>> read_dense_shapes(ModelFiles& files,
                                                  const std::vector<SentenceModules::Dense>& denses,
                                                  std::size_t hidden) {
  std::vector<DenseShape> shapes;
  for (const SentenceModules::Dense& dense : denses) {
    const std::string file = in_module(dense.folder, "config.json");
    KINDLING_TRY(const Json config, files.json(file));
    const std::int64_t outputs = config["out_features"].as_integer(0);
    if (config["in_features"].as_integer(0) != static_cast<std::int64_t>(hidden) || outputs < 1 ||
        outputs > 65'536)
      return Error{ErrorCode::configuration, file, "in_features or out_features do not fit the model", ""};
    const std::string activation(config["activation_function"].as_string("torch.nn.modules.activation.Tanh"));
    const bool tanh = last_part(activation) == "Tanh";
    if (!tanh && last_part(activation) != "Identity")
      return not_known(file, "activation_function \"" + activation + "\" is not known");
    if (config["use_residual"].as_bool()) return not_known(file, "use_residual true is not known");
    for (const std::string_view name : {"module_input_name", "module_output_name"}) {
      if (config[name].as_string("sentence_embedding") != "sentence_embedding")
        return not_known(file, std::string(name) + " is not sentence_embedding");
    }
    hidden = static_cast<std::size_t>(outputs);
    shapes.push_back({dense.folder, static_cast<std::size_t>(config["in_features"].as_integer(0)), hidden,
                      config["bias"].as_bool(true), tanh, dense.normalize_first});
  }
  return shapes;
}

}  // namespace kindling
