// All operations are exchanges: this rank sends some bytes to each other one and gets some from each, all at the same
// time. For a sum each rank gets everybody's numbers for its own part, a block at a time, and adds them up in the order
// of the ranks.
#include "socket-collectives.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "job.h"

namespace gepo {
namespace {

// Entries that are summed at a time: a block of each rank is held.
constexpr int64_t block = int64_t{1} << 20;

// Goes before each exchange, so that ranks that are not at the same operation notice.
struct announcement {
  int64_t number;
  int64_t bytes;
};

// Bytes on their way to or from one rank.
struct transfer {
  char* data = nullptr;
  int64_t size = 0;
  announcement head{};
  int64_t done = 0;  // the announcement's bytes first

  int64_t all() const { return size + static_cast<int64_t>(sizeof head); }
  bool is_over() const { return done == all(); }
  // The next piece that lies together.
  std::pair<char*, size_t> next() {
    const auto head_size = static_cast<int64_t>(sizeof head);
    if (done < head_size) return {reinterpret_cast<char*>(&head) + done, static_cast<size_t>(head_size - done)};
    return {data + (done - head_size), static_cast<size_t>(all() - done)};
  }
};

struct range {
  int64_t first, end;
  int64_t size() const { return end - first; }
};

class socket_collectives : public collectives {
 public:
  socket_collectives(int64_t rank, std::vector<socket_handle> others)
      : collectives(rank, static_cast<int64_t>(others.size())), others_(std::move(others)) {}

  void all_reduce(const at::Tensor& x) override {
    const auto flat = x.view({-1});
    const auto each = (flat.numel() + size() - 1) / size();
    const auto part_of = [&](int64_t r) {
      return range{std::min(r * each, flat.numel()), std::min((r + 1) * each, flat.numel())};
    };
    const auto own = part_of(rank());
    const auto sum = at::empty({own.size()}, flat.options());
    sum_parts(flat, part_of, sum);
    flat.narrow(0, own.first, own.size()).copy_(sum);
    gather_parts(flat, part_of);
  }

  void reduce_scatter(const at::Tensor& whole, const at::Tensor& part) override {
    const auto each = part.numel();
    sum_parts(whole.view({-1}), [each](int64_t r) { return range{r * each, (r + 1) * each}; }, part.view({-1}));
  }

  void all_gather(const at::Tensor& part, const at::Tensor& whole) override {
    const auto each = part.numel();
    const auto flat = whole.view({-1});
    const auto own = flat.narrow(0, rank() * each, each);
    if (own.data_ptr() != part.data_ptr()) own.copy_(part.view({-1}));
    gather_parts(flat, [each](int64_t r) { return range{r * each, (r + 1) * each}; });
  }

  void broadcast(const at::Tensor& x, int64_t root) override {
    begin();
    auto* data = static_cast<char*>(x.data_ptr());
    const auto bytes = static_cast<int64_t>(x.nbytes());
    for (int64_t r = 0; r < size(); ++r) {
      if (r == rank()) continue;
      if (rank() == root) send(r, data, bytes);
      if (r == root) receive(r, data, bytes);
    }
    exchange();
  }

  void barrier() override {
    begin();
    char signs[2] = {0, 0};
    for (int64_t r = 0; r < size(); ++r) {
      if (r == rank()) continue;
      send(r, &signs[0], 1);
      receive(r, &signs[1], 1);
    }
    exchange();
  }

 private:
  template <typename PartOf>
  void gather_parts(const at::Tensor& flat, PartOf part_of) {
    begin();
    const auto width = flat.element_size();
    const auto at = [&](const range& part) { return static_cast<char*>(flat.data_ptr()) + part.first * width; };
    const auto own = part_of(rank());
    for (int64_t r = 0; r < size(); ++r) {
      if (r == rank()) continue;
      send(r, at(own), own.size() * width);
      receive(r, at(part_of(r)), part_of(r).size() * width);
    }
    exchange();
  }

  // The sum over the ranks of `flat`'s entries within this rank's part.
  template <typename PartOf>
  void sum_parts(const at::Tensor& flat, PartOf part_of, const at::Tensor& to) {
    const auto width = flat.element_size();
    auto* data = static_cast<char*>(flat.data_ptr());
    int64_t longest = 0;
    for (int64_t r = 0; r < size(); ++r) longest = std::max(longest, part_of(r).size());
    for (int64_t from = 0; from < longest; from += block) {
      const auto within = [&](const range& part) {
        const auto first = std::min(part.first + from, part.end);
        return range{first, std::min(first + block, part.end)};
      };
      const auto own = within(part_of(rank()));
      std::vector<at::Tensor> found(static_cast<size_t>(size()));
      begin();
      for (int64_t r = 0; r < size(); ++r) {
        if (r == rank()) continue;
        const auto theirs = within(part_of(r));
        send(r, data + theirs.first * width, theirs.size() * width);
        found[r] = at::empty({own.size()}, flat.options());
        receive(r, static_cast<char*>(found[r].data_ptr()), own.size() * width);
      }
      exchange();
      found[rank()] = flat.narrow(0, own.first, own.size());
      add_up(found, to.narrow(0, own.first - part_of(rank()).first, own.size()));
    }
  }

  static void add_up(const std::vector<at::Tensor>& parts, const at::Tensor& to) {
    const bool narrow = to.scalar_type() == c10::kBFloat16;
    auto sum = narrow ? parts[0].to(c10::kFloat) : parts[0].clone();
    for (size_t r = 1; r < parts.size(); ++r) sum.add_(parts[r]);
    to.copy_(sum);
  }

  // --- one exchange: begin, what is sent and received, exchange ---

  void begin() {
    ++number_;
    outgoing_.assign(others_.size(), std::nullopt);
    incoming_.assign(others_.size(), std::nullopt);
  }
  void send(int64_t to, char* data, int64_t bytes) { outgoing_[to] = transfer{data, bytes, {number_, bytes}}; }
  void receive(int64_t from, char* data, int64_t bytes) { incoming_[from] = transfer{data, bytes}; }

  void exchange() {
    for (;;) {
      std::vector<pollfd> waiting;
      std::vector<size_t> ranks;
      for (size_t r = 0; r < others_.size(); ++r) {
        short events = 0;
        if (outgoing_[r] && !outgoing_[r]->is_over()) events |= POLLOUT;
        if (incoming_[r] && !incoming_[r]->is_over()) events |= POLLIN;
        if (events == 0) continue;
        waiting.push_back({others_[r].number(), events, 0});
        ranks.push_back(r);
      }
      if (waiting.empty()) return;
      stop_if_aborted();
      if (::poll(waiting.data(), waiting.size(), 100) < 0 && errno != EINTR) throw_lost(ranks[0]);
      for (size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i].revents & POLLOUT) advance_send(ranks[i]);
        // What was sent before the other side went is still there to be read.
        if (waiting[i].revents & (POLLIN | POLLHUP | POLLERR)) {
          if (waiting[i].events & POLLIN) {
            advance_receive(ranks[i]);
          } else {
            throw_lost(ranks[i]);
          }
        }
      }
    }
  }

  void advance_send(size_t r) {
    const auto [data, size] = outgoing_[r]->next();
    const auto sent = ::send(others_[r].number(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) outgoing_[r]->done += sent;
    if (sent < 0 && !may_wait()) throw_lost(r);
  }

  void advance_receive(size_t r) {
    auto& into = *incoming_[r];
    const auto [data, size] = into.next();
    const auto got = ::recv(others_[r].number(), data, size, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && !may_wait())) throw_lost(r);
    if (got > 0) into.done += got;
    if (into.done == static_cast<int64_t>(sizeof into.head) &&
        (into.head.number != number_ || into.head.bytes != into.size)) {
      fail("rank-lost", "Rank " + std::to_string(r) + " is at another operation than rank " + std::to_string(rank()) +
                            ", which is a bug.");
    }
  }

  [[noreturn]] static void throw_lost(size_t r) {
    fail("rank-lost",
         "The connection to rank " + std::to_string(r) + " is lost: its process or its machine has ended.");
  }

  std::vector<socket_handle> others_;  // by rank; this one's own is none
  int64_t number_ = 0;  // of the exchange
  std::vector<std::optional<transfer>> outgoing_, incoming_;
};

}  // namespace

std::unique_ptr<collectives> make_socket_collectives(int64_t rank, std::vector<socket_handle> others) {
  return std::make_unique<socket_collectives>(rank, std::move(others));
}

}  // namespace gepo
