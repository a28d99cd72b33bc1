#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/foreign.hpp"
#include "host/formats/format.hpp"
#include "host/formats/hub/locate.hpp"
#include "host/formats/vocabularies/vocabulary_file.hpp"

namespace gramian::host {
namespace {

const Format& recognize(const MappedFile& file) {
  const std::string_view start = file.bytes();
  const auto asked = [&](Told told) {
    return std::ranges::find_if(formats(),
                                [&](const Format& format) { return format.told == told && format.recognizes(start); });
  };
  if (const auto found = asked(Told::by_magic); found != formats().end()) return *found;
  const auto found = asked(Told::by_text);
  refuse_foreign(file.path(), start, found != formats().end());
  if (found == formats().end()) refuse_unknown(file.path(), start);
  return *found;
}

Embedding open_matrix(const std::string& path, const std::string& member, int threads) {
  const Source source{MappedFile::open(path), member, threads};
  const Format& format = recognize(*source.file);
  if (!member.empty() && !format.members) {
    throw InvalidUsage(printable(path, 4096) + ": holds a single matrix; leave out '#" + printable(member) + "'");
  }
  Embedding embedding;
  embedding.path = path;
  embedding.format = format.name;
  embedding.files.push_back(path);
  format.read(source, embedding);
  return embedding;
}

void add_vocabulary(Embedding& embedding, const std::optional<std::filesystem::path>& vocab) {
  const int64_t rows = embedding.matrix.view.rows;
  if (vocab) {
    embedding.vocabulary = read_vocabulary(*vocab, embedding.path, rows);
    embedding.vocabulary_path = vocab->string();
  } else if (!embedding.vocabulary) {
    if (auto found = find_vocabulary(embedding.path, rows)) {
      embedding.vocabulary = std::move(found->vocabulary);
      embedding.vocabulary_path = std::move(found->path);
    }
  }
  if (!embedding.vocabulary_path.empty()) embedding.files.push_back(embedding.vocabulary_path);
}

}  // namespace

Embedding open_embedding(std::string_view input, const std::optional<std::filesystem::path>& vocab, int threads) {
  const Location location = locate(input);
  try {
    Embedding embedding = open_matrix(location.path, location.member, std::max(1, threads));
    if (!location.note.empty()) embedding.notes.insert(embedding.notes.begin(), location.note);
    add_vocabulary(embedding, vocab);
    return embedding;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(printable(location.path, 4096) +
                      ": not enough memory for its tokens; free about twice the size of the "
                      "file and its vocabulary");
  }
}

}  // namespace gramian::host
