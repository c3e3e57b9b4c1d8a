// One TCP connection to another rank, and the place where others may connect. None of it waits.
#pragma once
#include <cstdint>
#include <string>

namespace gepo {

// Closes what it holds.
class socket_handle {
 public:
  explicit socket_handle(int number = -1) : number_(number) {}
  ~socket_handle();
  socket_handle(socket_handle&& from) noexcept : number_(from.number_) { from.number_ = -1; }
  socket_handle& operator=(socket_handle&& from) noexcept;
  int number() const { return number_; }

 private:
  int number_;
};

// Listens on a port that is free. `everywhere`: to other machines too, else to this one alone.
socket_handle listen_anywhere(bool everywhere);
int port_of(const socket_handle& listening);

// Begins to connect to `host:port`; it is connected, or has failed, when it can be written to.
socket_handle begin_connecting(const std::string& address);
// Empty where it is connected, else why not.
std::string connecting_failure(const socket_handle& socket);

// The next that has connected; none where nobody has.
socket_handle accept_waiting(const socket_handle& listening);

// After a call of the system on a socket that has failed: whether it is only not yet time for it.
bool may_wait();

// A few bytes at the beginning of a connection, for which there is always room: false where the other side is gone.
bool send_first(const socket_handle& to, const std::string& bytes);
// Adds what has come to `bytes`, up to `size` in all: false where the other side is gone.
bool receive_first(const socket_handle& from, std::string& bytes, size_t size);

}  // namespace gepo
