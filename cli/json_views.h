// What the engine returns, as CONTRACT's JSON.
//
// Pure functions. The keys here are promised to the outside: more may join, none may change its name or
// meaning.
#pragma once

#include "base/json.h"
#include "engine/ask.h"
#include "engine/ingest.h"
#include "engine/retrieve/search.h"
#include "index/snapshot.h"

namespace kindling {

[[nodiscard]] Json to_json(ByteSpan span);
[[nodiscard]] Json to_json(const Timings& timings);
[[nodiscard]] Json to_json(const Hit& hit);
[[nodiscard]] Json to_json(const Certificate& certificate);
[[nodiscard]] Json to_json(const Usage& usage);
[[nodiscard]] Json to_json(const LedgerEntry& entry);
[[nodiscard]] Json to_json(const WhyPacked& why);
[[nodiscard]] Json to_json(const Packed& packed);
[[nodiscard]] Json to_json(const AnswerSentence& sentence);
[[nodiscard]] Json to_json(const Answer& answer);
[[nodiscard]] Json to_json(const IngestReport& report);

// A page of a document, null where it has none.
[[nodiscard]] Json page_json(std::uint32_t page);

// Keys of `status`, as far as the snapshot knows them.
[[nodiscard]] Json status_json(const Snapshot& snapshot);

}  // namespace kindling
