#include "host/text/readers/gpt2_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "engine/narrow.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"
#include "host/text/models/bpe_model.hpp"
#include "host/text/pipeline/byte_alphabet.hpp"
#include "host/text/pipeline/pipeline.hpp"
#include "host/text/pre_tokenizers/gpt_patterns.hpp"
#include "host/text/readers/token_list.hpp"

namespace gramian::host {
namespace {

std::vector<MergeTable::Merge> read_merges(const MappedFile& file, const Vocabulary& vocabulary) {
  std::vector<MergeTable::Merge> merges;
  std::string_view rest = file.bytes();
  for (int64_t line_number = 1; !rest.empty(); ++line_number) {
    const size_t newline = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, newline);
    rest.remove_prefix(std::min(newline + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      refuse_at_line(file.path(), line_number,
                     in_quotes(line) + " is not two symbols with a space between; download the file again");
    }
    const std::string where = printable(file.path(), 4096) + ": line " + std::to_string(line_number);
    merges.push_back(merge_of(where, vocabulary, line.substr(0, space), line.substr(space + 1)));
  }
  return merges;
}

}  // namespace

MergeTable::Merge merge_of(std::string_view where, const Vocabulary& vocabulary, std::string_view left,
                           std::string_view right, size_t prefix) {
  const auto id = [&](std::string_view token) {
    const auto found = vocabulary.find(token);
    if (!found) {
      throw InvalidInput(std::string(where) + ": merges " + in_quotes(left) + " and " + in_quotes(right) + ", but " +
                         in_quotes(token) + " is not in the vocabulary; give files of one tokenizer");
    }
    return narrow<int32_t>(*found);
  };
  return {id(left), id(right), id(std::string(left) + std::string(right.substr(std::min(prefix, right.size()))))};
}

std::unique_ptr<Tokenizer> open_gpt2(const std::filesystem::path& vocabulary, const std::filesystem::path& merges) {
  const auto tokens = MappedFile::open(vocabulary);
  PipelineParts parts;
  parts.kind = "GPT-2 byte-level BPE";
  parts.vocabulary =
      token_list(tokens->path(), token_entries(tokens->path(), parse_json(tokens->path(), tokens->bytes())));
  auto pairs = read_merges(*MappedFile::open(merges), parts.vocabulary);

  std::vector<bool> can_be_made(static_cast<size_t>(parts.vocabulary.size()));
  for (const MergeTable::Merge& merge : pairs) can_be_made[static_cast<size_t>(merge.result)] = true;
  std::vector<AddedToken> added;
  for (int64_t id = 0; id < parts.vocabulary.size(); ++id) {
    if (!parts.vocabulary.named(id) || can_be_made[static_cast<size_t>(id)]) continue;
    const auto bytes = from_byte_level(parts.vocabulary[id]);
    if (!bytes || bytes->size() != 1) added.push_back({.content = std::string(parts.vocabulary[id]), .id = id});
  }
  if (std::ssize(added) > 500 + parts.vocabulary.size() / 20) {
    refuse(printable(merges.string(), 4096), "makes " + std::to_string(parts.vocabulary.size() - std::ssize(added)) +
                                                 " of the " + std::to_string(parts.vocabulary.size()) + " tokens of " +
                                                 printable(tokens->path(), 4096) +
                                                 "; it is cut short or belongs to another tokenizer");
  }
  parts.added = AddedTokens(std::move(added));
  parts.pre_tokenizers.push_back(std::make_unique<Gpt2Split>());
  parts.model = std::make_unique<BpeModel>(BpeParts{
      .alphabet = bpe_alphabet(parts.vocabulary, true, {}, {}), .byte_level = true, .merges = std::move(pairs)});
  return std::make_unique<Pipeline>(std::move(parts));
}

}  // namespace gramian::host
