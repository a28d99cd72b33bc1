#include "host/formats/json/json_file.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

using nlohmann::json;

// Builds the document from the parser's events: one pass, whatever the number of members.
class Builder {
 public:
  Builder(std::string_view path, int64_t offset, const std::function<bool()>& cancelled)
      : path_(path), offset_(offset), cancelled_(cancelled) {}

  json take() { return std::move(root_); }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(int64_t value) { return add(value); }
  bool number_unsigned(uint64_t value) { return add(value); }
  bool number_float(double value, const std::string& /*text*/) {
    if (!std::isfinite(value)) refuse(path_, "its JSON has a number that is too large; write the file again");
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(json::binary_t& /*value*/) { return false; }
  bool start_object(size_t /*size*/) {
    open(json::object());
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(size_t /*size*/) {
    open(json::array());
    return true;
  }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    const auto [member, fresh] = open_.back()->get_ref<json::object_t&>().emplace(std::move(name), nullptr);
    if (!fresh) refuse(path_, "its JSON has the key " + in_quotes(member->first) + " twice; write the file again");
    member_ = &member->second;
    return true;
  }
  bool parse_error(size_t position, const std::string& /*token*/, const nlohmann::detail::exception& error) {
    if (dynamic_cast<const json::out_of_range*>(&error) != nullptr) {
      refuse(path_, "its JSON has a number that is too large; write the file again");
    }
    refuse_at_byte(path_, offset_ + static_cast<int64_t>(position), "malformed JSON; copy or download the file again");
  }

 private:
  // Where the next value belongs: the member whose key came last, the end of the open array, or the document itself.
  json& place(json&& value) {
    constexpr int64_t kBetweenLooks = 4096;
    if (++values_ % kBetweenLooks == 0 && cancelled_ && cancelled_()) throw Interrupted("interrupted");
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_object()) return *member_ = std::move(value);
    open_.back()->push_back(std::move(value));
    return open_.back()->back();
  }

  bool add(json&& value) {
    place(std::move(value));
    return true;
  }

  void open(json&& container) {
    constexpr size_t kDeepest = 64;
    if (open_.size() >= kDeepest) refuse(path_, "its JSON is nested more than 64 deep; this is not such a file");
    open_.push_back(&place(std::move(container)));
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view path_;
  int64_t offset_;
  const std::function<bool()>& cancelled_;
  json root_;
  // Containers above a value do not move while it is being read: only the last element of each is still growing.
  std::vector<json*> open_;
  json* member_ = nullptr;
  int64_t values_ = 0;
};

}  // namespace

nlohmann::json parse_json(std::string_view path, std::string_view text, int64_t offset,
                          const std::function<bool()>& cancelled) {
  Builder builder(path, offset, cancelled);
  json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

}  // namespace gramian::host
