#include "engine/media/figures.h"

#include <algorithm>
#include <numeric>

#include "engine/media/figure_choice.h"
#include "engine/pack/find_suspicions.h"
#include "engine/pack/request_count.h"

namespace kindling {
namespace {

constexpr std::uint64_t share = 4;            // of the budget, one part goes to pictures
constexpr std::size_t usual_images_max = 20;  // in one request, where the profile does not say

class Illustrator {
 public:
  Illustrator(const IllustrationInput& input, const BuildContext& build, const Cancellation& cancellation)
      : in_(input),
        build_(build),
        cancellation_(cancellation),
        media_(input.media.begin(), input.media.end()) {}

  Result<IllustratedContext> run() {
    KINDLING_TRY(out_.context, build_(media_));
    const std::size_t images = images_left();
    const bool wanted = in_.options.wanted && takes(in_.profile, MediumKind::image) && in_.seconds > 0;
    if (!wanted || images == 0 || out_.context.passages.empty()) return std::move(out_);
    KINDLING_TRY_VOID(choose(images));
    if (!chosen_.empty()) KINDLING_TRY_VOID(put_in());
    add_suspicions(out_.figures, out_.context.suspicions);
    if (out_.omitted.size() > omitted_figures_max) out_.omitted.resize(omitted_figures_max);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::size_t images_left() const {
    const std::size_t most =
        in_.profile.images_per_request > 0 ? in_.profile.images_per_request : usual_images_max;
    std::size_t taken = 0;  // by the question, and by what was said before it
    for (const ChatMessage& message : out_.context.messages) {
      taken += static_cast<std::size_t>(
          std::count_if(message.media.begin(), message.media.end(),
                        [](const Medium& medium) { return medium.kind == MediumKind::image; }));
    }
    return most - std::min(most, taken);
  }

  [[nodiscard]] std::vector<FigureSite> sites() const {
    std::vector<FigureSite> sites;
    for (const Passage& passage : out_.context.passages) {
      sites.push_back({passage.number, passage.place.uri, passage.place.text_span, passage.value});
    }
    return sites;
  }

  Status choose(std::size_t images) {
    FigureBudget budget;
    budget.tokens = in_.options.tokens.value_or(in_.budget.tokens / share);
    budget.request_tokens = in_.budget.tokens;
    budget.images = images;
    budget.seconds = std::min(in_.seconds, figure_seconds_max);
    auto choice = choose_figures(in_.files, in_.snapshot, in_.question, sites(), in_.profile, in_.tokenizer,
                                 budget, in_.options.worker, cancellation_);
    if (!choice && !is_fatal(choice.error().code)) {
      out_.omitted.push_back(
          {"", "", choice.error().sentence()});  // an answer without pictures is better than none
      return {};
    }
    if (!choice) return std::move(choice).error();
    chosen_ = std::move(choice->chosen);
    out_.omitted = std::move(choice->omitted);
    return {};
  }

  static bool is_fatal(ErrorCode code) {
    return code == ErrorCode::cancelled || code == ErrorCode::timed_out || code == ErrorCode::index_corrupt;
  }

  Status put_in() {
    std::uint64_t added = 0;
    for (const ChosenFigure& figure : chosen_) added += figure.tokens;
    caption_question_media();
    for (const Medium& medium : media_) added += in_.tokenizer.part(medium.caption, in_.budget.tokens);
    if (out_.context.certificate.tokens_max + added > in_.budget.tokens) {
      std::vector<Medium> all = media_;
      for (const ChosenFigure& figure : chosen_) all.push_back(figure.medium);
      auto again = build_(all);
      if (!again && again.error().code == ErrorCode::budget_impossible) {
        while (!chosen_.empty()) drop(chosen_.size() - 1);
        return {};
      }
      if (!again) return std::move(again).error();
      out_.context = std::move(again).value();
    }
    settle();
    return {};
  }

  // So that the model does not take them for the documents'.
  void caption_question_media() {
    for (Medium& medium : media_) {
      if (medium.caption.empty())
        medium.caption = "[" + std::string(to_string(medium.kind)) + " of the question]\n";
    }
  }

  void drop(std::size_t at) {
    out_.omitted.push_back({chosen_[at].found.document, figure_name(chosen_[at].found.figure), "budget"});
    chosen_.erase(chosen_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  // Passages may have gone, and have other numbers: each picture finds its own again, and the whole is counted.
  void settle() {
    const std::vector<FigureSite> places = sites();
    for (std::size_t i = chosen_.size(); i-- > 0;) {
      if (!nearest_site(chosen_[i].found, places)) drop(i);
    }
    for (;;) {
      write(places);
      const TokenCount count = count_request(in_.profile, in_.tokenizer,
                                             {.messages = out_.context.messages, .tools = {}, .media = {}});
      out_.context.certificate.tokens = count.tokens;
      out_.context.certificate.tokens_max = count.tokens_max;
      if (count.tokens_max <= in_.budget.tokens || chosen_.empty()) return;
      drop(chosen_.size() - 1);
    }
  }

  // The last message's media: the question's, then the figures' with their numbers.
  void write(const std::vector<FigureSite>& places) {
    std::vector<std::size_t> order(chosen_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto place = [&](std::size_t i) {
      return std::pair(places[*nearest_site(chosen_[i].found, places)].number, chosen_[i].found.figure.at);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
    std::vector<Medium>& sent = out_.context.messages.back().media;
    sent = chosen_.empty() ? std::vector<Medium>(in_.media.begin(), in_.media.end()) : media_;
    out_.figures.clear();
    for (const std::size_t i : order) {
      const auto number = static_cast<std::uint32_t>(out_.figures.size() + 1);
      const ChosenFigure& figure = chosen_[i];
      Medium medium = figure.medium;
      medium.caption = figure_caption(number, place(i).first, figure.found.figure.words);
      out_.figures.push_back({place(i).first, figure.found.document, figure_name(figure.found.figure),
                              figure.found.figure.words, medium.width, medium.height, figure.tokens});
      sent.push_back(std::move(medium));
    }
  }

  const IllustrationInput& in_;
  const BuildContext& build_;
  const Cancellation& cancellation_;
  std::vector<Medium> media_;  // of the question
  std::vector<ChosenFigure> chosen_;
  IllustratedContext out_;
};

}  // namespace

Result<IllustratedContext> build_illustrated(const IllustrationInput& input, const BuildContext& build,
                                             const Cancellation& cancellation) {
  return Illustrator(input, build, cancellation).run();
}

}  // namespace kindling
