#include "collective-trials.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <exception>
#include <thread>

#include "../ranks/join-sockets.h"
#include "../ranks/nccl-communicator.h"
#include "../ranks/socket-collectives.h"
#include "log-prob-values.h"

namespace gepo {
namespace {

at::Tensor entries_of(int64_t rank, int64_t count, c10::ScalarType type) {
  return (at::arange(count, at::kDouble) + (1 + rank * count)).reciprocal().to(type);
}

at::Tensor run_rank(collectives& group, const collective_trial& trial) {
  const auto make = [&](int64_t count) { return entries_of(group.rank(), count, trial.type); };
  const auto sum = make(trial.entries);
  group.all_reduce(sum);
  const auto part = at::empty({trial.entries}, sum.options());
  group.reduce_scatter(make(trial.entries * trial.size), part);
  const auto all = at::empty({trial.entries * trial.size}, sum.options());
  group.all_gather(make(trial.entries), all);
  group.barrier();
  if (group.rank() == trial.broken) return sum;
  const auto given = make(trial.entries);
  group.broadcast(given, trial.size > 1 ? 1 : 0);
  group.barrier();
  return at::cat({sum, part, all, given});
}

std::string word_of(int64_t from, int64_t to) {
  return std::string(joining_words::size, static_cast<char>('a' + from * 5 + to));
}

joining_words words_of(int64_t rank, const collective_trial& trial) {
  joining_words words;
  for (int64_t r = 0; r < trial.size; ++r) {
    words.shown.push_back(rank == trial.impostor ? std::string(joining_words::size, '?') : word_of(rank, r));
    words.expected.push_back(word_of(r, rank));
  }
  return words;
}

}  // namespace

std::vector<std::vector<double>> run_collectives(const collective_trial& trial) {
  std::vector<socket_handle> places;
  std::vector<std::string> addresses;
  for (int64_t r = 0; r < trial.size; ++r) {
    places.push_back(listen_anywhere(false));
    addresses.push_back("127.0.0.1:" + std::to_string(port_of(places.back())));
  }
  // An absent one is not waited for as long as another process would be.
  const int seconds = trial.absent < 0 && trial.impostor < 0 ? 60 : 1;
  std::vector<socket_handle> strangers;
  for (int64_t n = 0; n < trial.strangers * trial.size; ++n) {
    strangers.push_back(begin_connecting(addresses[n % trial.size]));
  }
  std::vector<at::Tensor> results(places.size());
  std::vector<std::exception_ptr> failures(places.size());
  std::vector<std::thread> ranks;
  for (int64_t r = 0; r < trial.size; ++r) {
    if (r == trial.absent) continue;
    ranks.emplace_back([&, r] {
      const at::AutoDispatchBelowAutograd unrecorded;
      try {
        auto others = join_sockets(places[r], r, addresses, words_of(r, trial), seconds);
        results[r] = run_rank(*make_socket_collectives(r, std::move(others)), trial);
      } catch (...) {
        failures[r] = std::current_exception();
      }
    });
  }
  for (auto& rank : ranks) rank.join();
  for (const auto& failure : failures) {
    if (failure != nullptr) std::rethrow_exception(failure);
  }
  std::vector<std::vector<double>> values;
  for (const auto& result : results) values.push_back(to_host<double>(result, c10::kDouble));
  return values;
}

void run_nccl(const std::string& library, const std::vector<uint8_t>& id, bool again) {
  const auto nccl = load_nccl(library.c_str());
  nccl_communicator communicator(nccl, 0, 2, id);
  const auto sum = [&] {
    float x = 0;
    communicator.run([&](nccl_comm comm) { return nccl.all_reduce(&x, &x, 1, nccl_float, nccl_sum, comm, nullptr); },
                     [] { return true; });
  };
  try {
    sum();
  } catch (...) {
    if (!again) throw;
    sum();
  }
}

}  // namespace gepo
