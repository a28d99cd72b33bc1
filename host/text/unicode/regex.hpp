#pragma once
// The regular expressions of tokenizer.json, which are Oniguruma's, through ICU.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct URegularExpression;

namespace gramian::host {

/// Safe to use from several threads.
class Regex {
 public:
  /// Throws InvalidInput, naming the file `path` and its `part`, for a pattern that ICU does not understand or that is
  /// longer than 8 KiB.
  Regex(std::string_view path, std::string_view part, std::string_view pattern);

  struct Match {
    size_t begin, end;
  };
  /// The matches in `text`, which is UTF-8, in order; those of nothing are left out.
  /// Throws InvalidInput for a text on which the pattern takes too much time or memory.
  std::vector<Match> matches(std::string_view text) const;
  /// Whether the pattern matches a text without characters. Throws InvalidInput where that takes too much time.
  bool matches_empty() const;

 private:
  struct Close {
    void operator()(URegularExpression* expression) const;
  };
  /// Calls `found` with the places in UTF-16 of each match; throws as matches does.
  void each_match(std::string_view text, const std::function<void(int32_t, int32_t)>& found) const;

  std::unique_ptr<URegularExpression, Close> expression_;
  size_t units_ = 0;  // of UTF-16, of the pattern
};

}  // namespace gramian::host
