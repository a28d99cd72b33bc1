#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/questions/json/json.hpp"

namespace gramian::questions {
namespace {

using Library = nlohmann::json;

// Builds the value from the parser's events, in time that grows with the text alone, whatever the number of members.
class Builder {
 public:
  explicit Builder(std::string_view path) : path_(path) {}

  Json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& /*text*/) {
    if (!std::isfinite(value)) host::refuse(path_, "its JSON has a number that is too large; write it smaller");
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Library::binary_t& /*value*/) { return false; }
  bool start_object(size_t /*size*/) { return open({Json::object(), {}, {}}); }
  bool key(std::string& name) {
    Level& object = open_.back();
    if (!object.keys.insert(name).second) {
      host::refuse(path_, "its JSON has the key " + host::in_quotes(name) + " twice; leave one of them out");
    }
    object.members.keys.push_back(std::move(name));
    return true;
  }
  bool end_object() {
    Level object = close();
    object.container = Json::object(std::move(object.members));
    return add(std::move(object.container));
  }
  bool start_array(size_t /*size*/) { return open({Json::array(), {}, {}}); }
  bool end_array() { return add(close().container); }
  bool parse_error(size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error) {
    if (dynamic_cast<const Library::out_of_range*>(&error) != nullptr) {
      host::refuse(path_, "its JSON has a number that is too large; write it smaller");
    }
    host::refuse_at_byte(path_, static_cast<int64_t>(position), "is no JSON from here on; mend what stands there");
  }

 private:
  struct Level {
    Json container;
    Json::Object members;
    std::unordered_set<std::string> keys;
  };

  bool open(Level&& level) {
    constexpr size_t kDeepest = 64;
    if (open_.size() >= kDeepest) host::refuse(path_, "its JSON is nested more than 64 deep; write it flatter");
    open_.push_back(std::move(level));
    return true;
  }
  Level close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    return level;
  }
  bool add(Json&& value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Level& level = open_.back(); level.container.get_if<Json::Object>() != nullptr) {
      level.members.values.push_back(std::move(value));
    } else {
      level.container.push_back(std::move(value));
    }
    return true;
  }

  std::string_view path_;
  Json root_;
  std::vector<Level> open_;
};

}  // namespace

Json parse_json(std::string_view path, std::string_view text) {
  Builder builder(path);
  Library::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace gramian::questions
