#include <array>
#include <optional>
#include <utility>

#include "host/text/normalizers/bert_normalizer.hpp"
#include "host/text/normalizers/precompiled_charsmap.hpp"
#include "host/text/normalizers/simple_normalizers.hpp"
#include "host/text/normalizers/unicode_form.hpp"
#include "host/text/readers/json_fields.hpp"
#include "host/text/readers/tokenizer_json.hpp"

namespace gramian::host {
namespace {

constexpr const char* kSupported =
    "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Prepend, Replace, Precompiled, Sequence";

/// The bytes that `text` spells in base 64; nothing where it spells none.
std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = buffer << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> bits & 0xff);
  }
  return bytes;
}

std::unique_ptr<Normalizer> replace(const JsonPart& part) {
  const nlohmann::json* pattern = part.find("pattern");
  if (pattern == nullptr) part.wrong("pattern", "missing");
  const JsonPart inside(part.path(), part.name(), *pattern);
  const std::string what = inside.text("String");
  if (!what.empty()) return std::make_unique<Replace>(what, part.text("content"));
  Regex regex(part.path(), part.name(), inside.text("Regex"));
  if (regex.matches_empty()) part.unsupported("a Replace by a pattern that matches nothing at all", kSupported);
  return std::make_unique<ReplaceRegex>(std::move(regex), part.text("content"));
}

std::unique_ptr<Normalizer> precompiled(const JsonPart& part) {
  const auto bytes = from_base64(part.text("precompiled_charsmap"));
  auto charsmap = bytes ? PrecompiledCharsmap::read(*bytes) : std::nullopt;
  if (!charsmap) part.wrong("precompiled_charsmap", "damaged");
  return std::make_unique<Precompiled>(std::move(*charsmap));
}

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
    normalizers.push_back(std::make_unique<Prepend>(part.text("prepend")));
  } else if (type == "StripAccents") {
    normalizers.push_back(std::make_unique<StripAccents>());
  } else if (type == "Strip") {
    normalizers.push_back(std::make_unique<Strip>(part.flag("strip_left", true), part.flag("strip_right", true)));
  } else if (type == "Replace") {
    normalizers.push_back(replace(part));
  } else if (type == "Precompiled") {
    normalizers.push_back(precompiled(part));
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
