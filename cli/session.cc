#include "cli/session.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/env.h"
#include "cli/encoder_choice.h"
#include "cli/folders.h"
#include "encoder/encoder_cache.h"
#include "engine/endpoint/rate_limit.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t question_input_bytes_max =
    16u << 20;  // check_question says what is too long; this bounds memory

std::string without_final_newline(std::string text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

// The one live document whose uri ends in "/DOCUMENT".
Result<std::optional<DocumentIndex>> find_by_end(const Snapshot& snapshot, const std::string& document) {
  std::optional<DocumentIndex> found;
  for (std::uint32_t slot = 0; slot < snapshot.document_slots(); ++slot) {
    const DocumentIndex index{slot};
    if (!snapshot.live(index) || !snapshot.document(index).uri.ends_with("/" + document)) continue;
    if (found) {
      return Error{ErrorCode::usage, document, "several documents end so",
                   "say which: " + shown_path(snapshot.document(*found).uri) + ", " +
                       shown_path(snapshot.document(index).uri) + " ..."};
    }
    found = index;
  }
  return found;
}

SearchMode mode_of(Session& session) {
  const std::string name = session.settings.text("mode").value_or("hybrid");
  if (name == "keyword") return SearchMode::keyword;
  if (name == "vector") return SearchMode::vector;
  return SearchMode::hybrid;
}

}  // namespace

Result<std::shared_ptr<const Snapshot>> open_snapshot(Session& session) {
  const auto at = session.arguments.given("at");
  auto snapshot = at ? Snapshot::open(session.files, session.settings.index(), *at)
                     : Snapshot::open(session.files, session.settings.index());
  if (!snapshot && snapshot.error().code == ErrorCode::index_missing) {
    return Error{ErrorCode::index_missing, session.settings.index().string(), "no index there",
                 "make one with 'kindling index PATH', or name one with --index"};
  }
  return snapshot;
}

Result<std::unique_ptr<Encoder>> open_session_encoder(Session& session) { return choose_encoder(session, {}); }

Result<std::unique_ptr<Encoder>> open_indexing_encoder(Session& session) {
  const auto snapshot = Snapshot::open(session.files, session.settings.index());
  KINDLING_TRY(auto encoder, choose_encoder(session, snapshot ? (*snapshot)->settings() : IndexSettings()));
  return with_session_cache(session, std::move(encoder));
}

std::unique_ptr<Encoder> with_session_cache(Session& session, std::unique_ptr<Encoder> encoder) {
  if (session.arguments.toggle("no-embedding-cache") || !encoder->worth_keeping()) return encoder;
  constexpr std::uint64_t megabyte = 1u << 20, megabytes_max = 1u << 20;
  const auto megabytes = session.arguments.count("embedding-cache");
  const std::uint64_t bytes_max =
      megabytes ? std::min(*megabytes, megabytes_max) * megabyte : embedding_cache_bytes_default;
  auto cache = std::make_unique<EncoderCache>(session.files, embedding_cache_folder(), cache_model(*encoder),
                                              encoder->dimensions(), bytes_max);
  return with_cache(std::move(encoder), std::move(cache));
}

Result<std::unique_ptr<Encoder>> open_asking_encoder(Session& session, const Snapshot& snapshot,
                                                     SearchMode mode) {
  if (mode == SearchMode::keyword || snapshot.settings().encoder.empty()) return std::unique_ptr<Encoder>();
  auto encoder = choose_asking_encoder(session, snapshot.settings());
  const bool is_final =
      mode == SearchMode::vector || (!encoder && encoder.error().code == ErrorCode::encoder_mismatch);
  if (encoder || is_final) return encoder;
  session.note("searching by keywords only: " + encoder.error().sentence());
  return std::unique_ptr<Encoder>();
}

Result<Question> read_question_options(Session& session) {
  Question question{.text = "", .mode = mode_of(session), .filter = {}};
  question.effort.quality = session.arguments.toggle("quality");
  question.effort.exact = session.arguments.toggle("exact");
  if (const auto expression = session.arguments.text("filter")) {
    KINDLING_TRY(question.filter, Filter::parse(*expression).within("--filter"));
  }
  return question;
}

Result<Question> read_question(Session& session) {
  KINDLING_TRY(Question question, read_question_options(session));
  question.text = session.arguments.words().front();
  if (question.text == "-") {
    KINDLING_TRY(std::string text, read_standard_input(question_input_bytes_max));
    question.text = without_final_newline(std::move(text));
  }
  KINDLING_TRY_VOID(check_question(question));
  return question;
}

PackOptions pack_options(Session& session) {
  PackOptions options;
  options.budget = session.settings.count("budget");
  options.reserve = session.settings.count("reserve");
  const std::string order = session.arguments.text("order").value_or("document");
  if (order == "relevance") options.order = PassageOrder::relevance;
  if (order == "edges") options.order = PassageOrder::edges;
  options.tokens_per_document = session.arguments.count("per-document");
  options.pinned = session.arguments.list("pin");
  options.deadline_ms = session.arguments.number("deadline");
  options.figures.wanted = session.arguments.toggle("figures");
  options.figures.tokens = session.arguments.count("image-tokens");
  return options;
}

Result<ModelProfile> session_profile(Session& session, std::string_view otherwise) {
  const std::string named = session.settings.text("model").value_or(std::string(otherwise));
  return profile_named(session, named == "extractive" ? otherwise : std::string_view(named));
}

Result<ModelProfile> profile_named(Session& session, std::string_view name) {
  KINDLING_TRY(ModelProfile profile, find_profile(name));
  if (const auto url = session.settings.text("base_url")) profile.base_url = *url;
  if (const auto variable = session.settings.text("key_env")) profile.key_env = {*variable};
  profile.ledger = (data_folder() / "ledger").string();
  profile.rate_folder = default_rate_folder();
  return profile;
}

Result<DocumentIndex> find_document(const Snapshot& snapshot, const std::string& document) {
  auto found = snapshot.find(document);
  if (found || found.error().code != ErrorCode::not_found) return found;
  std::error_code failed;
  const fs::path path = fs::weakly_canonical(document, failed);
  if (failed) return found;
  auto by_path = snapshot.find(path.string());
  if (by_path || by_path.error().code != ErrorCode::not_found) return by_path;
  KINDLING_TRY(const auto by_end, find_by_end(snapshot, document));
  return by_end ? Result<DocumentIndex>(*by_end) : std::move(found);
}

Status find_pinned(const Snapshot& snapshot, PackOptions& options) {
  for (std::string& document : options.pinned) {
    KINDLING_TRY(const DocumentIndex index, find_document(snapshot, document));
    document = snapshot.document(index).uri;
  }
  return {};
}

unsigned session_threads(Session& session) {
  const auto threads =
      static_cast<unsigned>(std::min<std::uint64_t>(session.settings.count("threads").value_or(0), 1024));
  return threads > 0 ? threads : machine().threads;
}

}  // namespace kindling
