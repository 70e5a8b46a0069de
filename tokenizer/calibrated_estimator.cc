#include "tokenizer/calibrated_estimator.h"

#include <algorithm>
#include <cmath>

#include "base/digest.h"
#include "tokenizer/estimator.h"

namespace kindling {
namespace {

class CalibratedEstimator final : public Tokenizer {
 public:
  CalibratedEstimator(std::string name, Calibration calibration)
      : plain_(make_estimator(std::move(name))), calibration_(std::move(calibration)) {
    std::string numbers(plain_->fingerprint());
    for (const double score : calibration_.scores()) numbers += " " + std::to_string(score);
    fingerprint_ = sha256_hex(numbers).substr(0, 32);
  }

  [[nodiscard]] std::string_view name() const override { return plain_->name(); }
  [[nodiscard]] std::string_view fingerprint() const override { return fingerprint_; }
  [[nodiscard]] TokenBound bound() const override {
    return calibration_.bounds() ? TokenBound::calibrated : TokenBound::worst_case;
  }
  [[nodiscard]] std::optional<CalibrationNote> calibration() const override {
    if (!calibration_.bounds()) return std::nullopt;
    return CalibrationNote{calibration_confidence, calibration_.samples()};
  }

  [[nodiscard]] TokenCount count(std::string_view text) const override {
    if (text.empty()) return {};
    if (!calibration_.estimates()) return plain_->count(text);
    return within(shape_of(text), text.size());
  }

  [[nodiscard]] TokenCount count_request(std::span<const std::string_view> texts,
                                         const RequestFrame& frame) const override {
    if (!calibration_.estimates()) return plain_->count_request(texts, frame);
    TextShape shape;
    for (const std::string_view text : texts) shape += shape_of(text);
    const std::uint64_t worst = shape.bytes + frame.per_request + frame.per_message * frame.messages;
    shape[Trait::request] = 1;
    shape[Trait::message] = frame.messages;
    return within(shape, worst);
  }

  [[nodiscard]] std::uint64_t part(std::string_view text, std::uint64_t request_tokens) const override {
    if (!calibration_.bounds() || text.empty()) return text.size();
    // The estimate whose bound is the whole request: what its bound exceeds it by, each part bears its share
    // of.
    const auto whole = static_cast<double>(std::max<std::uint64_t>(1, request_tokens));
    double middle = whole;
    for (int round = 0; round < 8; ++round) middle = std::max(whole / 4, whole - calibration_.margin(middle));
    const double share = calibration_.estimate(shape_of(text)) * whole / middle;
    return std::min<std::uint64_t>(text.size(), static_cast<std::uint64_t>(std::llround(share)));
  }

  [[nodiscard]] Result<std::vector<TokenId>> encode(std::string_view text) const override {
    return plain_->encode(text);
  }

 private:
  // The fit's numbers, no more than `worst`.
  [[nodiscard]] TokenCount within(const TextShape& shape, std::uint64_t worst) const {
    TokenCount count{static_cast<std::uint64_t>(std::llround(calibration_.estimate(shape))), worst};
    if (calibration_.bounds()) count = calibration_.count(shape);
    count.tokens_max = std::min(count.tokens_max, worst);
    count.tokens = std::min(count.tokens, count.tokens_max);
    return count;
  }

  std::unique_ptr<Tokenizer> plain_;
  Calibration calibration_;
  std::string fingerprint_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_calibrated_estimator(std::string name, Calibration calibration) {
  return std::make_unique<CalibratedEstimator>(std::move(name), std::move(calibration));
}

}  // namespace kindling
