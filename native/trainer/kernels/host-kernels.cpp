// The kernels on the CPU: teams of one thread, spread over libtorch's threads. Larger teams, of threads that wait for
// each other at every sum, exist for tests alone: they show that a team's members share its work rightly.
#include <ATen/Parallel.h>

#include <barrier>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "kernels-on.h"

namespace gepo {
namespace {

struct team_of_one {
  int64_t rank() const { return 0; }
  int64_t size() const { return 1; }
  float sum(float x) const { return x; }
  float max(float x) const { return x; }
  void wait() const {}
};

// What the members of a team have in common.
class meeting {
 public:
  explicit meeting(int size) : values_(size), barrier_(size) {}

  int64_t size() const { return static_cast<int64_t>(values_.size()); }
  void wait() { barrier_.arrive_and_wait(); }
  template <class Join>
  float join(int64_t rank, float x, Join join) {
    values_[rank] = x;
    wait();
    float all = values_[0];
    for (size_t i = 1; i < values_.size(); ++i) all = join(all, values_[i]);
    wait();
    return all;
  }

 private:
  std::vector<float> values_;
  std::barrier<> barrier_;
};

struct team_member {
  meeting& others;
  int64_t place;

  int64_t rank() const { return place; }
  int64_t size() const { return others.size(); }
  float sum(float x) const {
    return others.join(place, x, [](float a, float b) { return a + b; });
  }
  float max(float x) const {
    return others.join(place, x, [](float a, float b) { return fmaxf(a, b); });
  }
  void wait() const { others.wait(); }
};

class host_runner {
 public:
  explicit host_runner(int team_size) : team_size_(team_size) {}

  template <class Work>
  void each(const Work& work, int64_t count) const {
    at::parallel_for(0, count, accesses_at_once, [&](int64_t begin, int64_t end) {
      for (auto i = begin; i < end; ++i) work(i);
    });
  }

  template <class Work>
  void teams(const Work& work, int64_t count, int64_t share) const {
    teams_with([&](const auto& team, int64_t i, float*) { work(team, i); }, count, share, 0);
  }

  template <class Work>
  void teams(const Work& work, int64_t count, int64_t share, int64_t floats) const {
    teams_with(work, count, share, floats);
  }

 private:
  static constexpr int64_t accesses_at_once = 4096;  // fewer are not worth another thread

  template <class Work>
  void teams_with(const Work& work, int64_t count, int64_t share, int64_t floats) const {
    if (team_size_ > 1) {
      meet(work, count, floats);
      return;
    }
    const auto grain = std::max<int64_t>(1, accesses_at_once / std::max<int64_t>(1, share));
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
      std::vector<float> scratch(floats);
      for (auto i = begin; i < end; ++i) work(team_of_one(), i, scratch.data());
    });
  }

  template <class Work>
  void meet(const Work& work, int64_t count, int64_t floats) const {
    meeting others(team_size_);
    std::vector<float> scratch(floats);
    std::vector<std::thread> members;
    for (int rank = 0; rank < team_size_; ++rank) {
      members.emplace_back([&, rank] {
        const team_member member{others, rank};
        for (int64_t i = 0; i < count; ++i) {
          work(member, i, scratch.data());
          member.wait();
        }
      });
    }
    for (auto& member : members) member.join();
  }

  int team_size_;
};

}  // namespace

const kernels& host_kernels(int team_size) {
  static std::map<int, std::unique_ptr<kernels>> made;
  auto& found = made[team_size];
  if (found == nullptr) found = std::make_unique<kernels_on<host_runner>>(host_runner(team_size));
  return *found;
}

}  // namespace gepo
