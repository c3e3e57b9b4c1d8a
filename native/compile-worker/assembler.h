/*
 * Whether a text is IR: what llvm-as says of it, inside this process.
 *
 * Not guaranteed: that it returns. A text may ask LLVM to end the process, as it ends llvm-as.
 */
#pragma once

#include <string>
#include <string_view>

/* Parses and verifies. False if there was an error; `diagnostics` then has what llvm-as prints on stderr. */
bool assemble(std::string_view text, std::string &diagnostics);
