#pragma once
// Unicode's normalization forms.

#include "host/text/pipeline/pipeline.hpp"

struct UNormalizer2;

namespace gramian::host {

/// A stretch that changes counts as replaced.
class UnicodeForm final : public Normalizer {
 public:
  enum class Form : uint8_t { nfc, nfd, nfkc, nfkd };
  explicit UnicodeForm(Form form);
  NormalizedString apply(std::string_view text) const override;

 private:
  struct Part {  // a code point
    size_t bytes, units;
  };
  std::string normal(std::u16string_view stretch) const;
  void replace(std::string_view was, std::u16string_view stretch, const std::vector<Part>& parts,
               NormalizedString& edited) const;

  const UNormalizer2* normalizer_;
};

/// ICU's normalizer, confined to characters of Unicode 9, as Hugging Face's tokenizers are; newer ones stay as they
/// are.
const UNormalizer2* normalizer_of(UnicodeForm::Form form);

}  // namespace gramian::host
