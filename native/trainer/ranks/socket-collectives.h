// Collectives on the CPU: each rank has a TCP connection to each other one, on this machine or on others.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "collectives.h"
#include "socket.h"

namespace gepo {

// Connects the rank with all others; every rank listens before any of them joins.
//   addresses  where each rank listens, as host:port
//   key        what all ranks of this joining know and nobody else; a connection without it is closed
std::unique_ptr<collectives> join_by_sockets(const socket_handle& listening, int64_t rank,
                                             const std::vector<std::string>& addresses, const std::string& key);

}  // namespace gepo
