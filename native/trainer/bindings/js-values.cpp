#include "js-values.h"

namespace gepo {

std::string js_object::text(const char* name) const {
  const auto value = at(name);
  size_t length;
  check(napi_get_value_string_utf8(env_, value, nullptr, 0, &length), name);
  std::string text(length, '\0');
  check(napi_get_value_string_utf8(env_, value, text.data(), length + 1, &length), name);
  return text;
}

std::vector<js_object> js_object::list(const char* name) const {
  const auto value = at(name);
  uint32_t length;
  check(napi_get_array_length(env_, value, &length), name);
  std::vector<js_object> items;
  for (uint32_t i = 0; i < length; ++i) {
    napi_value item;
    check(napi_get_element(env_, value, i, &item), name);
    items.emplace_back(env_, item);
  }
  return items;
}

napi_value to_js(napi_env env, double value) {
  napi_value made;
  check(napi_create_double(env, value, &made), "cannot make a number");
  return made;
}

napi_value to_js(napi_env env, const std::string& value) {
  napi_value made;
  check(napi_create_string_utf8(env, value.data(), value.size(), &made), "cannot make a string");
  return made;
}

napi_value to_js(napi_env env, bool value) {
  napi_value made;
  check(napi_get_boolean(env, value, &made), "cannot make a boolean");
  return made;
}

}  // namespace gepo
