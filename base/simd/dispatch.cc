#include "base/simd/dispatch.h"

#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

#include "base/check.h"
#include "base/env.h"
#include "base/log.h"
#include "base/simd/tiles.h"

namespace kindling {
namespace {

struct Named {
  SimdTarget target;
  std::string_view name;
  std::int64_t highway;
};

// Best first.
constexpr std::array<Named, 7> all_targets = {{
    {SimdTarget::amx, "amx", HWY_AVX3},
    {SimdTarget::avx512, "avx512", HWY_AVX3},
    {SimdTarget::avx2_vnni, "avx2-vnni", HWY_AVX2},
    {SimdTarget::avx2, "avx2", HWY_AVX2},
    {SimdTarget::sse4, "sse4", HWY_SSE4},
    {SimdTarget::neon, "neon", HWY_NEON},
    {SimdTarget::scalar, "scalar", HWY_SCALAR},
}};

// Whether the processor has what a target has beyond Highway's of the same instructions.
bool has_more(SimdTarget target) {
  if (target == SimdTarget::amx) return tiles_are_native();
#if defined(__x86_64__)
  if (target == SimdTarget::avx2_vnni) return __builtin_cpu_supports("avxvnni") != 0;
#endif
  return target != SimdTarget::avx2_vnni;
}

const Named& named(SimdTarget target) { return *std::ranges::find(all_targets, target, &Named::target); }

// The one thing here that is the process's: dispatch is Highway's, and Highway keeps one choice a process.
std::atomic<SimdTarget>& chosen() {
  static std::atomic<SimdTarget> target{SimdTarget::scalar};
  return target;
}

void use(SimdTarget target) {
  chosen().store(target);
  hwy::GetChosenTarget().Update(named(target).highway);
}

const std::vector<SimdTarget>& machine_targets() {
  static const std::vector<SimdTarget> targets = [] {
    const std::int64_t mask = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS;
    std::vector<SimdTarget> found;
    for (const Named& each : all_targets) {
      if ((mask & each.highway) != 0 && has_more(each.target)) found.push_back(each.target);
    }
    KINDLING_CHECK(!found.empty());
    return found;
  }();
  return targets;
}

SimdTarget wanted() {
  const std::vector<SimdTarget>& targets = machine_targets();
  const auto name = environment("KINDLING_SIMD");
  if (!name) return targets.front();
  const auto target = simd_target_named(*name);
  if (target && std::ranges::find(targets, *target) != targets.end()) return *target;
  std::string has;
  for (const SimdTarget each : targets) has.append(has.empty() ? "" : ", ").append(to_string(each));
  log(LogLevel::warning, "KINDLING_SIMD=" + *name + (target ? " is not on this machine" : " is not known") +
                             " (it has " + has + "); using " + std::string(to_string(targets.front())));
  return targets.front();
}

}  // namespace

std::string_view to_string(SimdTarget target) { return named(target).name; }

std::optional<SimdTarget> simd_target_named(std::string_view name) {
  const auto found = std::ranges::find(all_targets, name, &Named::name);
  if (found == all_targets.end()) return std::nullopt;
  return found->target;
}

std::vector<SimdTarget> simd_targets() { return machine_targets(); }

void prepare_simd() {
  static const bool prepared = [] {
    use(wanted());
    return true;
  }();
  static_cast<void>(prepared);
}

SimdTarget simd_target() {
  prepare_simd();
  return chosen().load();
}

ForcedSimdTarget::ForcedSimdTarget(SimdTarget target) : before_(simd_target()) {
  const SimdTarget needed = target == SimdTarget::amx ? SimdTarget::avx512 : target;
  KINDLING_CHECK(std::ranges::find(machine_targets(), needed) != machine_targets().end());
  use(target);
}

ForcedSimdTarget::~ForcedSimdTarget() { use(before_); }

}  // namespace kindling
