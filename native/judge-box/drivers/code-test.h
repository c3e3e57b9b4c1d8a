// What a test's `assert` in C++ compares by: `GepoBegin() <= a == b` is a == b, but for two things. Operators that the
// answer declares for types of the language or its library are not seen. And a type of the answer's that is equal to what
// is expected must not be equal to something else as well: it is asked about that and others, in an order that it cannot
// know (GEPO_DRAW). Without includes, which would have to come before the answer.
struct GepoHidden {};
bool operator==(GepoHidden, GepoHidden);
bool operator!=(GepoHidden, GepoHidden);
bool operator<(GepoHidden, GepoHidden);
bool operator>(GepoHidden, GepoHidden);
bool operator<=(GepoHidden, GepoHidden);
bool operator>=(GepoHidden, GepoHidden);

template <class T>
struct GepoBare {
  using type = T;
};
template <class T>
struct GepoBare<T&> {
  using type = typename GepoBare<T>::type;
};
template <class T>
struct GepoBare<T&&> {
  using type = typename GepoBare<T>::type;
};
template <class T>
struct GepoBare<const T> {
  using type = typename GepoBare<T>::type;
};

template <class T>
struct GepoPointer {
  static constexpr bool value = false;
};
template <class T>
struct GepoPointer<T*> {
  static constexpr bool value = true;
};

template <class A, class B>
struct GepoSame {
  static constexpr bool value = false;
};
template <class A>
struct GepoSame<A, A> {
  static constexpr bool value = true;
};

constexpr bool gepo_is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
}

template <int COUNT>
constexpr bool gepo_is_one(const char* at, const char* const (&words)[COUNT]) {
  for (const char* word : words) {
    int i = 0;
    while (word[i] && word[i] == at[i]) i++;
    if (!word[i] && !gepo_is_letter(at[i])) return true;
  }
  return false;
}

/* Whether a name is the language's or its library's, which an answer may have added to: of a namespace only what is named here. */
constexpr bool gepo_is_known(const char* at) {
  const char* const spaces[] = {"std", "__gnu_cxx", "__cxx11", "__debug"};
  const char* const words[] = {"unsigned", "signed",   "int",      "long",     "short",    "char",
                               "bool",     "float",    "double",   "const",    "volatile", "void",
                               "wchar_t",  "char16_t", "char32_t", "__int128", "true",     "false"};
  const char* const names[] = {"vector",
                               "basic_string",
                               "basic_string_view",
                               "char_traits",
                               "allocator",
                               "pair",
                               "tuple",
                               "optional",
                               "nullopt_t",
                               "map",
                               "multimap",
                               "set",
                               "multiset",
                               "unordered_map",
                               "unordered_set",
                               "unordered_multimap",
                               "unordered_multiset",
                               "list",
                               "forward_list",
                               "deque",
                               "array",
                               "bitset",
                               "complex",
                               "less",
                               "greater",
                               "equal_to",
                               "hash",
                               "variant",
                               "monostate",
                               "any",
                               "initializer_list",
                               "_Bit_reference",
                               "nullptr_t",
                               "__normal_iterator"};
  if (at[0] >= '0' && at[0] <= '9') return true;
  const char* end = at;
  while (gepo_is_letter(*end)) end++;
  if (end[0] == ':' && end[1] == ':') return gepo_is_one(at, spaces);
  return at[-1] == ':' && at[-2] == ':' ? gepo_is_one(at, names) : gepo_is_one(at, words);
}

/* Whether a name that is neither the language's nor the library's is in the type's own. */
template <class GepoT>
constexpr bool gepo_is_own() {
  const char* at = __PRETTY_FUNCTION__;
  while (!(at[0] == 'G' && at[5] == ' ' && at[6] == '=' && at[7] == ' ')) at++;
  for (at += 8; *at; at++)
    if (gepo_is_letter(at[0]) && !gepo_is_letter(at[-1]) && !gepo_is_known(at)) return true;
  return false;
}

/* Whether its operators may be somebody's own. */
template <class T>
constexpr bool gepo_has_operators() {
  return __is_class(T) || __is_union(T) || __is_enum(T);
}

/* Another value for each place but 0, where it is the value itself. */
template <class T>
constexpr auto gepo_other(const T& value, int place, int)
    -> decltype(T(value + static_cast<T>(1)), T(1) * T(2), T(1) - 1, T()) {
  return static_cast<T>(value + static_cast<T>(place));
}
inline bool gepo_other(const bool& value, int place, int) { return place ? !value : value; }
struct GepoText {
  char text[1024];
};
inline GepoText gepo_other(const char* const& value, int place, int) {
  GepoText other = {};
  int length = 0;
  for (; length < 1000 && value[length]; length++) other.text[length] = value[length];
  char& one = other.text[length ? GEPO_DRAW() % length : 0];
  one = (char)(one + place);
  if (place && !one) one = 'x';
  return other;
}
template <class T>
auto gepo_other(const T& value, int place, long)
    -> decltype(T(value).push_back(gepo_other(typename T::value_type(), 1, 0)), T(value).begin(), T()) {
  T other(value);
  unsigned long size = 0;
  for (auto at = other.begin(); at != other.end(); ++at) size++;
  if (place && !size)
    other.push_back(static_cast<typename T::value_type>(gepo_other(typename T::value_type(), place, 0)));
  if (!place || !size) return other;
  auto at = other.begin();
  for (unsigned long i = GEPO_DRAW() % size; i; i--) ++at;
  *at = gepo_other(static_cast<typename T::value_type>(*at), place, 0);
  return other;
}

/* How a type of the answer's is passed a value that was made for it. */
template <class T>
const T& gepo_as_passed(const T& value) {
  return value;
}
inline const char* gepo_as_passed(const GepoText& value) { return value.text; }

/* Whether two values that were made are one: of flags there are but two. */
template <class T>
bool gepo_is_place(const T&, const T&, int place) {
  return place == 0;
}
inline bool gepo_is_place(const bool& expected, const bool& other, int) { return expected == other; }
inline bool gepo_is_place(const char* const&, const GepoText&, int place) { return place == 0; }

/* `value == expected`, of a value that is equal to no other of the type of what is expected. */
template <class L, class R>
auto gepo_is_only(L& value, const R& expected, int)
    -> decltype(bool(value == gepo_as_passed(gepo_other(expected, 1, 0)))) {
  const int count = 12;
  const int first = (int)(GEPO_DRAW() % count);
  for (int i = 0; i < count; i++) {
    const auto other = gepo_other(expected, i - first, 0);
    if (bool(value == gepo_as_passed(other)) != gepo_is_place(expected, other, i - first)) return false;
  }
  return bool(value == expected);
}
template <class L, class R>
bool gepo_is_only(L& value, const R& expected, long) {
  return bool(value == expected);
}
/* The same where what is expected stands first. */
template <class L, class R>
auto gepo_only_is(const L& expected, R& value, int)
    -> decltype(bool(gepo_as_passed(gepo_other(expected, 1, 0)) == value)) {
  const int count = 12;
  const int first = (int)(GEPO_DRAW() % count);
  for (int i = 0; i < count; i++) {
    const auto other = gepo_other(expected, i - first, 0);
    if (bool(gepo_as_passed(other) == value) != gepo_is_place(expected, other, i - first)) return false;
  }
  return bool(expected == value);
}
template <class L, class R>
bool gepo_only_is(const L& expected, R& value, long) {
  return bool(expected == value);
}

/* The same of order: whether it is also below, or above, what nothing is. */
template <class L, class R>
auto gepo_is_below_all(L&& value, const R&, int) -> decltype(bool(value < R(-1e9)), R(1) * R(2), true) {
  if constexpr (gepo_is_own<typename GepoBare<L>::type>() && !gepo_is_own<R>())
    return bool(value < R(-1e9)) || bool(value > R(1e9));
  return false;
}
template <class L, class R>
bool gepo_is_below_all(L&&, const R&, long) {
  return false;
}
template <class L, class R>
auto gepo_is_above_all(L&& value, const R&, int) -> decltype(bool(value > R(1e9)), R(1) * R(2), true) {
  if constexpr (gepo_is_own<typename GepoBare<L>::type>() && !gepo_is_own<R>()) return bool(value > R(1e9));
  return false;
}
template <class L, class R>
bool gepo_is_above_all(L&&, const R&, long) {
  return false;
}

/* The library's `abs`, which the answer's own does not take part in. */
template <class T>
auto gepo_abs(const T& value) {
  if constexpr (!gepo_has_operators<T>()) return value < T() ? -value : +value;
  else if constexpr (gepo_is_own<T>()) return gepo_abs(static_cast<double>(value));
  else return abs(value);
}

/* Whether it is a list, or something else whose items have an order. */
template <class T, class = void>
struct GepoRow {
  static constexpr bool value = false;
};
template <class T>
struct GepoRow<T, decltype(void(static_cast<const T*>(nullptr)->begin() != static_cast<const T*>(nullptr)->end()),
                           void(sizeof(typename T::value_type)))> {
  using Item = decltype(*static_cast<const T*>(nullptr)->begin());
  // A path says that it has letters and is a row of paths; flags are kept as something else.
  static constexpr bool value = GepoSame<typename GepoBare<Item>::type, typename T::value_type>::value ||
                                GepoSame<typename T::value_type, bool>::value;
};
/* Those that have none. */
template <class T, class = void>
struct GepoHashed {
  static constexpr bool value = false;
};
template <class T>
struct GepoHashed<T, decltype(void(static_cast<const T*>(nullptr)->bucket_count()))> {
  static constexpr bool value = true;
};
template <class T, class = void>
struct GepoPair {
  static constexpr bool value = false;
};
template <class T>
struct GepoPair<T, decltype(void(sizeof(typename T::first_type)), void(sizeof(typename T::second_type)))> {
  static constexpr bool value = true;
};

/* Those that may hold nothing. */
template <class T, class = void>
struct GepoMaybe {
  static constexpr bool value = false;
};
template <class T>
struct GepoMaybe<T, decltype(void(static_cast<const T*>(nullptr)->has_value()), void(**static_cast<const T*>(nullptr)),
                             void(sizeof(typename T::value_type)))> {
  static constexpr bool value = true;
};
template <class T>
struct GepoTuple {
  static constexpr int size = -1;
};
#ifdef _GLIBCXX_TUPLE
template <class... T>
struct GepoTuple<std::tuple<T...>> {
  static constexpr int size = sizeof...(T);
};
#endif

template <class T>
void gepo_take(T);
template <class T, class S>
constexpr auto gepo_converts(int) -> decltype(gepo_take<T>(*static_cast<const S*>(nullptr)), true) {
  return true;
}
template <class T, class S>
constexpr bool gepo_converts(long) {
  return false;
}
template <class T>
constexpr auto gepo_is_number(int) -> decltype(T(1) % T(2), true) {
  return true;
}
template <class T>
constexpr bool gepo_is_number(long) {
  return false;
}

template <class L, class R>
bool gepo_compare(L& left, R& right);

template <int AT, int SIZE, class A, class B>
bool gepo_compare_items(const A& a, const B& b) {
#ifdef _GLIBCXX_TUPLE
  if constexpr (AT < SIZE)
    return gepo_compare(std::get<AT>(a), std::get<AT>(b)) && gepo_compare_items<AT + 1, SIZE>(a, b);
#endif
  return true;
}

/* Whether what is found in a hashed map or set by its key is in the other, too. */
template <class T>
auto gepo_has_all(const T& a, const T& b, int) -> decltype(bool(a.begin()->second == b.begin()->second)) {
  if (a.size() != b.size()) return false;
  for (auto at = a.begin(); at != a.end(); ++at) {
    if (a.count(at->first) != b.count(at->first)) return false;
    if (a.count(at->first) == 1 && !gepo_compare(at->second, b.find(at->first)->second)) return false;
  }
  return true;
}
template <class T>
bool gepo_has_all(const T& a, const T& b, long) {
  if (a.size() != b.size()) return false;
  for (auto at = a.begin(); at != a.end(); ++at)
    if (a.count(*at) != b.count(*at)) return false;
  return true;
}

/* Equality of what is the library's, item by item: what the answer says in its namespace does not count. */
template <class T>
bool gepo_equal(const T& a, const T& b) {
  if constexpr (gepo_is_own<T>()) return bool(a == b);
  else if constexpr (GepoPair<T>::value) return gepo_equal(a.first, b.first) && gepo_equal(a.second, b.second);
  else if constexpr (GepoRow<T>::value && !GepoHashed<T>::value) {
    auto left = a.begin();
    auto right = b.begin();
    for (; left != a.end() && right != b.end(); ++left, ++right) {
      if (!gepo_equal<typename T::value_type>(*left, *right)) return false;
    }
    return !(left != a.end()) && !(right != b.end());
  } else if constexpr (GepoHashed<T>::value) return bool(a == b) && gepo_has_all(a, b, 0);
  else if constexpr (GepoTuple<T>::size >= 0) return gepo_compare_items<0, GepoTuple<T>::size>(a, b);
  else if constexpr (GepoMaybe<T>::value)
    return a.has_value() == b.has_value() && (!a.has_value() || gepo_equal<typename T::value_type>(*a, *b));
  else return bool(a == b);
}

/* `left == right` of any types. */
template <class L, class R>
bool gepo_compare(L& left, R& right) {
  using A = typename GepoBare<L>::type;
  using B = typename GepoBare<R>::type;
  constexpr bool is_of_library = !gepo_is_own<A>() && !gepo_is_own<B>();
  if constexpr (GepoPointer<A>::value && gepo_is_number<B>(0)) return left == (A)right;
  else if constexpr (GepoSame<A, B>::value && !gepo_is_own<A>()) return gepo_equal<A>(left, right);
  else if constexpr (is_of_library && GepoPair<A>::value && GepoPair<B>::value)
    return gepo_compare(left.first, right.first) && gepo_compare(left.second, right.second);
  else if constexpr (is_of_library && GepoTuple<A>::size >= 0 && GepoTuple<A>::size == GepoTuple<B>::size)
    return gepo_compare_items<0, GepoTuple<A>::size>(left, right);
  else if constexpr (is_of_library && GepoMaybe<A>::value && !GepoMaybe<B>::value && gepo_converts<A, B>(0)) {
    // Without a value too, as an empty one.
    const A expected(right);
    return gepo_equal<A>(left, expected);
  } else if constexpr (is_of_library && GepoRow<A>::value && gepo_converts<A, B>(0)) {
    const A expected(right);
    return gepo_equal<A>(left, expected);
  } else if constexpr (is_of_library && GepoRow<B>::value && gepo_converts<B, A>(0)) {
    const B expected(left);
    return gepo_equal<B>(expected, right);
  } else if constexpr (gepo_has_operators<A>() && !gepo_is_own<B>() && !GepoSame<A, B>::value)
    return gepo_is_only(left, right, 0);
  else if constexpr (gepo_has_operators<B>() && !gepo_is_own<A>() && !GepoSame<A, B>::value)
    return gepo_only_is(left, right, 0);
  else return bool(left == right);
}

/* Whether it is, and is not what it is not. */
template <class T>
auto gepo_is_true(T& value, int) -> decltype(bool(!value)) {
  if constexpr (gepo_is_own<typename GepoBare<T>::type>()) return static_cast<bool>(value) && !bool(!value);
  return static_cast<bool>(value);
}
template <class T>
bool gepo_is_true(T& value, long) {
  return static_cast<bool>(value);
}

template <class L, class R>
auto gepo_differ(L& left, R& right, int) -> decltype(bool(left == right)) {
  using A = typename GepoBare<L>::type;
  if constexpr (GepoSame<A, typename GepoBare<R>::type>::value && !gepo_is_own<A>()) return !gepo_equal<A>(left, right);
  else return bool(left != right) && !bool(left == right);
}
template <class L, class R>
bool gepo_differ(L& left, R& right, long) {
  return bool(left != right);
}

/* What one assertion asks is asked by these, beside which nothing of the answer is looked for; by the operators below what
 * is more. */
template <class L, class R>
bool gepo_is_equal(L&& left, R&& right) {
  return gepo_compare(left, right);
}
template <class L, class R>
bool gepo_is_unequal(L&& left, R&& right) {
  using A = typename GepoBare<L>::type;
  if constexpr (GepoPointer<A>::value && gepo_is_number<typename GepoBare<R>::type>(0)) return left != (A)right;
  else return gepo_differ(left, right, 0);
}
template <class L, class R>
bool gepo_is_below(L&& left, R&& right) {
  return bool(left < right) && !gepo_is_below_all(left, right, 0);
}
template <class L, class R>
bool gepo_is_at_most(L&& left, R&& right) {
  return bool(left <= right) && !gepo_is_below_all(left, right, 0);
}
template <class L, class R>
bool gepo_is_above(L&& left, R&& right) {
  return bool(left > right) && !gepo_is_above_all(left, right, 0);
}
template <class L, class R>
bool gepo_is_at_least(L&& left, R&& right) {
  return bool(left >= right) && !gepo_is_above_all(left, right, 0);
}
template <class T>
bool gepo_is_so(T&& value) {
  return gepo_is_true(value, 0);
}

/*
 * Its operators want what was made just now: so none that the answer declares for all types is as good, or is as good and
 * says as much of its operands.
 */
template <class L>
struct GepoLeft {
  L value;

  explicit operator bool() && { return gepo_is_true(value, 0); }

  template <class R>
  bool operator==(R&& right) && {
    return gepo_is_equal(value, right);
  }
  template <class R>
  bool operator!=(R&& right) && {
    return gepo_is_unequal(value, right);
  }
  template <class R>
  bool operator<(R&& right) && {
    return gepo_is_below(value, right);
  }
  template <class R>
  bool operator<=(R&& right) && {
    return gepo_is_at_most(value, right);
  }
  template <class R>
  bool operator>(R&& right) && {
    return gepo_is_above(value, right);
  }
  template <class R>
  bool operator>=(R&& right) && {
    return gepo_is_at_least(value, right);
  }
  template <class R>
  auto operator&(R&& right) && {
    return value & right;
  }
  template <class R>
  auto operator|(R&& right) && {
    return value | right;
  }
  template <class R>
  auto operator^(R&& right) && {
    return value ^ right;
  }
};

struct GepoBegin {
  template <class T>
  GepoLeft<T&&> operator<=(T&& value) && {
    return {static_cast<T&&>(value)};
  }
};
