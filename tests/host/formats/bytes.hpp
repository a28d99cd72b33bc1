#pragma once
// Numbers as bytes of a file.

#include <bit>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace gramian::host::test {

/// The bytes of `value`, little-endian or reversed.
template <class T>
std::string bytes_of(T value, bool big_endian = false) {
  static_assert(std::is_trivially_copyable_v<T> && std::endian::native == std::endian::little);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return big_endian ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

template <class T>
std::string bytes_of_all(const std::vector<T>& values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) bytes += bytes_of(value, big_endian);
  return bytes;
}

}  // namespace gramian::host::test
