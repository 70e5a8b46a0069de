// What documents' text must not hold when it is sent: special tokens of chat templates, markers of our own, and
// numbers that look like a passage's. Each is broken by exchanging its bracket for a round one of as many
// bytes, so that spans and token plans stay as they are: "<|im_end|>" is sent as "(|im_end|>".
//
// Special tokens are those of the model families in engine/profiles/ and of the open models that are served by
// the usual servers: anything like "<|name|>" (ChatML, Llama 3 and 4, GPT, Qwen, Phi), with full-width bars too
// (DeepSeek), and a list of names between < > and [ ] (Gemma, Mistral, Llama 2, Qwen's tools and thoughts).
// Tokenizers know them only as they are written, so case and white space are compared exactly. Our markers are
// compared as a model would read them: without regard to case, white space, and letters that look the same.
//
// Not thread-safe; borrows the text, which must have been cleaned of invisible characters before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kindling {

enum class MarkerKind : std::uint8_t {
  token,         // of a chat template, and of nothing else
  common_token,  // is one, but documents also use it for something else: <s>, [UNK]
  fence,         // "<passages", "</ PASSAGES"
  passage_mark,  // "[12] " at the beginning of a line
};

struct Marker {
  std::size_t begin = 0, end = 0;  // in the text
  MarkerKind kind = MarkerKind::token;
};

class MarkerReader {
 public:
  explicit MarkerReader(std::string_view text) : text_(text) {}
  // In text order.
  [[nodiscard]] std::optional<Marker> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Exchanges the marker's brackets in `text`, which holds it where `marker` says.
void break_marker(char* text, const Marker& marker);

}  // namespace kindling
