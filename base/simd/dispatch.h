// Which vector instructions the kernels of base/simd use: the best that this machine has, decided at run time.
//
// The environment variable KINDLING_SIMD (scalar, sse4, avx2, avx2-vnni, avx512, amx, neon) forces one; a name
// that is unknown or that this machine lacks is said once on stderr and the best is taken. All kernels give the
// same results on all targets within the tolerance their header states. Thread-safe, except ForcedSimdTarget.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kindling {

// AVX2 with VNNI differs from AVX2, and AMX from AVX-512, only in products of packed weights (packed_linear.h).
enum class SimdTarget : std::uint8_t { scalar, sse4, avx2, avx2_vnni, avx512, amx, neon };

[[nodiscard]] std::string_view to_string(SimdTarget target);
[[nodiscard]] std::optional<SimdTarget> simd_target_named(std::string_view name);

// What is compiled in and runs on this machine, best first; always holds `scalar` on x86-64.
[[nodiscard]] std::vector<SimdTarget> simd_targets();

// What the kernels use.
[[nodiscard]] SimdTarget simd_target();

// For tests: all kernels of the process use `target` while this lives. Not while kernels run on other threads.
// Requires: target is one of simd_targets(); or `amx` on a machine with AVX-512 but without tiles, which are
// then modelled in software (tiles.h), slowly.
class ForcedSimdTarget {
 public:
  explicit ForcedSimdTarget(SimdTarget target);
  ~ForcedSimdTarget();
  ForcedSimdTarget(const ForcedSimdTarget&) = delete;
  ForcedSimdTarget& operator=(const ForcedSimdTarget&) = delete;

 private:
  SimdTarget before_;
};

// Reads KINDLING_SIMD the first time. Every kernel calls it before it dispatches.
void prepare_simd();

}  // namespace kindling
