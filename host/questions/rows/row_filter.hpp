#pragma once
// Which tokens are wanted, by what they look like, and a random sample of what is left.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "host/questions/run/options.hpp"

namespace gramian::host {
class Regex;
}

namespace gramian::questions {

class RowFilter {
 public:
  /// Throws InvalidUsage for a pattern that is none and for a file without tokens.
  explicit RowFilter(const RowOptions& options);

  /// Whether --exclude or --no-special leave `token` out. A listed word leaves out Ġword and ▁word too.
  bool excludes(std::string_view token) const;
  /// Whether all choices by token keep it.
  bool keeps(std::string_view token) const;

 private:
  std::vector<std::shared_ptr<const host::Regex>> patterns_;
  std::unordered_set<std::string> listed_;
  std::optional<int64_t> length_;
  bool alpha_ = false;
  bool no_special_ = false;
};

/// Whether a token is one of a tokenizer's own: a name in square or angle brackets, "[CLS]", "</s>", "<|im_end|>".
bool is_special(std::string_view token);

/// `count` of the numbers below `size`, or all where there are no more; ascending, every subset as likely, the same for
/// the same seed on every machine.
std::vector<int64_t> random_sample(int64_t size, int64_t count, uint64_t seed);

}  // namespace gramian::questions
