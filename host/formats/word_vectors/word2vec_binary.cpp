#include "host/formats/word_vectors/word2vec_binary.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/formats/named_matrix.hpp"
#include "host/formats/word_vectors/word2vec_header.hpp"

namespace gramian::host {
namespace {

// Longer "tokens" mean that the records do not have d values each.
constexpr size_t kLongestToken = 1 << 16;
constexpr size_t kBlock = size_t{8} << 20;

class RecordReader {
 public:
  RecordReader(const Source& source, ByteStream& stream, const Word2vecHeader& header)
      : source_(source),
        stream_(stream),
        header_(header),
        wanted_(std::min(header.rows, source.options.limit.value_or(header.rows))),
        vector_size_(static_cast<size_t>(header.cols) * sizeof(float)),
        position_(static_cast<size_t>(header.size)),
        values_(source.file->path(), header.cols, source.options.most_memory) {
    stream_.skip(position_);
  }

  void read(Embedding& embedding) {
    while (values_.rows() < wanted_) {
      const size_t want = std::max(kBlock, kLongestToken + vector_size_ + 2);
      const std::string_view view = stream_.peek(want + 1);  // one byte more tells whether the file goes on
      const size_t done = take(view.substr(0, want), view.size() > want);
      stream_.skip(done);
      position_ += done;
      const Progress& progress = source_.options.progress;
      progress.step(stream_.taken(), source_.file->size());
    }
    if (wanted_ == header_.rows) check_end();
    embedding.matrix = values_.release();
    embedding.vocabulary = std::move(vocabulary_);
    embedding.converted = true;
    if (wanted_ < header_.rows) {
      embedding.notes.push_back(printable(embedding.path, 200) + ": only the first " + std::to_string(wanted_) +
                                " rows were read.");
    }
  }

 private:
  // Takes the whole records at the front of `view` and returns how many bytes they are.
  size_t take(std::string_view view, bool goes_on) {
    tokens_.clear();
    size_t done = 0;
    while (values_.rows() + std::ssize(tokens_) < wanted_) {
      size_t position = done;
      while (position < view.size() && view[position] == '\n') ++position;
      const std::string_view window = view.substr(position, kLongestToken + 1);
      const size_t length = window.find(' ');
      if (length == std::string_view::npos && window.size() > kLongestToken) {
        fail(position, "record " + std::to_string(values_.rows() + std::ssize(tokens_) + 1) +
                           " has no end of token; check the number of dimensions in the header");
      }
      if (length == std::string_view::npos || view.size() - position - length - 1 < vector_size_) {
        if (!goes_on) {
          fail(done, "the file holds only " + std::to_string(values_.rows() + std::ssize(tokens_)) +
                         " complete ones; copy or download it again");
        }
        if (tokens_.empty()) done = position;  // newlines alone
        break;
      }
      tokens_.push_back(window.substr(0, length));
      done = position + length + 1 + vector_size_;
    }
    store();
    return done;
  }

  void store() {
    auto* const values = reinterpret_cast<std::byte*>(values_.append(std::ssize(tokens_)));
    constexpr int64_t kRows = 256;
    const int64_t count = std::ssize(tokens_);
    for_each_piece((count + kRows - 1) / kRows, source_.threads, [&](int64_t piece) {
      for (int64_t row = piece * kRows; row < std::min(count, (piece + 1) * kRows); ++row) {
        const std::string_view token = tokens_[static_cast<size_t>(row)];
        std::memcpy(values + static_cast<size_t>(row) * vector_size_, token.data() + token.size() + 1, vector_size_);
      }
    });
    for (const std::string_view token : tokens_) vocabulary_.push_back(token);
  }

  void check_end() {
    const std::string_view rest = stream_.peek(2);
    if (rest.empty() || rest == "\n") return;
    const std::string more = source_.compression == nullptr
                                 ? std::to_string(source_.file->size() - static_cast<int64_t>(position_)) + " bytes"
                                 : "more bytes";
    fail(0, more + " follow the last one; correct the header or write the file again");
  }

  [[noreturn]] void fail(size_t at, const std::string& what) const {
    const std::string message = "the header promises " + std::to_string(header_.rows) + " vectors of " +
                                std::to_string(header_.cols) + ", but " + what;
    const auto byte = static_cast<int64_t>(position_ + at);
    if (source_.compression == nullptr) refuse_at_byte(source_.file->path(), byte, message);
    refuse(source_.file->path(), "unpacked byte " + std::to_string(byte) + ": " + message);
  }

  const Source& source_;
  ByteStream& stream_;
  const Word2vecHeader& header_;
  int64_t wanted_;
  size_t vector_size_;
  size_t position_;  // of the stream, in the unpacked file
  GrowingRows values_;
  Vocabulary vocabulary_;
  std::vector<std::string_view> tokens_;  // of the block that is being read
};

}  // namespace

void read_word2vec_binary(const Source& source, Embedding& embedding) {
  const auto stream = source.stream();
  const Word2vecHeader header = read_word2vec_header(source, *stream);
  RecordReader(source, *stream, header).read(embedding);
}

}  // namespace gramian::host
