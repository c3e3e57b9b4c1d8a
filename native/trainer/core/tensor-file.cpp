#include "tensor-file.h"

#include <ATen/ops/from_blob.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "job.h"

namespace gepo {
namespace {

[[noreturn]] void fail_on_file(const char* what, const std::string& path) {
  fail("bad-checkpoint", "Cannot " + std::string(what) + " " + path + ": " + std::strerror(errno) + ".");
}

class open_file {
 public:
  open_file(const std::string& path, int flags) : path_(path), number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) fail_on_file("open", path);
  }
  ~open_file() { ::close(number_); }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  int number() const { return number_; }

  void write(const void* data, size_t size) const {
    auto* from = static_cast<const char*>(data);
    while (size > 0) {
      const auto done = ::write(number_, from, std::min<size_t>(size, size_t{1} << 30));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) fail_on_file("write", path_);
      from += done;
      size -= static_cast<size_t>(done);
    }
  }

 private:
  const std::string& path_;
  int number_;
};

}  // namespace

mapped_file::mapped_file(const std::string& path) : path_(path) {
  const open_file file(path, O_RDONLY);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) fail_on_file("read", path);
  size_ = static_cast<size_t>(status.st_size);
  start_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (start_ == MAP_FAILED) fail_on_file("map", path);
}

mapped_file::~mapped_file() { ::munmap(start_, size_); }

at::Tensor mapped_file::view(const stored_tensor& tensor) const {
  size_t bytes = c10::elementSize(tensor.type);
  for (const auto dimension : tensor.shape) bytes *= static_cast<size_t>(dimension);
  const auto begin = static_cast<size_t>(tensor.begin);
  if (begin > size_ || bytes > size_ - begin) {
    fail("bad-checkpoint", path_ + " is shorter than its header says: fetch it again.");
  }
  return at::from_blob(static_cast<char*>(start_) + begin, tensor.shape, at::TensorOptions().dtype(tensor.type));
}

void write_tensor_file(const std::string& path, const std::vector<uint8_t>& prefix, size_t count,
                       const std::function<at::Tensor(size_t)>& tensor) {
  const open_file file(path, O_WRONLY | O_CREAT | O_TRUNC);
  file.write(prefix.data(), prefix.size());
  for (size_t i = 0; i < count; ++i) {
    stop_if_aborted();
    const auto whole = tensor(i).to(at::kCPU).contiguous();
    file.write(whole.const_data_ptr(), whole.nbytes());
  }
  if (::fsync(file.number()) != 0) fail_on_file("write", path);
}

}  // namespace gepo
