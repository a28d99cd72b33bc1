#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/text/readers/gpt2_files.hpp"
#include "host/text/readers/sentence_piece.hpp"
#include "host/text/readers/tokenizer_json.hpp"
#include "host/text/readers/wordpiece_files.hpp"
#include "host/text/tokenizer.hpp"
#include "host/text/unicode.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSupported =
    "tokenizer.json, vocab.json or encoder.json with merges.txt or vocab.bpe (GPT-2), vocab.txt (WordPiece), or a "
    "SentencePiece model";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The first of `names` in `directory`; empty where none is there.
template <size_t N>
fs::path first_of(const fs::path& directory, const std::array<const char*, N>& names) {
  for (const char* name : names) {
    if (is_file(directory / name)) return directory / name;
  }
  return {};
}

fs::path vocabulary_beside(const fs::path& directory) {
  return first_of(directory, std::array{"vocab.json", "encoder.json"});
}
fs::path merges_beside(const fs::path& directory) { return first_of(directory, std::array{"merges.txt", "vocab.bpe"}); }

bool is_tokenizer_json(std::string_view json) {
  // The other kind of JSON maps tokens to numbers.
  return json.find("\"model\"") != std::string_view::npos && json.find("\"vocab\"") != std::string_view::npos;
}

std::unique_ptr<Tokenizer> open_file(const fs::path& path) {
  const auto file = MappedFile::open(path);
  const std::string_view bytes = file->bytes();
  const std::string name = printable(file->path(), 4096);
  if (looks_like_sentence_piece(bytes)) return open_sentence_piece(path);
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && bytes[first] == '{') {
    if (is_tokenizer_json(bytes)) return open_tokenizer_json(path);
    const fs::path merges = merges_beside(path.parent_path());
    if (merges.empty()) {
      refuse(name,
             "is a vocabulary without its merges; put merges.txt (or vocab.bpe) beside it, or give tokenizer.json");
    }
    return open_gpt2(path, merges);
  }
  if (bytes.starts_with("#version:")) {
    const fs::path vocabulary = vocabulary_beside(path.parent_path());
    if (vocabulary.empty()) {
      refuse(name, "has merges without their vocabulary; put vocab.json (or encoder.json) beside it");
    }
    return open_gpt2(vocabulary, path);
  }
  if (bytes.find('\0') != std::string_view::npos || !is_utf8(bytes)) {
    refuse(name, "is no tokenizer; give " + std::string(kSupported));
  }
  return open_wordpiece(path);
}

}  // namespace

std::unique_ptr<Tokenizer> open_tokenizer(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return open_file(path);
  if (is_file(path / "tokenizer.json")) return open_tokenizer_json(path / "tokenizer.json");
  const fs::path vocabulary = vocabulary_beside(path);
  const fs::path merges = merges_beside(path);
  if (!vocabulary.empty() && !merges.empty()) return open_gpt2(vocabulary, merges);
  const fs::path model = first_of(path, std::array{"tokenizer.model", "spiece.model", "sentencepiece.bpe.model",
                                                   "sentencepiece.model", "spm.model"});
  if (!model.empty()) return open_sentence_piece(model);
  if (is_file(path / "vocab.txt")) return open_wordpiece(path / "vocab.txt");
  const std::string half = !vocabulary.empty() ? " (it has " + vocabulary.filename().string() + " without its merges)"
                           : !merges.empty()   ? " (it has " + merges.filename().string() + " without its vocabulary)"
                                               : "";
  throw InvalidUsage(printable(path.string(), 4096) + ": no tokenizer is there" + half + "; needed: " + kSupported);
}

}  // namespace gramian::host
