#pragma once
// BERT's normalizer.

#include "host/text/pipeline/pipeline.hpp"

namespace gramian::host {

struct BertSettings {
  bool clean_text = true;            // control characters go, white space becomes spaces
  bool handle_chinese_chars = true;  // ideographs become words of one character
  bool strip_accents = true;         // canonical decomposition, without nonspacing marks
  bool lowercase = true;
};

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(const BertSettings& settings) : settings_(settings) {}
  NormalizedString apply(std::string_view text) const override;

 private:
  BertSettings settings_;
};

}  // namespace gramian::host
