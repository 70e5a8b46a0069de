#include "cli/attachments.h"

namespace kindling {

Result<std::vector<Medium>> read_attachments(Session& session, const ModelProfile& profile) {
  std::vector<Medium> media;
  for (const auto& [flag, kind] :
       {std::pair{"image", MediumKind::image}, std::pair{"audio", MediumKind::audio}}) {
    for (const std::string& path : session.arguments.list(flag)) {
      KINDLING_TRY(Medium medium, load_medium(session.files, path, kind).within("--" + std::string(flag)));
      media.push_back(std::move(medium));
    }
  }
  KINDLING_TRY_VOID(check_media(profile, media));
  return media;
}

}  // namespace kindling
