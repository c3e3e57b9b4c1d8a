// Keys and values of what is being drawn. Those of a sequence lie in pages of its own. Those of a prompt that several
// sequences begin with lie apart, once, for all of them to read.
#pragma once
#include <vector>

#include "model-config.h"
#include "page-book.h"
#include "packed-batch.h"
#include "span-attention.h"

namespace gepo {

// Where the keys and values of each row's sequence lie, its prompt's if that is shared left out.
struct page_map {
  at::Tensor pages;   // (B, W) int64: the pages of each row; beyond its last any of its own
  at::Tensor places;  // (P) int64: where each page lies in `pages`, row by row; anywhere for one that is free
  at::Tensor owners;  // (P) int64: whose each page is, by `places`
  at::Tensor hidden;  // (B, W, page size): 0 for a place of a row's that is filled, minus infinity for others
  at::Tensor shown;   // (B, 1, W): 1 for a row's pages, 0 beyond its last
  at::Tensor page_now, place_now;  // (B) int64: where a row's next token goes
};

// A row's sequence: its pages, and how many of their places are filled, that of the token that is read next included.
struct paged_row {
  std::vector<int64_t> pages;
  int64_t filled;
};

// `pages`: how many of the cache's are looked at, from the first on; `width`: the most that a row may have.
page_map make_page_map(const std::vector<paged_row>& rows, int64_t pages, int64_t width, int64_t page_size,
                       const at::TensorOptions& numbers);

class paged_cache {
 public:
  paged_cache(const model_config& config, const at::TensorOptions& options, int64_t page_size);

  int64_t page_size() const { return page_size_; }
  // How many pages there is room for.
  int64_t capacity() const { return keys_[0].size(0); }
  // Makes room for that many, layer by layer, which moves all of them.
  void reserve(int64_t pages);
  // Each page to its new place; the old ones are cleared.
  void move(const std::vector<std::pair<int64_t, int64_t>>& places);
  // Makes pages that are given back zeros, as all pages are at first. What is hidden has a weight of zero and must still
  // be a number, which what lay there last may not have been.
  void clear(const std::vector<int64_t>& pages);

  // Of one layer: rows (n, H_k, head_size) go to the given places of the given pages.
  void put(size_t layer, const at::Tensor& pages, const at::Tensor& places, const at::Tensor& keys,
           const at::Tensor& values);

  // What queries (B, H, head_size) find in the pages of their rows: by products of matrices, or by the CPU's kernel. The
  // sums are left out where nobody asks for them.
  attended_spans attend(size_t layer, const at::Tensor& q, const page_map& map, bool by_products, bool with_sums) const;

 private:
  struct read_pages {
    at::Tensor q;  // (P, H_k, queries of a key head, head_size): those of the row that has a page
    at::Tensor keys, values;  // (P, H_k, page size, head_size)
  };

  attended_spans by_products(const read_pages& read, const page_map& map, bool with_sums) const;
  attended_spans by_kernel(const read_pages& read, const page_map& map) const;

  std::vector<at::Tensor> keys_, values_;  // of each layer, (pages, H_k, page size, head_size)
  int64_t page_size_;
};

// Prompts that several sequences begin with, end to end. They are written once and only read after that.
class shared_prefixes {
 public:
  explicit shared_prefixes(int64_t layers) : keys_(layers), values_(layers) {}

  const std::vector<int64_t>& lengths() const { return lengths_; }
  // Adds some behind the others. `keys` and `values` of all of their tokens follow layer by layer.
  void add(const std::vector<int64_t>& lengths);
  void put(size_t layer, const at::Tensor& keys, const at::Tensor& values);
  // Leaves those alone for which `stays` holds.
  void keep(const std::vector<bool>& stays);

  const at::Tensor& keys(size_t layer) const { return keys_[layer]; }
  const at::Tensor& values(size_t layer) const { return values_[layer]; }

 private:
  std::vector<int64_t> lengths_;
  std::vector<at::Tensor> keys_, values_;  // of each layer, (tokens, H_k, head_size)
};

}  // namespace gepo
