#pragma once
// Reads fields of JSON objects strictly: a field that is there has to be of the right kind.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"

namespace gramian::host {

/// A part of a JSON file, with what its errors have to name.
class JsonPart {
 public:
  /// `name`: "model", "pre_tokenizer", ...
  JsonPart(std::string_view path, std::string_view name, const nlohmann::json& value)
      : path_(path), name_(name), value_(value) {
    if (!value.is_object()) refuse(path, "its '" + name_ + "' is no object; save the tokenizer again");
  }

  std::string_view path() const { return path_; }
  const std::string& name() const { return name_; }

  /// nullptr where it is missing or null.
  const nlohmann::json* find(const char* field) const {
    const auto found = value_.find(field);
    return found == value_.end() || found->is_null() ? nullptr : &*found;
  }
  bool flag(const char* field, bool otherwise) const {
    const nlohmann::json* found = find(field);
    if (found == nullptr) return otherwise;
    if (!found->is_boolean()) wrong(field, "neither true nor false");
    return found->get<bool>();
  }
  std::string text(const char* field, std::string_view otherwise = {}) const {
    const nlohmann::json* found = find(field);
    if (found == nullptr) return std::string(otherwise);
    if (!found->is_string()) wrong(field, "no string");
    return found->get<std::string>();
  }
  /// The array `field`; throws InvalidInput where there is none.
  const nlohmann::json& list(const char* field) const {
    const nlohmann::json* found = find(field);
    if (found == nullptr || !found->is_array()) wrong(field, "no list");
    return *found;
  }

  [[noreturn]] void wrong(const char* field, const std::string& what) const {
    refuse(path_, "'" + std::string(field) + "' of its '" + name_ + "' is " + what + "; save the tokenizer again");
  }
  [[noreturn]] void unsupported(const std::string& what, const std::string& supported) const {
    refuse(path_, "its '" + name_ + "' has " + what + ", which is not supported (supported: " + supported +
                      "); give the ids of the text instead");
  }

 private:
  std::string_view path_;
  std::string name_;
  const nlohmann::json& value_;
};

}  // namespace gramian::host
