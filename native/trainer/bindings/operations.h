// The engine's operations by name. Each takes an object of plain values and typed arrays, which is copied at once,
// and leaves work for the engine's thread. src/train/tensor-engine/addon.ts has their arguments and results.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "js-values.h"
#include "sessions.h"

namespace gepo {

using operation = std::function<std::function<js_result()>(const js_object&)>;

std::map<std::string, operation> make_operations(std::shared_ptr<session_table> sessions);

}  // namespace gepo
