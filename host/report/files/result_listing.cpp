#include "host/report/files/result_listing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "host/formats/files/descriptor.hpp"

namespace gramian::host {
namespace {

using Json = nlohmann::json;

/// Picks "files": [{"name", "bytes", "sha256"}] out of the outermost object and keeps nothing else: the result of a
/// long text has megabytes.
class FilesOnly final : public nlohmann::json_sax<Json> {
 public:
  std::vector<ListedFile> found;

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<int64_t>(value)); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool string(string_t& value) override {
    if (in_file() && key_ == "name") file_.name = value;
    if (in_file() && key_ == "sha256") file_.sha256 = value;
    return true;
  }
  bool start_object(size_t /*size*/) override {
    ++depth_;
    if (in_file()) file_ = {"", -1, ""};
    return true;
  }
  bool key(string_t& value) override {
    key_ = value;
    if (depth_ == 1) in_files_ = value == "files";
    return true;
  }
  bool end_object() override {
    if (in_file() && file_.bytes >= 0) found.push_back(file_);
    --depth_;
    return true;
  }
  bool start_array(size_t /*size*/) override {
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(size_t /*place*/, const std::string& /*token*/, const Json::exception& /*error*/) override {
    return false;
  }

 private:
  bool in_file() const { return in_files_ && depth_ == 3; }
  bool number(int64_t value) {
    if (in_file() && key_ == "bytes") file_.bytes = value;
    return true;
  }

  int64_t depth_ = 0;
  bool in_files_ = false;
  std::string key_;
  ListedFile file_;
};

std::string content_of(int directory, const char* name) {
  const Descriptor file(::openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file.open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  constexpr int64_t kLongest = int64_t{1} << 30;
  if (status.st_size > kLongest) return {};
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  text.resize(done);
  return text;
}

}  // namespace

std::vector<ListedFile> listed_files(int directory) {
  const std::string text = content_of(directory, "result.json");
  FilesOnly reader;
  if (!Json::sax_parse(text, &reader)) return {};
  std::erase_if(reader.found, [directory](const ListedFile& file) {
    if (file.name.empty() || file.name == "." || file.name == ".." ||
        file.name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
      return true;
    }
    struct stat status {};
    return ::fstatat(directory, file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode) ||
           status.st_size != file.bytes;
  });
  return reader.found;
}

}  // namespace gramian::host
