// Which pages of a cache are in use. The lowest free page is given out first, and pages can be brought together, so that
// those in use lie beside each other.
#pragma once
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace gepo {

class page_book {
 public:
  int64_t take();
  void give_back(const std::vector<int64_t>& pages);
  int64_t in_use() const { return extent_ - static_cast<int64_t>(free_.size()); }
  // One more than the highest page in use.
  int64_t extent() const { return extent_; }
  // Whether more than half of the pages below the extent are free.
  bool is_sparse() const { return 2 * in_use() < extent_; }
  // What must move where for the extent to become the number of pages in use: each page with its new place.
  std::vector<std::pair<int64_t, int64_t>> bring_together();

 private:
  std::set<int64_t> free_;  // all below the extent
  int64_t extent_ = 0;
};

}  // namespace gepo
