#include "host/formats/checkpoints/torch_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kData = "/data.pkl";
// The first pickle of the older format is this number.
constexpr std::string_view kLegacyMagic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

struct StorageType {
  std::string_view name;
  std::string_view dtype;
  std::optional<ElementType> type;
};
constexpr StorageType kStorages[] = {{"FloatStorage", "float32", ElementType::f32},
                                     {"HalfStorage", "float16", ElementType::f16},
                                     {"BFloat16Storage", "bfloat16", ElementType::bf16},
                                     {"DoubleStorage", "float64", ElementType::f64},
                                     {"LongStorage", "int64", ElementType::i64},
                                     {"IntStorage", "int32", ElementType::i32},
                                     {"ShortStorage", "int16", ElementType::i16},
                                     {"CharStorage", "int8", ElementType::i8},
                                     {"ByteStorage", "uint8", ElementType::u8},
                                     {"BoolStorage", "bool", ElementType::u8},
                                     {"ComplexFloatStorage", "complex64", {}},
                                     {"ComplexDoubleStorage", "complex128", {}},
                                     {"QInt8Storage", "qint8", {}},
                                     {"QUInt8Storage", "quint8", {}},
                                     {"QInt32Storage", "qint32", {}}};

const std::vector<PickleGlobal>& allowed_globals() {
  static const std::vector<PickleGlobal> kAllowed = [] {
    std::vector<PickleGlobal> allowed = {{"collections", "OrderedDict"},
                                         {"torch._utils", "_rebuild_tensor_v2"},
                                         {"torch._utils", "_rebuild_parameter"},
                                         {"torch", "Size"}};
    for (const StorageType& storage : kStorages) allowed.push_back({"torch", storage.name});
    return allowed;
  }();
  return kAllowed;
}

// All of `value` as whole numbers from 0 on.
std::optional<std::vector<int64_t>> extents(const PickleValue& value) {
  const PickleValue* tuple = &value;
  if (value.is(Kind::call) && value.items[0]->is_global("torch", "Size") && value.items[1]->items.size() == 1) {
    tuple = value.items[1]->items[0];
  }
  if (!tuple->is(Kind::tuple)) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const PickleValue* item : tuple->items) {
    if (!item->is(Kind::integer) || item->number < 0) return std::nullopt;
    numbers.push_back(item->number);
  }
  return numbers;
}

}  // namespace

// Finds the tensors in what the pickle describes.
class TorchFile::Collector {
 public:
  explicit Collector(TorchFile& torch) : torch_(torch) {}

  void collect(const Pickle& pickle) {
    const PickleValue& root = pickle.root();
    left_ = pickle.size();
    visit(root, "", 0);
    if (torch_.tensors_.empty()) {
      refuse(torch_.file_->path(),
             "is a PyTorch file without a tensor (" + describe(root) + "); save the model's state_dict()");
    }
  }

 private:
  static constexpr int kDeepest = 8;

  void visit(const PickleValue& value, const std::string& name, int depth) {
    if (value.is(Kind::call)) {
      const PickleValue& callee = *value.items[0];
      const auto& arguments = value.items[1]->items;
      if (callee.is_global("torch._utils", "_rebuild_parameter") && !arguments.empty()) {
        if (depth < kDeepest) visit(*arguments[0], name, depth + 1);
        return;
      }
      if (callee.is_global("torch._utils", "_rebuild_tensor_v2")) {
        add(name.empty() ? "tensor" : name, arguments);
        return;
      }
      visit_pairs(value, 2, name, depth);
    } else if (value.is(Kind::dictionary)) {
      visit_pairs(value, 0, name, depth);
    }
  }

  void visit_pairs(const PickleValue& value, size_t first, const std::string& name, int depth) {
    if (depth == kDeepest) return;
    for (size_t i = first; i + 1 < value.items.size(); i += 2) {
      // Dictionaries may be shared, and eight levels of them name more tensors than there is time to visit.
      if (--left_ < 0) {
        refuse(
            torch_.file_->path(),
            "has dictionaries that hold each other so often that their entries outnumber its bytes; save the model's "
            "state_dict()");
      }
      if (!value.items[i]->is(Kind::string)) continue;
      const std::string key(value.items[i]->text);
      visit(*value.items[i + 1], name.empty() ? key : name + "." + key, depth + 1);
    }
  }

  void add(const std::string& name, const std::vector<const PickleValue*>& arguments) {
    const auto fail = [&](const std::string& what) {
      refuse(torch_.file_->path(), "tensor " + in_quotes(name) + " " + what + "; save the file again");
    };
    if (arguments.size() < 4 || !arguments[0]->is(Kind::persistent)) fail("has no storage");
    const PickleValue& id = *arguments[0]->items[0];
    const bool described = id.is(Kind::tuple) && id.items.size() >= 5 && id.items[1]->is(Kind::global) &&
                           (id.items[2]->is(Kind::string) || id.items[2]->is(Kind::bytes)) &&
                           id.items[4]->is(Kind::integer) && id.items[4]->number >= 0;
    if (!described) fail("has a storage that is not understood");
    Tensor tensor;
    const auto* storage = std::ranges::find(kStorages, id.items[1]->items[0]->text, &StorageType::name);
    if (storage == std::end(kStorages)) fail("has a storage that is not understood");
    tensor.type_name = storage->dtype;
    tensor.type = storage->type;
    tensor.storage = id.items[2]->text;
    tensor.numel = id.items[4]->number;
    const auto shape = extents(*arguments[2]);
    const auto strides = extents(*arguments[3]);
    if (!arguments[1]->is(Kind::integer) || arguments[1]->number < 0 || !shape || !strides ||
        shape->size() != strides->size()) {
      fail("has impossible extents");
    }
    tensor.offset = arguments[1]->number;
    tensor.shape = *shape;
    tensor.strides = *strides;
    // The element that lies last; nothing where there is none.
    int64_t last = tensor.offset;
    const bool empty = std::ranges::find(tensor.shape, 0) != tensor.shape.end();
    for (size_t i = 0; i < tensor.shape.size() && !empty; ++i) {
      int64_t reach = 0;
      if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) ||
          __builtin_add_overflow(last, reach, &last)) {
        fail("has impossible extents");
      }
    }
    if (!empty && last >= tensor.numel)
      fail("reaches beyond its storage of " + std::to_string(tensor.numel) + " values");
    if (!torch_.tensors_.emplace(name, tensor).second) fail("is there twice");
    torch_.described_.push_back({name, tensor.type_name, tensor.shape});
  }

  TorchFile& torch_;
  int64_t left_ = 0;  // entries that may still be visited: each takes two bytes and more, unless it is shared
};

bool is_torch_file(std::string_view start) {
  if (start.starts_with(kLegacyMagic)) return true;
  constexpr size_t kNameAt = 30;  // of the first member, which is the pickle
  return is_zip(start) && start.size() > kNameAt && start.substr(kNameAt, 300).find(kData) != std::string_view::npos;
}

TorchFile::TorchFile(const std::shared_ptr<const MappedFile>& file) : TensorFile(file), file_(file) {
  if (file_->bytes().starts_with(kLegacyMagic)) {
    read_legacy();
  } else {
    read_zip();
  }
}

void TorchFile::read_zip() {
  zip_.emplace(file_);
  const auto& members = zip_->members();
  const auto data = std::ranges::find_if(members, [](const ZipMember& m) { return m.name.ends_with(kData); });
  if (data == members.end()) refuse(file_->path(), "is a zip file without data.pkl; save the state_dict() again");
  prefix_ = data->name.substr(0, data->name.size() - kData.size() + 1);
  if (zip_->find(prefix_ + "constants.pkl") != nullptr) {
    refuse(file_->path(), "is a TorchScript program; save the model's state_dict() with torch.save");
  }
  if (const ZipMember* order = zip_->find(prefix_ + "byteorder")) {
    if (zip_->stored(*order, true) != "little") {
      refuse(file_->path(), "was saved on a big-endian machine; load and save it on a little-endian one");
    }
  }
  const Pickle pickle(file_->path(), zip_->stored(*data, true), data->begin, allowed_globals());
  Collector(*this).collect(pickle);
}

void TorchFile::read_legacy() {
  // The magic number, the version of the protocol, facts about the machine, the tensors, the keys of the storages.
  const std::string& path = file_->path();
  const std::string_view bytes = file_->bytes();
  auto at = static_cast<size_t>(kLegacyMagic.size());
  const auto next = [&] {
    Pickle pickle(path, bytes.substr(at), static_cast<int64_t>(at), allowed_globals());
    at += static_cast<size_t>(pickle.size());
    return pickle;
  };
  const Pickle version = next();
  if (!version.root().is(Kind::integer) || version.root().number != 1001) {
    refuse(path, "is a PyTorch file of an unknown version; load it in PyTorch and save its state_dict() again");
  }
  const Pickle machine = next();
  const PickleValue* little = machine.root().find("little_endian");
  if (little == nullptr || !little->is(Kind::boolean) || little->number != 1) {
    refuse(path, "was saved on a big-endian machine; load and save it on a little-endian one");
  }
  const Pickle model = next();
  Collector(*this).collect(model);
  const Pickle keys = next();
  std::map<std::string, int64_t> sizes;  // of an element
  for (const auto& [name, tensor] : tensors_) {
    if (tensor.type) sizes[tensor.storage] = element_size(*tensor.type);
  }
  ByteReader reader(path, bytes.substr(at), static_cast<int64_t>(at));
  for (const PickleValue* key : keys.root().items) {
    const std::string name(key->text);
    const std::string what = "storage " + in_quotes(name);
    const auto size = sizes.find(name);
    if (size == sizes.end()) refuse(path, what + " has no known type; save the state_dict() again");
    const auto count = reader.number<int64_t>(what);
    int64_t total = 0;
    if (count < 0 || __builtin_mul_overflow(count, size->second, &total)) {
      refuse(path, what + " has an impossible size; copy or download the file again");
    }
    legacy_.emplace(name, reader.take(static_cast<uint64_t>(total), what));
  }
  if (reader.remaining() != 0) {
    refuse(path, std::to_string(reader.remaining()) + " bytes follow the last storage; copy or download it again");
  }
}

std::string_view TorchFile::storage(const Tensor& tensor) const {
  std::string_view bytes;
  bool found = false;
  if (zip_) {
    const ZipMember* member = zip_->find(prefix_ + "data/" + tensor.storage);
    found = member != nullptr;
    // A checksum of gigabytes would take longer than what is asked of them.
    if (found) bytes = zip_->stored(*member, false);
  } else if (const auto it = legacy_.find(tensor.storage); it != legacy_.end()) {
    found = true;
    bytes = it->second;
  }
  if (!found) refuse(file_->path(), "lacks storage " + in_quotes(tensor.storage) + "; copy or download it again");
  int64_t wanted = 0;
  if (__builtin_mul_overflow(tensor.numel, element_size(*tensor.type), &wanted) || std::ssize(bytes) != wanted) {
    refuse(file_->path(), "storage " + in_quotes(tensor.storage) + " has " + std::to_string(bytes.size()) +
                              " bytes and not those of " + std::to_string(tensor.numel) +
                              " values; copy or download it again");
  }
  return bytes;
}

Matrix TorchFile::matrix(const std::string& name) const {
  const Tensor& tensor = tensors_.at(name);
  const std::string shown = "tensor " + in_quotes(name) + " ";
  const std::string remedy = "; choose another one with #tensor";
  if (tensor.shape.size() != 2) {
    refuse(file_->path(), shown + "has " + std::to_string(tensor.shape.size()) + " dimensions, not 2" + remedy);
  }
  const int64_t rows = tensor.shape[0];
  const int64_t cols = tensor.shape[1];
  if (rows == 0 || cols == 0) refuse(file_->path(), shown + "is empty" + remedy);
  if (!tensor.type) {
    refuse(file_->path(), shown + "is of the type " + tensor.type_name + ", which is not read here" + remedy);
  }
  const int64_t size = element_size(*tensor.type);
  const auto* data = reinterpret_cast<const std::byte*>(storage(tensor).data()) + tensor.offset * size;
  const int64_t down = tensor.strides[0];
  const int64_t across = tensor.strides[1];
  if ((across == 1 || cols == 1) && (down >= cols || rows == 1)) {
    return {{data, *tensor.type, rows, cols, rows == 1 ? cols : down}, file_};
  }
  if (cols > tensor.numel / rows) refuse(file_->path(), shown + "repeats its values" + remedy);
  const ValueBuffer buffer = allocate_values(file_->path(), *tensor.type, rows, cols);
  std::byte* out = buffer.bytes.get();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t col = 0; col < cols; ++col, out += size) {
      std::memcpy(out, data + (row * down + col * across) * size, static_cast<size_t>(size));
    }
  }
  return buffer.matrix();
}

}  // namespace gramian::host
