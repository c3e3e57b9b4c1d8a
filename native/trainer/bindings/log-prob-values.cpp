#include "log-prob-values.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "job.h"

namespace gepo {
namespace {

void check_size(size_t found, size_t wanted, const char* what) {
  if (found == wanted) return;
  fail("bad-input", std::string("The gradient has ") + std::to_string(found) + " " + what + " and the batch " +
                        std::to_string(wanted) + ".");
}

}  // namespace

host_log_probs gather(const token_log_probs& values, const packed_batch& batch) {
  host_log_probs host;
  const auto exact = to_host<double>(values.log_probs, c10::kDouble);
  host.tokens.assign(exact.begin(), exact.end());
  host.offsets = batch.response_offsets;
  for (size_t s = 0; s + 1 < host.offsets.size(); ++s) {
    double sum = 0;
    for (auto i = host.offsets[s]; i < host.offsets[s + 1]; ++i) sum += exact[i];
    host.sums.push_back(sum);
  }
  host.with_entropies = values.entropies.defined();
  if (host.with_entropies) host.entropies = to_host<float>(values.entropies, c10::kFloat);
  return host;
}

js_record to_record(napi_env env, const host_log_probs& values) {
  js_record record(env);
  record.set("sums", values.sums).set("tokens", values.tokens).set("offsets", values.offsets);
  if (values.with_entropies) record.set("entropies", values.entropies);
  return record;
}

host_gradient read_gradient(const js_object& from) {
  host_gradient gradient;
  gradient.by_sequence = from.has("perSequence");
  if (gradient.by_sequence) {
    gradient.per_sequence = from.array<double>("perSequence");
    return gradient;
  }
  gradient.per_token = from.array<float>("perToken");
  if (from.has("perEntropy")) gradient.per_entropy = from.array<float>("perEntropy");
  return gradient;
}

token_gradient to_device(const host_gradient& host, const packed_batch& batch, const model_options& options) {
  const auto type = accumulation_type(options.number_type);
  const auto& offsets = batch.response_offsets;
  const auto tokens = static_cast<size_t>(offsets.back());
  if (!host.by_sequence) {
    check_size(host.per_token.size(), tokens, "response tokens");
    token_gradient gradient{at::tensor(host.per_token, at::kFloat).to(options.device, type), {}};
    if (host.per_entropy.empty()) return gradient;
    check_size(host.per_entropy.size(), tokens, "entropies");
    gradient.by_entropy = at::tensor(host.per_entropy, at::kFloat).to(options.device, type);
    return gradient;
  }
  check_size(host.per_sequence.size(), offsets.size() - 1, "sequences");
  std::vector<double> spread(tokens);
  for (size_t s = 0; s + 1 < offsets.size(); ++s) {
    std::fill(spread.begin() + offsets[s], spread.begin() + offsets[s + 1], host.per_sequence[s]);
  }
  return {at::tensor(spread, at::kDouble).to(options.device, type), {}};
}

}  // namespace gepo
