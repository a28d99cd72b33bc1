#include "host/questions/rows/asked_tokens.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"

namespace gramian::questions {
namespace {

constexpr size_t kNamed = 10;

[[noreturn]] void refuse_unknown(const Input& input, const std::vector<std::string>& unknown, bool of_many) {
  const std::string remedy = of_many ? "; --skip-unknown leaves out what is unknown" : "";
  if (unknown.size() == 1) {
    try {
      require_token(input, unknown.front());
    } catch (const InvalidUsage& error) {
      throw InvalidUsage(error.what() + remedy);
    }
  }
  std::string text =
      host::grouped(std::ssize(unknown)) + " unknown tokens in " + host::printable(input.embedding.path, 4096) + ": ";
  for (size_t k = 0; k < std::min(unknown.size(), kNamed); ++k) {
    text += (k > 0 ? ", " : "") + token_in_quotes(unknown[k], 60);
    const std::vector<std::string> nearest = host::nearest_spellings(*input.vocabulary(), unknown[k], 1);
    if (!nearest.empty()) text += " (nearest: " + token_in_quotes(nearest.front(), 60) + ")";
  }
  throw InvalidUsage(text + (unknown.size() > kNamed ? ", ..." : "") + remedy);
}

}  // namespace

std::string in_words(std::span<const std::string> tokens) {
  std::string text;
  for (size_t k = 0; k < std::min(tokens.size(), kNamed); ++k) {
    text += (k > 0 ? ", " : "") + token_in_quotes(tokens[k], 60);
  }
  return text + (tokens.size() > kNamed ? ", ..." : "");
}

std::vector<std::string> known_tokens(Run& run, const Input& input, const std::vector<std::string>& tokens,
                                      bool skip_unknown) {
  std::vector<std::string> known;
  std::vector<std::string> unknown;
  for (const std::string& token : tokens) {
    const bool found = host::find_token(require_vocabulary(input, "finding tokens"), token).has_value();
    (found ? known : unknown).push_back(token);
  }
  if (unknown.empty()) return known;
  if (!skip_unknown || known.empty()) refuse_unknown(input, unknown, tokens.size() > 1 && !known.empty());
  run.note(host::grouped(std::ssize(unknown)) + " of the " + host::grouped(std::ssize(tokens)) +
           " tokens asked for are unknown: " + in_words(unknown) + ".");
  run.skipped(unknown);
  return known;
}

void note_repeated_tokens(Run& run, const Input& input, std::span<const std::string> tokens) {
  const Vocabulary* vocabulary = input.vocabulary();
  if (vocabulary == nullptr || tokens.empty()) return;
  std::unordered_map<std::string_view, int64_t> rows_of;
  for (const std::string& token : tokens) rows_of.emplace((*vocabulary)[require_token(input, token)], 0);
  for (int64_t row = 0; row < vocabulary->size(); ++row) {
    if (!vocabulary->named(row)) continue;
    const auto found = rows_of.find((*vocabulary)[row]);
    if (found != rows_of.end()) ++found->second;
  }
  constexpr int64_t kMost = 5;
  int64_t repeated = 0;
  for (const std::string& token : tokens) {
    const int64_t row = require_token(input, token);
    int64_t& count = rows_of[(*vocabulary)[row]];
    if (count < 2) continue;
    if (++repeated <= kMost) {
      run.note("The token " + token_in_quotes((*vocabulary)[row]) + " stands on " + host::grouped(count) +
               " rows; the first, row " + std::to_string(row) + ", is taken.");
    }
    count = 0;  // said
  }
  if (repeated > kMost) run.note(host::grouped(repeated) + " of the tokens stand on several rows each.");
}

}  // namespace gramian::questions
