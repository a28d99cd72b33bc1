#include "host/formats/json/json_file.hpp"

#include <string>
#include <unordered_set>
#include <vector>

#include "host/formats/files/message.hpp"

namespace gramian::host {

nlohmann::json parse_json(std::string_view path, std::string_view text, int64_t offset) {
  using Event = nlohmann::json::parse_event_t;
  constexpr int kDeepest = 64;
  std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (depth > kDeepest) refuse(path, "its JSON is nested more than 64 deep; this is not such a file");
    if (event == Event::object_start) {
      keys.emplace_back();
    } else if (event == Event::object_end) {
      keys.pop_back();
    } else if (event == Event::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second) {
        refuse(path, "its JSON has the key " + in_quotes(key) + " twice; write the file again");
      }
    }
    return true;
  };
  try {
    return nlohmann::json::parse(text.begin(), text.end(), check);
  } catch (const nlohmann::json::parse_error& error) {
    refuse_at_byte(path, offset + static_cast<int64_t>(error.byte), "malformed JSON; copy or download the file again");
  } catch (const nlohmann::json::exception&) {
    refuse(path, "its JSON has a number that is too large; write the file again");
  }
}

}  // namespace gramian::host
