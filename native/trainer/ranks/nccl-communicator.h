// One rank's place among others that talk by NCCL. Whatever waits for other ranks ends when the job is aborted, or when one
// of them is gone: NCCL's own waiting would not.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "job.h"

namespace gepo {

// --- as nccl.h has them since 2.14 ---

using nccl_result = int;
using nccl_comm = void*;
using nccl_stream = void*;
struct nccl_id {
  char internal[128];
};
// The first of its fields; those of later releases are taken as unset.
struct nccl_config {
  size_t size;
  unsigned int magic;
  unsigned int version;
  int blocking;
};
constexpr int nccl_sum = 0;
enum nccl_type { nccl_bytes = 1, nccl_float = 7, nccl_double = 8, nccl_bfloat16 = 9 };

struct nccl_functions {
  nccl_result (*get_id)(nccl_id*);
  nccl_result (*init_rank)(nccl_comm*, int, nccl_id, int, nccl_config*);
  nccl_result (*abort)(nccl_comm);
  nccl_result (*async_error)(nccl_comm, nccl_result*);
  const char* (*error_text)(nccl_result);
  nccl_result (*all_reduce)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
  nccl_result (*reduce_scatter)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
  nccl_result (*all_gather)(const void*, void*, size_t, int, nccl_comm, nccl_stream);
  nccl_result (*broadcast)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
};

// Throws `unavailable` where the library cannot be loaded, or lacks one of them.
nccl_functions load_nccl(const char* library);

// What one rank makes and all ranks join by.
std::vector<uint8_t> make_nccl_id(const nccl_functions& nccl);

class nccl_communicator {
 public:
  // Returns when all ranks have come. `rank-lost` where one has not.
  nccl_communicator(const nccl_functions& nccl, int64_t rank, int64_t size, const std::vector<uint8_t>& id);
  // Aborts, and does not end in order: that waits for ranks that may be gone.
  ~nccl_communicator();
  nccl_communicator(const nccl_communicator&) = delete;
  nccl_communicator& operator=(const nccl_communicator&) = delete;

  // Returns when what `call` asks NCCL for, with the communicator, is done: `is_done` asks its stream. Where another rank is
  // gone, or the job is aborted, what is on the stream would spin for ever: the communicator is aborted and of no more use.
  template <typename Call, typename IsDone>
  void run(Call call, IsDone is_done) {
    if (comm_ == nullptr) fail("rank-lost", "NCCL has failed before, and the ranks were not joined anew.");
    try {
      await_start(call(comm_));
      while (!is_done()) stop_if_broken();
    } catch (...) {
      abort();
      throw;
    }
  }

 private:
  // Returns when what was asked for is on its stream.
  void await_start(nccl_result result) const;
  void stop_if_broken() const;
  void check(nccl_result result) const;
  void abort();

  const nccl_functions& nccl_;
  nccl_comm comm_ = nullptr;  // none once it was aborted
};

}  // namespace gepo
