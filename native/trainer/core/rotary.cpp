#include "rotary.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>

#include "parameter.h"
#include "work-part.h"

namespace gepo {

rotation make_rotation(const model_config& config, const at::Tensor& positions, c10::ScalarType type) {
  const auto part = working_on(work_part::rotary);
  const auto wide = accumulation_type(type);
  const auto frequencies = at::tensor(config.rotary_frequencies, at::kDouble).to(positions.device(), wide);
  const auto angles = (positions.to(wide).unsqueeze(1) * frequencies).unsqueeze(1);
  return {(at::cos(angles) * config.rotary_scale).to(type), (at::sin(angles) * config.rotary_scale).to(type)};
}

namespace {

at::Tensor turn(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines, double direction) {
  const auto half = x.size(-1) / 2;
  const auto first = x.narrow(-1, 0, half);
  const auto second = x.narrow(-1, half, half);
  return at::cat(
      {(first * cosines).addcmul_(second, sines, -direction), (second * cosines).addcmul_(first, sines, direction)},
      -1);
}

}  // namespace

at::Tensor rotate(const at::Tensor& x, const rotation& by) { return turn(x, by.cosines, by.sines, 1); }

at::Tensor rotate_back(const at::Tensor& x, const rotation& by) { return turn(x, by.cosines, by.sines, -1); }

}  // namespace gepo
