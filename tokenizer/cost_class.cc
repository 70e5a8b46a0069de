#include "tokenizer/cost_class.h"

#include <algorithm>
#include <array>

namespace kindling {
namespace {

struct Block {
  char32_t last;
  CostClass of;
};

// The BMP above ASCII, each entry up to `last`.
constexpr std::array blocks{
    Block{0x24f, CostClass::latin},       Block{0x36f, CostClass::other},
    Block{0x3ff, CostClass::greek},       Block{0x52f, CostClass::cyrillic},
    Block{0x58f, CostClass::caucasian},   Block{0x5ff, CostClass::hebrew},
    Block{0x77f, CostClass::arabic},      Block{0x8ff, CostClass::other},
    Block{0x97f, CostClass::devanagari},  Block{0xdff, CostClass::indic},
    Block{0xe7f, CostClass::thai},        Block{0x109f, CostClass::south_east},
    Block{0x10ff, CostClass::caucasian},  Block{0x177f, CostClass::other},
    Block{0x17ff, CostClass::south_east}, Block{0x1dff, CostClass::other},
    Block{0x1e9f, CostClass::latin},      Block{0x1eff, CostClass::vietnamese},
    Block{0x1fff, CostClass::greek},      Block{0x206f, CostClass::quote},
    Block{0x2fff, CostClass::other},      Block{0x303f, CostClass::wide_sign},
    Block{0x30ff, CostClass::kana},       Block{0x33ff, CostClass::other},
    Block{0x4dff, CostClass::astral},     Block{0x9fff, CostClass::han},
    Block{0xabff, CostClass::other},      Block{0xd7af, CostClass::hangul},
    Block{0xfaff, CostClass::other},      Block{0xfdff, CostClass::arabic},
    Block{0xfe6f, CostClass::other},      Block{0xfefe, CostClass::arabic},
    Block{0xfeff, CostClass::other},      Block{0xffef, CostClass::wide_sign},
    Block{0xffff, CostClass::other},
};

}  // namespace

CostClass wide_cost_class(char32_t c) {
  if (c > 0xffff) return CostClass::astral;
  return std::lower_bound(blocks.begin(), blocks.end(), c,
                          [](const Block& block, char32_t value) { return block.last < value; })
      ->of;
}

}  // namespace kindling
