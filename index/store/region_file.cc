#include "index/store/region_file.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "index/store/index_files.h"

namespace kindling {
namespace {

constexpr std::string_view magic = "KINDLING";
constexpr std::size_t fixed_header_bytes = 40;
constexpr std::size_t entry_bytes = 24;
constexpr std::size_t check_offset = 36;
constexpr std::uint32_t regions_max = 64;

constexpr std::uint64_t aligned(std::uint64_t offset) {
  return (offset + region_alignment - 1) / region_alignment * region_alignment;
}

// The header's checksum covers all of it but the checksum itself.
std::uint32_t header_check(std::string_view header) {
  const std::uint32_t before = crc32c(header.substr(0, check_offset));
  return crc32c(header.substr(check_offset + sizeof(std::uint32_t)), before);
}

std::string make_header(FileKind kind, std::uint64_t number, std::span<const RegionContent> regions,
                        std::uint64_t& file_bytes) {
  std::string table;
  std::uint64_t offset = aligned(fixed_header_bytes + regions.size() * entry_bytes);
  std::uint64_t end = offset;
  for (const RegionContent& region : regions) {
    std::uint32_t crc = 0;
    std::uint64_t bytes = 0;
    for (const std::string_view piece : region.pieces) {
      crc = crc32c(piece, crc);
      bytes += piece.size();
    }
    put_fixed(table, region.id);
    put_fixed(table, crc);
    put_fixed(table, offset);
    put_fixed(table, bytes);
    end = offset + bytes;
    offset = aligned(end);
  }
  file_bytes = end;

  std::string header(magic);
  put_fixed(header, index_format_version);
  put_fixed(header, static_cast<std::uint32_t>(kind));
  put_fixed(header, number);
  put_fixed(header, file_bytes);
  put_fixed(header, static_cast<std::uint32_t>(regions.size()));
  put_fixed(header, std::uint32_t{0});
  header += table;
  const std::uint32_t check = header_check(header);
  std::memcpy(header.data() + check_offset, &check, sizeof check);
  return header;
}

}  // namespace

Result<WrittenFile> write_region_file(Files& files, const std::filesystem::path& path, FileKind kind,
                                      std::uint64_t number, std::span<const RegionContent> regions) {
  KINDLING_CHECK(regions.size() <= regions_max);
  WrittenFile written;
  const std::string header = make_header(kind, number, regions, written.bytes);
  std::memcpy(&written.check, header.data() + check_offset, sizeof written.check);

  static constexpr char zeros[region_alignment] = {};
  KINDLING_TRY(auto file, files.create(path));
  std::uint64_t offset = header.size();
  KINDLING_TRY_VOID(file->append(header));
  for (const RegionContent& region : regions) {
    KINDLING_TRY_VOID(file->append({zeros, static_cast<std::size_t>(aligned(offset) - offset)}));
    offset = aligned(offset);
    for (const std::string_view piece : region.pieces) {
      KINDLING_TRY_VOID(file->append(piece));
      offset += piece.size();
    }
  }
  KINDLING_TRY_VOID(file->sync());
  return written;
}

Result<RegionFile> RegionFile::open(Files& files, const std::filesystem::path& path, FileKind kind,
                                    std::uint64_t number) {
  KINDLING_TRY(auto mapped, files.map(path));
  RegionFile file(path, std::move(mapped));
  KINDLING_TRY_VOID(file.read_header(kind, number));
  return file;
}

Error RegionFile::corrupt(std::string_view place, std::string_view why) const {
  return corrupt_index(path_, place, why);
}

Status RegionFile::read_header(FileKind kind, std::uint64_t number) {
  const std::string_view bytes = file_->bytes();
  if (bytes.size() < fixed_header_bytes) return corrupt("header", "the file is cut short");
  ByteReader reader(bytes.substr(magic.size()));
  const auto version = reader.fixed<std::uint32_t>();
  const auto found_kind = reader.fixed<std::uint32_t>();
  const auto found_number = reader.fixed<std::uint64_t>();
  const auto file_bytes = reader.fixed<std::uint64_t>();
  const auto count = reader.fixed<std::uint32_t>();
  check_ = reader.fixed<std::uint32_t>();

  if (!bytes.starts_with(magic)) return corrupt("header", "does not begin as a file of an index");
  if (version != index_format_version) return other_index_version(path_, version);
  if (count > regions_max) return corrupt("header", "an impossible number of regions");
  header_bytes_ = fixed_header_bytes + count * entry_bytes;
  if (bytes.size() < header_bytes_) return corrupt("header", "the file is cut short");
  const std::string_view header = bytes.substr(0, header_bytes_);
  if (header_check(header) != check_) return corrupt("header", "its checksum does not match");
  if (found_kind != static_cast<std::uint32_t>(kind)) return corrupt("header", "a file of another kind");
  if (found_number != number) return corrupt("header", "a file of another number");
  if (bytes.size() != file_bytes) {
    return corrupt("", std::to_string(bytes.size()) + " bytes long instead of " + std::to_string(file_bytes));
  }
  return read_table(header.substr(fixed_header_bytes));
}

Status RegionFile::read_table(std::string_view table) {
  ByteReader reader(table);
  const std::uint64_t file_bytes = file_->bytes().size();
  std::uint64_t free_from = header_bytes_;
  while (!reader.at_end()) {
    Entry entry;
    entry.id = reader.fixed<std::uint32_t>();
    entry.crc = reader.fixed<std::uint32_t>();
    entry.offset = reader.fixed<std::uint64_t>();
    entry.bytes = reader.fixed<std::uint64_t>();
    const bool inside = entry.offset >= free_from && entry.offset <= file_bytes &&
                        entry.bytes <= file_bytes - entry.offset && entry.offset % region_alignment == 0;
    if (!inside || entry.id == 0 || find(entry.id) != nullptr) {
      return corrupt("header", "a region lies outside its place");
    }
    free_from = entry.offset + entry.bytes;
    entries_.push_back(entry);
  }
  return {};
}

const RegionFile::Entry* RegionFile::find(std::uint32_t id) const {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [id](const Entry& entry) { return entry.id == id; });
  return at == entries_.end() ? nullptr : &*at;
}

std::string_view RegionFile::region(std::uint32_t id) const {
  const Entry* entry = find(id);
  if (entry == nullptr) return {};
  return file_->bytes().substr(entry->offset, entry->bytes);
}

Status RegionFile::verify(std::uint32_t id, std::string_view place) const {
  const Entry* entry = find(id);
  if (entry == nullptr) return corrupt(place, "the region is not there");
  if (crc32c(region(id)) != entry->crc) return corrupt(place, "its checksum does not match");
  return {};
}

Status RegionFile::verify_padding() const {
  const std::string_view bytes = file_->bytes();
  std::uint64_t from = header_bytes_;
  for (const Entry& entry : entries_) {
    const std::string_view gap = bytes.substr(from, entry.offset - from);
    if (gap.find_first_not_of('\0') != std::string_view::npos) {
      return corrupt("byte " + std::to_string(from), "the space between regions is not zero");
    }
    from = entry.offset + entry.bytes;
  }
  return {};
}

}  // namespace kindling
