#include <array>
#include <utility>

#include "host/text/normalizers/bert_normalizer.hpp"
#include "host/text/normalizers/plain_normalizers.hpp"
#include "host/text/normalizers/unicode_form.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/tokenizer_json.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported =
    "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, Prepend, Replace of a string, Sequence";

void add(const JsonPart& part, std::vector<std::unique_ptr<Normalizer>>& normalizers) {
  using Form = UnicodeForm::Form;
  constexpr std::array<std::pair<std::string_view, Form>, 4> kForms = {
      {{"NFC", Form::nfc}, {"NFD", Form::nfd}, {"NFKC", Form::nfkc}, {"NFKD", Form::nfkd}}};
  const std::string type = part.text("type");
  for (const auto& [name, form] : kForms) {
    if (type != name) continue;
    normalizers.push_back(std::make_unique<UnicodeForm>(form));
    return;
  }
  if (type == "Sequence") {
    for (const auto& one : part.list("normalizers")) add(JsonPart(part.path(), part.name(), one), normalizers);
  } else if (type == "BertNormalizer") {
    BertSettings settings;
    settings.clean_text = part.flag("clean_text", true);
    settings.handle_chinese_chars = part.flag("handle_chinese_chars", true);
    settings.lowercase = part.flag("lowercase", true);
    settings.strip_accents = part.flag("strip_accents", settings.lowercase);
    normalizers.push_back(std::make_unique<BertNormalizer>(settings));
  } else if (type == "Lowercase") {
    normalizers.push_back(std::make_unique<Lowercase>());
  } else if (type == "Prepend") {
    normalizers.push_back(std::make_unique<Prepend>(part.text("prepend"), false));
  } else if (type == "Replace") {
    const nlohmann::json* pattern = part.find("pattern");
    if (pattern == nullptr) part.wrong("pattern", "missing");
    const std::string what = JsonPart(part.path(), part.name(), *pattern).text("String");
    if (what.empty()) part.unsupported("a Replace by a regular expression", kSupported);
    normalizers.push_back(std::make_unique<Replace>(what, part.text("content")));
  } else {
    part.unsupported(in_quotes(type), kSupported);
  }
}

}  // namespace

std::vector<std::unique_ptr<Normalizer>> json_normalizers(std::string_view path, const nlohmann::json& value) {
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  if (!value.is_null()) add(JsonPart(path, "normalizer", value), normalizers);
  return normalizers;
}

}  // namespace gramian::host
