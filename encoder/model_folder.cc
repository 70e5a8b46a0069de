#include "encoder/model_folder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "encoder/model_files.h"
#include "encoder/network_config.h"
#include "encoder/sentence_modules.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// How sentence-transformers has called the transformer's settings, by the kind of network.
constexpr std::array<std::string_view, 6> sentence_files = {
    "sentence_bert_config.json",        "sentence_roberta_config.json",   "sentence_distilbert_config.json",
    "sentence_xlm-roberta_config.json", "sentence_camembert_config.json", "sentence_mpnet_config.json"};

Result<Json> read_sentence_config(ModelFiles& files, const std::string& folder) {
  for (const std::string_view name : sentence_files) {
    if (files.has(in_module(folder, name))) return files.json(in_module(folder, name));
  }
  return Json();
}

// As its settings say; else as its tokenizer's; never more than the network's positions.
Result<std::size_t> length_of(const Json& sentence, const ModelTokenizer& tokenizer,
                              const NetworkShape& shape) {
  const std::size_t named = tokenizer.length_max() > 0 ? tokenizer.length_max() : shape.tokens_max();
  const std::int64_t wanted = sentence["max_seq_length"].as_integer(static_cast<std::int64_t>(named));
  const auto least = static_cast<std::int64_t>(tokenizer.around()) + 1;
  if (wanted < least || shape.tokens_max() < tokenizer.around() + 1) {
    return Error{ErrorCode::configuration, std::string(sentence_files[0]),
                 "max_seq_length leaves no room for a token", ""};
  }
  return std::min(static_cast<std::size_t>(wanted), shape.tokens_max());
}

// The first of `names` among the prompts; else the default one.
std::string prompt_of(const Json& config, std::initializer_list<std::string_view> names) {
  const Json& prompts = config["prompts"];
  for (const std::string_view name : names)
    if (prompts[name].is_string()) return std::string(prompts[name].as_string());
  return std::string(prompts[config["default_prompt_name"].as_string()].as_string());
}

Result<ModelFolder> read_parts(ModelFiles& files) {
  KINDLING_TRY(const SentenceModules modules, read_sentence_modules(files));
  const std::string config_file = in_module(modules.transformer, "config.json");
  KINDLING_TRY(const Json config, files.json(config_file));
  KINDLING_TRY(const NetworkShape shape, read_network_shape(config));
  KINDLING_TRY(const Pooling pooling, read_pooling(files, modules.pooling_config, shape.hidden));
  KINDLING_TRY(const Json sentence, read_sentence_config(files, modules.transformer));
  KINDLING_TRY(ModelTokenizer tokenizer, ModelTokenizer::read(files, modules.transformer, shape));
  if (sentence["do_lower_case"].as_bool() && !tokenizer.lower_cases()) {
    return Error{ErrorCode::unsupported, std::string(sentence_files[0]),
                 "do_lower_case is known only where the tokenizer lower-cases by itself", ""};
  }
  KINDLING_TRY(const std::size_t tokens_max, length_of(sentence, tokenizer, shape));
  KINDLING_TRY(const Json prompts, files.json_if_there("config_sentence_transformers.json"));
  KINDLING_TRY(auto denses, read_dense_shapes(files, modules.denses, shape.hidden));
  return ModelFolder{.name = {},
                     .transformer = modules.transformer,
                     .shape = shape,
                     .pooling = pooling,
                     .denses = std::move(denses),
                     .tokens_max = tokens_max,
                     .tokenizer = std::move(tokenizer),
                     .query_prompt = prompt_of(prompts, {"query"}),
                     .passage_prompt = prompt_of(prompts, {"document", "passage", "corpus"}),
                     .described = files.take_described()};
}

}  // namespace

Result<ModelFolder> read_model_folder(Files& files, const fs::path& folder) {
  const auto info = files.info(folder);
  if (!info.ok() || info->kind != FileInfo::Kind::directory) {
    return Error{ErrorCode::not_found, folder.string(), "is no folder with an embedding model",
                 "run scripts/get-model, or name another with --encoder"};
  }
  ModelFiles reader(files, folder);
  auto model = read_parts(reader);
  if (!model.ok()) {
    // The door to the files has put the whole path into its own errors.
    const bool whole = model.error().where.starts_with(folder.string());
    return whole ? std::move(model) : std::move(model).within(folder.string());
  }
  model->name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  return model;
}

}  // namespace kindling
