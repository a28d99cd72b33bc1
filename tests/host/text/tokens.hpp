#pragma once
// Helpers by which a test asks a tokenizer.

#include <string>
#include <string_view>
#include <vector>

#include "host/text/tokenizer.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {

/// Every token as "token[bytes of the text]"; "?" for an unknown one.
inline std::string shown(const Tokenizer& tokenizer, std::string_view text) {
  std::string all;
  int64_t done = 0;
  for (const TextToken& token : tokenizer.encode(text)) {
    EXPECT_GE(token.begin, done) << text;
    EXPECT_GE(token.end, token.begin) << text;
    EXPECT_LE(token.end, std::ssize(text)) << text;
    EXPECT_LT(token.id, tokenizer.size());
    done = token.end;
    all += token.id == TextToken::kUnknown ? "?" : std::string(tokenizer.token(token.id));
    all +=
        "[" + std::string(text.substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin)));
    all += "]";
  }
  return all;
}

/// Expects open_tokenizer(path) to throw exactly `Expected`, in one line that holds every one of `parts`.
template <class Expected>
void expect_no_tokenizer(const std::string& path, std::initializer_list<std::string_view> parts) {
  expect_error<Expected>(path, parts, [&] { open_tokenizer(path); });
}

}  // namespace gramian::host::test
