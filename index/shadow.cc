#include "index/shadow.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "index/store/catalog.h"
#include "index/store/changes.h"
#include "index/store/index_files.h"
#include "index/store/load_snapshot.h"
#include "index/store/writer_lock.h"
#include "index/vectors/vector_attachment.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

// Numbers of vector files that a shadow may use: one a batch, and those of joined files.
constexpr std::uint64_t parts_reserved = 1ULL << 21;

Status remove_if_there(Files& files, const fs::path& path) {
  const Status removed = files.remove(path);
  if (removed.ok() || removed.error().code == ErrorCode::not_found) return {};
  return removed;
}

// The log first: without it the catalog is a state that was committed.
Status remove_shadow_catalog(Files& files, const fs::path& folder) {
  for (const std::string_view suffix : {"-wal", "-shm", ""}) {
    KINDLING_TRY_VOID(remove_if_there(files, (folder / shadow_file_name).string().append(suffix)));
  }
  return {};
}

Status check_wanted(const fs::path& folder, const IndexSettings& built, const IndexSettings& wanted) {
  const auto mismatch = [&](std::string why, std::string mend) {
    return Error{ErrorCode::encoder_mismatch, folder.string(), std::move(why), std::move(mend)};
  };
  if (built.encoder_fingerprint == wanted.encoder_fingerprint) {
    return mismatch("its vectors are those of " + wanted.encoder + " already", "name another encoder");
  }
  if (built.tokenizer_fingerprint != wanted.tokenizer_fingerprint) {
    return mismatch("its chunks were cut by the tokenizer " + built.tokenizer + ", which " + wanted.encoder +
                        " does not use",
                    "index into another folder with --index DIR and --encoder DIR");
  }
  return {};
}

class IndexShadow final : public Shadow {
 public:
  IndexShadow(Files& files, const fs::path& folder, const IndexSettings& wanted, std::unique_ptr<FileLock> lock,
              Catalog living, Catalog shadow)
      : lock_(std::move(lock)),
        living_(std::move(living)),
        shadow_(std::move(shadow)),
        living_place_{.files = files, .folder = folder, .settings = wanted, .catalog = living_},
        shadow_place_{.files = files, .folder = folder, .settings = wanted, .catalog = shadow_} {}

  // Takes over what changed since the shadow was last open, and drops what is there no more.
  Status prepare() {
    KINDLING_TRY(living_place_.kept, KeptFiles::read(living_place_.files, living_place_.folder, living_));
    KINDLING_TRY(const CatalogState living, living_.state());
    KINDLING_TRY(const CatalogState own, shadow_.state());
    constexpr std::uint64_t commits_of_creation = 2;
    const bool begun = own.commits > commits_of_creation;
    std::optional<std::uint64_t> first_part;
    if (!begun) {
      Change reservation(living_place_);
      const auto reserve = [&]() -> Status {
        KINDLING_TRY(first_part, living_.reserve_part_numbers(parts_reserved));
        return {};
      };
      KINDLING_TRY_VOID(reservation.run(reserve));
    }
    Change change(shadow_place_);
    return change.run([&]() -> Status {
      if (first_part) KINDLING_TRY_VOID(shadow_.put_next_part(*first_part));
      KINDLING_TRY_VOID(shadow_.take_over(living));
      return drop_missing(own);
    });
  }

  [[nodiscard]] Result<std::shared_ptr<const Snapshot>> snapshot() const override {
    KINDLING_TRY(auto catalog,
                 Catalog::open_to_read(shadow_place_.files, shadow_place_.folder, shadow_file_name));
    KINDLING_TRY(const CatalogState state, catalog.state());
    return load_snapshot(shadow_place_.files, shadow_place_.folder, std::move(catalog), state);
  }

  Status attach_vectors(std::uint64_t segment, std::uint32_t first_in_segment, std::uint32_t count,
                        std::span<const float> values) override {
    return attach_vectors_to_segment(shadow_place_, segment, first_in_segment, count, values);
  }

  Status take_place() override {
    KINDLING_TRY(const auto whole, snapshot());
    KINDLING_CHECK(whole->pending().empty());
    KINDLING_TRY(const CatalogState before, living_.state());
    KINDLING_TRY(const CatalogState own, shadow_.state());
    Change change(living_place_);
    const auto exchange = [&]() -> Status {
      for (const CatalogVectors& part : before.vectors) change.drops(vector_file_name(part.segment, part.part));
      KINDLING_TRY_VOID(living_.remove_all_vectors());
      for (const CatalogVectors& part : own.vectors) KINDLING_TRY_VOID(living_.put_vectors(part));
      return living_.put_settings(shadow_place_.settings);
    };
    KINDLING_TRY_VOID(change.run(exchange));
    // A courtesy: one that has taken its place is no shadow any more, and the next one deletes it.
    (void)remove_shadow_catalog(shadow_place_.files, shadow_place_.folder).ok();
    return {};
  }

 private:
  // A program that knows no shadows takes their files for leftovers of a crash.
  Status drop_missing(const CatalogState& own) {
    for (const CatalogVectors& part : own.vectors) {
      const auto info =
          shadow_place_.files.info(shadow_place_.folder / vector_file_name(part.segment, part.part));
      if (info.ok()) continue;
      if (info.error().code != ErrorCode::not_found) return info.error();
      KINDLING_TRY_VOID(shadow_.remove_vectors(part.segment, part.part));
    }
    return {};
  }

  std::unique_ptr<FileLock> lock_;
  Catalog living_;
  Catalog shadow_;
  Workplace living_place_;
  Workplace shadow_place_;
};

// Whether a shadow is there whose vectors took their place already: then only its catalog was left behind.
Result<bool> is_left_behind(Files& files, const fs::path& folder, const IndexSettings& built) {
  const auto shadow = Catalog::open_to_read(files, folder, shadow_file_name);
  if (!shadow.ok()) {
    if (shadow.error().code == ErrorCode::index_missing) return false;
    return shadow.error();
  }
  KINDLING_TRY(const CatalogState state, shadow->state());
  return state.settings.encoder_fingerprint == built.encoder_fingerprint;
}

Result<Catalog> open_shadow_catalog(Files& files, const fs::path& folder, const IndexSettings& wanted) {
  auto catalog = Catalog::open_to_write(files, folder, wanted, shadow_file_name);
  if (catalog.ok() || catalog.error().code != ErrorCode::encoder_mismatch) return catalog;
  return Error{ErrorCode::encoder_mismatch, folder.string(),
               "vectors of another encoder are being made already: " + catalog.error().why,
               "go on with that one, or give it up with: kindling reencode --discard"};
}

}  // namespace

Result<std::unique_ptr<Shadow>> Shadow::open(Files& files, const fs::path& folder,
                                             const IndexSettings& wanted) {
  KINDLING_CHECK(wanted.dimensions > 0);
  KINDLING_TRY(auto opened, open_existing_index(files, folder));
  KINDLING_TRY(const CatalogState state, opened.catalog.state());
  KINDLING_TRY(const bool finished, is_left_behind(files, folder, state.settings));
  if (finished) KINDLING_TRY_VOID(remove_shadow_catalog(files, folder));
  KINDLING_TRY_VOID(check_wanted(folder, state.settings, wanted));
  KINDLING_TRY(auto own, open_shadow_catalog(files, folder, wanted));
  auto shadow = std::make_unique<IndexShadow>(files, folder, wanted, std::move(opened.lock),
                                              std::move(opened.catalog), std::move(own));
  KINDLING_TRY_VOID(shadow->prepare());
  return std::unique_ptr<Shadow>(std::move(shadow));
}

Result<std::optional<ShadowState>> shadow_state(Files& files, const fs::path& folder) {
  KINDLING_TRY(auto living, Catalog::open_to_read(files, folder));
  KINDLING_TRY(const CatalogState index, living.state());
  auto own = Catalog::open_to_read(files, folder, shadow_file_name);
  if (!own && own.error().code == ErrorCode::index_missing) return std::optional<ShadowState>();
  if (!own) return own.error();
  KINDLING_TRY(const CatalogState made, own->state());
  if (made.settings.encoder_fingerprint == index.settings.encoder_fingerprint)
    return std::optional<ShadowState>();
  ShadowState state{.wanted = made.settings, .present = index.settings.encoder, .embedded = 0, .chunks = 0};
  for (const CatalogSegment& segment : index.segments) {
    state.chunks += segment.chunks;
    for (const CatalogVectors& part : made.vectors) {
      if (part.segment == segment.number) state.embedded += part.count;
    }
  }
  return std::optional(state);
}

Status discard_shadow(Files& files, const fs::path& folder) {
  KINDLING_TRY(const auto opened, open_existing_index(files, folder));
  KINDLING_TRY_VOID(remove_shadow_catalog(files, folder));
  return remove_leftovers(files, folder, opened.catalog);
}

}  // namespace kindling
