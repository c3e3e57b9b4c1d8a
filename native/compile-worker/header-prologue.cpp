#include "header-prologue.h"

#include <optional>

namespace {

constexpr std::string_view blanks = " \t\v\f\r";

struct scanner {
  std::string_view text;
  size_t at = 0;

  bool starts_with(std::string_view prefix) const { return text.substr(at, prefix.size()) == prefix; }

  bool at_line_end() const { return at >= text.size() || text[at] == '\n'; }

  void skip_blanks() {
    while (at < text.size() && blanks.find(text[at]) != std::string_view::npos) at++;
  }

  /* False if there is none, or one that does not end or is spliced. */
  bool skip_comment() {
    bool is_line = starts_with("//");
    if (!is_line && !starts_with("/*")) return false;
    size_t end = is_line ? text.find('\n', at) : text.find("*/", at + 2);
    if (end == std::string_view::npos) return false;
    if (!is_line) end += 2;
    if (text.substr(at, end - at).find('\\') != std::string_view::npos) return false;
    at = end;
    return true;
  }

  void skip_blanks_and_comments() {
    do skip_blanks();
    while (skip_comment());
  }

  bool take(std::string_view word) {
    if (!starts_with(word)) return false;
    at += word.size();
    return true;
  }

  /* The name in `#include <name>` when the line holds nothing else. */
  std::optional<std::string_view> take_include() {
    if (!take("#")) return std::nullopt;
    skip_blanks_and_comments();
    if (!take("include")) return std::nullopt;
    skip_blanks_and_comments();
    if (!take("<")) return std::nullopt;
    size_t end = text.find_first_of(">\n\\", at);
    if (end == std::string_view::npos || text[end] != '>') return std::nullopt;
    std::string_view name = text.substr(at, end - at);
    at = end + 1;
    skip_blanks_and_comments();
    if (!at_line_end()) return std::nullopt;
    return name;
  }
};

}  // namespace

header_prologue find_header_prologue(std::string_view text) {
  header_prologue prologue;
  /* A trigraph may be a backslash or a number sign. */
  if (text.find("?\?") != std::string_view::npos) return prologue;
  scanner scanner{text};
  for (;;) {
    scanner.skip_blanks_and_comments();
    if (scanner.at >= text.size()) return prologue;
    if (text[scanner.at] == '\n') {
      scanner.at++;
      continue;
    }
    std::optional<std::string_view> name = scanner.take_include();
    if (!name) return prologue;
    prologue.includes.append("#include <").append(*name).append(">\n");
    prologue.end = scanner.at;
  }
}

std::string blank_prologue(std::string_view text, size_t end) {
  std::string blanked(text);
  for (size_t i = 0; i < end; i++)
    if (blanked[i] != '\n') blanked[i] = ' ';
  return blanked;
}
