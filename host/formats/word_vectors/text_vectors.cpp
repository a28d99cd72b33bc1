#include "host/formats/word_vectors/text_vectors.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/formats/word_vectors/line_parser.hpp"
#include "host/formats/word_vectors/text_layout.hpp"

namespace gramian::host {
namespace {

constexpr size_t kBlock = size_t{8} << 20;
constexpr size_t kLongestLine = size_t{1} << 28;

// Pieces of `text` that end at newlines, so that threads can take them one by one.
std::vector<std::string_view> split_at_lines(std::string_view text, int threads) {
  constexpr size_t kSmallest = 1 << 16;
  const size_t size = std::max(text.size() / (4 * static_cast<size_t>(threads)), kSmallest);
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const size_t newline = text.find('\n', std::min(size, text.size()) - 1);
    const size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

class LineReader {
 public:
  LineReader(const Source& source, ByteStream& stream, const LineParser& parser)
      : source_(source),
        stream_(stream),
        parser_(parser),
        values_(source.file->path(), parser.layout().cols, source.options.most_memory) {}

  void read() {
    while (!done_) {
      const std::string_view block = next_block();
      if (!block.empty()) take(block);
      stream_.skip(block.size());
      const Progress& progress = source_.options.progress;
      progress.step(stream_.taken(), source_.file->size());
    }
  }

  int64_t rows() const { return values_.rows(); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  bool limited() const { return limited_; }
  bool ends_in_mid_line() const { return ends_in_mid_line_; }
  void expect(int64_t rows) { values_.expect(rows); }

  void move_into(Embedding& embedding) {
    embedding.matrix = values_.release();
    if (parser_.layout().tokens) embedding.vocabulary = std::move(vocabulary_);
    embedding.converted = true;
  }

 private:
  // Whole lines; the last one of the file may lack its newline.
  std::string_view next_block() {
    for (size_t want = kBlock; want <= kLongestLine; want *= 2) {
      const std::string_view view = stream_.peek(want + 1);  // one byte more tells whether the file goes on
      if (view.size() <= want) {
        done_ = true;
        ends_in_mid_line_ = !view.empty() && !view.ends_with('\n');
        return view;
      }
      const size_t newline = view.substr(0, want).rfind('\n');
      if (newline != std::string_view::npos) return view.substr(0, newline + 1);
    }
    parser_.fail(rows(), "has no end within " + std::to_string(kLongestLine >> 20) + " MiB; is the file text?");
  }

  // Parses a block, up to the limit on rows.
  void take(std::string_view block) {
    std::vector<std::string_view> pieces = split_at_lines(block, source_.threads);
    std::vector<int64_t> first_row(pieces.size() + 1, 0);
    for_each_piece(std::ssize(pieces), source_.threads, [&](int64_t i) {
      const auto piece = static_cast<size_t>(i);
      const std::string_view text = pieces[piece];
      first_row[piece + 1] = std::ranges::count(text, '\n') + (text.ends_with('\n') ? 0 : 1);
    });
    for (size_t i = 1; i < first_row.size(); ++i) first_row[i] += first_row[i - 1];
    const int64_t before = rows();
    int64_t count = first_row.back();
    if (source_.options.limit && before + count > *source_.options.limit) {
      count = *source_.options.limit - before;
      limited_ = done_ = true;
    }
    const int64_t cols = parser_.layout().cols;
    if (count > std::ssize(block) / 2 / cols + 1) find_short_line(block, before);

    float* const values = values_.append(count);
    std::vector<std::string_view> tokens(static_cast<size_t>(count));
    for_each_piece(std::ssize(pieces), source_.threads, [&](int64_t i) {
      std::string_view piece = pieces[static_cast<size_t>(i)];
      for (int64_t row = first_row[static_cast<size_t>(i)]; row < count && !piece.empty(); ++row) {
        const size_t newline = std::min(piece.find('\n'), piece.size());
        tokens[static_cast<size_t>(row)] = parser_.parse(piece.substr(0, newline), before + row, values + row * cols);
        piece.remove_prefix(std::min(newline + 1, piece.size()));
      }
    });
    if (!parser_.layout().tokens) return;
    for (const std::string_view token : tokens) vocabulary_.push_back(token);
  }

  // A value takes two bytes at least: here some line is too short, and is found without room for the values.
  void find_short_line(std::string_view block, int64_t row) {
    std::vector<float> scratch(block.size() / 2 + 1);
    for (; !block.empty(); ++row) {
      const size_t newline = std::min(block.find('\n'), block.size());
      parser_.parse(block.substr(0, newline), row, scratch.data());
      block.remove_prefix(std::min(newline + 1, block.size()));
    }
  }

  const Source& source_;
  ByteStream& stream_;
  const LineParser& parser_;
  GrowingRows values_;
  Vocabulary vocabulary_;
  bool done_ = false;
  bool limited_ = false;
  bool ends_in_mid_line_ = false;
};

int64_t tokens_with_spaces(const Vocabulary& vocabulary) {
  int64_t count = 0;
  for (int64_t row = 0; row < vocabulary.size(); ++row) count += vocabulary[row].find(' ') != std::string_view::npos;
  return count;
}

void add_notes(const LineReader& reader, const TextLayout& layout, Embedding& embedding) {
  const std::string path = printable(embedding.path, 200);
  if (!layout.plain()) embedding.notes.push_back(path + ": " + describe(layout) + ".");
  if (reader.limited()) {
    embedding.notes.push_back(path + ": only the first " + std::to_string(reader.rows()) + " rows were read.");
  }
  if (reader.ends_in_mid_line()) {
    embedding.notes.push_back(path +
                              ": no newline ends its last line, which is whole; had the file been cut off, the "
                              "last number might be cut short.");
  }
}

}  // namespace

void read_word2vec_text(const Source& source, Embedding& embedding) {
  const auto stream = source.stream();
  const Word2vecHeader header = read_word2vec_header(source, *stream);
  stream->skip(static_cast<size_t>(header.size));
  const TextLayout layout = layout_under_header(stream->peek(kBlock), header.cols);
  const LineParser parser(source.file->path(), layout, 2);
  LineReader reader(source, *stream, parser);
  if (source.compression == nullptr) {
    reader.expect(std::min({header.rows, source.file->size() / 2 / header.cols,
                            source.options.limit.value_or(std::numeric_limits<int64_t>::max())}));
  }
  reader.read();
  const bool enough = source.options.limit && reader.rows() == *source.options.limit;
  if (enough ? reader.rows() > header.rows : reader.rows() != header.rows) {
    refuse_at_line(source.file->path(), 1,
                   "the header promises " + std::to_string(header.rows) + " vectors, but " +
                       std::to_string(reader.rows()) + (enough ? " or more" : "") +
                       " lines follow; copy or download the file again, or correct the header");
  }
  add_notes(reader, layout, embedding);
  if (const int64_t spaced = tokens_with_spaces(reader.vocabulary()); spaced > 0) {
    embedding.notes.push_back(printable(embedding.path, 200) + ": " + std::to_string(spaced) +
                              (spaced == 1 ? " token holds" : " tokens hold") + " spaces: the values are the last " +
                              std::to_string(header.cols) + " fields, as the header says.");
  }
  reader.move_into(embedding);
}

void read_text_table(const Source& given, Embedding& embedding) {
  Source source = given;
  const auto stream = source.stream();
  const TextLayout layout = *find_text_layout(stream->peek(kBlock));
  if (!layout.tokens) source.options.limit.reset();  // the tokens beside it name all rows
  const LineParser parser(source.file->path(), layout, 1);
  LineReader reader(source, *stream, parser);
  reader.read();
  add_notes(reader, layout, embedding);
  reader.move_into(embedding);
}

}  // namespace gramian::host
