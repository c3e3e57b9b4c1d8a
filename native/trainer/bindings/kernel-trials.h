// The engine's smaller computations one by one, on tensors that are given: for tests, which hold kernels of ours against
// libtorch's operations and a GPU against the CPU.
#pragma once
#include "choose-kernels.h"
#include "js-values.h"

namespace gepo {

struct kernel_trial {
  std::string name;
  std::vector<at::Tensor> tensors;  // on the device where it is to run
  std::vector<double> numbers;
  c10::ScalarType gradient_type;  // of the weights that it has a gradient for
  const kernels* fused;  // or null
};

// What it computes, in an order that belongs to its name: see kernel-trials.cpp.
std::vector<at::Tensor> run_trial(const kernel_trial& trial);

}  // namespace gepo
