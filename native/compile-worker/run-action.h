/* One front-end action over one text, with nothing kept afterwards. */
#pragma once

#include <clang/Frontend/CompilerInvocation.h>
#include <clang/Frontend/FrontendAction.h>
#include <string>
#include <string_view>

/*
 * The input `-` reads `text`; the headers are those of `precompiled` unless it is null. What the action writes to the
 * output `-` becomes `output`, its messages `diagnostics`. False if there was an error.
 */
bool run_action(const clang::CompilerInvocation &prepared, clang::FrontendAction &action, std::string_view text,
                const std::string *precompiled, std::string &output, std::string &diagnostics);
