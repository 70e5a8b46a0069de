#include "encoder/model_folder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t config_bytes_max = 64 << 20;  // tokenizer.json of a large vocabulary has 20 MB

Error unsupported(std::string_view file, std::string what) {
  return {ErrorCode::unsupported, std::string(file), std::move(what),
          "use a BERT model of the sentence-transformers layout"};
}

// The files of one folder, and what was read of them.
class Reader {
 public:
  Reader(Files& files, fs::path folder) : files_(files), folder_(std::move(folder)) {}

  Result<std::string> text(std::string_view name) {
    KINDLING_TRY(std::string bytes, files_.read(folder_ / name, config_bytes_max));
    described_.append(name).append(1, '\n').append(std::to_string(bytes.size())).append(1, '\n').append(bytes);
    return bytes;
  }

  Result<Json> json(std::string_view name) {
    KINDLING_TRY(const std::string bytes, text(name));
    return parse_json(bytes).within((folder_ / name).string());
  }

  // A null value if there is no such file.
  Result<Json> json_if_there(std::string_view name) {
    if (!has(name)) return Json();
    return json(name);
  }

  [[nodiscard]] bool has(std::string_view name) { return files_.info(folder_ / name).ok(); }
  [[nodiscard]] std::string take_described() { return std::move(described_); }

 private:
  Files& files_;
  fs::path folder_;
  std::string described_;
};

// "sentence_transformers.models.Pooling" -> "Pooling".
std::string_view last_part(std::string_view dotted) { return dotted.substr(dotted.rfind('.') + 1); }

// Which folder holds the pooling's configuration. Transformer, Pooling and an optional Normalize are known; our
// vectors are always normalised, because likeness is a cosine either way.
Result<std::string> read_modules(Reader& reader) {
  constexpr std::string_view file = "modules.json";
  KINDLING_TRY(const Json modules, reader.json(file));
  const auto& items = modules.items();
  if (items.size() < 2 || items.size() > 3)
    return unsupported(file, "does not list a transformer, a pooling and a normalisation");
  constexpr std::array<std::string_view, 3> known = {"Transformer", "Pooling", "Normalize"};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string_view type = items[i]["type"].as_string();
    if (last_part(type) != known[i]) {
      return unsupported(file, "module " + std::to_string(i) + " is \"" + std::string(type) + "\", not " +
                                   std::string(known[i]));
    }
  }
  if (!items[0]["path"].as_string().empty())
    return unsupported(file, "keeps the transformer in a folder of its own");
  const fs::path pooling(items[1]["path"].as_string());
  if (pooling.is_absolute() || std::ranges::find(pooling, fs::path("..")) != pooling.end()) {
    return Error{ErrorCode::malformed, std::string(file), "names a pooling outside of the model's folder", ""};
  }
  return (pooling / "config.json").string();
}

Result<Pooling> read_pooling(Reader& reader, const std::string& file, std::size_t hidden) {
  KINDLING_TRY(const Json config, reader.json(file));
  if (static_cast<std::size_t>(config["word_embedding_dimension"].as_integer(0)) != hidden) {
    return Error{ErrorCode::configuration, file, "word_embedding_dimension is not config.json's hidden_size",
                 ""};
  }
  std::vector<std::string> modes;
  for (const auto& [name, value] : config.members()) {
    constexpr std::string_view prefix = "pooling_mode_";
    if (name == "pooling_mode") modes.emplace_back(value.as_string());
    if (name.starts_with(prefix) && value.as_bool()) modes.push_back(name.substr(prefix.size()));
  }
  if (modes.size() != 1)
    return unsupported(file, "asks for " + std::to_string(modes.size()) + " ways of pooling, not one");
  if (modes[0] == "mean_tokens" || modes[0] == "mean") return Pooling::mean;
  if (modes[0] == "cls_token" || modes[0] == "cls") return Pooling::first;
  return unsupported(file, "pooling \"" + modes[0] + "\" is not known");
}

Result<std::size_t> size_member(const Json& config, std::string_view name, std::int64_t largest) {
  const std::int64_t value = config[name].as_integer(0);
  if (value < 1 || value > largest) {
    return Error{ErrorCode::configuration, "config.json", std::string(name) + " is missing or impossible", ""};
  }
  return static_cast<std::size_t>(value);
}

Result<BertShape> read_shape(Reader& reader) {
  constexpr std::string_view file = "config.json";
  KINDLING_TRY(const Json config, reader.json(file));
  const auto expect = [&](std::string_view name, std::string_view wanted) -> Status {
    const std::string_view value = config[name].as_string(wanted);
    if (value == wanted) return {};
    return unsupported(file, std::string(name) + " \"" + std::string(value) + "\" is not known");
  };
  if (!config["model_type"].is_string()) return unsupported(file, "does not say its model_type");
  KINDLING_TRY_VOID(expect("model_type", "bert"));
  KINDLING_TRY_VOID(expect("hidden_act", "gelu"));
  KINDLING_TRY_VOID(expect("position_embedding_type", "absolute"));
  BertShape shape;
  KINDLING_TRY(shape.vocabulary, size_member(config, "vocab_size", 10'000'000));
  KINDLING_TRY(shape.positions, size_member(config, "max_position_embeddings", 1'000'000));
  KINDLING_TRY(shape.types, size_member(config, "type_vocab_size", 1'000));
  KINDLING_TRY(shape.layers, size_member(config, "num_hidden_layers", 1'000));
  KINDLING_TRY(shape.hidden, size_member(config, "hidden_size", 65'536));
  KINDLING_TRY(shape.heads, size_member(config, "num_attention_heads", 1'024));
  KINDLING_TRY(shape.inner, size_member(config, "intermediate_size", 1'000'000));
  shape.epsilon = static_cast<float>(config["layer_norm_eps"].as_double(1e-12));
  if (shape.hidden % shape.heads != 0) {
    return Error{ErrorCode::configuration, std::string(file),
                 "hidden_size is not a multiple of num_attention_heads", ""};
  }
  return shape;
}

// vocab.txt as made of tokenizer.json's token -> id map.
Result<std::string> vocabulary_of(const Json& tokenizer) {
  constexpr std::string_view file = "tokenizer.json";
  if (tokenizer.at("model.type").as_string() != "WordPiece") {
    return unsupported(
        file, "model \"" + std::string(tokenizer.at("model.type").as_string()) + "\" is not WordPiece");
  }
  const auto& vocabulary = tokenizer.at("model.vocab").members();
  std::vector<std::string_view> tokens(vocabulary.size());
  for (const auto& [token, id] : vocabulary) {
    const auto at = static_cast<std::uint64_t>(id.as_integer(-1));
    if (at >= tokens.size() || !tokens[at].empty() || token.empty() || token.find('\n') != std::string::npos) {
      return Error{ErrorCode::malformed, std::string(file), "the ids of the vocabulary have holes or repeat",
                   ""};
    }
    tokens[at] = token;
  }
  std::string lines;
  for (const std::string_view token : tokens) lines.append(token).append(1, '\n');
  return lines;
}

Status read_tokenizer(Reader& reader, ModelFolder& model) {
  KINDLING_TRY(Json settings, reader.json_if_there("tokenizer_config.json"));
  Json tokenizer;
  if (reader.has("vocab.txt")) {
    KINDLING_TRY(model.vocabulary, reader.text("vocab.txt"));
  } else if (reader.has("tokenizer.json")) {
    KINDLING_TRY(tokenizer, reader.json("tokenizer.json"));
    KINDLING_TRY(model.vocabulary, vocabulary_of(tokenizer));
  } else {
    return Error{ErrorCode::not_found, "vocab.txt", "is not there, nor is tokenizer.json",
                 "fetch the model again"};
  }
  WordPieceOptions& options = model.wordpiece;
  options.lower_case = settings["do_lower_case"].as_bool(tokenizer.at("normalizer.lowercase").as_bool(true));
  options.strip_accents = settings["strip_accents"].as_bool(options.lower_case);  // null: as lower-casing
  options.split_cjk = settings["tokenize_chinese_chars"].as_bool(true);

  const auto lines = static_cast<std::size_t>(std::ranges::count(model.vocabulary, '\n')) +
                     (model.vocabulary.ends_with('\n') || model.vocabulary.empty() ? 0 : 1);
  if (lines > model.shape.vocabulary) {
    return Error{
        ErrorCode::configuration, "vocab.txt",
        "has " + std::to_string(lines) + " tokens, the model " + std::to_string(model.shape.vocabulary), ""};
  }
  return {};
}

Status read_prompts(Reader& reader, ModelFolder& model) {
  KINDLING_TRY(const Json config, reader.json_if_there("config_sentence_transformers.json"));
  const Json& prompts = config["prompts"];
  model.query_prompt = prompts["query"].as_string();
  model.passage_prompt = prompts["passage"].as_string(prompts["document"].as_string());
  return {};
}

Result<ModelFolder> read_parts(Reader& reader) {
  ModelFolder model;
  KINDLING_TRY(const std::string pooling_file, read_modules(reader));
  KINDLING_TRY(model.shape, read_shape(reader));
  KINDLING_TRY(model.pooling, read_pooling(reader, pooling_file, model.shape.hidden));
  KINDLING_TRY(const Json sentence, reader.json_if_there("sentence_bert_config.json"));
  const std::int64_t wanted =
      sentence["max_seq_length"].as_integer(static_cast<std::int64_t>(model.shape.positions));
  if (wanted < 3) {
    return Error{ErrorCode::configuration, "sentence_bert_config.json",
                 "max_seq_length leaves no room for a token", ""};
  }
  model.tokens_max = std::min(static_cast<std::size_t>(wanted), model.shape.positions);
  KINDLING_TRY_VOID(read_tokenizer(reader, model));
  KINDLING_TRY_VOID(read_prompts(reader, model));
  model.described = reader.take_described();
  return model;
}

}  // namespace

Result<ModelFolder> read_model_folder(Files& files, const fs::path& folder) {
  const auto info = files.info(folder);
  if (!info.ok() || info->kind != FileInfo::Kind::directory) {
    return Error{ErrorCode::not_found, folder.string(), "is no folder with an embedding model",
                 "run scripts/get-model, or name another with --encoder"};
  }
  Reader reader(files, folder);
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
