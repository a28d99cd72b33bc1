#pragma once
// GGUF files made by hand.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {

class GgufBytes {
 public:
  explicit GgufBytes(uint64_t alignment = 32) : alignment_(alignment) {}

  void add_number(std::string_view key, uint32_t number) { add(key, bytes_of(uint32_t{4}) + bytes_of(number)); }
  void add_string(std::string_view key, std::string_view text) { add(key, bytes_of(uint32_t{8}) + string(text)); }
  void add_strings(std::string_view key, std::initializer_list<std::string_view> list) {
    std::string value = array(8, list.size());
    for (const std::string_view text : list) value += string(text);
    add(key, value);
  }
  void add_integers(std::string_view key, const std::vector<int32_t>& list) {
    add(key, array(5, list.size()) + bytes_of_all(list));
  }
  /// `shape` is outermost first.
  void add_tensor(std::string_view name, const std::vector<int64_t>& shape, uint32_t type, std::string_view data) {
    tensors_ += string(name) + bytes_of(static_cast<uint32_t>(shape.size()));
    for (size_t i = shape.size(); i-- > 0;) tensors_ += bytes_of(shape[i]);
    tensors_ += bytes_of(type) + bytes_of(static_cast<uint64_t>(data_.size()));
    data_ += data;
    pad(data_);
    ++tensor_count_;
  }
  std::string bytes() const {
    std::string file = "GGUF" + bytes_of(uint32_t{3}) + bytes_of(tensor_count_) + bytes_of(value_count_);
    file += values_ + tensors_;
    if (tensor_count_ > 0) pad(file);
    return file + data_;
  }

 private:
  static std::string string(std::string_view text) {
    return bytes_of(static_cast<uint64_t>(text.size())) + std::string(text);
  }
  static std::string array(uint32_t type, size_t count) {
    return bytes_of(uint32_t{9}) + bytes_of(type) + bytes_of(static_cast<uint64_t>(count));
  }
  void add(std::string_view key, std::string_view value) {
    values_ += string(key) + std::string(value);
    ++value_count_;
  }
  void pad(std::string& bytes) const { bytes.resize((bytes.size() + alignment_ - 1) / alignment_ * alignment_); }

  uint64_t alignment_;
  std::string values_;
  std::string tensors_;
  std::string data_;
  uint64_t tensor_count_ = 0;
  uint64_t value_count_ = 0;
};

}  // namespace gramian::host::test
