#include "socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "job.h"

namespace gepo {
namespace {

// What a connection's first words may take.
constexpr int greeting_seconds = 10;

[[noreturn]] void fail_on_socket(const std::string& what) {
  fail("rank-lost", what + ": " + std::strerror(errno) + ".");
}

// Large messages follow small ones at once, and nobody waits for more to send.
void tune(int number) {
  const int on = 1;
  ::setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval limit{greeting_seconds, 0};
  ::setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

// Moves `size` bytes by `move`, which does a part and says how much.
template <typename Move>
bool move_all(size_t size, Move move) {
  for (size_t done = 0; done < size;) {
    const auto now = move(done);
    if (now < 0 && errno == EINTR) continue;
    if (now <= 0) return false;
    done += static_cast<size_t>(now);
  }
  return true;
}

}  // namespace

socket_handle::~socket_handle() {
  if (number_ >= 0) ::close(number_);
}

socket_handle& socket_handle::operator=(socket_handle&& from) noexcept {
  if (this != &from) {
    if (number_ >= 0) ::close(number_);
    number_ = from.number_;
    from.number_ = -1;
  }
  return *this;
}

socket_handle listen_anywhere(bool everywhere) {
  socket_handle made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (made.number() < 0) fail_on_socket("No socket can be opened for the other ranks");
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(everywhere ? INADDR_ANY : INADDR_LOOPBACK);
  if (::bind(made.number(), reinterpret_cast<sockaddr*>(&place), sizeof place) != 0 ||
      ::listen(made.number(), SOMAXCONN) != 0) {
    fail_on_socket("No port can be opened for the other ranks");
  }
  return made;
}

int port_of(const socket_handle& listening) {
  sockaddr_in place{};
  socklen_t size = sizeof place;
  if (::getsockname(listening.number(), reinterpret_cast<sockaddr*>(&place), &size) != 0) {
    fail_on_socket("The port for the other ranks is not known");
  }
  return ntohs(place.sin_port);
}

socket_handle connect_to(const std::string& address) {
  const auto colon = address.rfind(':');
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto host = address.substr(0, colon);
  if (const auto code = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &wanted, &found); code != 0) {
    fail("rank-lost", "The machine " + host + " of another rank is not found: " + ::gai_strerror(code) + ".");
  }
  socket_handle made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto status = ::connect(made.number(), found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  if (status != 0) fail_on_socket("Another rank cannot be reached at " + address);
  tune(made.number());
  return made;
}

socket_handle accept_from(const socket_handle& listening, int seconds) {
  constexpr int slice_ms = 100;
  for (int waited = 0; waited < seconds * 1000; waited += slice_ms) {
    stop_if_aborted();
    pollfd wanted{listening.number(), POLLIN, 0};
    if (::poll(&wanted, 1, slice_ms) <= 0) continue;
    socket_handle made(::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (made.number() < 0) continue;
    tune(made.number());
    return made;
  }
  fail("rank-lost", "Another rank has not connected within " + std::to_string(seconds) + " seconds.");
}

bool send_all(const socket_handle& to, const void* data, size_t size) {
  const auto* from = static_cast<const char*>(data);
  return move_all(size, [&](size_t done) { return ::send(to.number(), from + done, size - done, MSG_NOSIGNAL); });
}

bool receive_all(const socket_handle& from, void* data, size_t size) {
  auto* to = static_cast<char*>(data);
  return move_all(size, [&](size_t done) { return ::recv(from.number(), to + done, size - done, 0); });
}

}  // namespace gepo
