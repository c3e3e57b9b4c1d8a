// Tensors read from and written to files of the safetensors layout. The header, which is JSON, is made and read on
// the other side: here a file is a prefix of bytes and tensors at offsets.
#pragma once
#include "tensor.h"

#include <functional>
#include <string>
#include <vector>

namespace gepo {

struct stored_tensor {
  c10::ScalarType type;
  std::vector<int64_t> shape;
  int64_t begin;  // bytes from the file's start
};

// A file mapped into memory, read only.
class mapped_file {
 public:
  explicit mapped_file(const std::string& path);
  ~mapped_file();
  mapped_file(const mapped_file&) = delete;
  mapped_file& operator=(const mapped_file&) = delete;

  // A view into the file, not to outlive it. Throws `bad-checkpoint` when the file ends before the tensor.
  at::Tensor view(const stored_tensor& tensor) const;

 private:
  std::string path_;
  void* start_ = nullptr;
  size_t size_ = 0;
};

// Writes `prefix` and then `count` tensors, asking for one at a time, to the disk before it returns.
void write_tensor_file(const std::string& path, const std::vector<uint8_t>& prefix, size_t count,
                       const std::function<at::Tensor(size_t)>& tensor);

}  // namespace gepo
