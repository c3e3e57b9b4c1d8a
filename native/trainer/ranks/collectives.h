// What the processes that train one model together tell each other. Every rank calls the same operations in the same
// order with tensors of the same sizes and types; each call returns when this rank's part in it is done.
#pragma once
#include "tensor.h"

namespace gepo {

// Tensors are contiguous and on the device that the ranks were joined for. A rank that is gone, and a connection that
// breaks, end the call with the failure `rank-lost`. After any failure the connections are of no more use: join anew.
class collectives {
 public:
  collectives(int64_t rank, int64_t size) : rank_(rank), size_(size) {}
  virtual ~collectives() = default;
  collectives(const collectives&) = delete;
  collectives& operator=(const collectives&) = delete;

  int64_t rank() const { return rank_; }
  int64_t size() const { return size_; }

  // Sums over the ranks, the same bits on all of them whenever they arrive: on the CPU in the order of the ranks, in
  // float32 for bfloat16; on GPUs in an order that NCCL takes from sizes and links alone.
  virtual void all_reduce(const at::Tensor& x) = 0;
  // `whole` has as many parts of the size of `part` as there are ranks: this rank's part of the sum.
  virtual void reduce_scatter(const at::Tensor& whole, const at::Tensor& part) = 0;
  // The parts of all ranks, one after another; `part` may be this rank's place in `whole`.
  virtual void all_gather(const at::Tensor& part, const at::Tensor& whole) = 0;
  virtual void broadcast(const at::Tensor& x, int64_t root) = 0;
  // Returns when all ranks have come to it.
  virtual void barrier() = 0;

 private:
  int64_t rank_, size_;
};

}  // namespace gepo
