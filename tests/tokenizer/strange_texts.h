// Texts to frighten a tokenizer with, the same for every test of this room.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"

namespace kindling {

inline std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// Characters of many scripts, signs, white space, marks, and broken bytes.
inline std::string random_text(std::mt19937& random, std::size_t pieces_max) {
  static constexpr char32_t starts[] = {0x20,   0x41,   0x61,   0x30,    0xc0,    0x300,   0x3b1,
                                        0x430,  0x5d0,  0x627,  0x915,   0xe01,   0x10a0,  0x1100,
                                        0x2010, 0x3001, 0x3042, 0x30a2,  0x4e00,  0xac00,  0xe000,
                                        0xfb00, 0xff01, 0xfff9, 0x1d15e, 0x1f600, 0x20000, 0xe0020};
  static constexpr std::string_view fragments[] = {
      " ", "\n",   "\n\n", "\r\n",     ".",          "?!",        "e.g.",   "3.14",   "1,000", "_",
      "'", "\xff", "\xc3", "\xe4\xb8", "snake_case", "camelCase", "\u3002", "\u0964", "[SEP]"};
  std::string text;
  for (std::size_t i = random() % (pieces_max + 1); i > 0; --i) {
    if (random() % 3 == 0) {
      text += fragments[random() % std::size(fragments)];
    } else {
      append_utf8(text, starts[random() % std::size(starts)] + static_cast<char32_t>(random() % 40));
    }
  }
  if (random() % 20 == 0) text.push_back('\0');
  return text;
}

// Reading one of `hostile_texts` takes a second or two under sanitizers, hours if time were quadratic.
inline constexpr double linear_seconds_max = 60;

// Each five megabytes or so, to be read in linear time.
inline std::vector<std::string> hostile_texts() {
  constexpr std::size_t size = 5'000'000;
  return {
      std::string(size, 'x'),
      std::string(size, '\0'),
      std::string(size, '\xff'),
      std::string(size, '.'),
      std::string(size, '\n'),
      repeated(". ", size / 2),
      repeated("a.", size / 2),
      repeated("aB", size / 2),
      repeated("1,", size / 2),
      repeated("[1]", size / 3),
      "a" + repeated("\u0301", size / 2),
      "a" + repeated("\u302e\u3099", size / 6),
      repeated("\u4e2d", size / 3),
      repeated("\u0e01", size / 3),
      repeated("\uac00", size / 3),
  };
}

}  // namespace kindling
