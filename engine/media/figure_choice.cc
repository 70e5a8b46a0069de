#include "engine/media/figure_choice.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/digest.h"
#include "base/env.h"
#include "base/utf8.h"
#include "engine/media/figure_files.h"
#include "engine/media/media_fit.h"

namespace kindling {
namespace {

constexpr std::uint32_t typical_number = 999;
constexpr std::size_t caption_words_bytes_max = 240;
constexpr std::chrono::milliseconds picture_time_max{5'000};

// Prints nothing, or changes how its neighbours are shown.
bool is_unseen(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

std::string_view reason_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
    case ErrorCode::unsupported:
      return "not a picture, or damaged";
    case ErrorCode::too_large:
      return "too large";
    case ErrorCode::timed_out:
      return "time";
    case ErrorCode::no_text:
      return "an empty page";
    case ErrorCode::decoder_crashed:
      return "the decoder failed on it";
    default:
      return "cannot be read";
  }
}

class FigureChooser {
 public:
  FigureChooser(Files& files, const ModelProfile& profile, const Tokenizer& tokenizer,
                const FigureBudget& budget, const std::filesystem::path& worker,
                const Cancellation& cancellation)
      : files_(files),
        profile_(profile),
        tokenizer_(tokenizer),
        budget_(budget),
        worker_(worker),
        cancellation_(cancellation),
        tokens_left_(budget.tokens) {}

  Result<FigureChoice> run(FigureSearch search, const Stopwatch& watch) {
    choice_.omitted = std::move(search.omitted);
    if (search.found.empty()) return std::move(choice_);
    PictureWorkerLimits limits;
    limits.time_max = picture_time_max;
    KINDLING_TRY(reader_, PictureReader::start(limits, worker_));
    for (FoundFigure& found : search.found) {
      KINDLING_TRY_VOID(cancellation_.check());
      if (choice_.chosen.size() == budget_.images) {
        omit(found, "number of pictures");
      } else if (watch.seconds() > budget_.seconds) {
        omit(found, "time");
      } else {
        const Status taken = take(found);
        if (!taken && is_fatal(taken.error().code)) return taken.error();
        if (!taken) omit(found, taken.error().why);
      }
    }
    return std::move(choice_);
  }

 private:
  static bool is_fatal(ErrorCode code) { return code == ErrorCode::cancelled; }

  // `why` of an error is the reason of an omission.
  static Error left_out(std::string_view reason) {
    return {ErrorCode::unsupported, "", std::string(reason), ""};
  }
  static Error left_out(const Error& error) {
    return is_fatal(error.code) ? error : left_out(reason_for(error.code));
  }

  Status take(const FoundFigure& found) {
    const std::string caption = figure_caption(typical_number, typical_number, found.figure.words);
    const std::uint64_t caption_tokens = tokenizer_.part(caption, budget_.request_tokens);
    if (caption_tokens >= tokens_left_) return left_out("budget");
    KINDLING_TRY(Medium medium,
                 found.figure.page > 0 ? page_of(found) : picture_of(found, tokens_left_ - caption_tokens));
    const std::string digest = sha256_hex(*medium.bytes);
    if (digests_.contains(digest)) return left_out("duplicate");
    const std::uint64_t tokens = caption_tokens + medium_tokens(profile_, medium);
    if (tokens > tokens_left_) return left_out("budget");
    if (medium.bytes->size() > figure_bytes_max - bytes_) return left_out("too large");
    tokens_left_ -= tokens;
    bytes_ += medium.bytes->size();
    digests_.insert(digest);
    medium.caption = caption;
    choice_.chosen.push_back({found, std::move(medium), tokens});
    return {};
  }

  // What does not fit by its header is not decoded.
  Result<Medium> picture_of(const FoundFigure& found, std::uint64_t tokens) {
    KINDLING_TRY(const std::filesystem::path path, figure_path(files_, found.uri, found.figure.source));
    if (!paths_.insert(path).second) return left_out("duplicate");
    auto loaded = load_medium(files_, path, MediumKind::image);
    if (!loaded) return left_out(loaded.error());
    Medium medium = std::move(loaded).value();
    if (std::uint64_t{medium.width} * medium.height < figure_pixels_min) return left_out("too small");
    Medium expected = medium;
    const ImageSize size = size_once_fit(profile_, medium.width, medium.height);
    expected.width = size.width;
    expected.height = size.height;
    if (has_formula() && medium_tokens(profile_, expected) > tokens) return left_out("budget");
    auto fit = fit_image(*reader_, profile_, std::move(medium), cancellation_);
    if (!fit) return left_out(fit.error());
    fit->name = found.figure.source;
    return fit;
  }

  Result<Medium> page_of(const FoundFigure& found) {
    auto pdf = files_.read(found.uri, figure_document_bytes_max);
    if (!pdf) return left_out(pdf.error());
    auto picture = reader_->page(*pdf, found.figure.page, best_size(profile_), cancellation_);
    if (!picture) return left_out(picture.error());
    auto medium = made_image(figure_name(found.figure), std::move(picture).value());
    if (!medium) return left_out(medium.error());
    return medium;
  }

  [[nodiscard]] bool has_formula() const { return !profile_.media["image"]["formula"].as_string().empty(); }

  void omit(const FoundFigure& found, std::string_view reason) {
    choice_.omitted.push_back({found.document, figure_name(found.figure), std::string(reason)});
  }

  Files& files_;
  const ModelProfile& profile_;
  const Tokenizer& tokenizer_;
  const FigureBudget& budget_;
  const std::filesystem::path& worker_;
  const Cancellation& cancellation_;
  std::unique_ptr<PictureReader> reader_;
  std::uint64_t tokens_left_;
  std::uint64_t bytes_ = 0;
  std::set<std::filesystem::path> paths_;
  std::set<std::string> digests_;
  FigureChoice choice_;
};

}  // namespace

std::string figure_caption(std::uint32_t figure, std::uint32_t passage, std::string_view words) {
  std::string line = "[figure " + std::to_string(figure) + " of passage " + std::to_string(passage);
  std::string told;
  for (std::size_t at = 0; at < words.size() && told.size() < caption_words_bytes_max;) {
    const char32_t c = next_code_point(words, at);
    if (c == '[' || c == '<' || c == '{')
      told += '(';
    else if (c == ']' || c == '>' || c == '}')
      told += ')';
    else if (c == '\t' || c == '\n' || c == '\r')
      told += ' ';
    else if (!is_unseen(c))
      append_utf8(told, c);
  }
  if (!told.empty()) line += ": " + told;
  return line + "]\n";
}

std::string figure_name(const Figure& figure) {
  return figure.page > 0 ? "page " + std::to_string(figure.page) : figure.source;
}

Result<FigureChoice> choose_figures(Files& files, const Snapshot& snapshot, std::string_view question,
                                    std::span<const FigureSite> sites, const ModelProfile& profile,
                                    const Tokenizer& tokenizer, const FigureBudget& budget,
                                    const std::filesystem::path& worker, const Cancellation& cancellation) {
  const Stopwatch watch;
  KINDLING_TRY(FigureSearch search,
               find_figures(files, snapshot, question, sites, worker, budget.seconds, cancellation));
  return FigureChooser(files, profile, tokenizer, budget, worker, cancellation).run(std::move(search), watch);
}

}  // namespace kindling
