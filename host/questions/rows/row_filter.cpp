#include "host/questions/rows/row_filter.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/error.hpp"
#include "engine/random.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/parse.hpp"
#include "host/text/unicode.hpp"
#include "host/text/unicode/regex.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::questions {
namespace {

std::string_view without_mark(std::string_view token) {
  for (const std::string_view mark : {host::kBpeSpace, host::kSentencePieceSpace}) {
    if (token.size() > mark.size() && token.starts_with(mark)) return token.substr(mark.size());
  }
  return token;
}

std::shared_ptr<const host::Regex> pattern_of(const std::string& text) {
  try {
    return std::make_shared<const host::Regex>("exclude", "choice of rows", text);
  } catch (const InvalidInput&) {
    throw InvalidUsage("--exclude " + host::printable(text, 200) + ": is no regular expression");
  }
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

RowFilter::RowFilter(const RowOptions& options)
    : length_(options.length), alpha_(options.alpha), no_special_(options.no_special) {
  for (const std::string& each : options.exclude) {
    if (each.starts_with('@') && each.size() > 1) {
      for (std::string& token : parse_tokens(each)) listed_.insert(std::move(token));
    } else {
      patterns_.push_back(pattern_of(each));
    }
  }
}

bool RowFilter::excludes(std::string_view token) const {
  if (no_special_ && is_special(token)) return true;
  if (!listed_.empty() &&
      (listed_.contains(std::string(token)) || listed_.contains(std::string(without_mark(token))))) {
    return true;
  }
  return std::ranges::any_of(patterns_, [&](const auto& pattern) { return !pattern->matches(token).empty(); });
}

bool RowFilter::keeps(std::string_view token) const {
  if (length_ && host::code_points(token) != *length_) return false;
  if (alpha_ && !host::letters_only(without_mark(token))) return false;
  return !excludes(token);
}

bool is_special(std::string_view token) {
  if (token.size() < 3) return false;
  const bool square = token.front() == '[' && token.back() == ']';
  const bool angle = token.front() == '<' && token.back() == '>';
  if (!square && !angle) return false;
  std::string_view name = token.substr(1, token.size() - 2);
  constexpr std::string_view kWideBar = "｜";
  if (angle) {
    // </s>, <|im_end|>, <0x0A>
    if (name.starts_with('/') || name.starts_with('|')) name.remove_prefix(1);
    if (name.starts_with(kWideBar)) name.remove_prefix(kWideBar.size());
    if (name.starts_with("0x")) return true;
  }
  return !name.empty() && (is_letter(name.front()) || name.front() == '@') &&
         name.find_first_of(angle ? "<> \t" : "[] \t") == std::string_view::npos;
}

std::vector<int64_t> random_sample(int64_t size, int64_t count, uint64_t seed) {
  std::vector<int64_t> numbers(static_cast<size_t>(size));
  std::iota(numbers.begin(), numbers.end(), int64_t{0});
  if (count >= size) return numbers;
  constexpr uint64_t kStream = 0x5a3b1e;  // no other use of the seed has it
  std::mt19937_64 generator(stream_seed(seed, kStream));
  for (int64_t k = 0; k < count; ++k) {
    const int64_t other = k + random_below(generator, size - k);
    std::swap(numbers[static_cast<size_t>(k)], numbers[static_cast<size_t>(other)]);
  }
  numbers.resize(static_cast<size_t>(count));
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace gramian::questions
