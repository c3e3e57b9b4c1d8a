// Calls one function of answer.cpp: the call as JSON from descriptor 4, its result behind a nonce to descriptor 3.
// GEPO_FUNCTION is the function: its declared types say how arguments are read and the result is written. All of this
// stands in front of the answer, so that the answer's macros do not reach it.
#include <bits/stdc++.h>
#include <unistd.h>

namespace gepo_call {

[[noreturn]] inline void stop(const std::string& why) {
  std::cerr << why << std::endl;
  std::_Exit(1);
}

enum class Kind { none, flag, number, text, list, record };

// A JSON value; numbers stay as they are written until their type is known.
struct Value {
  Kind kind = Kind::none;
  bool flag = false;
  std::string text;
  std::vector<Value> items;
  std::vector<std::string> keys;
};

class Reader {
 public:
  explicit Reader(std::string text) : text_(std::move(text)) {}

  Value value() {
    space();
    char c = at_ < text_.size() ? text_[at_] : '\0';
    if (c == '{') return record();
    if (c == '[') return list();
    if (c == '"') return Value{Kind::text, false, string(), {}, {}};
    if (take("null")) return Value{};
    if (take("true")) return Value{Kind::flag, true, "", {}, {}};
    if (take("false")) return Value{Kind::flag, false, "", {}, {}};
    size_t from = at_;
    while (at_ < text_.size() && std::strchr("+-.eE0123456789", text_[at_])) at_++;
    if (from == at_) stop("the call is no JSON");
    return Value{Kind::number, false, text_.substr(from, at_ - from), {}, {}};
  }

 private:
  void space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_])) at_++;
  }

  bool take(const char* word) {
    if (text_.compare(at_, std::strlen(word), word) != 0) return false;
    at_ += std::strlen(word);
    return true;
  }

  // Whether another item follows, after the bracket that opened or after the last one.
  bool more(char close) {
    space();
    char c = text_[at_++];
    if (c == close) return false;
    if (c == ',') return true;
    at_--;
    return true;
  }

  Value list() {
    Value result{Kind::list, false, "", {}, {}};
    at_++;
    while (more(']')) result.items.push_back(value());
    return result;
  }

  Value record() {
    Value result{Kind::record, false, "", {}, {}};
    at_++;
    while (more('}')) {
      space();
      result.keys.push_back(string());
      space();
      at_++;
      result.items.push_back(value());
    }
    return result;
  }

  std::string string() {
    std::string result;
    for (at_++; text_[at_] != '"'; at_++) {
      if (text_[at_] != '\\') {
        result += text_[at_];
        continue;
      }
      char c = text_[++at_];
      const char *names = "bfnrt", *values = "\b\f\n\r\t";
      if (c == 'u') append(result, code());
      else if (const char* found = std::strchr(names, c)) result += values[found - names];
      else result += c;
    }
    at_++;
    return result;
  }

  unsigned unit() {
    unsigned value = std::stoul(text_.substr(at_ + 1, 4), nullptr, 16);
    at_ += 4;
    return value;
  }

  // At the `u` of an escape; two of them make a character beyond the first plane.
  unsigned code() {
    unsigned first = unit();
    if (first < 0xd800 || first >= 0xdc00 || text_.compare(at_ + 1, 2, "\\u") != 0) return first;
    at_ += 2;
    return 0x10000 + ((first - 0xd800) << 10) + (unit() - 0xdc00);
  }

  static void append(std::string& text, unsigned code) {
    if (code < 0x80) {
      text += char(code);
    } else if (code < 0x800) {
      text += char(0xc0 | code >> 6);
      text += char(0x80 | (code & 0x3f));
    } else {
      if (code < 0x10000) {
        text += char(0xe0 | code >> 12);
      } else {
        text += char(0xf0 | code >> 18);
        text += char(0x80 | (code >> 12 & 0x3f));
      }
      text += char(0x80 | (code >> 6 & 0x3f));
      text += char(0x80 | (code & 0x3f));
    }
  }

  std::string text_;
  size_t at_ = 0;
};

inline void expect(const Value& value, Kind kind, const char* what) {
  if (value.kind != kind) stop(std::string("an argument is not ") + what);
}

// How a type of C++ is read from JSON and written to it. One that is not here cannot be called with.
template <class T, class = void>
struct Form;

template <>
struct Form<bool> {
  static bool read(const Value& value) {
    expect(value, Kind::flag, "true or false");
    return value.flag;
  }
  static void write(std::ostream& out, bool value) { out << (value ? "true" : "false"); }
};

template <>
struct Form<std::string> {
  static std::string read(const Value& value) {
    expect(value, Kind::text, "text");
    return value.text;
  }
  static void write(std::ostream& out, const std::string& value) {
    out << '"';
    for (unsigned char c : value) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", c);
      if (c < 0x20 || c == '"' || c == '\\') out << escape;
      else out << c;
    }
    out << '"';
  }
};

template <>
struct Form<char> {
  static char read(const Value& value) {
    expect(value, Kind::text, "a character");
    if (value.text.size() != 1) stop("an argument is not one character");
    return value.text[0];
  }
  static void write(std::ostream& out, char value) { Form<std::string>::write(out, std::string(1, value)); }
};

template <class T>
struct Form<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char>>> {
  static T read(const Value& value) {
    expect(value, Kind::number, "a number");
    T result{};
    const char* end = value.text.data() + value.text.size();
    auto [stopped, error] = std::from_chars(value.text.data(), end, result);
    if (error != std::errc() || stopped != end) stop("the argument " + value.text + " does not fit its type");
    return result;
  }
  static void write(std::ostream& out, T value) { out << +value; }
};

template <class T>
struct Form<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static T read(const Value& value) {
    expect(value, Kind::number, "a number");
    return T(std::stold(value.text));
  }
  static void write(std::ostream& out, T value) {
    if (!std::isfinite(value)) stop("the result holds a number that is not finite");
    out << std::setprecision(17) << double(value);
  }
};

template <class T>
struct Form<std::vector<T>> {
  static std::vector<T> read(const Value& value) {
    expect(value, Kind::list, "a list");
    std::vector<T> result;
    for (const Value& item : value.items) result.push_back(Form<T>::read(item));
    return result;
  }
  static void write(std::ostream& out, const std::vector<T>& value) {
    const char* before = "[";
    for (size_t i = 0; i < value.size(); i++, before = ",") {
      out << before;
      Form<T>::write(out, value[i]);
    }
    out << (value.empty() ? "[]" : "]");
  }
};

template <class A, class B>
struct Form<std::pair<A, B>> {
  static std::pair<A, B> read(const Value& value) {
    expect(value, Kind::list, "a list");
    if (value.items.size() != 2) stop("an argument is not a list of two");
    return {Form<A>::read(value.items[0]), Form<B>::read(value.items[1])};
  }
  static void write(std::ostream& out, const std::pair<A, B>& value) {
    out << '[';
    Form<A>::write(out, value.first);
    out << ',';
    Form<B>::write(out, value.second);
    out << ']';
  }
};

template <class T>
struct Form<std::optional<T>> {
  static std::optional<T> read(const Value& value) {
    if (value.kind == Kind::none) return std::nullopt;
    return Form<T>::read(value);
  }
  static void write(std::ostream& out, const std::optional<T>& value) {
    if (value) Form<T>::write(out, *value);
    else out << "null";
  }
};

template <class Map>
struct RecordForm {
  static Map read(const Value& value) {
    expect(value, Kind::record, "a record");
    Map result;
    for (size_t i = 0; i < value.keys.size(); i++)
      result[value.keys[i]] = Form<typename Map::mapped_type>::read(value.items[i]);
    return result;
  }
  static void write(std::ostream& out, const Map& value) {
    const char* before = "{";
    for (const auto& [key, item] : value) {
      out << before;
      Form<std::string>::write(out, key);
      out << ':';
      Form<typename Map::mapped_type>::write(out, item);
      before = ",";
    }
    out << (value.empty() ? "{}" : "}");
  }
};

template <class T>
struct Form<std::map<std::string, T>> : RecordForm<std::map<std::string, T>> {};
template <class T>
struct Form<std::unordered_map<std::string, T>> : RecordForm<std::unordered_map<std::string, T>> {};

inline Value read_call() {
  std::string text;
  char buffer[65536];
  for (ssize_t length; (length = read(4, buffer, sizeof buffer)) > 0;) text.append(buffer, length);
  close(4);
  return Reader(std::move(text)).value();
}

inline const Value& field(const Value& record, const char* name) {
  for (size_t i = 0; i < record.keys.size(); i++)
    if (record.keys[i] == name) return record.items[i];
  stop("the call is not whole");
}

// The result alone is written by whoever made it; the nonce is not known to the answer before.
inline void send(const Value& call, const std::string& result) {
  std::string text = field(call, "nonce").text + "\n" + result;
  for (size_t done = 0; done < text.size();) {
    ssize_t written = write(3, text.data() + done, text.size() - done);
    if (written <= 0) stop("the result cannot be written");
    done += written;
  }
}

template <class R, class... A, class Function, size_t... I>
void call_with(Function function, std::index_sequence<I...>) {
  Value call = read_call();
  const Value& arguments = field(call, "arguments");
  if (arguments.items.size() != sizeof...(A)) stop("the function takes another number of arguments");
  std::tuple<std::decay_t<A>...> values{Form<std::decay_t<A>>::read(arguments.items[I])...};
  std::ostringstream out;
  if constexpr (std::is_void_v<R>) {
    function(static_cast<A&&>(std::get<I>(values))...);
    out << "null";
  } else {
    Form<std::decay_t<R>>::write(out, function(static_cast<A&&>(std::get<I>(values))...));
  }
  send(call, out.str());
}

template <class R, class... A>
void run(R (*function)(A...)) {
  call_with<R, A...>(function, std::index_sequence_for<A...>());
}

template <class S, class R, class... A>
void run(R (S::*method)(A...)) {
  S solution;
  auto function = [&](A... arguments) -> R { return (solution.*method)(static_cast<A&&>(arguments)...); };
  call_with<R, A...>(function, std::index_sequence_for<A...>());
}

template <class S, class R, class... A>
void run(R (S::*method)(A...) const) {
  S solution;
  auto function = [&](A... arguments) -> R { return (solution.*method)(static_cast<A&&>(arguments)...); };
  call_with<R, A...>(function, std::index_sequence_for<A...>());
}

}  // namespace gepo_call

using namespace std;

// An answer may have a main of its own, which is not what is called.
#define main answer_main
#include "answer.cpp"
#undef main

signed main() { gepo_call::run(&GEPO_FUNCTION); }
