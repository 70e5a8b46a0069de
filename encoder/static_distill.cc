#include "encoder/static_distill.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/json.h"
#include "base/simd/vectors.h"
#include "base/text_lines.h"
#include "encoder/static_axes.h"
#include "encoder/static_encoder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t vocabulary_bytes_max = 64u << 20;
constexpr std::size_t pieces_at_once = 512;
constexpr std::string_view continuation = "##";

// Ranks of single characters, which a vocabulary lists before its words whatever their frequency: marks are
// everywhere, letters and digits of ASCII frequent, others as rare as their script.
constexpr double mark_rank = 1, letter_rank = 50, character_rank = 5'000;

// "[SEP]", "[unused7]".
bool is_special(std::string_view piece) {
  return piece.size() > 2 && piece.starts_with('[') && piece.ends_with(']');
}

std::string_view spelled(std::string_view piece) {
  return piece.size() > continuation.size() && piece.starts_with(continuation)
             ? piece.substr(continuation.size())
             : piece;
}

bool is_one_character(std::string_view text) {
  std::size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return characters <= 1;
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Result<WordPieceOptions> wordpiece_options(Files& files, const fs::path& folder) {
  WordPieceOptions options;
  const fs::path file = folder / "tokenizer_config.json";
  const auto bytes = files.read(file, vocabulary_bytes_max);
  if (!bytes.ok() && bytes.error().code == ErrorCode::not_found) return options;
  if (!bytes.ok()) return bytes.error();
  KINDLING_TRY(const Json config, parse_json(*bytes).within(file.string()));
  options.lower_case = config["do_lower_case"].as_bool(true);
  options.strip_accents = config["strip_accents"].as_bool(options.lower_case);
  options.split_cjk = config["tokenize_chinese_chars"].as_bool(true);
  return options;
}

// [pieces][dimensions of the encoder]
Result<std::vector<float>> encode_pieces(const Encoder& encoder, std::span<const std::string_view> pieces,
                                         unsigned threads,
                                         const std::function<void(std::size_t, std::size_t)>& on_piece,
                                         const Cancellation& cancellation) {
  std::vector<float> vectors;
  vectors.reserve(pieces.size() * encoder.dimensions());
  for (std::size_t begin = 0; begin < pieces.size(); begin += pieces_at_once) {
    const std::size_t end = std::min(pieces.size(), begin + pieces_at_once);
    std::vector<std::string_view> texts;
    for (std::size_t i = begin; i < end; ++i) texts.push_back(spelled(pieces[i]));
    KINDLING_TRY(const Embeddings embeddings, encoder.encode(texts, {.threads = threads}, cancellation));
    vectors.insert(vectors.end(), embeddings.values.begin(), embeddings.values.end());
    if (on_piece) on_piece(end, pieces.size());
  }
  return vectors;
}

// Subtracts the mean and turns rows into columns: [dimensions][count].
std::vector<float> centred_columns(std::span<const float> vectors, std::size_t count) {
  const std::size_t width = vectors.size() / count;
  std::vector<double> mean(width);
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < width; ++i) mean[i] += vectors[row * width + i];
  }
  std::vector<float> columns(vectors.size());
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < width; ++i) {
      columns[i * count + row] =
          static_cast<float>(vectors[row * width + i] - mean[i] / static_cast<double>(count));
    }
  }
  return columns;
}

std::vector<double> covariance(std::span<const float> columns, std::size_t width, std::size_t count) {
  std::vector<double> matrix(width * width);
  std::vector<float> products(width);
  for (std::size_t i = 0; i < width; ++i) {
    const auto column = columns.subspan(i * count, count);
    inner_products(column, columns.first((i + 1) * count), std::span(products).first(i + 1));
    for (std::size_t j = 0; j <= i; ++j)
      matrix[i * width + j] = static_cast<double>(products[j]) / static_cast<double>(count);
  }
  return matrix;
}

}  // namespace

std::vector<float> piece_weights(std::span<const std::string_view> pieces, double smoothing) {
  // Words begin where pieces of several characters do that are not special.
  const auto first_word = std::ranges::find_if(
      pieces, [](std::string_view piece) { return !is_special(piece) && !is_one_character(spelled(piece)); });
  const auto words_begin = static_cast<std::size_t>(first_word - pieces.begin());
  double ranks_sum = 0;
  for (std::size_t rank = 1; rank <= pieces.size(); ++rank) ranks_sum += 1 / static_cast<double>(rank);
  std::vector<float> weights(pieces.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (is_special(pieces[i]) || pieces[i].empty()) continue;
    const std::string_view text = spelled(pieces[i]);
    double rank = character_rank;
    if (!is_one_character(text)) {
      rank = i >= words_begin ? static_cast<double>(i - words_begin + 1) : 1;
    } else if (text.size() == 1) {
      rank = is_letter_or_digit(text[0]) ? letter_rank : mark_rank;
    }
    const double probability = 1 / rank / ranks_sum;
    weights[i] = static_cast<float>(smoothing / (smoothing + probability));
  }
  return weights;
}

Result<std::vector<float>> whiten(std::span<const float> vectors, std::size_t count, std::size_t dimensions,
                                  double* variance_kept) {
  const std::size_t width = vectors.size() / count;
  const std::vector<float> columns = centred_columns(vectors, count);
  KINDLING_TRY(const PrincipalAxes axes, principal_axes(covariance(columns, width, count), width));
  constexpr double least_share = 1e-6;  // of the widest spread; below it there is only rounding
  if (dimensions == 0 || dimensions > width || !(axes.values[dimensions - 1] > axes.values[0] * least_share)) {
    return Error{ErrorCode::usage, "dimensions",
                 "the pieces' vectors are not spread along " + std::to_string(dimensions) + " axes",
                 "ask for fewer dimensions"};
  }
  if (variance_kept != nullptr) {
    double kept = 0, all = 0;
    for (std::size_t i = 0; i < width; ++i) {
      all += axes.values[i];
      if (i < dimensions) kept += axes.values[i];
    }
    *variance_kept = kept / all;
  }
  std::vector<float> result(count * dimensions);
  std::vector<float> along(count);
  for (std::size_t d = 0; d < dimensions; ++d) {
    const double spread = std::sqrt(axes.values[d]);
    std::ranges::fill(along, 0.f);
    for (std::size_t i = 0; i < width; ++i) {
      const auto share = static_cast<float>(axes.axis(d)[i] / spread);
      const float* const column = columns.data() + i * count;
      for (std::size_t row = 0; row < count; ++row) along[row] += share * column[row];
    }
    for (std::size_t row = 0; row < count; ++row) result[row * dimensions + d] = along[row];
  }
  return result;
}

Result<DistillReport> distill_static(Files& files, const fs::path& parent, const fs::path& output,
                                     const DistillOptions& options,
                                     const std::function<void(std::size_t, std::size_t)>& on_piece,
                                     const Cancellation& cancellation) {
  std::error_code failed;
  if (fs::weakly_canonical(parent, failed) == fs::weakly_canonical(output, failed))
    return Error{ErrorCode::usage, output.string(), "is the folder of the encoder itself", "name another"};
  if (is_static_model(files, parent))
    return Error{ErrorCode::usage, parent.string(), "is a static tier already", "name a sentence encoder"};
  KINDLING_TRY(const auto encoder, open_encoder(parent, Precision::f32));
  const fs::path vocabulary_file = parent / "vocab.txt";
  auto vocabulary = files.read(vocabulary_file, vocabulary_bytes_max);
  if (!vocabulary.ok() && vocabulary.error().code == ErrorCode::not_found) {
    return Error{ErrorCode::unsupported, parent.string(), "has no WordPiece vocabulary in vocab.txt",
                 "a static tier is made of a BERT model that has one"};
  }
  if (!vocabulary.ok()) return vocabulary.error();
  const std::vector<std::string_view> pieces = lines_of(*vocabulary);
  StaticModel model{.parent = std::string(encoder->name()),
                    .parent_fingerprint = std::string(encoder->fingerprint()),
                    .vocabulary = pieces.size(),
                    .dimensions = std::min(options.dimensions, encoder->dimensions()),
                    .wordpiece = {}};
  KINDLING_TRY(model.wordpiece, wordpiece_options(files, parent));
  if (const auto known = WordPiece::from_vocabulary(*vocabulary, model.wordpiece); !known.ok()) {
    return Error{ErrorCode::unsupported, vocabulary_file.string(), known.error().why,
                 "a static tier is made of a BERT model"};
  }
  KINDLING_TRY(const std::vector<float> vectors,
               encode_pieces(*encoder, pieces, options.threads, on_piece, cancellation));
  DistillReport report{.pieces = pieces.size(), .dimensions = model.dimensions};
  KINDLING_TRY(std::vector<float> tokens,
               whiten(vectors, pieces.size(), model.dimensions, &report.variance_kept));
  const std::vector<float> weights = piece_weights(pieces, options.smoothing);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (float& value : std::span(tokens).subspan(i * model.dimensions, model.dimensions)) value *= weights[i];
  }
  KINDLING_TRY_VOID(write_static_model(files, output, model, *vocabulary, tokens));
  return report;
}

}  // namespace kindling
