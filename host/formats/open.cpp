#include <algorithm>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/analyses/comparison/dissimilarities.hpp"
#include "engine/error.hpp"
#include "host/formats/archives/unpacking_stream.hpp"
#include "host/formats/embedding.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/foreign.hpp"
#include "host/formats/format.hpp"
#include "host/formats/hub/locate.hpp"
#include "host/formats/vocabularies/vocabulary_file.hpp"

namespace gramian::host {
namespace {

const Format& recognize(const std::string& path, std::string_view start) {
  const auto asked = [&](Told told) {
    return std::ranges::find_if(formats(),
                                [&](const Format& format) { return format.told == told && format.recognizes(start); });
  };
  if (const auto found = asked(Told::by_magic); found != formats().end()) return *found;
  const auto found = asked(Told::by_text);
  refuse_foreign(path, start, found != formats().end());
  if (found == formats().end()) refuse_unknown(path, start);
  return *found;
}

const Format& recognize(const Source& source) {
  const std::string& path = source.file->path();
  if (source.compression == nullptr) return recognize(path, source.file->bytes());
  constexpr size_t kStart = size_t{4} << 20;
  const auto stream = source.stream();
  const std::string_view start = stream->peek(kStart);
  if (start.empty()) refuse(path, "holds nothing: 0 bytes, compressed; download or export it again");
  const Format& format = recognize(path, start);
  if (!format.streamed) {
    const std::string packed(source.compression->name);
    refuse(path, "is a " + packed + " file around " + std::string(format.name) +
                     ", which has to lie as it is in its file; unpack it with " +
                     std::string(source.compression->unpack));
  }
  return format;
}

Embedding open_matrix(const std::string& path, const std::string& member, int threads, const ReadOptions& options) {
  Source source{MappedFile::open(path), member, threads, options, nullptr};
  source.compression = compression_of(source.file->bytes());
  const Format& format = recognize(source);
  if (!member.empty() && !format.members) {
    throw InvalidUsage(printable(path, 4096) + ": holds a single matrix; leave out '#" + printable(member) + "'");
  }
  Embedding embedding;
  embedding.path = path;
  embedding.format = format.name;
  embedding.files.push_back(path);
  if (source.compression != nullptr) {
    embedding.notes.push_back(printable(path, 200) + ": unpacked from " + std::string(source.compression->name) +
                              " while it was read.");
  }
  format.read(source, embedding);
  return embedding;
}

void add_vocabulary(Embedding& embedding, const std::optional<std::filesystem::path>& vocab, bool pairs) {
  const MatrixView& view = embedding.matrix.view;
  const int64_t named = pairs && view.rows == 1 ? items_of_pairs(view.cols) : view.rows;
  const NamedFor matrix{embedding.path, named, view.cols, embedding.format == "table" && !embedding.vocabulary};
  std::optional<FoundVocabulary> found;
  if (vocab) {
    found = read_vocabulary(*vocab, matrix);
  } else if (!embedding.vocabulary) {
    found = find_vocabulary(matrix);
  }
  if (!found) return;
  embedding.vocabulary = std::move(found->vocabulary);
  embedding.vocabulary_path = std::move(found->path);
  embedding.files.push_back(embedding.vocabulary_path);
  std::ranges::move(found->notes, std::back_inserter(embedding.notes));
}

}  // namespace

std::unique_ptr<ByteStream> Source::stream() const {
  return compression == nullptr ? stream_of(file) : unpack(file, *compression);
}

Embedding open_embedding(std::string_view input, const std::optional<std::filesystem::path>& vocab, int threads,
                         const ReadOptions& options) {
  const Location location = locate(input);
  try {
    ReadOptions reading = options;
    if (vocab) reading.limit.reset();  // it names all rows
    Embedding embedding = open_matrix(location.path, location.member, std::max(1, threads), reading);
    if (!location.note.empty()) embedding.notes.insert(embedding.notes.begin(), location.note);
    add_vocabulary(embedding, vocab, reading.pairs);
    return embedding;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(printable(location.path, 4096) +
                      ": not enough memory for its tokens; free about twice the size of the "
                      "file and its vocabulary");
  }
}

}  // namespace gramian::host
