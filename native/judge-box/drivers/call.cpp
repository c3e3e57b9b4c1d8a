// Calls one function of an answer: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.
// What stands in the answer's own translation unit is call.h, which includes this file's declarations by itself. Built
// of little, since it is compiled with every answer. The linker gives `main` to it (--wrap=main), whatever `main` the
// answer has.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace gepo_call {

enum class Kind : int { none, flag, number, text, list, record, key };

// A JSON value, never freed. Numbers stay as they are written until their type is known.
struct Value {
  Kind kind;
  // Of a text or a number, ended by a NUL; of a flag, "true" or "false".
  char* text;
  unsigned long size;
  // Of a list or a record.
  Value** items;
  Value** keys;
};

[[noreturn]] void stop(const char* what, const char* text) {
  fflush(stdout);
  fprintf(stderr, "%s%s%s\n", what, *text ? ": " : "", text);
  _exit(1);
}

namespace {

void* more(void* memory, unsigned long bytes) {
  memory = realloc(memory, bytes);
  if (!memory) stop("std::bad_alloc", "");
  return memory;
}

class Buffer {
 public:
  char* data = nullptr;
  unsigned long size = 0;

  void add(const char* bytes, unsigned long length) {
    if (size + length + 1 > room_) data = static_cast<char*>(more(data, room_ = 2 * (size + length + 1)));
    memcpy(data + size, bytes, length);
    size += length;
    data[size] = '\0';
  }
  void add(const char* text) { add(text, strlen(text)); }

 private:
  unsigned long room_ = 0;
};

class Reader {
 public:
  explicit Reader(const char* text) : at_(text) {}

  Value* value() {
    space();
    if (*at_ == '{' || *at_ == '[') return items();
    if (*at_ == '"') return string(Kind::text);
    const char* const words[] = {"null", "true", "false"};
    for (const char* word : words) {
      if (strncmp(at_, word, strlen(word)) != 0) continue;
      at_ += strlen(word);
      return leaf(*word == 'n' ? Kind::none : Kind::flag, word, strlen(word));
    }
    const unsigned long length = strspn(at_, "+-.eE0123456789");
    if (length == 0) stop("the call is no JSON", at_);
    at_ += length;
    return leaf(Kind::number, at_ - length, length);
  }

 private:
  static Value* leaf(Kind kind, const char* text, unsigned long length) {
    Buffer copy;
    copy.add(text, length);
    return new_value(Value{kind, copy.data, length, nullptr, nullptr});
  }

  static Value* new_value(Value value) {
    Value* memory = static_cast<Value*>(more(nullptr, sizeof(Value)));
    *memory = value;
    return memory;
  }

  void space() { at_ += strspn(at_, " \t\r\n"); }

  Value* items() {
    const bool is_record = *at_ == '{';
    Value result{is_record ? Kind::record : Kind::list, nullptr, 0, nullptr, nullptr};
    unsigned long room = 0;
    at_++;
    for (;;) {
      space();
      if (*at_ == ',') at_++;
      space();
      if (*at_ == (is_record ? '}' : ']')) break;
      if (result.size == room) {
        room = 2 * room + 4;
        result.items = static_cast<Value**>(more(result.items, room * sizeof(Value*)));
        result.keys = static_cast<Value**>(more(result.keys, room * sizeof(Value*)));
      }
      result.keys[result.size] = is_record ? string(Kind::key) : nullptr;
      space();
      if (is_record) at_++;
      result.items[result.size++] = value();
    }
    at_++;
    return new_value(result);
  }

  Value* string(Kind kind) {
    Buffer result;
    result.add("");
    for (at_++; *at_ != '"'; at_++) {
      if (*at_ != '\\') {
        result.add(at_, 1);
        continue;
      }
      const char *names = "bfnrt", *values = "\b\f\n\r\t";
      const char c = *++at_;
      if (c == 'u') add_code(result, code());
      else if (const char* found = strchr(names, c)) result.add(values + (found - names), 1);
      else result.add(at_, 1);
    }
    at_++;
    return new_value(Value{kind, result.data, result.size, nullptr, nullptr});
  }

  unsigned unit() {
    char digits[5] = {at_[1], at_[2], at_[3], at_[4], 0};
    at_ += 4;
    return static_cast<unsigned>(strtoul(digits, nullptr, 16));
  }

  // At the `u` of an escape; two of them make a character beyond the first plane.
  unsigned code() {
    const unsigned first = unit();
    if (first < 0xd800 || first >= 0xdc00 || strncmp(at_ + 1, "\\u", 2) != 0) return first;
    at_ += 2;
    return 0x10000 + ((first - 0xd800) << 10) + (unit() - 0xdc00);
  }

  static void add_code(Buffer& text, unsigned code) {
    const int more_bytes = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const unsigned marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (int left = more_bytes; left >= 0; left--) {
      const unsigned bits = code >> (6 * left);
      const char byte = static_cast<char>(left == more_bytes ? marks[left] | bits : 0x80 | (bits & 0x3f));
      text.add(&byte, 1);
    }
  }

  const char* at_;
};

Buffer result;
// Why the result is no JSON, if it is none.
const char* flaw = nullptr;
const Value* call = nullptr;

const Value* field(const char* name) {
  for (unsigned long i = 0; i < call->size; i++)
    if (strcmp(call->keys[i]->text, name) == 0) return call->items[i];
  stop("the call is not whole", name);
}

// How many bytes from here are one character of UTF-8; 0 if these are none.
unsigned long character(const unsigned char* at, unsigned long left) {
  const unsigned long length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  for (unsigned long i = 1; i < length; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  const bool too_long = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xf0 && at[1] < 0x90);
  const bool no_code = (*at == 0xed && at[1] >= 0xa0) || (*at == 0xf4 && at[1] >= 0x90);
  return too_long || no_code ? 0 : length;
}

}  // namespace

unsigned long arguments() { return field("arguments")->size; }
const Value* argument(unsigned long i) { return field("arguments")->items[i]; }

Kind kind(const Value* value) { return value->kind; }
unsigned long size(const Value* value) { return value->size; }
const Value* item(const Value* value, unsigned long i) { return value->items[i]; }
const Value* key(const Value* value, unsigned long i) { return value->keys[i]; }

char* text(const Value* value) {
  if (value->kind != Kind::text && value->kind != Kind::key)
    stop("an argument is no text", value->text ? value->text : "");
  return value->text;
}

// A key stands for what it would be without its quotes.
bool flag(const Value* value) {
  if (value->text && (value->kind == Kind::flag || value->kind == Kind::key)) {
    if (strcmp(value->text, "true") == 0) return true;
    if (strcmp(value->text, "false") == 0) return false;
  }
  stop("an argument is neither true nor false", value->text ? value->text : "");
}

// A float without a fraction is a whole number, too: 2.0 is 2, and 1e3 is 1000.
bool whole(const Value* value, bool* is_negative, unsigned __int128* magnitude) {
  if (value->kind != Kind::number && value->kind != Kind::key) return false;
  const char* at = value->text;
  *is_negative = *at == '-';
  if (*at == '-' || *at == '+') at++;
  char digits[64];
  long count = 0, behind = 0;
  bool after_point = false;
  for (; (*at >= '0' && *at <= '9') || *at == '.'; at++) {
    if (*at == '.') after_point = true;
    else if (count == sizeof digits) return false;
    else digits[count++] = *at, behind += after_point;
  }
  if (count == 0) return false;
  char* end = const_cast<char*>(at);
  long exponent = *at == 'e' || *at == 'E' ? strtol(at + 1, &end, 10) : 0;
  if (*end) return false;
  for (exponent -= behind; exponent < 0; exponent++)
    if (count > 0 && digits[--count] != '0') return false;
  *magnitude = 0;
  for (long i = 0; i < count + exponent; i++) {
    const unsigned __int128 next = *magnitude * 10 + static_cast<unsigned>(i < count ? digits[i] - '0' : 0);
    if (next / 10 != *magnitude) return false;
    *magnitude = next;
    if (i >= count && next == 0) break;
  }
  return true;
}

long double number(const Value* value) {
  char* end = nullptr;
  const bool has_text = value->kind == Kind::number || value->kind == Kind::key;
  const long double result = has_text ? strtold(value->text, &end) : 0;
  if (!has_text || end == value->text || *end) stop("an argument is no number", value->text ? value->text : "");
  return result;
}

[[noreturn]] void misfit(const Value* value) {
  stop("the argument does not fit its type", value->text ? value->text : "a list or record");
}

void no_json(const char* why) {
  if (!flaw) flaw = why;
}

void put(const char* text) { result.add(text); }

void put_whole(bool is_negative, unsigned __int128 magnitude) {
  char digits[48], *at = digits + sizeof digits;
  *--at = '\0';
  do *--at = static_cast<char>('0' + static_cast<int>(magnitude % 10));
  while (magnitude /= 10);
  if (is_negative) *--at = '-';
  put(at);
}

// The shortest that reads back as the same number of its type.
void put_number(double value, bool is_float) {
  if (!isfinite(value)) no_json(isnan(value) ? "nan" : "inf");
  char text[64];
  for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (is_float ? strtof(text, nullptr) == static_cast<float>(value) : strtod(text, nullptr) == value) break;
  }
  put(isfinite(value) ? text : "null");
}

// A byte that is no UTF-8 becomes half a character, which equals nothing that a problem can expect.
void put_text(const char* bytes, unsigned long length) {
  result.add("\"");
  for (unsigned long i = 0; i < length;) {
    const unsigned char c = static_cast<unsigned char>(bytes[i]);
    const unsigned long whole_character = character(reinterpret_cast<const unsigned char*>(bytes) + i, length - i);
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", whole_character ? c : 0xdc00 + c);
    if (whole_character == 0 || c < 0x20 || c == '"' || c == '\\') result.add(escape);
    else result.add(bytes + i, whole_character);
    i += whole_character ? whole_character : 1;
  }
  result.add("\"");
}

// Defined in call.h, behind the answer: reads arguments, calls, puts the result.
void call_answer();

namespace {

void read_call() {
  Buffer text;
  text.add("");
  char part[65536];
  for (ssize_t length; (length = read(4, part, sizeof part)) > 0;) text.add(part, static_cast<unsigned long>(length));
  close(4);
  call = Reader(text.data).value();
}

void send() {
  Buffer message;
  message.add(field("nonce")->text);
  message.add("\n");
  if (flaw) message.add("!");
  message.add(flaw ? flaw : result.data);
  for (unsigned long done = 0; done < message.size;) {
    const ssize_t written = write(3, message.data + done, message.size - done);
    if (written <= 0) stop("the result cannot be written", "");
    done += static_cast<unsigned long>(written);
  }
}

}  // namespace

}  // namespace gepo_call

extern "C" int __wrap_main() {
  gepo_call::read_call();
  gepo_call::call_answer();
  gepo_call::send();
  return 0;
}
