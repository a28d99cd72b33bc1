#include <array>
#include <string>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/message.hpp"
#include "host/text/detail/gpt2_files.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

template <size_t N>
fs::path first_of(const fs::path& directory, const std::array<const char*, N>& names) {
  for (const char* name : names) {
    if (is_file(directory / name)) return directory / name;
  }
  return {};
}

}  // namespace

std::unique_ptr<Tokenizer> open_tokenizer(const fs::path& path) {
  const fs::path directory = fs::is_directory(path) ? path : path.parent_path();
  const fs::path vocabulary = first_of(directory, std::array{"vocab.json", "encoder.json"});
  const fs::path merges = first_of(directory, std::array{"merges.txt", "vocab.bpe"});
  if (!vocabulary.empty() && !merges.empty()) return open_gpt2(vocabulary, merges);
  throw InvalidUsage(printable(path.string(), 4096) + ": no tokenizer is there");
}

}  // namespace gramian::host
