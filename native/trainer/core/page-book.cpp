#include "page-book.h"

namespace gepo {

int64_t page_book::take() {
  if (free_.empty()) return extent_++;
  const auto lowest = free_.begin();
  const auto page = *lowest;
  free_.erase(lowest);
  return page;
}

void page_book::give_back(const std::vector<int64_t>& pages) {
  free_.insert(pages.begin(), pages.end());
  while (!free_.empty() && *free_.rbegin() == extent_ - 1) {
    free_.erase(std::prev(free_.end()));
    --extent_;
  }
}

std::vector<std::pair<int64_t, int64_t>> page_book::bring_together() {
  std::vector<std::pair<int64_t, int64_t>> moves;
  while (!free_.empty()) {
    // The highest page is in use, or it would not be within the extent.
    const auto to = *free_.begin();
    moves.emplace_back(extent_ - 1, to);
    free_.erase(free_.begin());
    give_back({extent_ - 1});
  }
  return moves;
}

}  // namespace gepo
