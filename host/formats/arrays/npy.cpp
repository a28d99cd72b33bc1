#include "host/formats/arrays/npy.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr int64_t kMaxHeader = 1 << 16;

// The header is a Python dict literal; this reads exactly the subset that NumPy writes.
class HeaderParser {
 public:
  HeaderParser(const std::string& path, std::string_view text, int64_t file_offset)
      : path_(path), text_(text), file_offset_(file_offset) {}

  NpyHeader parse() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<int64_t>> shape;
    expect('{');
    while (!accept('}')) {
      const size_t key_at = position_;
      const std::string key = string();
      expect(':');
      if (key == "descr" && !descr) {
        descr = element_type();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = boolean();
      } else if (key == "shape" && !shape) {
        shape = tuple();
      } else {
        fail(key_at, "unexpected or repeated key " + in_quotes(key));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_spaces();
    if (position_ != text_.size()) fail(position_, "text after the end of the header's dictionary");
    if (text_.back() != '\n') fail(position_, "the header does not end in a newline");
    if (!descr || !fortran_order || !shape) fail(0, "the header lacks 'descr', 'fortran_order' or 'shape'");
    return {*descr, *fortran_order, *shape, 0};
  }

 private:
  [[noreturn]] void fail(size_t position, const std::string& what) const {
    refuse_at_byte(path_, file_offset_ + static_cast<int64_t>(position),
                   "malformed .npy header: " + what + "; save the array again with np.save");
  }

  void skip_spaces() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
  }

  bool accept(char c) {
    skip_spaces();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(position_, std::string("expected '") + c + "'");
  }

  std::string string() {
    skip_spaces();
    const char quote = position_ < text_.size() ? text_[position_] : '\0';
    if (quote != '\'' && quote != '"') fail(position_, "expected a string");
    const size_t end = text_.find(quote, position_ + 1);
    if (end == std::string_view::npos) fail(position_, "a string without an end");
    const std::string_view value = text_.substr(position_ + 1, end - position_ - 1);
    if (value.find('\\') != std::string_view::npos) fail(position_, "a string with an escape");
    position_ = end + 1;
    return std::string(value);
  }

  std::string element_type() {
    skip_spaces();
    if (position_ < text_.size() && text_[position_] == '[') {
      refuse(path_, "holds a structured array, not numbers; save one numeric field with np.save");
    }
    return string();
  }

  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"False", "True"}) {
      if (text_.substr(position_).starts_with(word)) {
        position_ += word.size();
        return word == "True";
      }
    }
    fail(position_, "expected True or False");
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      int64_t value = 0;
      const char* begin = text_.data() + position_;
      const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
      if (error != std::errc() || value < 0) fail(position_, "expected an extent (a whole number, not negative)");
      position_ += static_cast<size_t>(end - begin);
      accept('L');  // Python 2 wrote long integers so.
      values.push_back(value);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  const std::string& path_;
  std::string_view text_;
  int64_t file_offset_;
  size_t position_ = 0;
};

}  // namespace

bool is_npy(std::string_view start) { return start.starts_with(kMagic); }

NpyHeader read_npy_header(const std::string& path, std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 12) refuse(path, ".npy file cut off inside its header; copy or save it again");
  const uint32_t version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    refuse_at_byte(path, 6,
                   ".npy version " + std::to_string(version) + "." + std::to_string(byte(7)) +
                       " is not known (1.0, 2.0 and 3.0 are); save the array again with np.save");
  }
  const int64_t text_begin = version == 1 ? 10 : 12;
  int64_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= static_cast<int64_t>(byte(10)) << 16 | static_cast<int64_t>(byte(11)) << 24;
  if (length == 0 || length > kMaxHeader) {
    refuse_at_byte(path, 8,
                   "a .npy header of " + std::to_string(length) + " bytes (1 to " + std::to_string(kMaxHeader) +
                       " are possible); save the array again with np.save");
  }
  if (text_begin + length > std::ssize(bytes)) {
    refuse(path, ".npy file cut off inside its header: " + std::to_string(text_begin + length) +
                     " bytes are needed, there are " + std::to_string(std::ssize(bytes)) + "; copy or save it again");
  }
  const auto text = bytes.substr(static_cast<size_t>(text_begin), static_cast<size_t>(length));
  NpyHeader header = HeaderParser(path, text, text_begin).parse();
  header.data_begin = text_begin + length;
  return header;
}

namespace {

struct NpyType {
  ElementType type;
  bool big_endian;
};

NpyType parse_descr(const std::string& path, const std::string& descr) {
  const std::string shown = "element type " + in_quotes(descr);
  const char order = descr.empty() ? '\0' : descr[0];
  const std::string_view kind = std::string_view(descr).substr(std::min<size_t>(1, descr.size()));
  if (kind.starts_with('O')) {
    refuse(path, shown +
                     " means Python objects (a pickle), which are never loaded; save numbers: "
                     "np.save(f, np.stack(list(a)).astype('float32'))");
  }
  constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"f8", ElementType::f64}, {"f4", ElementType::f32}, {"f2", ElementType::f16}, {"V2", ElementType::bf16},
      {"i1", ElementType::i8},  {"u1", ElementType::u8},  {"i2", ElementType::i16}, {"u2", ElementType::u16},
      {"i4", ElementType::i32}, {"u4", ElementType::u32}, {"i8", ElementType::i64}, {"u8", ElementType::u64}};
  const auto* found = std::ranges::find(kTypes, kind, &std::pair<std::string_view, ElementType>::first);
  if (found == std::end(kTypes)) {
    refuse(path, shown + " is not a real number type; save it with a.astype('float32')");
  }
  const bool orderless = element_size(found->second) == 1 || found->second == ElementType::bf16;
  if (order != '<' && order != '>' && !(order == '|' && orderless)) {
    refuse(path, shown + " has no byte order; save the array again with np.save");
  }
  if (order == '>' && found->second == ElementType::bf16) {
    refuse(path, shown + ": big-endian bfloat16 is not understood; save it with a.astype('float32')");
  }
  return {found->second, order == '>' && element_size(found->second) > 1};
}

uint8_t swap_bytes(uint8_t v) { return v; }
uint16_t swap_bytes(uint16_t v) { return __builtin_bswap16(v); }
uint32_t swap_bytes(uint32_t v) { return __builtin_bswap32(v); }
uint64_t swap_bytes(uint64_t v) { return __builtin_bswap64(v); }

// Tiles keep both the strided side and the contiguous side of a transposition in cache.
template <class Word>
void rearrange(const std::byte* in, std::byte* out, int64_t rows, int64_t cols, bool transpose, bool swap) {
  constexpr int64_t kTile = 64;
  constexpr auto kSize = static_cast<int64_t>(sizeof(Word));
  for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
    for (int64_t j0 = 0; j0 < cols; j0 += kTile) {
      for (int64_t i = i0; i < std::min(i0 + kTile, rows); ++i) {
        for (int64_t j = j0; j < std::min(j0 + kTile, cols); ++j) {
          Word word;
          std::memcpy(&word, in + (transpose ? j * rows + i : i * cols + j) * kSize, sizeof word);
          if (swap) word = swap_bytes(word);
          std::memcpy(out + (i * cols + j) * kSize, &word, sizeof word);
        }
      }
    }
  }
}

}  // namespace

Matrix read_npy(const NpySource& source) {
  const std::string& path = source.path;
  NpyHeader header = read_npy_header(path, source.bytes);
  if (source.one_row && header.shape.size() == 1) header.shape.insert(header.shape.begin(), 1);
  const NpyType type = parse_descr(path, header.descr);

  std::string shape;
  for (const int64_t extent : header.shape) shape += (shape.empty() ? "" : " x ") + std::to_string(extent);
  if (header.shape.size() != 2) {
    refuse(path, "holds an array of " + std::to_string(header.shape.size()) + " dimensions" +
                     (shape.empty() ? "" : " (" + shape.substr(0, 100) + ")") +
                     ", not a matrix; save a two-dimensional one, e.g. a.reshape(n, d)");
  }
  const int64_t rows = header.shape[0];
  const int64_t cols = header.shape[1];
  if (rows == 0 || cols == 0) refuse(path, "holds an empty matrix (" + shape + "); save it again with its values");
  const int64_t held = std::ssize(source.bytes) - header.data_begin;
  int64_t needed = 0;
  if (__builtin_mul_overflow(rows, cols, &needed) || __builtin_mul_overflow(needed, element_size(type.type), &needed) ||
      needed != held) {
    refuse(path, "the header promises " + shape + " values of type " + std::string(element_name(type.type)) +
                     (needed > held ? ", more than the " : ", but not the ") + std::to_string(held) +
                     " bytes of data that follow; copy or save it again");
  }

  const auto* data = reinterpret_cast<const std::byte*>(source.bytes.data()) + header.data_begin;
  const bool transpose = header.fortran_order && rows > 1 && cols > 1;
  if (!transpose && !type.big_endian) return {{data, type.type, rows, cols, cols}, source.owner};

  const ValueBuffer buffer = allocate_values(path, type.type, rows, cols);
  switch (element_size(type.type)) {
    case 1:
      rearrange<uint8_t>(data, buffer.bytes.get(), rows, cols, transpose, type.big_endian);
      break;
    case 2:
      rearrange<uint16_t>(data, buffer.bytes.get(), rows, cols, transpose, type.big_endian);
      break;
    case 4:
      rearrange<uint32_t>(data, buffer.bytes.get(), rows, cols, transpose, type.big_endian);
      break;
    default:
      rearrange<uint64_t>(data, buffer.bytes.get(), rows, cols, transpose, type.big_endian);
      break;
  }
  return buffer.matrix();
}

}  // namespace gramian::host
