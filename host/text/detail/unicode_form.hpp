#pragma once
// Unicode's normalization forms.

#include "host/text/detail/pipeline.hpp"

struct UNormalizer2;

namespace gramian::host {

class UnicodeForm final : public Normalizer {
 public:
  enum class Form : uint8_t { nfc, nfd, nfkc, nfkd };
  explicit UnicodeForm(Form form);
  EditedText apply(std::string_view text) const override;

 private:
  const UNormalizer2* normalizer_;  // ICU's own
};

}  // namespace gramian::host
