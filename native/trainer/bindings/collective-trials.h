// Collectives among threads of this process, each a rank with sockets of its own: for tests.
#pragma once
#include <c10/core/ScalarType.h>

#include <string>
#include <vector>

namespace gepo {

struct collective_trial {
  int64_t size;        // ranks
  int64_t entries;     // of what is summed, and of each part that is gathered or scattered
  int64_t broken = -1;  // a rank that leaves before the last operation, or none
  int64_t strangers = 0;  // that connect to each rank before the others, and say nothing
  int64_t impostor = -1;  // a rank that does not know what to show the others, or none
  int64_t absent = -1;  // a rank that never comes, or none
  c10::ScalarType type;
};

// What every rank has at the end, one after another: the sum of all ranks' entries, its part of a sum of `size` times as
// many, all ranks' entries, and rank 1's (rank 0's where it is alone). Rank r's i-th entry is
// 1 / (1 + r * count + i), of a tensor of `count` entries. Throws the first failure of a rank.
std::vector<std::vector<double>> run_collectives(const collective_trial& trial);

// Joins and sums by a library in NCCL's place, on no device; `id` is what it is given to join by. `again`: where that sum
// fails, asks for another one and throws what that says.
void run_nccl(const std::string& library, const std::vector<uint8_t>& id, bool again);

}  // namespace gepo
