#include "random-weights.h"

#include <ATen/Context.h>

#include <algorithm>

#include "job.h"

namespace gepo {
namespace {

constexpr double deviation = 0.02;

bool is_bias(const std::string& name) { return name.ends_with(".bias"); }
bool is_addition(const named_rows& rows) { return rows.name.find(".lora_") != std::string::npos; }

}  // namespace

void fill_randomly(model& target, uint64_t seed) {
  std::vector<const named_rows*> sorted;
  for (const auto& rows : target.names()) {
    if (!is_addition(rows)) sorted.push_back(&rows);
  }
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->name < b->name; });
  for (size_t i = 0; i < sorted.size(); ++i) {
    stop_if_aborted();
    const auto& rows = *sorted[i];
    const whole_values whole({rows.owner}, target.shared());
    auto part = rows.owner->value.narrow(0, rows.first_row, rows.rows);
    if (part.dim() == 1) {
      part.fill_(is_bias(rows.name) ? 0 : 1);
    } else {
      auto generator = at::globalContext().defaultGenerator(part.device());
      generator.set_current_seed(seed + i);
      part.normal_(0, deviation, generator);
    }
    target.shared().set_value(*rows.owner, rows.owner->value);
  }
}

}  // namespace gepo
