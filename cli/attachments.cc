#include "cli/attachments.h"

#include <memory>

#include "engine/media/media_fit.h"

namespace kindling {
namespace {

// A file is made fit; what stands on the web is left to the endpoint.
Result<Medium> read_image(Session& session, const ModelProfile& profile, const std::string& source,
                          std::unique_ptr<PictureReader>& reader) {
  if (is_web_address(source)) return linked_image(profile, source);
  KINDLING_TRY(Medium medium, load_medium(session.files, source, MediumKind::image));
  if (!reader) {
    KINDLING_TRY(reader, PictureReader::start());
  }
  return fit_image(*reader, profile, std::move(medium), session.cancellation);
}

}  // namespace

Result<std::vector<Medium>> read_attachments(Session& session, const ModelProfile& profile) {
  std::vector<Medium> media;
  std::unique_ptr<PictureReader> reader;  // one worker for all
  for (const auto& [flag, kind] :
       {std::pair{"image", MediumKind::image}, std::pair{"audio", MediumKind::audio}}) {
    const std::string place = "--" + std::string(flag);
    for (const std::string& source : session.arguments.list(flag)) {
      KINDLING_TRY_VOID(check_modality(profile, kind, source).within(place));
      KINDLING_TRY(Medium medium, (kind == MediumKind::image ? read_image(session, profile, source, reader)
                                                             : load_medium(session.files, source, kind))
                                      .within(place));
      media.push_back(std::move(medium));
    }
  }
  KINDLING_TRY_VOID(check_media(profile, media));
  return media;
}

}  // namespace kindling
