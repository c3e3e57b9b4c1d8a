#include "socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "job.h"

namespace gepo {
namespace {

[[noreturn]] void fail_on_socket(const std::string& what) {
  fail("rank-lost", what + ": " + std::strerror(errno) + ".");
}

// Large messages follow small ones at once, and nobody waits for more to send. A machine that has vanished is noticed
// within a minute while nothing is on its way to it; one that is only slow answers all the same. There is no
// TCP_USER_TIMEOUT: it would also end a connection to a rank that computes for longer than that before it reads.
void tune(int number) {
  const auto set = [number](int level, int option, int value) {
    ::setsockopt(number, level, option, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 30);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace

bool may_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

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
  socket_handle made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
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

socket_handle begin_connecting(const std::string& address) {
  const auto colon = address.rfind(':');
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto host = address.substr(0, colon);
  if (const auto code = ::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &wanted, &found); code != 0) {
    fail("rank-lost", "The machine " + host + " of another rank is not found: " + ::gai_strerror(code) + ".");
  }
  socket_handle made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto status = ::connect(made.number(), found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  if (status != 0 && errno != EINPROGRESS) fail_on_socket("Another rank cannot be reached at " + address);
  tune(made.number());
  return made;
}

std::string connecting_failure(const socket_handle& socket) {
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &code, &size);
  return code == 0 ? "" : std::strerror(code);
}

socket_handle accept_waiting(const socket_handle& listening) {
  socket_handle made(::accept4(listening.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (made.number() >= 0) tune(made.number());
  return made;
}

bool send_first(const socket_handle& to, const std::string& bytes) {
  return ::send(to.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool receive_first(const socket_handle& from, std::string& bytes, size_t size) {
  std::string more(size - bytes.size(), '\0');
  const auto got = ::recv(from.number(), more.data(), more.size(), 0);
  if (got > 0) bytes.append(more, 0, static_cast<size_t>(got));
  return got > 0 || (got < 0 && may_wait());
}

}  // namespace gepo
