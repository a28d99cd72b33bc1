#pragma once
// Metaspace: words begin with a mark, ▁, that is written for the space before them.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

struct MetaspaceSettings {
  enum class Prepend : uint8_t { always, first, never };
  std::string mark = "\u2581";  // not empty
  Prepend prepend =
      Prepend::always;  // the mark, to every stretch that begins with none, or to the beginning of the text
  bool split = true;    // before every mark; else the text is changed, but stays whole
};

class Metaspace final : public PreTokenizer {
 public:
  explicit Metaspace(MetaspaceSettings settings) : settings_(std::move(settings)) {}
  NormalizedString edit(std::string_view text, bool first) const override;
  void split(std::string_view text, std::vector<Word>& words) const override;

 private:
  MetaspaceSettings settings_;
};

/// Splits a text that has its marks already, before each run of them. This changes no token of a BPE in which no merge
/// joins the end of a word with the mark of the next; but words come again, where whole texts do not.
class MetaspaceRuns final : public PreTokenizer {
 public:
  void split(std::string_view text, std::vector<Word>& words) const override;
};

}  // namespace gramian::host
