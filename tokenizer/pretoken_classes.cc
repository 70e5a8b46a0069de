#include "tokenizer/pretoken_classes.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <map>
#include <string>

namespace kindling {
namespace {

using namespace pretoken_class;

struct ClassRange {
  char32_t first;
  char32_t last;
  std::uint8_t value;
};

// Assigned by Unicode 15.1 and 16.0, which ICU 72 does not know.
constexpr ClassRange younger[] = {
    {0x897, 0x897, mark},         {0x1b4e, 0x1b4f, symbol},     {0x1b7f, 0x1b7f, symbol},
    {0x1c89, 0x1c89, upper},      {0x1c8a, 0x1c8a, lower},      {0x2427, 0x2429, symbol},
    {0x2ffc, 0x2fff, symbol},     {0x31e4, 0x31e5, symbol},     {0x31ef, 0x31ef, symbol},
    {0xa7cb, 0xa7cc, upper},      {0xa7cd, 0xa7cd, lower},      {0xa7da, 0xa7da, upper},
    {0xa7db, 0xa7db, lower},      {0xa7dc, 0xa7dc, upper},      {0x105c0, 0x105f3, caseless},
    {0x10d40, 0x10d49, number},   {0x10d4a, 0x10d4f, caseless}, {0x10d50, 0x10d65, upper},
    {0x10d69, 0x10d6d, mark},     {0x10d6e, 0x10d6e, symbol},   {0x10d6f, 0x10d6f, caseless},
    {0x10d70, 0x10d85, lower},    {0x10d8e, 0x10d8f, symbol},   {0x10ec2, 0x10ec4, caseless},
    {0x10efc, 0x10efc, mark},     {0x11380, 0x11389, caseless}, {0x1138b, 0x1138b, caseless},
    {0x1138e, 0x1138e, caseless}, {0x11390, 0x113b5, caseless}, {0x113b7, 0x113b7, caseless},
    {0x113b8, 0x113c0, mark},     {0x113c2, 0x113c2, mark},     {0x113c5, 0x113c5, mark},
    {0x113c7, 0x113ca, mark},     {0x113cc, 0x113d0, mark},     {0x113d1, 0x113d1, caseless},
    {0x113d2, 0x113d2, mark},     {0x113d3, 0x113d3, caseless}, {0x113d4, 0x113d5, symbol},
    {0x113d7, 0x113d8, symbol},   {0x113e1, 0x113e2, mark},     {0x116d0, 0x116e3, number},
    {0x11bc0, 0x11be0, caseless}, {0x11be1, 0x11be1, symbol},   {0x11bf0, 0x11bf9, number},
    {0x11f5a, 0x11f5a, mark},     {0x13460, 0x143fa, caseless}, {0x16100, 0x1611d, caseless},
    {0x1611e, 0x1612f, mark},     {0x16130, 0x16139, number},   {0x16d40, 0x16d6c, caseless},
    {0x16d6d, 0x16d6f, symbol},   {0x16d70, 0x16d79, number},   {0x18cff, 0x18cff, caseless},
    {0x1cc00, 0x1ccef, symbol},   {0x1ccf0, 0x1ccf9, number},   {0x1cd00, 0x1ceb3, symbol},
    {0x1e5d0, 0x1e5ed, caseless}, {0x1e5ee, 0x1e5ef, mark},     {0x1e5f0, 0x1e5f0, caseless},
    {0x1e5f1, 0x1e5fa, number},   {0x1e5ff, 0x1e5ff, symbol},   {0x1f8b2, 0x1f8bb, symbol},
    {0x1f8c0, 0x1f8c1, symbol},   {0x1fa89, 0x1fa89, symbol},   {0x1fa8f, 0x1fa8f, symbol},
    {0x1fabe, 0x1fabe, symbol},   {0x1fac6, 0x1fac6, symbol},   {0x1fadc, 0x1fadc, symbol},
    {0x1fadf, 0x1fadf, symbol},   {0x1fae9, 0x1fae9, symbol},   {0x1fbcb, 0x1fbef, symbol},
    {0x2ebf0, 0x2ee5d, caseless},
};

constexpr std::size_t code_points = 0x110000;

std::uint8_t class_of_category(int category) {
  switch (category) {
    case U_UPPERCASE_LETTER:
    case U_TITLECASE_LETTER:
      return upper;
    case U_LOWERCASE_LETTER:
      return lower;
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
      return caseless;
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_COMBINING_SPACING_MARK:
      return mark;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER:
      return number;
    case U_DASH_PUNCTUATION:
    case U_START_PUNCTUATION:
    case U_END_PUNCTUATION:
    case U_CONNECTOR_PUNCTUATION:
    case U_OTHER_PUNCTUATION:
    case U_INITIAL_PUNCTUATION:
    case U_FINAL_PUNCTUATION:
    case U_MATH_SYMBOL:
    case U_CURRENCY_SYMBOL:
    case U_MODIFIER_SYMBOL:
    case U_OTHER_SYMBOL:
      return symbol;
    default:
      return 0;
  }
}

std::vector<std::uint8_t> class_of_every_code_point() {
  std::vector<std::uint8_t> classes(code_points, 0);
  const auto put = [](const void* context, UChar32 start, UChar32 limit, UCharCategory category) -> UBool {
    auto& table = *static_cast<std::vector<std::uint8_t>*>(const_cast<void*>(context));
    std::fill(table.begin() + start, table.begin() + limit, class_of_category(category));
    return true;
  };
  u_enumCharTypes(put, &classes);
  for (const ClassRange& range : younger)
    std::fill(classes.begin() + range.first, classes.begin() + range.last + 1, range.value);
  for (const ClassRange& range : {ClassRange{0x9, 0xd, space}, ClassRange{0x2000, 0x200a, space}})
    std::fill(classes.begin() + range.first, classes.begin() + range.last + 1, range.value);
  for (const char32_t c : {0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000})
    classes[c] = space;
  classes['\r'] = classes['\n'] = space | line_end;
  return classes;
}

}  // namespace

PretokenClasses::PretokenClasses() {
  const std::vector<std::uint8_t> classes = class_of_every_code_point();
  std::map<std::string, std::uint16_t> known;
  for (std::size_t page = 0; page < page_.size(); ++page) {
    const auto begin = classes.begin() + static_cast<std::ptrdiff_t>(page << 8);
    const std::string content(begin, begin + 256);
    const auto [found, fresh] = known.try_emplace(content, static_cast<std::uint16_t>(known.size()));
    if (fresh) pages_.insert(pages_.end(), content.begin(), content.end());
    page_[page] = found->second;
  }
}

const PretokenClasses& PretokenClasses::shared() {
  static const PretokenClasses classes;
  return classes;
}

}  // namespace kindling
