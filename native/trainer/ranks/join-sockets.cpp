#include "join-sockets.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "job.h"

namespace gepo {
namespace {

// Who connects says its number, and then its word.
constexpr size_t introduction_size = sizeof(int64_t) + joining_words::size;

std::string introduction(int64_t rank, const std::string& word) {
  std::string made(reinterpret_cast<const char*>(&rank), sizeof rank);
  return made + word;
}

// In a time that does not tell how much of it is right.
bool is_word(const std::string& found, const std::string& expected) {
  unsigned char differing = found.size() == expected.size() ? 0 : 1;
  for (size_t i = 0; i < std::min(found.size(), expected.size()); ++i) differing |= found[i] ^ expected[i];
  return differing == 0;
}

// A connection that is no rank's yet.
struct newcomer {
  socket_handle socket;
  int64_t rank = -1;  // to whom this rank connects; -1 for one that has come by itself
  bool is_connecting = false;
  std::string received;
};

class joining {
 public:
  joining(const socket_handle& listening, int64_t rank, const std::vector<std::string>& addresses,
          const joining_words& words)
      : listening_(listening), rank_(rank), addresses_(addresses), words_(words), joined_(addresses.size()) {
    for (int64_t r = 0; r < rank; ++r) newcomers_.push_back({begin_connecting(addresses[r]), r, true, {}});
  }

  std::vector<socket_handle> finish(int seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!missing().empty()) {
      stop_if_aborted();
      if (std::chrono::steady_clock::now() > until) {
        fail("rank-lost", "Not connected within " + std::to_string(seconds) + " seconds: rank" + missing() + ".");
      }
      wait();
    }
    return std::move(joined_);
  }

 private:
  std::string missing() const {
    std::string found;
    for (size_t r = 0; r < joined_.size(); ++r) {
      if (static_cast<int64_t>(r) != rank_ && joined_[r].number() < 0) found += " " + std::to_string(r);
    }
    return found;
  }

  void wait() {
    std::vector<pollfd> waiting{{listening_.number(), POLLIN, 0}};
    for (const auto& one : newcomers_) {
      waiting.push_back({one.socket.number(), static_cast<short>(one.is_connecting ? POLLOUT : POLLIN), 0});
    }
    if (::poll(waiting.data(), waiting.size(), 100) <= 0) return;
    std::vector<newcomer> left;
    for (size_t i = 0; i < newcomers_.size(); ++i) {
      auto& one = newcomers_[i];
      if (waiting[i + 1].revents == 0 || (one.rank < 0 ? advance_theirs(one) : advance_ours(one))) {
        left.push_back(std::move(one));
      }
    }
    newcomers_ = std::move(left);
    if (waiting[0].revents == 0) return;
    auto arrived = accept_waiting(listening_);
    if (arrived.number() >= 0) newcomers_.push_back({std::move(arrived), -1, false, {}});
  }

  // Of one that this rank has opened; false where it is a rank's now.
  bool advance_ours(newcomer& one) {
    const auto name = "rank " + std::to_string(one.rank) + " at " + addresses_[one.rank];
    if (one.is_connecting) {
      const auto failure = connecting_failure(one.socket);
      if (!failure.empty()) fail("rank-lost", "There is no " + name + ": " + failure + ".");
      one.is_connecting = false;
      if (send_first(one.socket, introduction(rank_, words_.shown[one.rank]))) return true;
    } else if (receive_first(one.socket, one.received, joining_words::size)) {
      if (one.received.size() < joining_words::size) return true;
      if (!is_word(one.received, words_.expected[one.rank])) {
        fail("rank-lost", "What answers for " + name + " is something else.");
      }
      joined_[one.rank] = std::move(one.socket);
      return false;
    }
    fail("rank-lost", "R" + name.substr(1) + " has hung up.");
  }

  // Of one that has come; false where it is a rank's now, or has no business here.
  bool advance_theirs(newcomer& one) {
    if (!receive_first(one.socket, one.received, introduction_size)) return false;
    if (one.received.size() < introduction_size) return true;
    int64_t theirs = 0;
    std::memcpy(&theirs, one.received.data(), sizeof theirs);
    if (theirs <= rank_ || theirs >= static_cast<int64_t>(joined_.size()) || joined_[theirs].number() >= 0)
      return false;
    if (!is_word(one.received.substr(sizeof theirs), words_.expected[theirs])) return false;
    if (send_first(one.socket, words_.shown[theirs])) joined_[theirs] = std::move(one.socket);
    return false;
  }

  const socket_handle& listening_;
  int64_t rank_;
  const std::vector<std::string>& addresses_;
  const joining_words& words_;
  std::vector<socket_handle> joined_;
  std::vector<newcomer> newcomers_;
};

}  // namespace

joining_words joining_words::from(const std::vector<uint8_t>& shown, const std::vector<uint8_t>& expected) {
  const auto split = [](const std::vector<uint8_t>& all) {
    std::vector<std::string> words;
    for (size_t at = 0; at + size <= all.size(); at += size)
      words.emplace_back(all.begin() + at, all.begin() + at + size);
    return words;
  };
  return {split(shown), split(expected)};
}

std::vector<socket_handle> join_sockets(const socket_handle& listening, int64_t rank,
                                        const std::vector<std::string>& addresses, const joining_words& words,
                                        int seconds) {
  if (words.shown.size() != addresses.size() || words.expected.size() != addresses.size()) {
    throw std::runtime_error("there is a word for each rank");
  }
  return joining(listening, rank, addresses, words).finish(seconds);
}

}  // namespace gepo
