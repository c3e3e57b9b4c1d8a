// The processes that train together, as one of them sees it.
#pragma once
#include <memory>

#include "collectives.h"

namespace gepo {

struct rank_group {
  int64_t rank = 0;
  int64_t size = 1;
  // Made anew after a call that failed on some rank: what was under way then has come apart.
  std::unique_ptr<collectives> connected;

  bool is_alone() const { return size == 1; }
  // Writes and reads files for all.
  bool is_leader() const { return rank == 0; }
};

}  // namespace gepo
