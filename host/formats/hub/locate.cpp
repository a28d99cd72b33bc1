#include "host/formats/hub/locate.hpp"

#include <filesystem>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hub/hub_cache.hpp"
#include "host/formats/hub/model_folder.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "hf:";

bool exists(std::string_view path) {
  if (path == "-") return true;  // standard input
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Location split(std::string_view input) {
  const size_t hash = input.rfind('#');
  if (hash == std::string_view::npos || exists(input)) return {std::string(input), {}, {}};
  if (hash + 1 == input.size()) {
    throw InvalidUsage(printable(input, 4096) + ": no tensor name follows '#'; give PATH#TENSOR, or PATH alone");
  }
  return {std::string(input.substr(0, hash)), std::string(input.substr(hash + 1)), {}};
}

void locate_cached(Location& location, bool by_scheme) {
  const std::string given = location.path;
  const auto name = parse_hub_name(by_scheme ? std::string_view(given).substr(kScheme.size()) : given);
  if (!name) {
    if (!by_scheme) return;
    throw InvalidUsage(printable(given, 4096) + ": is no name of a model; give hf:ORG/NAME or hf:ORG/NAME@REVISION");
  }
  const fs::path cache = hub_cache_directory();
  const auto snapshot = find_snapshot(*name, cache);
  if (!snapshot) {
    throw NoSuchFile(printable(given, 4096) +
                     (by_scheme ? ": no such model is cached: " : ": no such file; if it is a model's name, ") +
                     describe_miss(*name, cache));
  }
  location.path = weights_of_folder(snapshot->directory).string();
  location.note = printable(given, 200) + " is " + printable(snapshot->repository, 200) + ", commit " +
                  printable(snapshot->commit.substr(0, 12)) + ", of the local Hugging Face cache.";
}

}  // namespace

Location locate(std::string_view input) {
  Location location = split(input);
  std::error_code ignored;
  if (fs::is_directory(location.path, ignored)) {
    location.path = weights_of_folder(location.path).string();
  } else if (!exists(location.path)) {
    locate_cached(location, location.path.starts_with(kScheme));
  }
  return location;
}

}  // namespace gramian::host
