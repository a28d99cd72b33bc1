// tokenize TOKENIZER TEXT            a line "id begin end" for every token
// tokenize --words VOCABULARY TEXT   the same for a vocabulary of words, one a line
// tokenize --time TOKENIZER TEXT     seconds of processor time to open, and megabytes in one of the fastest of five
// runs For tests that compare with other tokenizers, and for bench/time_tokenizers.py.

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "host/text/tokenizer.hpp"

namespace {

using gramian::host::TextToken;
using gramian::host::Tokenizer;

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

gramian::Vocabulary lines(const std::string& path) {
  gramian::Vocabulary vocabulary;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) vocabulary.push_back(line);
  return vocabulary;
}

/// Of processor time: a machine has other work too.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void time(const std::string& path, const std::string& text) {
  const double begin = seconds();
  const auto tokenizer = gramian::host::open_tokenizer(path);
  const double opening = seconds() - begin;
  double fastest = 1e9;
  size_t tokens = 0;
  for (int run = 0; run < 5; ++run) {
    const double start = seconds();
    tokens = tokenizer->encode(text).size();
    fastest = std::min(fastest, seconds() - start);
  }
  std::printf("%s\t%.3f\t%.1f\t%zu\n", tokenizer->kind().c_str(), opening,
              static_cast<double>(text.size()) / fastest / 1e6, tokens);
}

void print(const Tokenizer& tokenizer, const std::string& text) {
  for (const TextToken& token : tokenizer.encode(text)) {
    std::printf("%lld %lld %lld\n", static_cast<long long>(token.id), static_cast<long long>(token.begin),
                static_cast<long long>(token.end));
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> given(arguments + 1, arguments + count);
  std::string mode;
  if (!given.empty() && given[0].starts_with("--")) {
    mode = given[0];
    given.erase(given.begin());
  }
  if (given.size() != 2) {
    std::fputs("usage: tokenize [--words|--time] TOKENIZER TEXT\n", stderr);
    return 2;
  }
  try {
    const std::string text = read(given[1]);
    if (mode == "--time") {
      time(given[0], text);
    } else if (mode == "--words") {
      const gramian::Vocabulary vocabulary = lines(given[0]);
      print(*gramian::host::word_tokenizer(vocabulary), text);
    } else {
      print(*gramian::host::open_tokenizer(given[0]), text);
    }
  } catch (const gramian::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  return 0;
}
