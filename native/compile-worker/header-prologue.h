/*
 * The `#include <...>` lines at the beginning of a C text. A precompiled header can take their place.
 */
#pragma once

#include <string>
#include <string_view>

struct header_prologue {
  /* The lines `#include <name>`, one after the other, without anything else; empty if there is none. */
  std::string includes;
  /* Where the last of these lines ends in the text, its newline not included. */
  size_t end = 0;
};

/*
 * Takes includes, blanks and comments, and stops before anything else: a prefix of the text that means the same
 * compiled on its own. Where a line is spliced, it stops as well.
 */
header_prologue find_header_prologue(std::string_view text);

/* The text with its first `end` bytes blanked, all lines and columns behind them as they were. */
std::string blank_prologue(std::string_view text, size_t end);
