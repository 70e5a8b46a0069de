#include "cli/line_reader.h"

#include <histedit.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cli/console.h"

namespace kindling {
namespace {

constexpr int history_lines = 500;

Error interrupted() { return {ErrorCode::cancelled, "stdin", "interrupted", ""}; }

// libedit tells characters apart by the locale, which a program has to ask for; nothing but characters is asked
// for.
std::string with_characters(std::string prompt) {
  const char* chosen = std::setlocale(LC_CTYPE, "");
  if (chosen == nullptr || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  return prompt;
}

Error line_too_long() {
  return {ErrorCode::too_large, "stdin",
          "a line of more than " + std::to_string(LineReader::line_bytes_max) + " bytes", "ask in fewer words"};
}

}  // namespace

class LineReader::Terminal {
 public:
  explicit Terminal(std::string prompt)
      : prompt_(with_characters(std::move(prompt))),
        edit_(el_init("kindling", stdin, stderr, stderr)),
        history_(history_init()) {
    HistEvent event;
    history(history_, &event, H_SETSIZE, history_lines);
    history(history_, &event, H_SETUNIQUE, 1);
    el_set(edit_, EL_CLIENTDATA, this);
    el_set(edit_, EL_PROMPT, &Terminal::prompt_of);
    el_set(edit_, EL_HIST, history, history_);
    el_set(edit_, EL_EDITOR, "emacs");
    el_set(edit_, EL_SIGNAL, 0);  // Ctrl-C is the command's business
    el_source(edit_, nullptr);    // the user's ~/.editrc
  }
  ~Terminal() {
    history_end(history_);
    el_end(edit_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  Result<std::optional<std::string>> next() {
    int count = 0;
    errno = 0;
    const char* line = el_gets(edit_, &count);
    if (line == nullptr || count <= 0) {
      if (count < 0 && errno == EINTR) return interrupted();
      return std::optional<std::string>();
    }
    HistEvent event;
    history(history_, &event, H_ENTER, line);
    std::string text(line, static_cast<std::size_t>(count));
    if (text.ends_with('\n')) text.pop_back();
    if (text.size() > line_bytes_max) return line_too_long();
    return std::optional<std::string>(std::move(text));
  }

 private:
  static const char* prompt_of(EditLine* edit) {
    void* self = nullptr;
    el_get(edit, EL_CLIENTDATA, &self);
    return static_cast<Terminal*>(self)->prompt_.c_str();
  }

  std::string prompt_;
  EditLine* edit_;
  History* history_;
};

LineReader::LineReader(std::string prompt) {
  if (stdin_is_terminal()) terminal_ = std::make_unique<Terminal>(std::move(prompt));
}

LineReader::~LineReader() = default;

Result<std::optional<std::string>> LineReader::next() {
  return terminal_ ? terminal_->next() : next_from_pipe();
}

Result<std::optional<std::string>> LineReader::next_from_pipe() {
  std::array<char, 1 << 14> part{};
  bool too_long = false;
  for (;;) {
    if (const std::size_t end = pending_.find('\n'); end != pending_.npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      if (line.ends_with('\r')) line.pop_back();
      if (too_long || line.size() > line_bytes_max) return line_too_long();
      return std::optional<std::string>(std::move(line));
    }
    if (pending_.size() > line_bytes_max) {
      too_long = true;
      pending_.clear();
    }
    const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
    if (got < 0 && errno == EINTR) return interrupted();
    if (got < 0) return Error{ErrorCode::io, "stdin", std::strerror(errno), ""};
    if (got == 0) {
      if (too_long) return line_too_long();
      if (pending_.empty()) return std::optional<std::string>();
      return std::optional<std::string>(std::exchange(pending_, {}));
    }
    pending_.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace kindling
