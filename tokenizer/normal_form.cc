#include "tokenizer/normal_form.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace kindling {
namespace {

const icu::Normalizer2& normalizer(NormalForm form) {
  // ICU's own; asked for once, so that a race detector sees them made before they are used.
  static const auto instances = [] {
    UErrorCode status = U_ZERO_ERROR;
    const std::array found{icu::Normalizer2::getNFCInstance(status), icu::Normalizer2::getNFKCInstance(status)};
    KINDLING_CHECK(U_SUCCESS(status) && found[0] != nullptr && found[1] != nullptr);
    return found;
  }();
  return *instances[form == NormalForm::nfc ? 0 : 1];
}

// ICU takes lengths as int32.
constexpr std::size_t bytes_max = std::size_t{1} << 30;

// Where a long text may be cut: behind a line end nothing composes with what stands before.
std::size_t next_cut(std::string_view text, std::size_t at) {
  if (text.size() - at <= bytes_max) return text.size();
  const std::size_t line_end = text.rfind('\n', at + bytes_max - 1);
  if (line_end != std::string_view::npos && line_end >= at) return line_end + 1;
  std::size_t cut = at + bytes_max;
  while (cut > at + 1 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
  return cut;
}

}  // namespace

bool is_normalised(std::string_view text, NormalForm form) {
  if (form == NormalForm::none) return true;
  const unsigned plain_below = form == NormalForm::nfc ? 0xcc : 0x80;  // lead bytes of U+0300 and above
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [&](char c) { return static_cast<unsigned char>(c) < plain_below; });
  if (plain) return true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t cut = next_cut(text, at);
    UErrorCode status = U_ZERO_ERROR;
    const icu::StringPiece piece(text.data() + at, static_cast<std::int32_t>(cut - at));
    if (!normalizer(form).isNormalizedUTF8(piece, status) || U_FAILURE(status)) return false;
    at = cut;
  }
  return true;
}

std::string normalised(std::string_view text, NormalForm form) {
  std::string result;
  result.reserve(text.size());
  icu::StringByteSink<std::string> sink(&result);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t cut = next_cut(text, at);
    UErrorCode status = U_ZERO_ERROR;
    normalizer(form).normalizeUTF8(0, icu::StringPiece(text.data() + at, static_cast<std::int32_t>(cut - at)),
                                   sink, nullptr, status);
    KINDLING_CHECK(U_SUCCESS(status));
    at = cut;
  }
  return result;
}

}  // namespace kindling
