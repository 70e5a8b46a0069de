// The costs that were measured on this machine, kept in a file of the user's cache folder, so that whoever
// opens an index plans with them and nobody waits for them.
//
// The file is a convenience and never a reason to fail: one that is missing, damaged, another user's, readable
// by others, of another processor or other vector instructions, of another version, or older than a year counts
// for nothing, and where none can be written plans are made with defaults. Its lines are checked by a checksum
// and parsed strictly; what they may say is within bounds, so that no file makes a plan other than slow.
//
// Safe from any thread; two processes may write at once: whoever renames last wins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"
#include "index/vectors/vector_costs.h"

namespace kindling {

class KeptCosts {
 public:
  static constexpr std::uint32_t version = 1;
  static constexpr std::int64_t age_max_ms = std::int64_t{365} * 24 * 3'600 * 1'000;

  // Those of this machine, in $XDG_CACHE_HOME/kindling/costs or ~/.cache/kindling/costs.
  explicit KeptCosts(Files& files);
  // An empty folder keeps nothing.   instructions: the vector instructions that kernels use (base/simd)
  KeptCosts(Files& files, std::filesystem::path folder, std::string processor, std::string instructions);

  // Absent: defaults are planned with. Reads one small file.
  [[nodiscard]] std::optional<VectorCosts> read(std::uint32_t dimensions) const;

  // What is kept, or what is measured now, which is then kept: takes what measure_vector_costs takes.
  VectorCosts read_or_measure(std::uint32_t dimensions) const;

  // Whether they are kept now.
  bool write(const VectorCosts& costs) const;

  // Empty where nothing can be kept.
  [[nodiscard]] std::filesystem::path path(std::uint32_t dimensions) const;

 private:
  [[nodiscard]] std::string first_lines(std::uint32_t dimensions) const;
  [[nodiscard]] std::optional<VectorCosts> parsed(std::string_view text, std::uint32_t dimensions) const;

  Files& files_;
  std::filesystem::path folder_;
  std::string processor_, instructions_;
};

}  // namespace kindling
