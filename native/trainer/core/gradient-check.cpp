#include "gradient-check.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/slice_scatter.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace gepo {
namespace {

at::Tensor norm(const at::Tensor& x, const parameter& weight, double epsilon) {
  return x * at::rsqrt(x.square().mean({-1}, true) + epsilon) * weight.value;
}

at::Tensor project(const linear& layer, const at::Tensor& x) {
  auto y = at::matmul(x, layer.weight->value.t());
  if (layer.bias != nullptr) y = y + layer.bias->value;
  if (layer.additions.empty()) return y;
  auto added = at::zeros_like(y);
  for (const auto& addition : layer.additions) {
    const auto part = at::matmul(at::matmul(x, addition.down->value.t()), addition.up->value.t()) * layer.scale;
    added = at::slice_scatter(added, part, 1, addition.first_row, addition.first_row + addition.rows);
  }
  return y + added;
}

// One sequence: q (H, length, head_size), k and v (H_k, length, head_size) -> (length, H head_size)
at::Tensor plain_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  const auto repeats = q.size(0) / k.size(0);
  const auto length = q.size(1);
  const auto keys = k.repeat_interleave(repeats, 0);
  const auto scores = at::matmul(q, keys.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2)));
  const auto place = at::arange(length, q.options().dtype(at::kLong));
  const auto future = place.unsqueeze(0) > place.unsqueeze(1);
  const auto weights = at::softmax(scores.masked_fill(future, -INFINITY), -1);
  return at::matmul(weights, v.repeat_interleave(repeats, 0)).transpose(0, 1).flatten(1);
}

at::Tensor plain_layer(const decoder_layer& layer, const at::Tensor& input, const model_config& config,
                       const packed_batch& batch, const rotation& turn) {
  const auto size = config.head_size;
  const auto qkv = project(layer.qkv, norm(input, *layer.input_norm, config.norm_epsilon));
  const auto heads = qkv.reshape({input.size(0), -1, size});
  auto q = heads.narrow(1, 0, config.heads);
  auto k = heads.narrow(1, config.heads, config.key_heads);
  const auto v = heads.narrow(1, config.heads + config.key_heads, config.key_heads);
  if (layer.query_norm != nullptr) {
    q = norm(q, *layer.query_norm, config.norm_epsilon);
    k = norm(k, *layer.key_norm, config.norm_epsilon);
  }
  q = rotate(q, turn);
  k = rotate(k, turn);
  std::vector<at::Tensor> attended;
  for (size_t s = 0; s + 1 < batch.segments.starts.size(); ++s) {
    const auto one = [&](const at::Tensor& x) {
      return x.narrow(0, batch.segments.starts[s], batch.segments.starts[s + 1] - batch.segments.starts[s])
          .transpose(0, 1);
    };
    attended.push_back(plain_attention(one(q), one(k), one(v)));
  }
  const auto middle = input + project(layer.output, at::cat(attended, 0));
  const auto gate_up = project(layer.gate_up, norm(middle, *layer.post_norm, config.norm_epsilon));
  const auto gated = at::silu(gate_up.narrow(1, 0, config.intermediate)) *
                     gate_up.narrow(1, config.intermediate, config.intermediate);
  return middle + project(layer.down, gated);
}

}  // namespace

std::vector<at::Tensor> autograd_gradients(model& model, const packed_batch& batch, const token_gradient& gradient) {
  const at::AutoGradMode recording(true);
  for (auto& p : model.parameters()) p.value.requires_grad_(p.trained);
  const auto& config = model.config();
  const auto turn = make_rotation(config, batch.positions, model.options().number_type);
  auto hidden = model.embed(batch.ids);
  for (const auto& layer : model.layers()) hidden = plain_layer(layer, hidden, config, batch, turn);
  const auto rows = norm(hidden.index_select(0, batch.rows), model.final_norm(), config.norm_epsilon);
  const auto log_softmax = at::log_softmax(at::matmul(rows, model.head().value.t()), 1);
  auto loss = (log_softmax.gather(1, batch.targets.unsqueeze(1)).squeeze(1) * gradient.by_log_prob).sum();
  if (gradient.by_entropy.defined()) {
    loss = loss - ((log_softmax.exp() * log_softmax).sum(1) * gradient.by_entropy).sum();
  }
  loss.backward();
  std::vector<at::Tensor> gradients;
  for (auto& p : model.parameters()) {
    gradients.push_back(p.value.grad().defined() ? p.value.grad().clone() : at::zeros_like(p.value));
    p.value.mutable_grad() = at::Tensor();
    p.value.requires_grad_(false);
  }
  return gradients;
}

}  // namespace gepo
