/*
 * The messages between the host (src/compile/worker/protocol.ts) and the compile worker.
 *
 * A message is a frame: u32 length, then that many bytes. All integers are little-endian; `bytes` is u32 length +
 * bytes; a list is u32 count + that many `bytes`. The worker sends one hello, then answers each request in turn.
 *
 *   hello     u32 version
 *   request   list arguments (of the clang driver, without its name; none: of llvm-as) | bytes text (its stdin)
 *   response  u32 kind | u32 flags | bytes output | bytes diagnostics (as clang or llvm-as prints them on stderr)
 *
 * Instead of answering, the worker may die: by SIGPROF when a job took more CPU time than is allowed, by another
 * signal when clang crashed.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

constexpr uint32_t protocol_version = 2;
constexpr uint32_t max_frame_bytes = 1u << 28;

enum class response_kind : uint32_t {
  ok = 0,
  /* The text was refused; the diagnostics say why. */
  rejected = 1,
  /* The worker cannot do what the arguments ask; the diagnostics say why. A bug of the host. */
  unsupported = 2,
};

enum response_flag : uint32_t {
  /* The headers came from a precompiled header. */
  flag_precompiled = 1,
};

struct request {
  /* None: the text is to be assembled. */
  std::vector<std::string> arguments;
  std::string_view text;
};

/* The request refers to the frame's bytes; nothing if the frame is malformed. */
std::optional<request> parse_request(std::string_view frame);

/* A whole frame, length included. */
std::string encode_response(response_kind kind, uint32_t flags, std::string_view output, std::string_view diagnostics);

/* Nothing at the end of the stream. Exactly the frame is taken, so that another process could read on. */
std::optional<std::string> read_frame(int descriptor);

/* False if the stream ends before. */
bool read_all(int descriptor, char *to, size_t length);

/* False when the reader is gone. */
bool write_all(int descriptor, std::string_view bytes);

void append_u32(std::string &to, uint64_t value);
