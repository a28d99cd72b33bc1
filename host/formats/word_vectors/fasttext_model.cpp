#include "host/formats/word_vectors/fasttext_model.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {
namespace {

constexpr int32_t kMagic = 793712314;
constexpr std::string_view kEndOfSentence = "</s>";  // has no n-grams
constexpr std::string_view kRemedy = "; copy or download the file again";

// The fields of the header that a reader needs.
struct Settings {
  int32_t version = 0;
  int32_t dimensions = 0;
  int32_t model = 0;
  int32_t buckets = 0;
  int32_t shortest = 0;  // n-grams, in characters
  int32_t longest = 0;
  bool quantized = false;
};

constexpr int32_t kSupervised = 3;

// Twelve numbers and one fraction. Old files begin with them, without a magic number.
Settings read_settings(ByteReader& reader) {
  constexpr std::string_view kWhat = "the header of a fastText model";
  const auto next = [&] { return reader.number<int32_t>(kWhat); };
  Settings settings;
  settings.dimensions = next();
  reader.take(5 * 4, kWhat);  // window, epochs, least count, negatives, longest n-gram of words
  next();                     // loss
  settings.model = next();
  settings.buckets = next();
  settings.shortest = next();
  settings.longest = next();
  next();                        // how often the rate was updated
  reader.number<double>(kWhat);  // how often frequent words were left out
  return settings;
}

bool is_plausible(const Settings& settings) {
  return settings.dimensions > 0 && settings.dimensions <= 1 << 16 && settings.model >= 1 && settings.model <= 3 &&
         settings.buckets >= 0 && settings.shortest >= 0 && settings.longest >= 0 && settings.longest <= 1000;
}

bool starts_character(char byte) { return (byte & 0xc0) != 0x80; }

// FNV-1a of 32 bits, of bytes with a sign.
uint32_t hash(std::string_view ngram) {
  uint32_t value = 2166136261u;
  for (const char byte : ngram) {
    value ^= static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(byte)));
    value *= 16777619u;
  }
  return value;
}

// Buckets of all n-grams of `word`, in fastText's order. One character is an n-gram unless it is a bracket alone.
void find_ngrams(std::string_view word, const Settings& settings, std::vector<int64_t>& buckets) {
  const std::string bracketed = "<" + std::string(word) + ">";
  for (size_t begin = 0; begin < bracketed.size(); ++begin) {
    if (!starts_character(bracketed[begin])) continue;
    size_t end = begin;
    for (int32_t length = 1; end < bracketed.size() && length <= settings.longest; ++length) {
      ++end;
      while (end < bracketed.size() && !starts_character(bracketed[end])) ++end;
      const bool bracket = length == 1 && (begin == 0 || end == bracketed.size());
      if (length < settings.shortest || bracket) continue;
      const std::string_view ngram = std::string_view(bracketed).substr(begin, end - begin);
      buckets.push_back(hash(ngram) % static_cast<uint32_t>(settings.buckets));
    }
  }
}

class ModelReader {
 public:
  explicit ModelReader(const MappedFile& file) : path_(file.path()), reader_(path_, file.bytes()) {}

  void read(int threads, Embedding& embedding) {
    read_header();
    read_dictionary();
    if (reader_.number<uint8_t>("the matrix") != 0) settings_.quantized = true;
    if (settings_.quantized || pruned_ >= 0) {
      fail(
          "is a quantized fastText model (.ftz), whose vectors are not kept as they were; use the model before "
          "quantization, or the .vec file");
    }
    const int64_t rows = std::ssize(words_) + settings_.buckets;
    const std::string_view input = read_values("the input matrix", rows);
    if (reader_.number<uint8_t>("the output matrix") != 0) fail("is a fastText model with a quantized output matrix");
    read_values("the output matrix", -1);
    if (reader_.remaining() != 0) {
      fail(std::to_string(reader_.remaining()) + " bytes follow its last matrix" + std::string(kRemedy));
    }
    embedding.matrix = assemble(input, threads);
    embedding.converted = true;
    embedding.vocabulary = vocabulary();
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { refuse(path_, what); }

  void read_header() {
    const auto magic = reader_.number<int32_t>("the header of a fastText model");
    if (magic != kMagic) {
      fail(
          "looks like a fastText model from before 2017, which has no magic number and is not read; use its .vec file, "
          "or train it again");
    }
    const auto version = reader_.number<int32_t>("the header of a fastText model");
    if (version != 11 && version != 12) {
      fail("is a fastText model of version " + std::to_string(version) +
           ", of which 11 and 12 are read; use its .vec file");
    }
    settings_ = read_settings(reader_);
    settings_.version = version;
    if (!is_plausible(settings_)) fail("is a fastText model with an impossible header" + std::string(kRemedy));
    // Classifiers of that version were trained without n-grams, whatever the header says.
    if (version == 11 && settings_.model == kSupervised) settings_.longest = 0;
    if (settings_.longest > 0 && settings_.buckets == 0) {
      fail("is a fastText model with n-grams but no buckets for them" + std::string(kRemedy));
    }
  }

  void read_dictionary() {
    constexpr std::string_view kWhat = "the dictionary";
    const auto size = reader_.number<int32_t>(kWhat);
    const auto words = reader_.number<int32_t>(kWhat);
    const auto labels = reader_.number<int32_t>(kWhat);
    reader_.number<int64_t>(kWhat);  // tokens of the corpus
    pruned_ = reader_.number<int64_t>(kWhat);
    if (words < 1 || labels < 0 || int64_t{words} + labels != size) {
      fail("is a fastText model with " + std::to_string(size) + " entries that are " + std::to_string(words) +
           " words and " + std::to_string(labels) + " labels" + std::string(kRemedy));
    }
    for (int32_t i = 0; i < size; ++i) {
      const std::string_view word = reader_.take_until('\0', kWhat);
      reader_.number<int64_t>(kWhat);  // how often it occurred
      const auto type = reader_.number<uint8_t>(kWhat);
      if (type != (i < words ? 0 : 1)) {
        refuse_at_byte(path_, reader_.position() - 1,
                       "words of a fastText model come before its labels" + std::string(kRemedy));
      }
      if (type == 0) words_.push_back(word);
    }
    for (int64_t i = 0; i < pruned_; ++i) reader_.number<int64_t>(kWhat);
  }

  // `rows` less than 0: any number.
  std::string_view read_values(const std::string& what, int64_t rows) {
    const auto m = reader_.number<int64_t>(what);
    const auto n = reader_.number<int64_t>(what);
    if (m < 0 || n != settings_.dimensions || (rows >= 0 && m != rows)) {
      fail(what + " is " + std::to_string(m) + " x " + std::to_string(n) + " where " +
           (rows >= 0 ? std::to_string(rows) : std::string("any number")) + " x " +
           std::to_string(settings_.dimensions) + " belong" + std::string(kRemedy));
    }
    int64_t bytes = 0;
    if (__builtin_mul_overflow(m, n * 4, &bytes)) fail(what + " has impossible extents" + std::string(kRemedy));
    return reader_.take(static_cast<uint64_t>(bytes), what);
  }

  Matrix assemble(std::string_view input, int threads) const {
    const int64_t rows = std::ssize(words_);
    const int64_t cols = settings_.dimensions;
    const ValueBuffer buffer = allocate_values(path_, ElementType::f32, rows, cols);
    constexpr int64_t kBlock = 1024;
    for_each_piece((rows + kBlock - 1) / kBlock, threads, [&](int64_t block) {
      std::vector<int64_t> parts;
      std::vector<float> sum(static_cast<size_t>(cols));
      std::vector<float> part(static_cast<size_t>(cols));
      const size_t row_bytes = sum.size() * sizeof(float);
      for (int64_t row = block * kBlock; row < std::min(rows, (block + 1) * kBlock); ++row) {
        parts.assign(1, row);
        const std::string_view word = words_[static_cast<size_t>(row)];
        if (settings_.longest > 0 && word != kEndOfSentence) {
          find_ngrams(word, settings_, parts);
          for (size_t k = 1; k < parts.size(); ++k) parts[k] += rows;
        }
        std::ranges::fill(sum, 0.0f);
        for (const int64_t index : parts) {
          std::memcpy(part.data(), input.data() + static_cast<size_t>(index) * row_bytes, row_bytes);
          for (size_t k = 0; k < sum.size(); ++k) sum[k] += part[k];
        }
        const auto factor = static_cast<float>(1.0 / static_cast<double>(parts.size()));
        for (float& value : sum) value *= factor;
        std::memcpy(buffer.bytes.get() + static_cast<size_t>(row) * row_bytes, sum.data(), row_bytes);
      }
    });
    return buffer.matrix();
  }

  Vocabulary vocabulary() const {
    int64_t bytes = 0;
    for (const std::string_view word : words_) bytes += std::ssize(word);
    Vocabulary words;
    words.reserve(std::ssize(words_), bytes);
    for (const std::string_view word : words_) words.push_back(word);
    return words;
  }

  const std::string& path_;
  ByteReader reader_;
  Settings settings_;
  int64_t pruned_ = -1;  // entries of a quantized model's index of buckets
  std::vector<std::string_view> words_;
};

}  // namespace

bool is_fasttext_model(std::string_view start) {
  constexpr size_t kHeader = 12 * 4 + 8 + 3 * 4;
  if (start.size() < 4) return false;
  int32_t magic = 0;
  std::memcpy(&magic, start.data(), sizeof magic);
  if (magic == kMagic) return true;
  // Before there was a magic number: settings, then counts, of which the words and labels make up the entries.
  if (start.size() < kHeader) return false;
  ByteReader reader("", start.substr(0, kHeader));
  const Settings settings = read_settings(reader);
  const auto size = reader.number<int32_t>("");
  const auto words = reader.number<int32_t>("");
  const auto labels = reader.number<int32_t>("");
  return is_plausible(settings) && words > 0 && labels >= 0 && int64_t{words} + labels == size;
}

void read_fasttext_model(const Source& source, Embedding& embedding) {
  ModelReader(*source.file).read(source.threads, embedding);
}

}  // namespace gramian::host
