#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "formats/parse/gzip.h"
#include "formats/parse/parsers.h"
#include "formats/parse/text_builder.h"

namespace kindling {
namespace {

constexpr std::uint64_t unpacked_bytes_max = 64ull << 30;
constexpr std::size_t metadata_keys_max = 256;
constexpr std::size_t metadata_items_max = 256;  // of a list
constexpr std::size_t metadata_value_bytes_max = 16u << 10;

Error bad_record(ErrorCode code, std::string why, std::string mend) {
  return {code, "", std::move(why), std::move(mend)};
}

std::optional<std::string> id_of(const Json& record) {
  for (const char* name : {"_id", "id"}) {
    const Json& id = record[name];
    if (id.is_string() && !id.as_string().empty()) return std::string(id.as_string());
    if (id.is_integer()) return std::to_string(id.as_integer());
    if (id.is_number()) return to_string(id);
  }
  return std::nullopt;
}

bool is_flat(const Json& value) {
  return !value.is_array() && !value.is_object() && !value.is_null() &&
         value.as_string().size() <= metadata_value_bytes_max;
}

// Flat values and lists of them.
void keep_metadata(Json& metadata, const Json& fields) {
  for (const auto& [name, value] : fields.members()) {
    if (metadata.members().size() >= metadata_keys_max) return;
    const Json::Array& items = value.items();
    const bool flat_list = !items.empty() && items.size() <= metadata_items_max &&
                           std::all_of(items.begin(), items.end(), is_flat);
    if (is_flat(value) || flat_list) metadata.set(name, value);
  }
}

Result<DecodedDocument> read_record(std::string_view line) {
  KINDLING_TRY(const Json record, parse_json(line));
  if (!record.is_object())
    return bad_record(ErrorCode::malformed, "not a JSON object", "write one object a line");
  if (!record["text"].is_string()) {
    return bad_record(ErrorCode::malformed, "no field \"text\" with a string",
                      "name the field that holds the text \"text\"");
  }
  DecodedDocument document;
  document.id = id_of(record).value_or("");
  document.text.format = "jsonl";
  document.text.title = on_one_line(record["title"].as_string());
  document.text.utf8 = record["text"].as_string();
  if (is_blank(document.text.utf8))
    document.text.utf8 = document.text.title;  // a record may be its title alone
  if (document.text.utf8.empty())
    return bad_record(ErrorCode::no_text, "neither text nor title", "leave the record out");
  if (document.text.utf8.find('\0') != std::string::npos) {
    std::replace(document.text.utf8.begin(), document.text.utf8.end(), '\0', ' ');
    document.text.warnings.emplace_back("NUL characters replaced by blanks");
  }
  document.text.blocks = find_plain_blocks(document.text.utf8);
  document.metadata = Json::object();
  Json others = Json::object();
  for (const auto& [name, value] : record.members()) {
    if (name != "_id" && name != "id" && name != "title" && name != "text" && name != "metadata")
      others.set(name, value);
  }
  keep_metadata(document.metadata, record["metadata"]);
  keep_metadata(document.metadata, others);
  return document;
}

class Records {
 public:
  Records(std::uint64_t line_bytes_max, const std::function<Status(DecodedDocument)>& on_document,
          const std::function<Status(Error)>& on_bad_record)
      : line_bytes_max_(line_bytes_max), on_document_(on_document), on_bad_record_(on_bad_record) {}

  // A piece of the source: whole lines are read where they lie, the rest is kept for the next piece.
  Status take(std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t newline = piece.find('\n');
      const std::string_view part = piece.substr(0, newline);
      if (!overlong_ && part_.size() + part.size() > line_bytes_max_) {
        overlong_ = true;
        std::string().swap(part_);
      }
      if (newline == std::string_view::npos) {
        if (!overlong_) part_.append(part);
        return {};
      }
      if (part_.empty()) {
        KINDLING_TRY_VOID(end_line(part));
      } else {
        part_.append(part);
        KINDLING_TRY_VOID(end_line(part_));
      }
      piece.remove_prefix(newline + 1);
    }
    return {};
  }

  Status end() {
    if (!part_.empty() || overlong_) KINDLING_TRY_VOID(end_line(part_));
    return {};
  }

  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  Status end_line(std::string_view line) {
    ++number_;
    if (number_ == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    Result<DecodedDocument> document = bad_record(ErrorCode::malformed, "", "");
    if (std::exchange(overlong_, false)) {
      document =
          bad_record(ErrorCode::too_large, "more than " + std::to_string(line_bytes_max_) + " bytes in a line",
                     "split the record");
    } else if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
      part_.clear();
      return {};
    } else if (!is_valid_utf8(line)) {
      document = read_record(valid_utf8(line));
      if (document) document->text.warnings.emplace_back("invalid UTF-8 sequences replaced");
    } else {
      document = read_record(line);
    }
    part_.clear();
    ++records_;
    if (!document) return on_bad_record_(std::move(document).error().within("line " + std::to_string(number_)));
    if (document->id.empty()) document->id = "line-" + std::to_string(number_);
    return on_document_(std::move(document).value());
  }

  std::uint64_t line_bytes_max_;
  const std::function<Status(DecodedDocument)>& on_document_;
  const std::function<Status(Error)>& on_bad_record_;
  std::string part_;       // of a line that has not ended
  bool overlong_ = false;  // its beginning has been thrown away
  std::uint64_t number_ = 0;
  std::uint64_t records_ = 0;
};

}  // namespace

Status parse_jsonl(std::string_view bytes, std::uint64_t line_bytes_max,
                   const std::function<Status(DecodedDocument)>& on_document,
                   const std::function<Status(Error)>& on_bad_record) {
  Records records(line_bytes_max, on_document, on_bad_record);
  if (is_gzip(bytes)) {
    GzipReader unpacked(bytes, unpacked_bytes_max);
    for (;;) {
      KINDLING_TRY(const std::string_view piece, unpacked.next());
      if (piece.empty()) break;
      KINDLING_TRY_VOID(records.take(piece));
    }
  } else {
    KINDLING_TRY_VOID(records.take(bytes));
  }
  KINDLING_TRY_VOID(records.end());
  if (records.records() == 0) return Error{ErrorCode::no_text, "", "no records", "exclude the file"};
  return {};
}

}  // namespace kindling
