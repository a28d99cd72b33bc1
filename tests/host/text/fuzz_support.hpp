#pragma once
// What the fuzz targets of this folder share: files of their own, and what every tokenizer promises.

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/error.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::host::test {

/// A file in a folder of this process.
inline std::string fuzz_file(const char* name, std::string_view bytes) {
  static const std::filesystem::path home = [] {
    const auto path = std::filesystem::temp_directory_path() / ("gramian-fuzz-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
    return path;
  }();
  std::ofstream file(home / name, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return (home / name).string();
}

/// Aborts where tokens are no rows, overlap or leave the text.
inline void check_tokens(const Tokenizer& tokenizer, std::string_view text) {
  int64_t done = 0;
  for (const TextToken& token : tokenizer.encode(text)) {
    if (token.id < TextToken::kUnknown || token.id >= tokenizer.size()) std::abort();
    if (token.begin < done || token.end < token.begin || token.end > static_cast<int64_t>(text.size())) std::abort();
    done = token.end;
    tokenizer.token(token.id);
  }
}

/// Runs `with`; a refusal is one line, and no other exception is one.
template <class With>
void check_refusal(const With& with) {
  try {
    with();
  } catch (const Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
}

}  // namespace gramian::host::test
