#include "paged-cache.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/add.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "parameter.h"

namespace gepo {
namespace {

// What lies page by page (P, H_k, R, n) -> row by row (B, W, H, n); beyond a row's last page comes one of its own again.
at::Tensor row_by_row(const at::Tensor& of_pages, const page_map& map) {
  const auto &pages = map.pages, found = of_pages.flatten(1, 2).index_select(0, pages.flatten());
  return found.view({pages.size(0), pages.size(1), found.size(1), found.size(2)});
}

// Queries and keys of pages -> their scaled products, those of a row end to end: (B, H, W * page size)
at::Tensor scores_of_rows(const at::Tensor& q, const at::Tensor& k, const page_map& map) {
  const auto wide = accumulation_type(q.scalar_type());
  const auto left = q.flatten(0, 1), right = k.flatten(0, 1).transpose(1, 2);
  const auto products = wide == q.scalar_type() ? at::bmm(left, right) : at::bmm(left, right, wide);
  const auto of_rows = row_by_row(products.view({q.size(0), q.size(1), q.size(2), k.size(2)}), map).transpose(1, 2);
  auto scores = at::empty(of_rows.sizes(), of_rows.options());
  at::add_out(scores, map.hidden.unsqueeze(1), of_rows, 1 / std::sqrt(static_cast<double>(q.size(3))));
  return scores.flatten(2);
}

}  // namespace

page_map make_page_map(const std::vector<paged_row>& rows, int64_t pages, int64_t width, int64_t page_size,
                       const at::TensorOptions& numbers) {
  const auto count = static_cast<int64_t>(rows.size());
  std::vector<int64_t> table, places(pages), owners(pages), filled, page_now, place_now;
  for (int64_t row = 0; row < count; ++row) {
    const auto& [its, length] = rows[row];
    const auto most = static_cast<int64_t>(its.size());
    for (int64_t i = 0; i < width; ++i) table.push_back(its[std::min(i, most - 1)]);
    for (int64_t i = 0; i < most; ++i) {
      places[its[i]] = row * width + i;
      owners[its[i]] = row;
    }
    filled.push_back(length);
    page_now.push_back(its.back());
    place_now.push_back((length - 1) % page_size);
  }
  const auto put = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).to(numbers.device());
  };
  const auto wide = numbers.dtype(accumulation_type(c10::typeMetaToScalarType(numbers.dtype())));
  const auto lengths = put(filled).unsqueeze(1);
  const auto is_hidden = at::arange(width * page_size, lengths.options()) >= lengths;
  const auto hidden = at::zeros(is_hidden.sizes(), wide).masked_fill_(is_hidden, -INFINITY);
  const auto has_page = at::arange(0, width * page_size, page_size, lengths.options()) < lengths;
  return {
      put(table).view({count, width}),           put(places),   put(owners),   hidden.view({count, width, page_size}),
      has_page.to(numbers.dtype()).unsqueeze(1), put(page_now), put(place_now)};
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

attended_spans paged_cache::attend(size_t layer, const at::Tensor& q, const page_map& map, bool by_products,
                                   bool with_sums) const {
  const auto pages = map.owners.size(0), key_heads = keys_[layer].size(1);
  // The queries of one key head lie there like positions of one sequence, so no key is repeated. Each page is read where
  // it lies, by the queries of the row that has it.
  const auto folded = q.reshape({q.size(0), key_heads, q.size(1) / key_heads, q.size(2)});
  const read_pages read{folded.index_select(0, map.owners), keys_[layer].narrow(0, 0, pages),
                        values_[layer].narrow(0, 0, pages)};
  return by_products ? this->by_products(read, map, with_sums) : by_kernel(read, map);
}

attended_spans paged_cache::by_products(const read_pages& read, const page_map& map, bool with_sums) const {
  const auto& [q, k, v] = read;
  const auto flat = [](const at::Tensor& x) { return x.flatten(0, 1); };
  const auto scores = scores_of_rows(q, k, map);
  const auto rows = scores.size(0), heads = scores.size(1), width = map.pages.size(1);
  const auto shares = at::softmax(scores, 2);
  const auto weights = shares.to(q.scalar_type()).view({rows, heads, width, -1}).transpose(1, 2);
  const auto of_pages = weights.reshape({rows * width, q.size(1), q.size(2), -1}).index_select(0, map.places);
  const auto parts = row_by_row(at::bmm(flat(of_pages), flat(v)).view_as(q), map);
  const auto output = width == 1 ? parts.squeeze(1) : at::bmm(map.shown, parts.flatten(2)).view({rows, heads, -1});
  if (!with_sums) return {output, {}, {}};
  // The highest share is one by the sum of exponentials below the highest score.
  return {output, (at::amax(scores, {2}) - at::amax(shares, {2}).log_()).t(), {}};
}

attended_spans paged_cache::by_kernel(const read_pages& read, const page_map& map) const {
  const auto& [q, k, v] = read;
  const auto hidden = map.hidden.flatten(0, 1).index_select(0, map.places).view({q.size(0), 1, 1, -1});
  const auto [of_pages, sums_of_pages] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, false, hidden);
  const auto parts = row_by_row(of_pages, map);
  // A page that has nothing in it does not count: its first place is hidden.
  const auto sums = row_by_row(sums_of_pages.unsqueeze(3), map).squeeze(3) + map.hidden.narrow(2, 0, 1);
  const auto log_sums = at::logsumexp(sums, {1}, true);  // (B, 1, H)
  const auto weights = (sums - log_sums).exp_().unsqueeze(3);
  return {(parts * weights).sum(1).to(q.scalar_type()), log_sums.squeeze(1).t(), {}};
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
