// Tokenizers that a process opens once: reading a vocabulary of 200,000 tokens takes .4 s, counting a question
// microseconds.
//
// A tokenizer is kept under its file's path and the pattern said behind it, and given again while the file's
// length and time of change (in ms) stay what they were; a changed file is opened anew. The few that were used
// last are kept; whoever holds one keeps it besides. Errors are not kept. Safe from any thread; who asks while
// another opens waits for it.
#pragma once

#include <memory>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

inline constexpr std::size_t kept_tokenizers = 4;

// As open_tokenizer (open_tokenizer.h), `name` and errors too.
[[nodiscard]] Result<std::shared_ptr<const Tokenizer>> shared_tokenizer(Files& files, const std::string& name);

}  // namespace kindling
