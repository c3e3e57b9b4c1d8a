#include "paged-cache.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "parameter.h"

namespace gepo {
namespace {

// Queries (P, H_k, R, head_size) against a page of keys and values each, (P, H_k, page size, head_size): the output, and
// the logarithms of the sums (P, H_k, R).
std::pair<at::Tensor, at::Tensor> attend_page_by_page(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                      const at::Tensor& hidden, bool by_products) {
  if (!by_products) {
    const auto [output, log_sums] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, false, hidden);
    return {output, log_sums};
  }
  const auto wide = accumulation_type(q.scalar_type());
  const auto flat = [](const at::Tensor& x) { return x.flatten(0, 1); };
  const auto left = flat(q), right = flat(k).transpose(1, 2);
  const auto products = wide == q.scalar_type() ? at::bmm(left, right) : at::bmm(left, right, wide);
  const auto scores = products.view({q.size(0), q.size(1), q.size(2), k.size(2)})
                          .mul_(1 / std::sqrt(static_cast<double>(q.size(3))))
                          .add_(hidden);
  const auto highest = at::amax(scores, {3}, true);
  auto weights = scores.sub_(highest).exp_();
  const auto total = weights.sum({3}, true);
  weights.div_(total);
  return {at::bmm(flat(weights).to(v.scalar_type()), flat(v)).view_as(q), (highest + total.log()).squeeze(3)};
}

}  // namespace

page_map make_page_map(const std::vector<paged_row>& rows, int64_t pages, int64_t width, int64_t page_size,
                       const at::TensorOptions& numbers) {
  std::vector<int64_t> table, owners(pages), filled(pages), page_now, place_now, own;
  for (size_t row = 0; row < rows.size(); ++row) {
    const auto& [its, count] = rows[row];
    for (int64_t i = 0; i < width; ++i) table.push_back(its[std::min<int64_t>(i, its.size() - 1)]);
    for (size_t i = 0; i < its.size(); ++i) {
      owners[its[i]] = static_cast<int64_t>(row);
      filled[its[i]] = std::min(page_size, count - static_cast<int64_t>(i) * page_size);
    }
    own.push_back(static_cast<int64_t>(its.size()));
    page_now.push_back(its.back());
    place_now.push_back((count - 1) % page_size);
  }
  const auto put = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).to(numbers.device());
  };
  const auto wide = numbers.dtype(accumulation_type(c10::typeMetaToScalarType(numbers.dtype())));
  // 0 for the first of `count` columns, minus infinity for the rest.
  const auto first_of = [&](int64_t count, const at::Tensor& shown) {
    const auto is_shown = at::arange(count, shown.options()).unsqueeze(0) < shown.unsqueeze(1);
    return at::zeros({shown.size(0), count}, wide).masked_fill_(is_shown.logical_not(), -INFINITY);
  };
  return {put(table).view({static_cast<int64_t>(rows.size()), width}),
          first_of(width, put(own)),
          put(owners),
          first_of(page_size, put(filled)).view({pages, 1, 1, page_size}),
          put(page_now),
          put(place_now)};
}

paged_cache::paged_cache(const model_config& config, const at::TensorOptions& options, int64_t page_size)
    : page_size_(page_size) {
  for (int64_t i = 0; i < config.layers; ++i) {
    keys_.push_back(at::zeros({0, config.key_heads, page_size, config.head_size}, options));
    values_.push_back(keys_.back());
  }
}

void paged_cache::reserve(int64_t pages) {
  const auto before = capacity();
  if (pages <= before) return;
  const auto enlarge = [&](at::Tensor& all) {
    auto shape = all.sizes().vec();
    shape[0] = pages;
    // Zeros: see clear().
    auto larger = at::zeros(shape, all.options());
    larger.narrow(0, 0, before).copy_(all);
    all = std::move(larger);
  };
  for (auto& keys : keys_) enlarge(keys);
  for (auto& values : values_) enlarge(values);
}

void paged_cache::move(const std::vector<std::pair<int64_t, int64_t>>& places) {
  if (places.empty()) return;
  std::vector<int64_t> from, to;
  for (const auto& [page, place] : places) {
    from.push_back(page);
    to.push_back(place);
  }
  const auto device = keys_[0].device();
  const auto sources = at::tensor(from, at::kLong).to(device), targets = at::tensor(to, at::kLong).to(device);
  for (auto* all : {&keys_, &values_}) {
    for (auto& one : *all) one.index_copy_(0, targets, one.index_select(0, sources));
  }
  clear(from);
}

void paged_cache::clear(const std::vector<int64_t>& pages) {
  if (pages.empty()) return;
  const auto where = at::tensor(pages, at::kLong).to(keys_[0].device());
  const auto zero = at::zeros({}, keys_[0].options());
  for (auto* all : {&keys_, &values_}) {
    for (auto& one : *all) one.index_put_({where}, zero);
  }
}

void paged_cache::put(size_t layer, const at::Tensor& pages, const at::Tensor& places, const at::Tensor& keys,
                      const at::Tensor& values) {
  keys_[layer].index_put_({pages, {}, places}, keys);
  values_[layer].index_put_({pages, {}, places}, values);
}

attended_spans paged_cache::attend(size_t layer, const at::Tensor& q, const page_map& map, bool by_products) const {
  const auto pages = map.owners.size(0);
  const auto &all_keys = keys_[layer], &all_values = values_[layer];
  const auto rows = q.size(0), heads = q.size(1), size = q.size(2), key_heads = all_keys.size(1);
  // The queries of one key head lie there like positions of one sequence, so no key is repeated. Each page is read where
  // it lies, by the queries of the row that has it.
  const auto folded = q.reshape({rows, key_heads, heads / key_heads, size}).index_select(0, map.owners);
  const auto [output, log_sums] = attend_page_by_page(folded, all_keys.narrow(0, 0, pages),
                                                      all_values.narrow(0, 0, pages), map.hidden, by_products);
  const auto wanted = map.pages.flatten();
  const auto most = map.pages.size(1);
  const auto found = output.reshape({pages, heads, size}).index_select(0, wanted);
  const auto sums = log_sums.reshape({pages, heads}).index_select(0, wanted);
  if (most == 1) return {found, sums.t(), {}};
  const auto by_page = sums.view({rows, most, heads}) + map.beyond.unsqueeze(2);
  const auto highest = at::amax(by_page, {1}, true);
  auto weights = (by_page - highest).exp_();
  const auto total = weights.sum({1}, true);
  weights.div_(total);
  const auto joined = (found.view({rows, most, heads, size}) * weights.unsqueeze(3)).sum(1);
  return {joined.to(q.scalar_type()), (highest + total.log()).squeeze(1).t(), {}};
}

void shared_prefixes::add(const std::vector<int64_t>& lengths) {
  lengths_.insert(lengths_.end(), lengths.begin(), lengths.end());
}

void shared_prefixes::put(size_t layer, const at::Tensor& keys, const at::Tensor& values) {
  const auto append = [](at::Tensor& all, const at::Tensor& more) {
    all = all.defined() ? at::cat({all, more}) : more.clone();
  };
  append(keys_[layer], keys);
  append(values_[layer], values);
}

void shared_prefixes::keep(const std::vector<bool>& stays) {
  if (std::find(stays.begin(), stays.end(), false) == stays.end()) return;
  std::vector<int64_t> lengths;
  std::vector<std::pair<int64_t, int64_t>> runs;
  int64_t start = 0;
  for (size_t i = 0; i < lengths_.size(); ++i) {
    if (stays[i]) {
      lengths.push_back(lengths_[i]);
      runs.emplace_back(start, lengths_[i]);
    }
    start += lengths_[i];
  }
  for (auto* all : {&keys_, &values_}) {
    for (auto& one : *all) {
      std::vector<at::Tensor> parts;
      for (const auto& [from, length] : runs) parts.push_back(one.narrow(0, from, length));
      one = parts.empty() ? at::Tensor() : at::cat(parts);
    }
  }
  lengths_ = std::move(lengths);
}

}  // namespace gepo
