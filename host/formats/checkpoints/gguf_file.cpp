#include "host/formats/checkpoints/gguf_file.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::string_view kRewrite = "; download it again, or convert the model again with llama.cpp";

// Types of metadata.
enum : uint32_t { kUint16 = 2, kUint32 = 4, kInt32 = 5, kString = 8, kArray = 9, kTypeCount = 13 };
constexpr std::array<uint64_t, kTypeCount> kSizes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

std::string_view read_string(ByteReader& reader, std::string_view what) {
  const auto length = reader.number<uint64_t>(what);
  return reader.take(length, what);
}

}  // namespace

// Walks the header once, front to back.
class GgufFile::Header {
 public:
  explicit Header(GgufFile& gguf) : gguf_(gguf), reader_(gguf.path(), gguf.file_->bytes()) {}

  void read() {
    reader_.take(kMagic.size(), "the magic number");
    check_version();
    const auto tensors = reader_.number<uint64_t>("the header");
    const auto values = reader_.number<uint64_t>("the header");
    for (uint64_t i = 0; i < values; ++i) read_value(i, values);
    for (uint64_t i = 0; i < tensors; ++i) read_tensor(i, tensors);
    place_tensors();
  }

 private:
  void check_version() {
    const auto version = reader_.number<uint32_t>("the version");
    if (version == 2 || version == 3) return;
    std::string what = "is GGUF of version " + std::to_string(version) + ", of which 2 and 3 are read";
    if (version == 1) what = "is GGUF of version 1, which llama.cpp has given up";
    if (version != 0 && (version & 0xffffu) == 0) what = "is a big-endian GGUF file; little-endian ones are read";
    refuse(gguf_.path(), what + "; convert the model again with llama.cpp");
  }

  void read_value(uint64_t index, uint64_t count) {
    const std::string what = "metadata " + std::to_string(index + 1) + " of " + std::to_string(count);
    const int64_t at = reader_.position();
    const std::string key(read_string(reader_, what));
    Value value;
    value.type = reader_.number<uint32_t>(what);
    if (value.type == kArray) {
      value.element = reader_.number<uint32_t>(what);
      value.count = reader_.number<uint64_t>(what);
    }
    const uint32_t element = value.type == kArray ? value.element : value.type;
    if (element >= kTypeCount || element == kArray) {
      refuse_at_byte(gguf_.path(), at,
                     "metadata " + in_quotes(key) + " has the unknown type " + std::to_string(value.type) +
                         (value.type == kArray ? " of " + std::to_string(element) : "") + std::string(kRewrite));
    }
    value.begin = reader_.position();
    if (element == kString) {
      for (uint64_t i = 0; i < value.count; ++i) read_string(reader_, what);
    } else {
      uint64_t bytes = 0;
      if (__builtin_mul_overflow(value.count, kSizes[element], &bytes)) bytes = ~uint64_t{0};
      reader_.take(bytes, what);
    }
    if (!gguf_.values_.emplace(key, value).second) {
      refuse_at_byte(gguf_.path(), at, "has the metadata " + in_quotes(key) + " twice" + std::string(kRewrite));
    }
  }

  void read_tensor(uint64_t index, uint64_t count) {
    const std::string what = "the description of tensor " + std::to_string(index + 1) + " of " + std::to_string(count);
    const int64_t at = reader_.position();
    GgufTensor tensor;
    tensor.name = read_string(reader_, what);
    const auto fail = [&](const std::string& why) {
      refuse_at_byte(gguf_.path(), at, "tensor " + in_quotes(tensor.name) + " " + why + std::string(kRewrite));
    };
    if (!names_.insert(tensor.name).second) fail("is there twice");
    const auto dimensions = reader_.number<uint32_t>(what);
    constexpr uint32_t kMostDimensions = 4;
    if (dimensions > kMostDimensions) fail("has " + std::to_string(dimensions) + " dimensions, more than 4");
    int64_t values = 1;
    for (uint32_t i = 0; i < dimensions; ++i) {
      const auto extent = reader_.number<uint64_t>(what);
      if (!std::in_range<int64_t>(extent) || __builtin_mul_overflow(values, static_cast<int64_t>(extent), &values)) {
        fail("has impossible extents");
      }
      tensor.shape.insert(tensor.shape.begin(), static_cast<int64_t>(extent));
    }
    const auto type = reader_.number<uint32_t>(what);
    tensor.type = find_ggml_type(type);
    if (tensor.type == nullptr) fail("has the unknown type " + std::to_string(type));
    const auto begin = reader_.number<uint64_t>(what);
    if (!std::in_range<int64_t>(begin)) fail("has an impossible offset");
    tensor.begin = static_cast<int64_t>(begin);
    const int64_t row = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (row % tensor.type->values != 0) {
      fail("has rows of " + std::to_string(row) + " values, which are no whole blocks of " +
           std::string(tensor.type->name));
    }
    if (__builtin_mul_overflow(values / tensor.type->values, tensor.type->bytes, &tensor.bytes)) {
      fail("has impossible extents");
    }
    gguf_.tensors_.push_back(std::move(tensor));
  }

  void place_tensors() {
    const int64_t alignment = gguf_.count("general.alignment").value_or(32);
    if (alignment < 1 || alignment > 1 << 20 || (alignment & (alignment - 1)) != 0) {
      refuse(gguf_.path(),
             "its alignment of " + std::to_string(alignment) + " is no power of two" + std::string(kRewrite));
    }
    const auto aligned = [&](int64_t byte) { return (byte + alignment - 1) / alignment * alignment; };
    gguf_.data_begin_ = aligned(reader_.position());
    const int64_t size = gguf_.file_->size();
    int64_t end = 0;
    for (const GgufTensor& tensor : gguf_.tensors_) {
      if (tensor.begin != aligned(end)) {
        refuse(gguf_.path(), "tensor " + in_quotes(tensor.name) + " starts at data byte " +
                                 std::to_string(tensor.begin) + " (expected " + std::to_string(aligned(end)) + ")" +
                                 std::string(kRewrite));
      }
      if (tensor.bytes > size || tensor.begin > size - tensor.bytes ||
          gguf_.data_begin_ > size - tensor.bytes - tensor.begin) {
        refuse(gguf_.path(), "cut off inside tensor " + in_quotes(tensor.name) + " of " + std::to_string(tensor.bytes) +
                                 " bytes; copy or download it again");
      }
      end = tensor.begin + tensor.bytes;
    }
    // The last tensor may be padded like the others.
    const int64_t least = gguf_.tensors_.empty() ? reader_.position() : gguf_.data_begin_ + end;
    if (size < least || size > std::max(least, gguf_.data_begin_ + aligned(end))) {
      refuse(gguf_.path(), "its header describes " + std::to_string(least) + " bytes, but the file has " +
                               std::to_string(size) + "; copy or download it again");
    }
  }

  GgufFile& gguf_;
  ByteReader reader_;
  std::unordered_set<std::string> names_;
};

bool is_gguf(std::string_view start) {
  // A word of a text may begin with these letters; a version number has a zero byte.
  return start.starts_with(kMagic) && start.size() >= 8 && start.substr(4, 4).find('\0') != std::string_view::npos;
}

GgufFile::GgufFile(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) { Header(*this).read(); }

const GgufTensor* GgufFile::find(std::string_view name) const {
  const auto it = std::ranges::find(tensors_, name, &GgufTensor::name);
  return it == tensors_.end() ? nullptr : &*it;
}

const GgufFile::Value* GgufFile::value(const std::string& key, uint32_t type, uint32_t element,
                                       std::string_view wanted) const {
  const auto it = values_.find(key);
  if (it == values_.end()) return nullptr;
  if (it->second.type != type || it->second.element != element) {
    refuse(path(), "its metadata " + in_quotes(key) + " is no " + std::string(wanted) + std::string(kRewrite));
  }
  return &it->second;
}

ByteReader GgufFile::at(const Value& found) const {
  return {path(), file_->bytes().substr(static_cast<size_t>(found.begin)), found.begin};
}

std::optional<std::string_view> GgufFile::string(const std::string& key) const {
  const Value* found = value(key, kString, 0, "string");
  if (found == nullptr) return std::nullopt;
  ByteReader reader = at(*found);
  return read_string(reader, key);
}

std::optional<int64_t> GgufFile::count(const std::string& key) const {
  const auto it = values_.find(key);
  if (it == values_.end()) return std::nullopt;
  ByteReader reader = at(it->second);
  if (it->second.type == kUint16) return reader.number<uint16_t>(key);
  value(key, kUint32, 0, "number of 16 or 32 bits");
  return reader.number<uint32_t>(key);
}

std::optional<std::vector<std::string_view>> GgufFile::strings(const std::string& key) const {
  const Value* found = value(key, kArray, kString, "list of strings");
  if (found == nullptr) return std::nullopt;
  ByteReader reader = at(*found);
  std::vector<std::string_view> list(static_cast<size_t>(found->count));
  for (std::string_view& string : list) string = read_string(reader, key);
  return list;
}

std::optional<std::vector<int32_t>> GgufFile::integers(const std::string& key) const {
  const Value* found = value(key, kArray, kInt32, "list of 32-bit numbers");
  if (found == nullptr) return std::nullopt;
  ByteReader reader = at(*found);
  std::vector<int32_t> list(static_cast<size_t>(found->count));
  for (int32_t& number : list) number = reader.number<int32_t>(key);
  return list;
}

Matrix GgufFile::matrix(const GgufTensor& tensor, int threads) const {
  const std::string shown = "tensor " + in_quotes(tensor.name) + " ";
  const std::string remedy = "; choose another one with #tensor";
  if (tensor.shape.size() != 2) {
    refuse(path(), shown + "has " + std::to_string(tensor.shape.size()) + " dimensions, not 2" + remedy);
  }
  const int64_t rows = tensor.shape[0];
  const int64_t cols = tensor.shape[1];
  if (rows == 0 || cols == 0) refuse(path(), shown + "is empty" + remedy);
  const GgmlType& type = *tensor.type;
  const std::byte* data = file_->data() + data_begin_ + tensor.begin;
  if (type.plain) return {{data, *type.plain, rows, cols, cols}, file_};
  if (type.dequantize == nullptr) {
    refuse(path(), shown + "is quantized as " + std::string(type.name) +
                       ", which is not unpacked here; quantize the model to Q8_0, or take another file of it");
  }
  const ValueBuffer buffer = allocate_values(path(), ElementType::f32, rows, cols);
  const int64_t blocks = cols / type.values;
  constexpr int64_t kPieceBytes = 1 << 20;
  const int64_t piece = std::max<int64_t>(1, kPieceBytes / (cols * 4));  // rows
  for_each_piece((rows + piece - 1) / piece, threads, [&](int64_t index) {
    const int64_t first = index * piece;
    const int64_t count = std::min(piece, rows - first);
    auto* out = reinterpret_cast<float*>(buffer.bytes.get());
    type.dequantize(data + first * blocks * type.bytes, count * blocks, out + first * cols);
  });
  return buffer.matrix();
}

}  // namespace gramian::host
