// From what a document calls a picture to a file that may be read.
//
// A document is foreign: it must not make us open, let alone send, anything but pictures that lie beside it. So
// only regular files in the document's own folder or below, by relative names without "..", no link leading
// out, nothing fetched. What the file holds is looked at afterwards (engine/media/media_header.h): only
// pictures are sent.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace kindling {

// `document`: absolute path of the document's file. `source`: as the document writes it; %XX is decoded, a
// query and a fragment are passed over. Gives the path with all symbolic links resolved. Errors, whose `why` is
// short enough to be a reason in a list: `unsupported` ("not a local picture"), `unreadable`
// ("outside of the document's folder", "not a regular file"), `not_found` ("not there"), `too_large`.
[[nodiscard]] Result<std::filesystem::path> figure_path(Files& files, const std::filesystem::path& document,
                                                        std::string_view source);

}  // namespace kindling
