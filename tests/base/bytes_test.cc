#include "base/bytes.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/digest.h"

namespace kindling {
namespace {

TEST(Crc32c, EqualsThePublishedVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(Crc32c, CanBeContinuedAtAnyByte) {
  const std::string text = "the quick brown fox jumps over the lazy dog, twice at least";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(std::string_view(text).substr(cut), crc32c(std::string_view(text).substr(0, cut))), crc32c(text));
  }
}

TEST(Varint, ComesBackAsItWasPut) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    std::string bytes;
    put_varint(bytes, value);
    ByteReader reader(bytes);
    EXPECT_EQ(reader.varint(), value);
    EXPECT_TRUE(reader.ok() && reader.at_end());
  }
}

TEST(ByteReader, FailsForGoodOnTruncatedOrOverlongBytes) {
  std::string bytes;
  put_string(bytes, "hello");
  ByteReader cut(std::string_view(bytes).substr(0, 3));
  EXPECT_EQ(cut.string(), "");
  EXPECT_FALSE(cut.ok());
  EXPECT_EQ(cut.fixed<std::uint8_t>(), 0);
  const std::string overlong(11, '\xff');
  ByteReader endless(overlong);
  EXPECT_EQ(endless.varint(), 0u);
  EXPECT_FALSE(endless.ok());
}

TEST(Sha256, EqualsThePublishedVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace kindling
