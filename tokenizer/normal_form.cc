#include "tokenizer/normal_form.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uniset.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/check.h"
#include "base/utf8.h"
#include "tokenizer/unicode_ages.h"

namespace kindling {
namespace {

struct Normalizers {
  Normalizers() {
    UErrorCode status = U_ZERO_ERROR;
    whole = {icu::Normalizer2::getNFCInstance(status), icu::Normalizer2::getNFKCInstance(status),
             icu::Normalizer2::getNFDInstance(status), icu::Normalizer2::getNFKDInstance(status)};
    KINDLING_CHECK(U_SUCCESS(status));
    known.add(0, 0x10ffff);
    for (const CodePoints range : forms_of_another_age())
      known.remove(static_cast<UChar32>(range.first), static_cast<UChar32>(range.last));
    known.freeze();
    for (std::size_t i = 0; i < whole.size(); ++i)
      older[i] = std::make_unique<icu::FilteredNormalizer2>(*whole[i], known);
  }
  std::array<const icu::Normalizer2*, 4> whole{};
  icu::UnicodeSet known;
  std::array<std::unique_ptr<const icu::Normalizer2>, 4> older;
};

// Made once, so that a race detector sees ICU's instances made before they are used.
const Normalizers& normalizers() {
  static const Normalizers made;
  return made;
}

// Whether a character stands in the text that older tables do not know: the first is U+07FD.
bool has_younger(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0xdf) {
      ++at;
    } else if (is_in(forms_of_another_age(), next_code_point(text, at))) {
      return true;
    }
  }
  return false;
}

const icu::Normalizer2& normalizer(NormalForm form, std::string_view text) {
  if (form == NormalForm::nfc) return *normalizers().whole[0];
  const auto index = static_cast<std::size_t>(form) - static_cast<std::size_t>(NormalForm::old_nfc);
  return has_younger(text) ? *normalizers().older[index] : *normalizers().whole[index];
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
  const bool composes = form == NormalForm::nfc || form == NormalForm::old_nfc;
  const unsigned plain_below = composes ? 0xcc : 0x80;  // lead bytes of U+0300 and above
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [&](char c) { return static_cast<unsigned char>(c) < plain_below; });
  if (plain) return true;
  const icu::Normalizer2& judge = normalizer(form, text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t cut = next_cut(text, at);
    UErrorCode status = U_ZERO_ERROR;
    const icu::StringPiece piece(text.data() + at, static_cast<std::int32_t>(cut - at));
    if (!judge.isNormalizedUTF8(piece, status) || U_FAILURE(status)) return false;
    at = cut;
  }
  return true;
}

std::string normalised(std::string_view text, NormalForm form) {
  const icu::Normalizer2& changer = normalizer(form, text);
  std::string result;
  result.reserve(text.size());
  icu::StringByteSink<std::string> sink(&result);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t cut = next_cut(text, at);
    UErrorCode status = U_ZERO_ERROR;
    changer.normalizeUTF8(0, icu::StringPiece(text.data() + at, static_cast<std::int32_t>(cut - at)), sink,
                          nullptr, status);
    KINDLING_CHECK(U_SUCCESS(status));
    at = cut;
  }
  return result;
}

}  // namespace kindling
