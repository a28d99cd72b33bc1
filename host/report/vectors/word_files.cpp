#include "host/report/vectors/word_files.hpp"

#include <string>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/vectors/values.hpp"

namespace gramian::host {
namespace {

/// Throws where a token holds one of `breaking`, or nothing at all.
void require_fit(std::string_view token, std::string_view breaking, const char* format) {
  if (!token.empty() && token.find_first_of(breaking) == std::string_view::npos) return;
  throw InvalidInput("the token " + in_quotes(token) + " cannot stand in " + format + ", where " +
                     (token.empty() ? "every row has one" : "it would end too early") +
                     "; .npy and .safetensors take any token");
}

class Lines : public VectorFile {
 public:
  explicit Lines(const VectorShape& shape) : shape_(shape) {}

 protected:
  std::string head() const { return std::to_string(shape_.rows) + " " + std::to_string(shape_.cols) + "\n"; }
  void append_values(std::span<const double> row, char separator, bool first, std::string& bytes) const {
    for (const double value : row) {
      if (!first) bytes += separator;
      first = false;
      append_decimal(bytes, value, shape_.type);
    }
    bytes += '\n';
  }

  VectorShape shape_;
};

class Word2vecBinary final : public Lines {
 public:
  using Lines::Lines;
  void begin(OutputFile& file) override { file.write(head()); }
  void encode(std::string_view token, std::span<const double> row, std::string& bytes) const override {
    require_fit(token, " \n", "a word2vec binary");
    bytes.append(token) += ' ';
    for (const double value : row) append_binary(bytes, value, ElementType::f32);
    bytes += '\n';
  }
};

class VecFile final : public Lines {
 public:
  using Lines::Lines;
  void begin(OutputFile& file) override { file.write(head()); }
  void encode(std::string_view token, std::span<const double> row, std::string& bytes) const override {
    require_fit(token, "\n\t", "a .vec file");
    bytes.append(token);
    append_values(row, ' ', false, bytes);
  }
};

class GloveFile final : public Lines {
 public:
  using Lines::Lines;
  void encode(std::string_view token, std::span<const double> row, std::string& bytes) const override {
    require_fit(token, "\n\t ", "a GloVe file");
    bytes.append(token);
    append_values(row, ' ', false, bytes);
  }
};

class TsvFile final : public Lines {
 public:
  using Lines::Lines;
  void encode(std::string_view /*token*/, std::span<const double> row, std::string& bytes) const override {
    append_values(row, '\t', true, bytes);
  }
};

}  // namespace

std::unique_ptr<VectorFile> make_word2vec_binary(const VectorShape& shape) {
  return std::make_unique<Word2vecBinary>(shape);
}
std::unique_ptr<VectorFile> make_vec_file(const VectorShape& shape) { return std::make_unique<VecFile>(shape); }
std::unique_ptr<VectorFile> make_glove_file(const VectorShape& shape) { return std::make_unique<GloveFile>(shape); }
std::unique_ptr<VectorFile> make_tsv_file(const VectorShape& shape) { return std::make_unique<TsvFile>(shape); }

}  // namespace gramian::host
