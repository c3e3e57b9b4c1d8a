// Calls one function of an answer in C or C++: the call as JSON from descriptor 4, its result behind a nonce to
// descriptor 3. Compiled once for a judge. What stands in the answer's own translation unit is call.h for C++ and
// call-c.h for C. The linker gives `main` to it (--wrap=main), whatever `main` the answer has.
#include "call-values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

_Noreturn void gepo_stop(const char* what, const char* text) {
  fflush(stdout);
  fprintf(stderr, "%s%s%s\n", what, *text ? ": " : "", text);
  _exit(1);
}

static void* more(void* memory, unsigned long bytes) {
  memory = realloc(memory, bytes);
  if (!memory) gepo_stop("std::bad_alloc", "");
  return memory;
}

// A text that grows, ended by a NUL.
typedef struct Buffer {
  char* data;
  unsigned long size;
  unsigned long room;
} Buffer;

static void add_bytes(Buffer* to, const char* bytes, unsigned long length) {
  if (to->size + length + 1 > to->room) to->data = more(to->data, to->room = 2 * (to->size + length + 1));
  memcpy(to->data + to->size, bytes, length);
  to->size += length;
  to->data[to->size] = '\0';
}

static void add(Buffer* to, const char* text) { add_bytes(to, text, strlen(text)); }

static Value* new_value(Kind kind, char* text, unsigned long size) {
  Value* const value = more(NULL, sizeof(Value));
  *value = (Value){kind, text, size, NULL, NULL};
  return value;
}

static Value* leaf(Kind kind, const char* text, unsigned long length) {
  Buffer copy = {NULL, 0, 0};
  add_bytes(&copy, text, length);
  return new_value(kind, copy.data, length);
}

// ---- reading: each takes where it is, and leaves it behind what it read ----

static Value* read_value(const char** at);

static void skip_space(const char** at) { *at += strspn(*at, " \t\r\n"); }

static unsigned read_unit(const char** at) {
  const char digits[5] = {(*at)[1], (*at)[2], (*at)[3], (*at)[4], 0};
  *at += 4;
  return (unsigned)strtoul(digits, NULL, 16);
}

// At the `u` of an escape; two of them make a character beyond the first plane.
static unsigned read_code(const char** at) {
  const unsigned first = read_unit(at);
  if (first < 0xd800 || first >= 0xdc00 || strncmp(*at + 1, "\\u", 2) != 0) return first;
  *at += 2;
  return 0x10000 + ((first - 0xd800) << 10) + (read_unit(at) - 0xdc00);
}

static void add_code(Buffer* text, unsigned code) {
  const int more_bytes = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const unsigned marks[] = {0, 0xc0, 0xe0, 0xf0};
  for (int left = more_bytes; left >= 0; left--) {
    const unsigned bits = code >> (6 * left);
    const char byte = (char)(left == more_bytes ? marks[left] | bits : 0x80 | (bits & 0x3f));
    add_bytes(text, &byte, 1);
  }
}

static Value* read_string(const char** at, Kind kind) {
  Buffer result = {NULL, 0, 0};
  add(&result, "");
  for (++*at; **at != '"'; ++*at) {
    if (**at != '\\') {
      add_bytes(&result, *at, 1);
      continue;
    }
    const char *names = "bfnrt", *values = "\b\f\n\r\t";
    const char c = *++*at;
    const char* const found = strchr(names, c);
    if (c == 'u') add_code(&result, read_code(at));
    else if (found) add_bytes(&result, values + (found - names), 1);
    else add_bytes(&result, *at, 1);
  }
  ++*at;
  return new_value(kind, result.data, result.size);
}

static Value* read_items(const char** at) {
  const bool is_record = **at == '{';
  Value* const result = new_value(is_record ? RECORD : LIST, NULL, 0);
  unsigned long room = 0;
  ++*at;
  for (;;) {
    skip_space(at);
    if (**at == ',') ++*at;
    skip_space(at);
    if (**at == (is_record ? '}' : ']')) break;
    if (result->size == room) {
      room = 2 * room + 4;
      result->items = more(result->items, room * sizeof(Value*));
      result->keys = more(result->keys, room * sizeof(Value*));
    }
    result->keys[result->size] = is_record ? read_string(at, KEY) : NULL;
    skip_space(at);
    if (is_record) ++*at;
    result->items[result->size++] = read_value(at);
  }
  ++*at;
  return result;
}

static Value* read_value(const char** at) {
  skip_space(at);
  if (**at == '{' || **at == '[') return read_items(at);
  if (**at == '"') return read_string(at, TEXT);
  const char* const words[] = {"null", "true", "false"};
  for (int i = 0; i < 3; i++) {
    const unsigned long size = strlen(words[i]);
    if (strncmp(*at, words[i], size) != 0) continue;
    *at += size;
    return leaf(i == 0 ? NONE : FLAG, words[i], size);
  }
  const unsigned long length = strspn(*at, "+-.eE0123456789");
  if (length == 0) gepo_stop("the call is no JSON", *at);
  *at += length;
  return leaf(NUMBER, *at - length, length);
}

// ---- what an answer's file asks for ----

static Buffer result;
// Why the result is no JSON, if it is none.
static const char* flaw = NULL;
static const Value* call = NULL;

static const Value* field(const char* name) {
  for (unsigned long i = 0; i < call->size; i++)
    if (strcmp(call->keys[i]->text, name) == 0) return call->items[i];
  gepo_stop("the call is not whole", name);
}

unsigned long gepo_arguments(void) { return field("arguments")->size; }
const Value* gepo_argument(unsigned long i) { return field("arguments")->items[i]; }

Kind gepo_kind(const Value* value) { return value->kind; }
unsigned long gepo_size(const Value* value) { return value->size; }
const Value* gepo_item(const Value* value, unsigned long i) { return value->items[i]; }
const Value* gepo_key(const Value* value, unsigned long i) { return value->keys[i]; }

static const char* words_of(const Value* value) { return value->text ? value->text : ""; }

char* gepo_text(const Value* value) {
  if (value->kind != TEXT && value->kind != KEY) gepo_stop("an argument is no text", words_of(value));
  return value->text;
}

// A key stands for what it would be without its quotes.
bool gepo_flag(const Value* value) {
  if (value->text && (value->kind == FLAG || value->kind == KEY)) {
    if (strcmp(value->text, "true") == 0) return true;
    if (strcmp(value->text, "false") == 0) return false;
  }
  gepo_stop("an argument is neither true nor false", words_of(value));
}

// A float without a fraction is a whole number, too: 2.0 is 2, and 1e3 is 1000.
bool gepo_whole(const Value* value, bool* is_negative, Magnitude* magnitude) {
  if (value->kind != NUMBER && value->kind != KEY) return false;
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
  char* end = (char*)at;
  long exponent = *at == 'e' || *at == 'E' ? strtol(at + 1, &end, 10) : 0;
  if (*end) return false;
  for (exponent -= behind; exponent < 0; exponent++)
    if (count > 0 && digits[--count] != '0') return false;
  *magnitude = 0;
  for (long i = 0; i < count + exponent; i++) {
    const Magnitude next = *magnitude * 10 + (unsigned)(i < count ? digits[i] - '0' : 0);
    if (next / 10 != *magnitude) return false;
    *magnitude = next;
    if (i >= count && next == 0) break;
  }
  return true;
}

long double gepo_number(const Value* value) {
  char* end = NULL;
  const bool has_text = value->kind == NUMBER || value->kind == KEY;
  const long double number = has_text ? strtold(value->text, &end) : 0;
  if (!has_text || end == value->text || *end) gepo_stop("an argument is no number", words_of(value));
  return number;
}

_Noreturn void gepo_misfit(const Value* value) {
  gepo_stop("the argument does not fit its type", value->text ? value->text : "a list or record");
}

void gepo_no_json(const char* why) {
  if (!flaw) flaw = why;
}

void gepo_put(const char* text) { add(&result, text); }

void gepo_put_whole(bool is_negative, Magnitude magnitude) {
  char digits[48], *at = digits + sizeof digits;
  *--at = '\0';
  do *--at = (char)('0' + (int)(magnitude % 10));
  while (magnitude /= 10);
  if (is_negative) *--at = '-';
  gepo_put(at);
}

// The shortest that reads back as the same number of its type.
void gepo_put_number(double value, bool is_float) {
  if (!isfinite(value)) gepo_no_json(isnan(value) ? "nan" : "inf");
  char text[64];
  for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value) break;
  }
  gepo_put(isfinite(value) ? text : "null");
}

// How many bytes from here are one character of UTF-8; 0 if these are none.
static unsigned long character(const unsigned char* at, unsigned long left) {
  const unsigned long length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  for (unsigned long i = 1; i < length; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  const bool too_long = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xf0 && at[1] < 0x90);
  const bool no_code = (*at == 0xed && at[1] >= 0xa0) || (*at == 0xf4 && at[1] >= 0x90);
  return too_long || no_code ? 0 : length;
}

// A byte that is no UTF-8 becomes half a character, which equals nothing that a problem can expect.
void gepo_put_text(const char* bytes, unsigned long length) {
  gepo_put("\"");
  for (unsigned long i = 0; i < length;) {
    const unsigned char c = (unsigned char)bytes[i];
    const unsigned long whole_character = character((const unsigned char*)bytes + i, length - i);
    char escape[8];
    snprintf(escape, sizeof escape, "\\u%04x", whole_character ? c : 0xdc00 + c);
    if (whole_character == 0 || c < 0x20 || c == '"' || c == '\\') gepo_put(escape);
    else add_bytes(&result, bytes + i, whole_character);
    i += whole_character ? whole_character : 1;
  }
  gepo_put("\"");
}

static void read_call(void) {
  Buffer text = {NULL, 0, 0};
  add(&text, "");
  char part[65536];
  for (ssize_t length; (length = read(4, part, sizeof part)) > 0;) add_bytes(&text, part, (unsigned long)length);
  close(4);
  const char* at = text.data;
  call = read_value(&at);
}

static void send_result(void) {
  Buffer message = {NULL, 0, 0};
  add(&message, field("nonce")->text);
  add(&message, "\n");
  if (flaw) add(&message, "!");
  add(&message, flaw ? flaw : result.data);
  for (unsigned long done = 0; done < message.size;) {
    const ssize_t written = write(3, message.data + done, message.size - done);
    if (written <= 0) gepo_stop("the result cannot be written", "");
    done += (unsigned long)written;
  }
}

int __wrap_main(void) {
  read_call();
  gepo_call_answer();
  send_result();
  return 0;
}
