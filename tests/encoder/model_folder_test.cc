// What open_encoder says about folders that it cannot or must not open.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "encoder/encoder.h"
#include "tests/encoder/tiny_model.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

class ModelFolderTest : public testing::Test {
 protected:
  std::filesystem::path folder() const { return folder_.path() / "tiny"; }

  // Writes the model after `change` and expects that opening it fails so; `named` must all be in the sentence.
  void expect_error(ErrorCode code, const std::vector<std::string>& named,
                    const std::function<void(TinyModel&)>& change) {
    std::filesystem::remove_all(folder());
    TinyModel model = make_tiny_model();
    change(model);
    write_model(model, folder());
    expect_open_error(code, named);
  }

  static void add_module(TinyModel& model, const char* type, const char* path) {
    Json module = Json::object({{"type", std::string("sentence_transformers.models.") + type}, {"path", path}});
    const auto& items = model.files["modules.json"].items();
    model.files["modules.json"] = Json(Json::Array{items[0], items[1], std::move(module)});
  }

  void expect_open_error(ErrorCode code, const std::vector<std::string>& named) {
    const auto encoder = open_encoder(folder());
    ASSERT_FALSE(encoder.ok()) << named.front();
    const std::string sentence = encoder.error().sentence();
    EXPECT_EQ(to_string(encoder.error().code), to_string(code)) << sentence;
    for (const std::string& part : named)
      EXPECT_NE(sentence.find(part), std::string::npos) << part << " in " << sentence;
  }

  TemporaryFolder folder_;
  ScopedEnvironment cache_{{"XDG_CACHE_HOME", (folder_.path() / "cache").string()}};  // not the user's own
};

TEST_F(ModelFolderTest, AMissingFolderSaysHowToGetTheModel) {
  expect_open_error(ErrorCode::not_found, {folder().string(), "scripts/get-model"});
  write_file(folder(), "a file");
  expect_open_error(ErrorCode::not_found, {folder().string(), "scripts/get-model"});
}

TEST_F(ModelFolderTest, MissingFilesAreNamed) {
  for (const std::string name :
       {"modules.json", "config.json", "1_Pooling/config.json", "vocab.txt", "model.safetensors"}) {
    write_model(make_tiny_model(), folder());
    std::filesystem::remove(folder() / name);
    expect_open_error(ErrorCode::not_found, {folder().string(), name});
  }
}

TEST_F(ModelFolderTest, UnknownPartsAreNamed) {
  expect_error(ErrorCode::unsupported, {"config.json", "model_type", "t5"},
               [](TinyModel& model) { model.files["config.json"].set("model_type", "t5"); });
  expect_error(ErrorCode::unsupported, {"config.json", "hidden_act", "gelu_new"},
               [](TinyModel& model) { model.files["config.json"].set("hidden_act", "gelu_new"); });
  expect_error(
      ErrorCode::unsupported, {"config.json", "position_embedding_type", "relative_key"},
      [](TinyModel& model) { model.files["config.json"].set("position_embedding_type", "relative_key"); });
  expect_error(ErrorCode::unsupported, {"modules.json", "module 2", "LSTM"},
               [](TinyModel& model) { add_module(model, "LSTM", "2_LSTM"); });
  expect_error(ErrorCode::unsupported, {"1_Pooling/config.json", "weightedmean_tokens"}, [](TinyModel& model) {
    model.files["1_Pooling/config.json"]
        .set("pooling_mode_mean_tokens", false)
        .set("pooling_mode_weightedmean_tokens", true);
  });
  expect_error(ErrorCode::unsupported, {"1_Pooling/config.json", "include_prompt"},
               [](TinyModel& model) { model.files["1_Pooling/config.json"].set("include_prompt", false); });
  expect_error(ErrorCode::unsupported, {"sentence_bert_config.json", "do_lower_case"}, [](TinyModel& model) {
    model.files["sentence_bert_config.json"].set("do_lower_case", true);
    model.files["tokenizer_config.json"].set("do_lower_case", false);
  });
  expect_error(ErrorCode::unsupported, {"1_Pooling/config.json", "2 ways"}, [](TinyModel& model) {
    model.files["1_Pooling/config.json"].set("pooling_mode_max_tokens", true);
  });
}

TEST_F(ModelFolderTest, ADenseLayerThatIsNotKnownOrDoesNotFitIsNamed) {
  const auto with_dense = [this](ErrorCode code, const std::vector<std::string>& named, std::string_view name,
                                 const Json& value) {
    expect_error(code, named, [&](TinyModel& model) {
      add_module(model, "Dense", "2_Dense");
      Json& dense = model.files["2_Dense/config.json"];
      dense = Json::object({{"in_features", 40}, {"out_features", 8}, {"bias", true}});
      dense.set(name, value);
    });
  };
  const std::string file = "2_Dense/config.json";
  with_dense(ErrorCode::unsupported, {file, "ReLU"}, "activation_function", "torch.nn.modules.activation.ReLU");
  with_dense(ErrorCode::unsupported, {file, "use_residual"}, "use_residual", true);
  with_dense(ErrorCode::unsupported, {file, "module_input_name"}, "module_input_name", "token_embeddings");
  with_dense(ErrorCode::configuration, {file, "in_features"}, "in_features", 41);
  with_dense(ErrorCode::configuration, {file, "out_features"}, "out_features", 0);
  with_dense(ErrorCode::not_found, {"2_Dense/model.safetensors"}, "bias", false);
}

TEST_F(ModelFolderTest, SettingsThatContradictEachOtherAreNamed) {
  expect_error(ErrorCode::configuration, {"word_embedding_dimension"}, [](TinyModel& model) {
    model.files["1_Pooling/config.json"].set("word_embedding_dimension", 41);
  });
  expect_error(ErrorCode::configuration, {"num_attention_heads"},
               [](TinyModel& model) { model.files["config.json"].set("num_attention_heads", 7); });
  expect_error(ErrorCode::configuration, {"vocab.txt", "37", "36"},
               [](TinyModel& model) { model.vocabulary.emplace_back("more"); });
  expect_error(ErrorCode::configuration, {"word_embeddings", "36 x 40", "35 x 40"}, [](TinyModel& model) {
    model.vocabulary.pop_back();
    model.files["config.json"].set("vocab_size", 35);
  });
  expect_error(ErrorCode::configuration, {"encoder.layer.3", "not among the weights"},
               [](TinyModel& model) { model.files["config.json"].set("num_hidden_layers", 4); });
  expect_error(ErrorCode::configuration, {"max_seq_length"},
               [](TinyModel& model) { model.files["sentence_bert_config.json"].set("max_seq_length", 2); });
  for (const std::string member :
       {"vocab_size", "max_position_embeddings", "hidden_size", "num_hidden_layers"}) {
    for (const Json& value : {Json(-1), Json(0), Json("many"), Json(1e300), Json()}) {
      expect_error(ErrorCode::configuration, {"config.json", member},
                   [&](TinyModel& model) { model.files["config.json"].set(member, value); });
    }
  }
}

TEST_F(ModelFolderTest, BrokenJsonIsNamedWithItsPlace) {
  write_model(make_tiny_model(), folder());
  write_file(folder() / "config.json", "{\"model_type\": ");
  expect_open_error(ErrorCode::malformed, {"config.json", "byte"});
}

TEST_F(ModelFolderTest, APoolingOutsideOfTheFolderIsRefused) {
  for (const char* path : {"../elsewhere", "/etc"}) {
    expect_error(ErrorCode::malformed, {"modules.json", "outside"}, [&](TinyModel& model) {
      Json pooling = model.files["modules.json"].items()[1];
      pooling.set("path", path);
      model.files["modules.json"] = Json(Json::Array{model.files["modules.json"].items()[0], pooling});
    });
  }
}

TEST_F(ModelFolderTest, TokenizerJsonServesWhereThereIsNoVocabularyFile) {
  const TinyModel model = make_tiny_model();
  write_model(model, folder());
  const auto with_file = open_encoder(folder());
  Json vocabulary = Json::object();
  for (std::size_t i = model.vocabulary.size(); i-- > 0;) vocabulary.set(model.vocabulary[i], i);
  std::filesystem::remove(folder() / "vocab.txt");
  write_file(
      folder() / "tokenizer.json",
      to_string(Json::object({{"model", Json::object({{"type", "WordPiece"}, {"vocab", vocabulary}})}})));
  const auto with_json = open_encoder(folder());
  ASSERT_TRUE(with_json.ok()) << with_json.error().sentence();
  EXPECT_EQ((*with_json)->tokenizer().encode("the cats.").value(),
            (*with_file)->tokenizer().encode("the cats.").value());

  vocabulary.set("the", 5);
  write_file(
      folder() / "tokenizer.json",
      to_string(Json::object({{"model", Json::object({{"type", "WordPiece"}, {"vocab", vocabulary}})}})));
  expect_open_error(ErrorCode::malformed, {"tokenizer.json", "repeat"});
  write_file(folder() / "tokenizer.json", R"({"model":{"type":"BPE","vocab":{}}})");
  expect_open_error(ErrorCode::malformed, {"tokenizer.json", "no vocabulary"});
  write_file(folder() / "tokenizer.json", R"({"model":{"type":"WordLevel","vocab":{"a":0}}})");
  expect_open_error(ErrorCode::unsupported, {"tokenizer.json", "WordLevel"});
  const std::string unigram = R"("model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1]]})";
  write_file(folder() / "tokenizer.json",
             "{" + unigram + R"(,"pre_tokenizer":{"type":"Metaspace"},"normalizer":null,"added_tokens":[]})");
  expect_open_error(ErrorCode::unsupported, {"tokenizer.json", "post_processor"});
  for (const std::string processor :
       {R"({"type":"Strange"})", R"({"type":"TemplateProcessing","single":[]})"}) {
    write_file(folder() / "tokenizer.json",
               "{" + unigram + R"(,"pre_tokenizer":{"type":"Metaspace"},"post_processor":)" + processor + "}");
    expect_open_error(ErrorCode::unsupported, {"tokenizer.json", "post_processor"});
  }
  // An id that the network has no word for must not be looked up.
  write_file(folder() / "tokenizer.json",
             "{" + unigram +
                 R"(,"pre_tokenizer":{"type":"Metaspace"},"post_processor":{"type":"BertProcessing",)" +
                 R"("cls":["a",1],"sep":["b",3600]}})");
  expect_open_error(ErrorCode::configuration, {"tokenizer.json", "post_processor", "3601", "36"});
}

TEST_F(ModelFolderTest, TheDefaultIsLookedForWhereTheEnvironmentSays) {
  const char* set = std::getenv("KINDLING_MODELS");
  const std::string before = set == nullptr ? "" : set;
  ::setenv("KINDLING_MODELS", folder_.path().c_str(), 1);
  const auto missing = default_encoder_folder();
  std::filesystem::create_directories(folder_.path() / "all-MiniLM-L6-v2");
  const auto found = default_encoder_folder();
  if (before.empty()) {
    ::unsetenv("KINDLING_MODELS");
  } else {
    ::setenv("KINDLING_MODELS", before.c_str(), 1);
  }
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_NE(missing.error().mend.find("scripts/get-model"), std::string::npos);
  EXPECT_EQ(found.value(), folder_.path() / "all-MiniLM-L6-v2");
}

}  // namespace
}  // namespace kindling
