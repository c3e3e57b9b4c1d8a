#include "protocol.h"

#include <cerrno>
#include <unistd.h>

namespace {

/* Reads a frame from front to back; once something is missing every further read gives zeros and ok is false. */
struct reader {
  std::string_view rest;
  bool ok = true;

  uint32_t read_u32() {
    std::string_view bytes = take(4);
    uint32_t value = 0;
    for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }

  std::string_view read_bytes() { return take(read_u32()); }

 private:
  std::string_view take(size_t length) {
    if (!ok || rest.size() < length) {
      ok = false;
      return {};
    }
    std::string_view taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  }
};

}  // namespace

std::optional<request> parse_request(std::string_view frame) {
  reader reader{frame};
  request request;
  uint32_t count = reader.read_u32();
  for (uint32_t i = 0; reader.ok && i < count; i++) request.arguments.emplace_back(reader.read_bytes());
  request.text = reader.read_bytes();
  if (!reader.ok || !reader.rest.empty()) return std::nullopt;
  return request;
}

void append_u32(std::string &to, uint64_t value) {
  for (int i = 0; i < 4; i++) to.push_back(static_cast<char>(value >> (8 * i)));
}

std::string encode_response(response_kind kind, uint32_t flags, std::string_view output, std::string_view diagnostics) {
  std::string frame;
  size_t length = 4 * sizeof(uint32_t) + output.size() + diagnostics.size();
  frame.reserve(sizeof(uint32_t) + length);
  append_u32(frame, length);
  append_u32(frame, static_cast<uint32_t>(kind));
  append_u32(frame, flags);
  append_u32(frame, output.size());
  frame.append(output);
  append_u32(frame, diagnostics.size());
  frame.append(diagnostics);
  return frame;
}

bool read_all(int descriptor, char *to, size_t length) {
  while (length > 0) {
    ssize_t got = read(descriptor, to, length);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    length -= static_cast<size_t>(got);
  }
  return true;
}

std::optional<std::string> read_frame(int descriptor) {
  unsigned char head[4];
  if (!read_all(descriptor, reinterpret_cast<char *>(head), sizeof head)) return std::nullopt;
  uint32_t length = head[0] | head[1] << 8 | head[2] << 16 | static_cast<uint32_t>(head[3]) << 24;
  if (length > max_frame_bytes) return std::nullopt;
  std::string frame(length, '\0');
  if (!read_all(descriptor, frame.data(), frame.size())) return std::nullopt;
  return frame;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}
