// decode_file FILE...: reads files as `kindling index` would and prints what they became, one JSON object a
// document; the time that each took goes to stderr. For looking at a parser's work and for check_manifest.py.
#include <cstdio>
#include <span>
#include <string>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
#include "formats/decode.h"

namespace kindling {
namespace {

const char* name_of(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::heading:
      return "heading";
    case Block::Kind::paragraph:
      return "paragraph";
    case Block::Kind::list_item:
      return "list_item";
    case Block::Kind::table_header:
      return "table_header";
    case Block::Kind::table_row:
      return "table_row";
    case Block::Kind::code:
      return "code";
    case Block::Kind::quote:
      return "quote";
  }
  return "";
}

void print_line(const Json& value) {
  const std::string line = to_string(value) + "\n";
  std::fwrite(line.data(), 1, line.size(), stdout);
}

Json described(const DecodedDocument& document) {
  const Text& text = document.text;
  Json blocks = Json::array();
  for (const Block& block : text.blocks) {
    Json described = Json::object(
        {{"kind", name_of(block.kind)}, {"level", block.level}, {"text", slice(text.utf8, block.span)}});
    if (const std::uint32_t page = page_of(text, block.span); page > 0) described.set("page", page);
    blocks.push(std::move(described));
  }
  Json warnings = Json::array();
  for (const std::string& warning : text.warnings) warnings.push(warning);
  return Json::object({{"id", document.id},
                       {"format", text.format},
                       {"title", text.title},
                       {"metadata", document.metadata},
                       {"warnings", std::move(warnings)},
                       {"pages", text.pages.size()},
                       {"source_ranges", text.sources.size()},
                       {"text", text.utf8},
                       {"blocks", std::move(blocks)}});
}

Json described(const Error& error) {
  return Json::object({{"error", to_string(error.code)}, {"sentence", error.sentence()}});
}

bool read_file(Decoder& decoder, const std::string& path) {
  const auto bytes = system_files().read(path, 1u << 30);
  if (!bytes) return print_line(described(bytes.error())), false;
  const Stopwatch watch;
  const Status status = decoder.decode(
      path, *bytes, [](const DecodedDocument& document) { return print_line(described(document)), Status(); },
      [](const Error& error) { print_line(described(error)); }, never_cancelled());
  std::fprintf(stderr, "%.1f ms %zu bytes %s\n", watch.milliseconds(), bytes->size(), path.c_str());
  if (!status) print_line(described(status.error().within(path)));
  return status.ok();
}

int run(std::span<char*> paths) {
  const auto decoder = Decoder::start();
  if (!decoder) return std::fprintf(stderr, "%s\n", decoder.error().sentence().c_str()), 3;
  bool all = true;
  for (const char* path : paths) all = read_file(**decoder, path) && all;
  return all ? 0 : 1;
}

}  // namespace
}  // namespace kindling

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("decode_file FILE...\n", stderr), 2;
  return kindling::run({argv + 1, static_cast<std::size_t>(argc - 1)});
}
