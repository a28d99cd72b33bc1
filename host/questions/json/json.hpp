#pragma once
// A JSON value to write: keys in the order in which they were set, numbers with all their digits, NaN and infinity as
// null. It is what an answer turns into at the end, and includes no library, so that who writes it compiles quickly.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gramian::questions {

class Json {
 public:
  using Array = std::vector<Json>;
  /// values[k] belongs to keys[k].
  struct Object {
    std::vector<std::string> keys;
    std::vector<Json> values;
  };

  Json() = default;
  Json(std::nullptr_t) {}
  Json(std::same_as<bool> auto value) : value_(value) {}
  template <std::signed_integral T>
  Json(T value) : value_(static_cast<int64_t>(value)) {}
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) Json(T value) : value_(static_cast<uint64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  template <class T>
  Json(const std::optional<T>& value) {
    if (value) *this = Json(*value);
  }
  template <class T>
  requires(!std::same_as<T, Json>) Json(const std::vector<T>& values) : value_(Array(values.begin(), values.end())) {}
  /// {{"key", value}, ...} is an object, any other list an array.
  Json(std::initializer_list<Json> items);

  static Json array(std::initializer_list<Json> items = {});
  static Json object();
  /// No key may come twice.
  static Json object(Object members);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  /// Null where the value is of another kind.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  bool empty() const { return size() == 0; }
  size_t size() const;
  /// The value of an object's key; null becomes an object. A key that is not there yet is added at the end.
  Json& operator[](std::string_view key);
  /// Null where there is no such key.
  const Json* find(std::string_view key) const;
  /// Appends to an array; null becomes one.
  void push_back(Json item);
  /// Adds the members of another object at the end, or replaces those of the same keys.
  void update(const Json& object);

 private:
  std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

/// Indented, with arrays of numbers and strings on one line.
std::string json_text(const Json& json);
/// The order of keys is kept. Takes time in proportion to the text. Throws InvalidInput, naming `path`: malformed text,
/// strings that are not UTF-8, a key repeated within an object, numbers too large for a double, nesting deeper than 64.
Json parse_json(std::string_view path, std::string_view text);

}  // namespace gramian::questions
