#include "base/simd/codes.h"

#include "base/check.h"
#include "base/simd/dispatch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/simd/codes.cc"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>  // IWYU pragma: keep
#include <hwy/highway.h>

#include "base/simd/inner_product-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kindling {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// A row is asked for this many rows before it is multiplied: they lie anywhere.
constexpr size_t kRowsAhead = 6;
constexpr size_t kFullRowsAhead = 2;
constexpr size_t kCacheLine = 64;

#if HWY_TARGET == HWY_SCALAR

// Without vectors: row by row, the same order of rows as below.
size_t FilterBlock(const OneBitQuery& query, const OneBitBlocks& blocks, size_t block, float threshold,
                   CodeHit* HWY_RESTRICT hits) {
  const uint8_t* planes = blocks.planes + block * blocks.bytes * code_block_rows;
  size_t found = 0;
  for (size_t row = 0; row < code_block_rows; ++row) {
    uint32_t sum = 0;
    for (size_t p = 0; p < blocks.bytes; ++p) {
      const uint8_t byte = planes[p * code_block_rows + row];
      sum += query.tables[p * 32 + (byte & 15)] + query.tables[p * 32 + 16 + (byte >> 4)];
    }
    const uint32_t bits = uint32_t{blocks.factors[block * code_block_rows + code_factor_slot(row)]} << 16;
    float factor;
    hwy::CopyBytes<sizeof factor>(&bits, &factor);
    const float estimate = query.offset + factor * (query.step * static_cast<float>(sum) + query.base);
    if (estimate > threshold) hits[found++] = {static_cast<uint32_t>(block * code_block_rows + row), estimate};
  }
  return found;
}

int32_t Int8Product(const int16_t* HWY_RESTRICT query, const int8_t* HWY_RESTRICT row, size_t stride) {
  int32_t sum = 0;
  for (size_t d = 0; d < stride; ++d) sum += int32_t{query[d]} * int32_t{row[d]};
  return sum;
}

#else

using U8 = hn::CappedTag<uint8_t, code_block_rows>;
using U16 = hn::Repartition<uint16_t, U8>;
using U32 = hn::Repartition<uint32_t, U8>;
using F32 = hn::Repartition<float, U8>;
constexpr size_t kParts = code_block_rows / hn::MaxLanes(U8());

// Sums of the rows of a block: of bytes 0, 2, 4 ... of each vector, and of bytes 1, 3, 5 ...
struct Sums {
  hn::Vec<U16> even[kParts];
  hn::Vec<U16> odd[kParts];
};
static_assert(sizeof(CodeHit) == 2 * sizeof(uint32_t));

// What one byte of each row contributes: at most 2 * code_entry_max.
HWY_INLINE hn::Vec<U8> LookUp(hn::Vec<U8> bytes, hn::Vec<U8> low_table, hn::Vec<U8> high_table) {
  const U8 d;
  const auto nibble = hn::Set(d, uint8_t{15});
  const auto low = hn::And(bytes, nibble);
  const auto high = hn::And(hn::BitCast(d, hn::ShiftRight<4>(hn::BitCast(U16(), bytes))), nibble);
  return hn::Add(hn::TableLookupBytes(low_table, low), hn::TableLookupBytes(high_table, high));
}

HWY_INLINE void SumBlock(const uint8_t* HWY_RESTRICT tables, const uint8_t* HWY_RESTRICT planes, size_t bytes,
                         Sums& sums) {
  const U8 d;
  const U16 d16;
  const auto low_byte = hn::Set(d16, uint16_t{255});
  for (size_t part = 0; part < kParts; ++part) sums.even[part] = sums.odd[part] = hn::Zero(d16);
  for (size_t p = 0; p < bytes; p += 2) {
    const auto t0 = hn::LoadDup128(d, tables + p * 32), t1 = hn::LoadDup128(d, tables + p * 32 + 16);
    const auto t2 = hn::LoadDup128(d, tables + p * 32 + 32), t3 = hn::LoadDup128(d, tables + p * 32 + 48);
    for (size_t part = 0; part < kParts; ++part) {
      const uint8_t* plane = planes + p * code_block_rows + part * hn::MaxLanes(d);
      if (part == 0) {
        hwy::Prefetch(plane + bytes * code_block_rows);
        hwy::Prefetch(plane + (bytes + 1) * code_block_rows);
      }
      const auto both =
          hn::Add(LookUp(hn::Load(d, plane), t0, t1), LookUp(hn::Load(d, plane + code_block_rows), t2, t3));
      const auto pairs = hn::BitCast(d16, both);
      sums.even[part] = hn::Add(sums.even[part], hn::And(pairs, low_byte));
      sums.odd[part] = hn::Add(sums.odd[part], hn::ShiftRight<8>(pairs));
    }
  }
}

// Of the rows 4 * i + kResidue for the lanes i of one part.
template <size_t kResidue>
HWY_INLINE size_t FilterLanes(const OneBitQuery& query, const OneBitBlocks& blocks, size_t block, size_t part,
                              hn::Vec<U16> sums, float threshold, CodeHit* HWY_RESTRICT hits) {
  const F32 df;
  const U32 d32;
  const hn::RebindToSigned<U32> di;
  const hn::Rebind<uint16_t, U32> d16;
  const size_t lanes = hn::MaxLanes(df);
  const auto pairs = hn::BitCast(d32, sums);
  const auto whole = kResidue < 2 ? hn::And(pairs, hn::Set(d32, 0xffffu)) : hn::ShiftRight<16>(pairs);
  const uint16_t* factors = blocks.factors + block * code_block_rows + kResidue * 16 + part * lanes;
  const auto factor = hn::BitCast(df, hn::ShiftLeft<16>(hn::PromoteTo(d32, hn::Load(d16, factors))));
  const auto product =
      hn::MulAdd(hn::ConvertTo(df, hn::BitCast(di, whole)), hn::Set(df, query.step), hn::Set(df, query.base));
  const auto estimate = hn::MulAdd(factor, product, hn::Set(df, query.offset));
  const auto above = hn::Gt(estimate, hn::Set(df, threshold));
  if (HWY_LIKELY(hn::AllFalse(df, above))) return 0;
  // Rows and estimates of the hits move to the front, then go out in pairs; what is written behind them is
  // overwritten by the next.
  const size_t first = block * code_block_rows + 4 * part * lanes + kResidue;
  const auto rows = hn::Add(hn::ShiftLeft<2>(hn::Iota(d32, 0u)), hn::Set(d32, static_cast<uint32_t>(first)));
  const auto where = hn::RebindMask(d32, above);
  hn::StoreInterleaved2(hn::Compress(rows, where), hn::Compress(hn::BitCast(d32, estimate), where), d32,
                        reinterpret_cast<uint32_t*>(hits));
  return hn::CountTrue(df, above);
}

HWY_INLINE size_t FilterBlock(const OneBitQuery& query, const OneBitBlocks& blocks, size_t block,
                              float threshold, CodeHit* HWY_RESTRICT hits) {
  Sums sums;
  SumBlock(query.tables, blocks.planes + block * blocks.bytes * code_block_rows, blocks.bytes, sums);
  size_t found = 0;
  for (size_t part = 0; part < kParts; ++part) {
    found += FilterLanes<0>(query, blocks, block, part, sums.even[part], threshold, hits + found);
    found += FilterLanes<1>(query, blocks, block, part, sums.odd[part], threshold, hits + found);
    found += FilterLanes<2>(query, blocks, block, part, sums.even[part], threshold, hits + found);
    found += FilterLanes<3>(query, blocks, block, part, sums.odd[part], threshold, hits + found);
  }
  return found;
}

HWY_INLINE int32_t Int8Product(const int16_t* HWY_RESTRICT query, const int8_t* HWY_RESTRICT row,
                               size_t stride) {
  const hn::ScalableTag<int16_t> d16;
  const hn::Repartition<int32_t, decltype(d16)> d32;
  const hn::Rebind<int8_t, decltype(d16)> d8;
  const size_t lanes = hn::Lanes(d16);
  auto s0 = hn::Zero(d32), s1 = hn::Zero(d32), s2 = hn::Zero(d32), s3 = hn::Zero(d32);
  for (size_t i = 0; i < stride; i += 2 * lanes) {
    s0 = hn::ReorderWidenMulAccumulate(d32, hn::LoadU(d16, query + i),
                                       hn::PromoteTo(d16, hn::LoadU(d8, row + i)), s0, s1);
    s2 = hn::ReorderWidenMulAccumulate(d32, hn::LoadU(d16, query + i + lanes),
                                       hn::PromoteTo(d16, hn::LoadU(d8, row + i + lanes)), s2, s3);
  }
  return hn::GetLane(hn::SumOfLanes(d32, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
}

#endif  // HWY_TARGET == HWY_SCALAR

}  // namespace

size_t ScanOneBit(const OneBitQuery& query, const OneBitBlocks& blocks, size_t first, size_t end,
                  float threshold, CodeHit* hits, size_t room, size_t& found) {
  size_t used = 0, block = first;
  for (; block < end && room - used >= code_block_rows; ++block)
    used += FilterBlock(query, blocks, block, threshold, hits + used);
  found = used;
  return block;
}

void Int8Products(const int16_t* query, const int8_t* rows, size_t stride, const uint32_t* which, int32_t* out,
                  size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (i + kRowsAhead < count) {
      const int8_t* ahead = rows + size_t{which[i + kRowsAhead]} * stride;
      for (size_t line = 0; line < stride; line += kCacheLine) hwy::Prefetch(ahead + line);
    }
    out[i] = Int8Product(query, rows + size_t{which[i]} * stride, stride);
  }
}

void FullProducts(const float* query, size_t dimensions, const float* rows, size_t stride,
                  const uint32_t* which, float* out, size_t count) {
  constexpr size_t kLine = kCacheLine / sizeof(float);
  for (size_t i = 0; i < count; ++i) {
    if (i + kFullRowsAhead < count) {
      const float* ahead = rows + size_t{which[i + kFullRowsAhead]} * stride;
      for (size_t line = 0; line < dimensions; line += kLine) hwy::Prefetch(ahead + line);
    }
    out[i] = InnerProduct(query, rows + size_t{which[i]} * stride, dimensions);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kindling
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kindling {

HWY_EXPORT(ScanOneBit);
HWY_EXPORT(Int8Products);
HWY_EXPORT(FullProducts);

std::size_t scan_one_bit(const OneBitQuery& query, const OneBitBlocks& blocks, std::size_t first,
                         std::size_t end, float threshold, std::span<CodeHit> hits, std::size_t& found) {
  KINDLING_CHECK(blocks.bytes % 2 == 0 && hits.size() >= code_block_rows);
  prepare_simd();
  return HWY_DYNAMIC_DISPATCH(ScanOneBit)(query, blocks, first, end, threshold, hits.data(), hits.size(),
                                          found);
}

void int8_products(std::span<const std::int16_t> query, const std::int8_t* rows,
                   std::span<const std::uint32_t> which, std::span<std::int32_t> out) {
  KINDLING_CHECK(query.size() % int8_row_multiple == 0 && query.size() <= 1 << 16);
  KINDLING_CHECK(which.size() == out.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(Int8Products)(query.data(), rows, query.size(), which.data(), out.data(), out.size());
}

void full_products(std::span<const float> query, const float* rows, std::size_t stride,
                   std::span<const std::uint32_t> which, std::span<float> out) {
  KINDLING_CHECK(stride >= query.size() && which.size() == out.size());
  prepare_simd();
  HWY_DYNAMIC_DISPATCH(FullProducts)
  (query.data(), query.size(), rows, stride, which.data(), out.data(), out.size());
}

}  // namespace kindling
#endif
