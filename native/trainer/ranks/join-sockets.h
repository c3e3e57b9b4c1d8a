// How ranks connect: each to those before it, and those after it to each, all at the same time.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "socket.h"

namespace gepo {

// For each other rank what is shown to it and what it shows, `size` bytes each: made for one joining, and of use once.
struct joining_words {
  static constexpr size_t size = 32;
  std::vector<std::string> shown, expected;

  // As one after another, by rank.
  static joining_words from(const std::vector<uint8_t>& shown, const std::vector<uint8_t>& expected);
};

// A connection to each other rank, by rank; this one's own is none. Who shows a wrong word is sent away, and who shows
// none keeps nobody waiting. Throws `rank-lost` where not all are there within the time.
std::vector<socket_handle> join_sockets(const socket_handle& listening, int64_t rank,
                                        const std::vector<std::string>& addresses, const joining_words& words,
                                        int seconds);

}  // namespace gepo
