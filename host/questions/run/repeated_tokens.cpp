#include "host/questions/run/repeated_tokens.hpp"

#include <string_view>
#include <unordered_map>

#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

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
  constexpr int64_t kNamed = 5;
  int64_t repeated = 0;
  for (const std::string& token : tokens) {
    const int64_t row = require_token(input, token);
    int64_t& count = rows_of[(*vocabulary)[row]];
    if (count < 2) continue;
    if (++repeated <= kNamed) {
      run.note("The token " + token_in_quotes((*vocabulary)[row]) + " stands on " + host::grouped(count) +
               " rows; the first, row " + std::to_string(row) + ", is taken.");
    }
    count = 0;  // said
  }
  if (repeated > kNamed) run.note(host::grouped(repeated) + " of the tokens stand on several rows each.");
}

}  // namespace gramian::questions
