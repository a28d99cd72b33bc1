#include "host/formats/checkpoints/safetensors.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "host/formats/files/message.hpp"
#include "host/formats/json/json_file.hpp"

namespace gramian::host {
namespace {

constexpr int64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr int64_t kLengthSize = 8;

uint64_t read_length(const MappedFile& file) {
  uint64_t length = 0;
  for (int i = kLengthSize; i-- > 0;) {
    length = length << 8 | static_cast<unsigned char>(file.bytes()[static_cast<size_t>(i)]);
  }
  return length;
}

std::optional<ElementType> element_type(std::string_view dtype) {
  constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"F64", ElementType::f64}, {"F32", ElementType::f32}, {"F16", ElementType::f16}, {"BF16", ElementType::bf16},
      {"I8", ElementType::i8},   {"U8", ElementType::u8},   {"I16", ElementType::i16}, {"U16", ElementType::u16},
      {"I32", ElementType::i32}, {"U32", ElementType::u32}, {"I64", ElementType::i64}, {"U64", ElementType::u64}};
  for (const auto& [name, type] : kTypes) {
    if (name == dtype) return type;
  }
  return std::nullopt;
}

std::optional<int64_t> extent(const nlohmann::json& value) {
  if (!value.is_number_unsigned() || !std::in_range<int64_t>(value.get<uint64_t>())) return std::nullopt;
  return value.get<int64_t>();
}

class HeaderReader {
 public:
  explicit HeaderReader(const std::string& path) : path_(path) {}

  TensorInfo tensor(const std::string& name, const nlohmann::json& entry) const {
    TensorInfo info{name, {}, {}, 0, 0};
    const auto fail = [&](const std::string& what) {
      refuse(path_, "tensor " + in_quotes(name) + " " + what + "; write or download the file again");
    };
    if (!entry.is_object()) fail("has no description");
    const auto dtype = entry.find("dtype");
    const auto shape = entry.find("shape");
    const auto offsets = entry.find("data_offsets");
    if (dtype == entry.end() || !dtype->is_string()) fail("has no 'dtype'");
    if (shape == entry.end() || !shape->is_array()) fail("has no 'shape'");
    if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2) fail("has no 'data_offsets' pair");
    info.dtype = dtype->get<std::string>();
    int64_t values = 1;
    for (const auto& item : *shape) {
      const auto value = extent(item);
      if (!value || __builtin_mul_overflow(values, *value, &values)) fail("has an impossible 'shape'");
      info.shape.push_back(*value);
    }
    const auto begin = extent((*offsets)[0]);
    const auto end = extent((*offsets)[1]);
    if (!begin || !end || *begin > *end) fail("has impossible 'data_offsets'");
    info.begin = *begin;
    info.end = *end;
    if (const auto type = element_type(info.dtype)) {
      int64_t bytes = 0;
      if (__builtin_mul_overflow(values, element_size(*type), &bytes) || bytes != info.end - info.begin) {
        fail("has 'data_offsets' " + std::to_string(info.end - info.begin) + " bytes apart, which is not its 'shape'");
      }
    }
    return info;
  }

 private:
  const std::string& path_;
};

void check_cover(const std::string& path, const std::vector<TensorInfo>& tensors, int64_t data_size) {
  int64_t covered = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin != covered) {
      refuse(path, "tensor " + in_quotes(tensor.name) + " starts at data byte " + std::to_string(tensor.begin) +
                       (tensor.begin < covered ? ", inside another one" : ", which leaves a gap") + " (expected " +
                       std::to_string(covered) + "); write or download the file again");
    }
    covered = tensor.end;
  }
  if (covered != data_size) {
    refuse(path, "its header describes " + std::to_string(covered) + " bytes of data, but " +
                     std::to_string(data_size) + " follow; copy or download the file again");
  }
}

}  // namespace

// Text that is eight characters long before a '{' holds no NUL; lengths below 2^56 do.
bool is_safetensors(std::string_view start) {
  return start.size() > kLengthSize && start[kLengthSize] == '{' &&
         start.substr(0, kLengthSize).find('\0') != std::string_view::npos;
}

SafetensorsFile::SafetensorsFile(std::shared_ptr<const MappedFile> file, const std::function<bool()>& cancelled)
    : file_(std::move(file)) {
  const std::string& path = file_->path();
  if (!is_safetensors(file_->bytes())) refuse(path, "is not a safetensors file; check the name, or download it again");
  const uint64_t length = read_length(*file_);
  if (length > kMaxHeader) {
    refuse_at_byte(path, 0,
                   "a safetensors header of " + std::to_string(length) +
                       " bytes is above the format's limit of 100 MB; write the file again");
  }
  if (static_cast<int64_t>(length) > file_->size() - kLengthSize) {
    refuse(path, "cut off inside its header of " + std::to_string(length) + " bytes; copy or download it again");
  }
  data_begin_ = kLengthSize + static_cast<int64_t>(length);
  const auto header = parse_json(path, file_->bytes().substr(kLengthSize, length), kLengthSize, cancelled);
  if (!header.is_object()) refuse(path, "its header is no JSON object; write or download the file again");

  const HeaderReader reader(path);
  for (const auto& [name, entry] : header.items()) {
    if (name != "__metadata__") tensors_.push_back(reader.tensor(name, entry));
  }
  std::ranges::sort(tensors_, {}, [](const TensorInfo& t) { return std::pair(t.begin, t.end); });
  check_cover(path, tensors_, file_->size() - data_begin_);
}

const TensorInfo* SafetensorsFile::find(std::string_view name) const {
  const auto it = std::ranges::find(tensors_, name, &TensorInfo::name);
  return it == tensors_.end() ? nullptr : &*it;
}

Matrix SafetensorsFile::matrix(const TensorInfo& tensor) const {
  const std::string shown = "tensor " + in_quotes(tensor.name) + " ";
  const std::string remedy = "; choose another one with #tensor";
  const auto type = element_type(tensor.dtype);
  if (tensor.shape.size() != 2) {
    refuse(file_->path(), shown + "has " + std::to_string(tensor.shape.size()) + " dimensions, not 2" + remedy);
  }
  const int64_t rows = tensor.shape[0];
  const int64_t cols = tensor.shape[1];
  if (rows == 0 || cols == 0) refuse(file_->path(), shown + "is empty" + remedy);
  if (!type) {
    refuse(file_->path(), shown + "has the element type " + in_quotes(tensor.dtype) +
                              ", which is not supported; save it as F32, F16 or BF16");
  }
  return {{file_->data() + data_begin_ + tensor.begin, *type, rows, cols, cols}, file_};
}

}  // namespace gramian::host
