#include "decode-graphs.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <bit>

#include "job.h"

namespace gepo {
namespace {

// Attention reads half of this too much on average, and a response of 2048 tokens takes eight recordings.
constexpr int64_t window_step = 256;

int64_t round_up_rows(int64_t rows, int64_t most) {
  return std::min(static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(rows))), most);
}

int64_t round_up_window(int64_t window, int64_t most) {
  return std::min((window + window_step - 1) / window_step * window_step, most);
}

at::Tensor zero_rows(const at::Tensor& like, int64_t rows) {
  auto sizes = like.sizes().vec();
  sizes[0] = rows;
  return at::zeros(sizes, like.options());
}

// Spare rows begin at position 0 and keep what a later step leaves in them. Any position within the window will do: the
// row's next sequence fills its positions anew, and no sequence attends beyond its own.
decode_inputs zero_inputs(const decode_inputs& like, int64_t rows) {
  return {zero_rows(like.ids, rows),
          zero_rows(like.positions, rows),
          {zero_rows(like.turn.cosines, rows), zero_rows(like.turn.sines, rows)}};
}

void put_first(const at::Tensor& into, const at::Tensor& from) { into.narrow(0, 0, from.size(0)).copy_(from); }

void put_inputs(const decode_inputs& into, const decode_inputs& from) {
  put_first(into.ids, from.ids);
  put_first(into.positions, from.positions);
  put_first(into.turn.cosines, from.turn.cosines);
  put_first(into.turn.sines, from.turn.sines);
}

}  // namespace

decode_graphs::decode_graphs(const model& model, key_value_cache& cache)
    : model_(model), cache_(cache), recorder_(open_recorder(model.options().device)) {}

at::Tensor decode_graphs::decode(const decode_inputs& inputs, int64_t window) {
  const auto rows = inputs.ids.size(0);
  const auto& keys = cache_.keys[0];
  const auto fixed_rows = round_up_rows(rows, keys.size(0));
  const auto fixed_window = round_up_window(window, keys.size(2));
  auto [found, is_new] = steps_.try_emplace({fixed_rows, fixed_window});
  auto& step = found->second;
  if (is_new) step.inputs = zero_inputs(inputs, fixed_rows);
  put_inputs(step.inputs, inputs);
  if (!step.recorded) {
    step.recorded = recorder_->record(
        [this, &step, fixed_window] { step.hidden = gepo::decode(model_, cache_, step.inputs, fixed_window); });
  }
  stop_if_aborted();  // what is played back does not ask
  step.recorded->play();
  return step.hidden.narrow(0, 0, rows);
}

}  // namespace gepo
