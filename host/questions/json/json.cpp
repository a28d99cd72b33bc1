#include "host/questions/json/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace gramian::questions {
namespace {

using Library = nlohmann::ordered_json;  // knows how numbers and strings are spelled

bool is_structured(const Json& json) {
  return json.get_if<Json::Array>() != nullptr || json.get_if<Json::Object>() != nullptr;
}

std::string scalar_text(const Json& json) {
  if (const auto* flag = json.get_if<bool>()) return *flag ? "true" : "false";
  if (const auto* number = json.get_if<int64_t>()) return std::to_string(*number);
  if (const auto* number = json.get_if<uint64_t>()) return std::to_string(*number);
  if (const auto* number = json.get_if<double>()) return Library(*number).dump();
  if (const auto* text = json.get_if<std::string>()) return Library(*text).dump();
  return "null";
}

void write(const Json& json, size_t depth, std::string& text) {
  const auto* array = json.get_if<Json::Array>();
  const auto* object = json.get_if<Json::Object>();
  if (json.empty()) {
    text += array != nullptr ? "[]" : object != nullptr ? "{}" : scalar_text(json);
    return;
  }
  const std::string indent(2 * (depth + 1), ' ');
  bool first = true;
  if (object != nullptr) {
    text += '{';
    for (size_t k = 0; k < object->keys.size(); ++k) {
      text.append(first ? "\n" : ",\n").append(indent).append(Library(object->keys[k]).dump()).append(": ");
      first = false;
      write(object->values[k], depth + 1, text);
    }
    text.append("\n").append(indent, 2).append("}");
    return;
  }
  const bool flat = std::ranges::none_of(*array, is_structured);
  text += '[';
  for (const Json& item : *array) {
    if (!first) text += flat ? ", " : ",";
    first = false;
    if (!flat) text.append("\n").append(indent);
    write(item, depth + 1, text);
  }
  if (!flat) text.append("\n").append(indent, 2);
  text += ']';
}

}  // namespace

Json::Json(std::initializer_list<Json> items) {
  const bool pairs = std::ranges::all_of(items, [](const Json& item) {
    const auto* pair = item.get_if<Array>();
    return pair != nullptr && pair->size() == 2 && pair->front().get_if<std::string>() != nullptr;
  });
  if (!pairs) {
    value_ = Array(items);
    return;
  }
  value_ = Object();
  for (const Json& item : items) {
    const Array& pair = *item.get_if<Array>();
    (*this)[*pair[0].get_if<std::string>()] = pair[1];
  }
}

Json Json::array(std::initializer_list<Json> items) {
  Json json;
  json.value_ = Array(items);
  return json;
}

Json Json::object() { return object(Object()); }

Json Json::object(Object members) {
  Json json;
  json.value_ = std::move(members);
  return json;
}

size_t Json::size() const {
  if (const auto* array = get_if<Array>()) return array->size();
  if (const auto* object = get_if<Object>()) return object->keys.size();
  return 0;
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) value_ = Object();
  Object& members = std::get<Object>(value_);
  const auto same = std::ranges::find(members.keys, key);
  if (same != members.keys.end()) return members.values[static_cast<size_t>(same - members.keys.begin())];
  members.keys.emplace_back(key);
  return members.values.emplace_back();
}

const Json* Json::find(std::string_view key) const {
  const auto* members = get_if<Object>();
  if (members == nullptr) return nullptr;
  const auto same = std::ranges::find(members->keys, key);
  if (same == members->keys.end()) return nullptr;
  return &members->values[static_cast<size_t>(same - members->keys.begin())];
}

void Json::push_back(Json item) {
  if (is_null()) value_ = Array();
  std::get<Array>(value_).push_back(std::move(item));
}

void Json::update(const Json& object) {
  if (const auto* members = object.get_if<Object>()) {
    for (size_t k = 0; k < members->keys.size(); ++k) (*this)[members->keys[k]] = members->values[k];
  }
}

std::string json_text(const Json& json) {
  std::string text;
  write(json, 0, text);
  return text + "\n";
}

}  // namespace gramian::questions
