#include "host/text/token_ids.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "host/formats/files/message.hpp"
#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::host {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

void check_id(const std::string& path, int64_t line, int64_t id, int64_t least, int64_t rows) {
  if (id >= least && id < rows) return;
  refuse_at_line(path, line, "id " + std::to_string(id) + ": the matrix has rows 0 to " + std::to_string(rows - 1));
}

std::vector<TextToken> read_ranges(const std::string& path, std::string_view ids, std::string_view text, int64_t rows) {
  std::vector<TextToken> tokens;
  const auto size = static_cast<int64_t>(text.size());
  int64_t line = 0;
  while (!ids.empty()) {
    ++line;
    const size_t end = std::min(ids.find('\n'), ids.size());
    std::string_view fields = ids.substr(0, end);
    ids.remove_prefix(std::min(end + 1, ids.size()));
    if (fields.ends_with('\r')) fields.remove_suffix(1);
    if (fields.empty()) continue;
    std::array<int64_t, 3> numbers{};
    for (size_t k = 0; k < 3; ++k) {
      const size_t tab = fields.find('\t');
      const auto number = whole_number(fields.substr(0, tab));
      if (!number || (k < 2) != (tab != std::string_view::npos)) {
        refuse_at_line(path, line, "must be ID<tab>BEGIN<tab>END, whole numbers");
      }
      numbers[k] = *number;
      fields.remove_prefix(tab == std::string_view::npos ? fields.size() : tab + 1);
    }
    check_id(path, line, numbers[0], TextToken::kUnknown, rows);
    const TextToken token{numbers[0], numbers[1], numbers[2]};
    const std::string bytes = "bytes " + std::to_string(token.begin) + " to " + std::to_string(token.end);
    if (token.begin < 0 || token.end < token.begin || token.end > size) {
      refuse_at_line(path, line, bytes + " are not within the text's " + std::to_string(size));
    }
    if (!tokens.empty() && token.begin < tokens.back().end) {
      refuse_at_line(path, line,
                     bytes + " begin before the token before them ends, at " + std::to_string(tokens.back().end) +
                         "; tokens follow the text's order and do not overlap");
    }
    tokens.push_back(token);
  }
  return tokens;
}

/// The strings that a token may stand for in a text, likeliest first.
std::vector<std::string> spellings(std::string_view token) {
  std::vector<std::string> all = {std::string(token)};
  if (const auto bytes = from_byte_level(token); bytes && *bytes != token) all.insert(all.begin(), *bytes);
  if (token.starts_with("##")) all.emplace_back(token.substr(2));
  std::string spaced;
  for (std::string_view rest = token; !rest.empty();) {
    const bool mark = rest.starts_with(kSentencePieceSpace);
    spaced += mark ? ' ' : rest.front();
    rest.remove_prefix(mark ? kSentencePieceSpace.size() : 1);
  }
  if (spaced != token) {
    all.push_back(spaced);
    // The first word of a text has no space before it.
    if (spaced.starts_with(' ')) all.push_back(spaced.substr(1));
  }
  return all;
}

/// Finds the bytes of `text` that `token` spells, at `at` or after white space; nothing where it spells others.
std::optional<TextToken> lay(std::string_view text, size_t at, int64_t id, std::string_view token) {
  const std::vector<std::string> all = spellings(token);
  while (true) {
    for (const std::string& spelling : all) {
      if (spelling.empty() || !text.substr(at).starts_with(spelling)) continue;
      return TextToken{id, static_cast<int64_t>(at), static_cast<int64_t>(at + spelling.size())};
    }
    if (at == text.size() || !is_space(text[at])) return std::nullopt;
    ++at;
  }
}

std::vector<TextToken> read_ids(const std::string& path, std::string_view ids, std::string_view text, int64_t rows,
                                const Vocabulary* vocabulary) {
  if (vocabulary == nullptr) {
    refuse(path, "ids alone need a vocabulary that says what they spell; give one, or lines of ID<tab>BEGIN<tab>END");
  }
  std::vector<TextToken> tokens;
  int64_t line = 1;
  size_t place = 0;
  const auto between = [](char c) { return is_space(c) || c == ',' || c == '[' || c == ']'; };
  for (size_t at = 0; at < ids.size();) {
    if (between(ids[at])) {
      line += ids[at++] == '\n' ? 1 : 0;
      continue;
    }
    size_t end = at;
    while (end < ids.size() && !between(ids[end])) ++end;
    const std::string_view word = ids.substr(at, end - at);
    const auto id = whole_number(word);
    if (!id) refuse_at_line(path, line, in_quotes(word) + " is not a whole number");
    check_id(path, line, *id, 0, rows);
    at = end;
    const std::string_view token = vocabulary->named(*id) ? (*vocabulary)[*id] : std::string_view();
    const auto laid = lay(text, place, *id, token);
    if (!laid) {
      refuse_at_line(path, line,
                     "token " + std::to_string(tokens.size()) + ", id " + std::to_string(*id) + " " + in_quotes(token) +
                         ", does not continue the text at byte " + std::to_string(place) +
                         "; ID<tab>BEGIN<tab>END says where tokens are");
    }
    place = static_cast<size_t>(laid->end);
    tokens.push_back(*laid);
  }
  return tokens;
}

}  // namespace

std::vector<TextToken> read_token_ids(const std::string& path, std::string_view ids, std::string_view text,
                                      int64_t rows, const Vocabulary* vocabulary) {
  const std::string_view first = ids.substr(0, ids.find('\n'));
  return first.find('\t') != std::string_view::npos ? read_ranges(path, ids, text, rows)
                                                    : read_ids(path, ids, text, rows, vocabulary);
}

}  // namespace gramian::host
