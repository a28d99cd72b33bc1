#include "host/questions/rows/text_input.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <unordered_set>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/input_sums.hpp"
#include "host/report/wording.hpp"
#include "host/text/token_ids.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::questions {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const host::MappedFile> open_text(const fs::path& path) {
  const auto file = host::MappedFile::open(path);
  const std::string_view bytes = file->bytes();
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    host::refuse(file->path(), "is UTF-16; convert it to UTF-8, e.g. by iconv -f UTF-16 -t UTF-8");
  }
  if (const size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
    host::refuse_at_byte(file->path(), static_cast<int64_t>(nul), "a zero byte: this is a binary file, not a text");
  }
  return file;
}

/// Why a tokenizer cannot be that of the matrix; empty where it can.
std::string misfit(const host::Tokenizer& tokenizer, const Input& input) {
  const int64_t rows = input.view().rows;
  if (tokenizer.size() > rows) {
    return "it has " + host::grouped(tokenizer.size()) + " tokens and the matrix only " + host::grouped(rows) +
           " rows (more rows than tokens would be padding)";
  }
  const Vocabulary* vocabulary = input.vocabulary();
  if (vocabulary == nullptr) return {};
  constexpr int64_t kSampled = 256;
  int64_t compared = 0;
  int64_t equal = 0;
  int64_t different = -1;
  for (int64_t k = 0; k < kSampled; ++k) {
    const int64_t id = k * tokenizer.size() / kSampled;
    if (!vocabulary->named(id) || tokenizer.token(id).empty()) continue;
    ++compared;
    const bool same = (*vocabulary)[id] == tokenizer.token(id);
    equal += same ? 1 : 0;
    if (!same && different < 0) different = id;
  }
  // A few renamed tokens are no reason to doubt.
  if (2 * equal >= compared) return {};
  return "row " + std::to_string(different) + " is " + token_in_quotes((*vocabulary)[different]) +
         " in the matrix's vocabulary and " + token_in_quotes(tokenizer.token(different)) + " in the tokenizer";
}

/// Files of `directory` that may hold a tokenizer, in the order of their promise.
std::vector<fs::path> candidates(const fs::path& directory) {
  const auto has = [&](const char* name) {
    std::error_code ignored;
    return fs::is_regular_file(directory / name, ignored);
  };
  std::vector<fs::path> found;
  if (has("tokenizer.json")) found.push_back(directory / "tokenizer.json");
  if (has("merges.txt") || has("vocab.bpe")) {
    for (const char* name : {"vocab.json", "encoder.json"}) {
      if (has(name)) found.push_back(directory / name);
    }
  }
  std::vector<fs::path> models;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory.empty() ? fs::path(".") : directory, ignored)) {
    if (entry.path().extension() == ".model") models.push_back(entry.path());
  }
  std::ranges::sort(models);
  found.insert(found.end(), models.begin(), models.end());
  if (has("vocab.txt")) found.push_back(directory / "vocab.txt");
  return found;
}

struct FoundTokenizer {
  std::unique_ptr<host::Tokenizer> tokenizer;
  std::string path;
};

std::optional<FoundTokenizer> look_beside(Run& run, const Input& input) {
  std::vector<fs::path> directories;
  for (const std::string& file : {input.embedding.vocabulary_path, input.embedding.path}) {
    const fs::path directory = fs::path(file).parent_path();
    if (!file.empty() && std::ranges::find(directories, directory) == directories.end()) {
      directories.push_back(directory);
    }
  }
  for (const fs::path& directory : directories) {
    for (const fs::path& path : candidates(directory)) {
      run.check();
      // Whatever is wrong with a file that nobody named: it may belong to another matrix.
      std::string why;
      try {
        std::unique_ptr<host::Tokenizer> tokenizer = host::open_tokenizer(path);
        why = misfit(*tokenizer, input);
        if (why.empty()) return FoundTokenizer{std::move(tokenizer), path.string()};
      } catch (const InvalidInput& error) {
        why = error.what();
      } catch (const InvalidUsage& error) {
        why = error.what();
      }
      // A vocabulary that has been read as one is not also a tokenizer, and nobody thought so.
      if (path == input.embedding.vocabulary_path) continue;
      run.note(host::printable(path.string(), 200) + " was passed over: " + host::printable(why, 300) + ".");
    }
  }
  return std::nullopt;
}

/// The vocabulary marks where words begin or go on, as only a tokenizer can tell.
bool holds_pieces(const Vocabulary& vocabulary) {
  int64_t marked = 0;
  for (int64_t row = 0; row < vocabulary.size(); ++row) {
    const std::string_view token = vocabulary[row];
    if (token.starts_with(host::kBpeSpace) || token.starts_with(host::kSentencePieceSpace) ||
        (token.size() > 2 && token.starts_with("##"))) {
      ++marked;
    }
  }
  return marked * 20 > vocabulary.size();
}

Vocabulary vocabulary_of(const host::Tokenizer& tokenizer, int64_t rows) {
  Vocabulary vocabulary;
  for (int64_t row = 0; row < rows; ++row) {
    const std::string_view token = row < tokenizer.size() ? tokenizer.token(row) : std::string_view();
    if (token.empty()) {
      vocabulary.push_back_unnamed();
    } else {
      vocabulary.push_back(token);
    }
  }
  return vocabulary;
}

void find_tokenizer(Run& run, Input& input, const TextOptions& options, TextInput& text) {
  std::string path;
  if (options.tokenizer) {
    path = options.tokenizer->string();
    text.tokenizer = host::open_tokenizer(*options.tokenizer);
    if (const std::string why = misfit(*text.tokenizer, input); !why.empty()) {
      throw InvalidInput(host::printable(path, 4096) + ": this tokenizer is not that of " +
                         host::printable(input.embedding.path, 4096) + ": " + why);
    }
  } else if (auto found = look_beside(run, input)) {
    path = found->path;
    text.tokenizer = std::move(found->tokenizer);
  }
  if (!text.tokenizer) {
    const Vocabulary& vocabulary = require_vocabulary(input, "a text without --tokenizer");
    text.tokenizer = host::word_tokenizer(vocabulary);
    text.tokenized_by = text.tokenizer->kind() + " (the matrix's own vocabulary)";
    if (holds_pieces(vocabulary)) {
      run.note(
          "No tokenizer was found, and the vocabulary is one of pieces of words, of which a text shows only those "
          "that are words by themselves: --tokenizer gives better tokens.");
    }
    return;
  }
  text.tokenized_by = text.tokenizer->kind() + " (" + host::printable(path, 200) + ")";
  const int64_t rows = input.view().rows;
  if (input.vocabulary() == nullptr) input.embedding.vocabulary = vocabulary_of(*text.tokenizer, rows);
  if (text.tokenizer->size() < rows) {
    run.note("The tokenizer has " + host::grouped(text.tokenizer->size()) + " tokens and the matrix " +
             host::grouped(rows) + " rows: the last " + host::grouped(rows - text.tokenizer->size()) +
             " are padding, which no text reaches.");
  }
}

}  // namespace

std::vector<int64_t> TextInput::distinct_rows() const {
  std::unordered_set<int64_t> seen;
  std::vector<int64_t> rows;
  for (const host::TextToken& token : tokens) {
    if (token.id != host::TextToken::kUnknown && seen.insert(token.id).second) rows.push_back(token.id);
  }
  return rows;
}

std::vector<host::TextToken> cut(const host::Tokenizer& tokenizer, std::string_view text) {
  std::vector<host::TextToken> tokens = tokenizer.encode(text);
  for (host::TextToken& token : tokens) {
    const std::string_view name = tokenizer.token(token.id);
    if (name != "[UNK]" && name != "<unk>") continue;
    const auto written = text.substr(static_cast<size_t>(token.begin), static_cast<size_t>(token.end - token.begin));
    if (written != name) token.id = host::TextToken::kUnknown;
  }
  return tokens;
}

TextInput read_text(Run& run, Input& input, const TextOptions& options) {
  TextInput text;
  text.path = options.file->string();
  text.file = run.timed("text", [&] { return open_text(*options.file); });
  if (options.token_ids) {
    if (options.tokenizer) throw InvalidUsage("--tokenizer and --token-ids: one of them cuts the text, not both");
    const auto ids = host::MappedFile::open(*options.token_ids);
    run.timed("tokenize", [&] {
      text.tokens =
          host::read_token_ids(ids->path(), ids->bytes(), text.bytes(), input.view().rows, input.vocabulary());
    });
    text.tokenized_by = "ids of " + host::printable(ids->path(), 200);
  } else {
    run.timed("tokenizer", [&] { find_tokenizer(run, input, options, text); });
    run.timed("tokenize", [&] { text.tokens = cut(*text.tokenizer, text.bytes()); });
  }
  if (text.tokens.empty()) host::refuse(text.path, "holds no token: there is nothing to look at but white space");
  const Vocabulary* vocabulary = input.vocabulary();
  for (host::TextToken& token : text.tokens) {
    if (token.id < 0 || token.id >= input.view().rows || (vocabulary != nullptr && !vocabulary->named(token.id))) {
      token.id = host::TextToken::kUnknown;
      ++text.out_of_vocabulary;
    }
  }
  const std::atomic<bool> never{false};
  run.text_read({.path = text.path,
                 .sha256 = host::sha256_of_input(text.path, never),
                 .bytes = std::ssize(text.bytes()),
                 .tokens = std::ssize(text.tokens),
                 .distinct_rows = std::ssize(text.distinct_rows()),
                 .out_of_vocabulary = text.out_of_vocabulary,
                 .tokenizer = text.tokenized_by});
  return text;
}

}  // namespace gramian::questions
