#include "index/vectors/kept_costs.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/cache_folder.h"
#include "base/digest.h"
#include "base/env.h"
#include "base/private_file.h"
#include "base/simd/dispatch.h"

namespace kindling {
namespace {

constexpr std::uint64_t bytes_max = 4'096;
constexpr std::size_t name_digits = 16;
constexpr std::string_view check_word = "check ";
constexpr double cost_max = 1e9;  // a second

// Every number of the costs in the order of the file.
std::array<std::pair<std::string_view, double VectorCosts::*>, 7> single_costs() {
  return {{{"list", &VectorCosts::list},
           {"list_begun", &VectorCosts::list_begun},
           {"kept", &VectorCosts::kept},
           {"tested", &VectorCosts::tested},
           {"sorted", &VectorCosts::sorted},
           {"copied", &VectorCosts::copied},
           {"fault", &VectorCosts::fault}}};
}

std::array<std::pair<std::string_view, SpreadCost VectorCosts::*>, 4> spread_costs() {
  return {{{"block", &VectorCosts::block},
           {"int8_row", &VectorCosts::int8_row},
           {"int8_next", &VectorCosts::int8_next},
           {"full_row", &VectorCosts::full_row}}};
}

std::string number(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

// A text that is read from its front; once something is not as expected, nothing more is.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  void expect(std::string_view text) {
    good_ = good_ && rest_.starts_with(text);
    if (good_) rest_.remove_prefix(text.size());
  }

  template <typename T>
  [[nodiscard]] T value() {
    T value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    good_ = good_ && error == std::errc();
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  [[nodiscard]] double cost() {
    const auto cost = value<double>();
    good_ = good_ && cost > 0 && cost <= cost_max;  // false for NaN
    return cost;
  }

  [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::string one_line(std::string text) {
  for (char& each : text) {
    if (static_cast<unsigned char>(each) < ' ') each = ' ';
  }
  return text;
}

}  // namespace

KeptCosts::KeptCosts(Files& files)
    : KeptCosts(files, cache_folder("costs"), machine().processor, std::string(to_string(simd_target()))) {}

KeptCosts::KeptCosts(Files& files, std::filesystem::path folder, std::string processor,
                     std::string instructions)
    : files_(files),
      folder_(std::move(folder)),
      processor_(one_line(std::move(processor))),
      instructions_(one_line(std::move(instructions))) {}

std::string KeptCosts::first_lines(std::uint32_t dimensions) const {
  return "kindling vector costs " + std::to_string(version) + "\nprocessor " + processor_ + "\ninstructions " +
         instructions_ + "\ndimensions " + std::to_string(dimensions) + "\nmeasured ";
}

std::filesystem::path KeptCosts::path(std::uint32_t dimensions) const {
  if (folder_.empty()) return {};
  return folder_ / ("vectors-" + std::to_string(dimensions) + "-" +
                    sha256_hex(processor_ + "\n" + instructions_).substr(0, name_digits) + "-v" +
                    std::to_string(version));
}

std::optional<VectorCosts> KeptCosts::parsed(std::string_view text, std::uint32_t dimensions) const {
  const std::size_t check = text.rfind(check_word);
  if (check == std::string_view::npos ||
      text.substr(check) != std::string(check_word) + sha256_hex(text.substr(0, check)) + "\n") {
    return std::nullopt;
  }
  Reader reader(text.substr(0, check));
  VectorCosts costs;
  costs.dimensions = dimensions;
  reader.expect(first_lines(dimensions));
  costs.measured_ms = reader.value<std::int64_t>();
  reader.expect("\n");
  for (const auto& [name, cost] : spread_costs()) {
    reader.expect(std::string(name) + " ");
    (costs.*cost).few = reader.cost();
    reader.expect(" ");
    (costs.*cost).many = reader.cost();
    reader.expect("\n");
  }
  for (const auto& [name, cost] : single_costs()) {
    reader.expect(std::string(name) + " ");
    costs.*cost = reader.cost();
    reader.expect("\n");
  }
  if (!reader.at_end()) return std::nullopt;
  const std::int64_t now = now_ms();
  if (costs.measured_ms <= 0 || costs.measured_ms > now || now - costs.measured_ms > age_max_ms)
    return std::nullopt;
  return costs;
}

std::optional<VectorCosts> KeptCosts::read(std::uint32_t dimensions) const {
  const std::filesystem::path file = path(dimensions);
  if (file.empty()) return std::nullopt;
  const auto info = files_.info(file);
  if (!info.ok() || info->kind != FileInfo::Kind::regular || info->symbolic_link || !info->is_private)
    return std::nullopt;
  const auto text = files_.read(file, bytes_max);
  if (!text.ok()) return std::nullopt;
  return parsed(*text, dimensions);
}

bool KeptCosts::write(const VectorCosts& costs) const {
  const std::filesystem::path file = path(costs.dimensions);
  if (file.empty()) return false;
  std::string text = first_lines(costs.dimensions) + std::to_string(costs.measured_ms) + "\n";
  for (const auto& [name, cost] : spread_costs())
    text += std::string(name) + " " + number((costs.*cost).few) + " " + number((costs.*cost).many) + "\n";
  for (const auto& [name, cost] : single_costs()) text += std::string(name) + " " + number(costs.*cost) + "\n";
  text += std::string(check_word) + sha256_hex(text) + "\n";
  return make_private_directories(folder_).ok() && write_private_file(file, text).ok();
}

VectorCosts KeptCosts::read_or_measure(std::uint32_t dimensions) const {
  if (const auto kept = read(dimensions)) return *kept;
  const VectorCosts costs = measure_vector_costs(files_, dimensions);
  static_cast<void>(write(costs));  // where this fails, defaults are planned with
  return costs;
}

}  // namespace kindling
