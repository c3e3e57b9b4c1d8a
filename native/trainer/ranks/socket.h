// One TCP connection to another rank, and the place where others may connect.
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

// To `host:port`. Throws `rank-lost` where nobody answers there.
socket_handle connect_to(const std::string& address);

// The next to connect; throws `rank-lost` where nobody does within the time.
socket_handle accept_from(const socket_handle& listening, int seconds);

// Whole messages, for the first words of a connection: false where the other side is gone or silent for long.
bool send_all(const socket_handle& to, const void* data, size_t size);
bool receive_all(const socket_handle& from, void* data, size_t size);

}  // namespace gepo
