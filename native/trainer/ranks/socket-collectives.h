// Collectives on the CPU: each rank has a TCP connection to each other one, on this machine or on others.
#pragma once
#include <memory>
#include <vector>

#include "collectives.h"
#include "socket.h"

namespace gepo {

// `others`: the connection to each rank; this one's own is none.
std::unique_ptr<collectives> make_socket_collectives(int64_t rank, std::vector<socket_handle> others);

}  // namespace gepo
