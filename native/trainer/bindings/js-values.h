// Copies JavaScript's values into plain ones, and back. The TypeScript side checks what users give. So a value that does
// not fit is a bug there, and throws.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace gepo {

inline void check(napi_status status, const char* what) {
  if (status != napi_ok) throw std::runtime_error(std::string("the trainer's binding: ") + what);
}

// An object given as argument.
class js_object {
 public:
  js_object(napi_env env, napi_value value) : env_(env), value_(value) {}

  bool has(const char* name) const {
    napi_valuetype type;
    check(napi_typeof(env_, at(name), &type), name);
    return type != napi_undefined;
  }
  double number(const char* name) const {
    double value;
    check(napi_get_value_double(env_, at(name), &value), name);
    return value;
  }
  int64_t integer(const char* name) const { return static_cast<int64_t>(number(name)); }
  bool flag(const char* name) const {
    bool value;
    check(napi_get_value_bool(env_, at(name), &value), name);
    return value;
  }
  std::string text(const char* name) const;
  js_object object(const char* name) const { return {env_, at(name)}; }
  std::vector<js_object> list(const char* name) const;
  // A typed array of this very element.
  template <typename T>
  std::vector<T> array(const char* name) const;

 private:
  napi_value at(const char* name) const {
    napi_value value;
    check(napi_get_named_property(env_, value_, name, &value), name);
    return value;
  }
  napi_env env_;
  napi_value value_;
};

template <typename T>
constexpr napi_typedarray_type array_type() {
  if constexpr (std::is_same_v<T, uint8_t>) return napi_uint8_array;
  if constexpr (std::is_same_v<T, int32_t>) return napi_int32_array;
  if constexpr (std::is_same_v<T, uint32_t>) return napi_uint32_array;
  if constexpr (std::is_same_v<T, float>) return napi_float32_array;
  if constexpr (std::is_same_v<T, double>) return napi_float64_array;
}

template <typename T>
std::vector<T> js_object::array(const char* name) const {
  napi_typedarray_type type;
  size_t length;
  void* data;
  check(napi_get_typedarray_info(env_, at(name), &type, &length, &data, nullptr, nullptr), name);
  if (type != array_type<T>()) throw std::runtime_error(std::string("another typed array is wanted: ") + name);
  const auto* first = static_cast<const T*>(data);
  return length == 0 ? std::vector<T>() : std::vector<T>(first, first + length);
}

// What a job hands back: made on the engine's thread, turned into a JavaScript value on the main one.
using js_result = std::function<napi_value(napi_env)>;

napi_value to_js(napi_env env, double value);
napi_value to_js(napi_env env, const std::string& value);
napi_value to_js(napi_env env, bool value);
inline napi_value to_js(napi_env env, int64_t value) { return to_js(env, static_cast<double>(value)); }

template <typename T>
napi_value to_js(napi_env env, const std::vector<T>& values) {
  napi_value buffer, array;
  void* data;
  check(napi_create_arraybuffer(env, values.size() * sizeof(T), &data, &buffer), "cannot make a buffer");
  if (!values.empty()) std::memcpy(data, values.data(), values.size() * sizeof(T));
  check(napi_create_typedarray(env, array_type<T>(), values.size(), buffer, 0, &array), "cannot make an array");
  return array;
}

// An object under construction.
class js_record {
 public:
  explicit js_record(napi_env env) : env_(env) { check(napi_create_object(env, &object_), "cannot make an object"); }
  template <typename T>
  js_record& set(const char* name, const T& value) {
    return set_value(name, to_js(env_, value));
  }
  js_record& set_value(const char* name, napi_value value) {
    check(napi_set_named_property(env_, object_, name, value), name);
    return *this;
  }
  napi_value value() const { return object_; }

 private:
  napi_env env_;
  napi_value object_;
};

template <typename T, typename Convert>
napi_value list_to_js(napi_env env, const std::vector<T>& items, Convert convert) {
  napi_value list;
  check(napi_create_array_with_length(env, items.size(), &list), "cannot make a list");
  for (size_t i = 0; i < items.size(); ++i) {
    check(napi_set_element(env, list, static_cast<uint32_t>(i), convert(items[i])), "cannot fill a list");
  }
  return list;
}

}  // namespace gepo
