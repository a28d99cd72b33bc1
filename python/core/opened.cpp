#include "python/core/opened.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <future>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "engine/error.hpp"
#include "host/device/arrays.hpp"
#include "host/device/device.hpp"
#include "host/text/spelling.hpp"
#include "python/core/errors.hpp"
#include "python/core/json.hpp"
#include "python/core/task.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;
using AnyArray = nb::ndarray<nb::ro>;

[[noreturn]] void refuse(const std::string& message) { raise(std::make_exception_ptr(InvalidInput(message))); }

/// Memory that CUDA moves between a GPU and the host is read where it is promised to be ready: in the GPU's order.
bool lies_on_gpu(const AnyArray& array) {
  return array.device_type() == nb::device::cuda::value || array.device_type() == nb::device::cuda_managed::value;
}

/// What keeps an array alive may go on a thread that has not the interpreter's lock.
std::shared_ptr<const void> owner_of(AnyArray array) {
  const auto release = [](AnyArray* held) {
    if (Py_IsInitialized() == 0) return;
    const nb::gil_scoped_acquire acquired;
    delete held;
  };
  return {new AnyArray(std::move(array)), release};
}

ElementType type_of(const nb::dlpack::dtype& dtype, const std::string& told) {
  constexpr std::pair<nb::dlpack::dtype_code, std::pair<int, ElementType>> kTypes[] = {
      {nb::dlpack::dtype_code::Float, {64, ElementType::f64}},
      {nb::dlpack::dtype_code::Float, {32, ElementType::f32}},
      {nb::dlpack::dtype_code::Float, {16, ElementType::f16}},
      {nb::dlpack::dtype_code::Bfloat, {16, ElementType::bf16}},
      {nb::dlpack::dtype_code::Int, {8, ElementType::i8}},
      {nb::dlpack::dtype_code::Int, {16, ElementType::i16}},
      {nb::dlpack::dtype_code::Int, {32, ElementType::i32}},
      {nb::dlpack::dtype_code::Int, {64, ElementType::i64}},
      {nb::dlpack::dtype_code::UInt, {8, ElementType::u8}},
      {nb::dlpack::dtype_code::UInt, {16, ElementType::u16}},
      {nb::dlpack::dtype_code::UInt, {32, ElementType::u32}},
      {nb::dlpack::dtype_code::UInt, {64, ElementType::u64}}};
  if (told == "bf16" && dtype.bits == 16) return ElementType::bf16;
  for (const auto& [code, width] : kTypes) {
    if (static_cast<uint8_t>(code) == dtype.code && width.first == dtype.bits && dtype.lanes == 1) return width.second;
  }
  // In the order of DLPack's codes.
  constexpr const char* kNames[] = {"int", "uint", "float", "opaque", "bfloat", "complex", "bool"};
  const std::string name = dtype.code < std::size(kNames) ? kNames[dtype.code] : "of an unknown type";
  refuse("the array's elements are " + name + (name == "bool" ? "" : std::to_string(dtype.bits)) +
         ", not float64, float32, float16, bfloat16 or whole numbers; convert it first, to float32 for example");
}

/// The elements row by row in memory of our own.
Matrix copy_of(const AnyArray& array, ElementType type) {
  const auto rows = static_cast<int64_t>(array.shape(0));
  const auto cols = static_cast<int64_t>(array.shape(1));
  const int64_t size = element_size(type);
  auto values = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(rows * cols * size));
  const auto* from = static_cast<const std::byte*>(array.data());
  std::byte* to = values->data();
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j, to += size) {
      std::memcpy(to, from + (i * array.stride(0) + j * array.stride(1)) * size, static_cast<size_t>(size));
    }
  }
  return {{values->data(), type, rows, cols, cols}, values};
}

/// A matrix that lies where `like` does, and has no copy on the host yet.
Matrix uncopied(const Matrix& like, const MatrixView& view) {
  return host::matrix_on_gpu(like.view.device->number(), view, 1, like.owner);
}

Matrix matrix_on_gpu(AnyArray array, const MatrixView& view) {
  const int number = array.device_id();
  const int64_t column_stride = array.stride(1);
  std::shared_ptr<const void> owner = owner_of(std::move(array));
  try {
    const nb::gil_scoped_release released;
    return host::matrix_on_gpu(number, view, column_stride, std::move(owner));
  } catch (...) {
    raise(std::current_exception());
  }
}

Matrix matrix_of(AnyArray array, const std::string& told) {
  if (array.ndim() != 2) {
    refuse("an embedding is an array of 2 dimensions, rows by columns; this one has " + std::to_string(array.ndim()) +
           (array.ndim() == 1 ? ": array[None, :] is one row" : ""));
  }
  const auto rows = static_cast<int64_t>(array.shape(0));
  const auto cols = static_cast<int64_t>(array.shape(1));
  if (rows == 0 || cols == 0) {
    refuse("the array is empty: " + std::to_string(rows) + " rows, " + std::to_string(cols) + " columns");
  }
  const ElementType type = type_of(array.dtype(), told);
  if (lies_on_gpu(array)) {
    const auto* const data = static_cast<const std::byte*>(array.data());
    const int64_t row_stride = array.stride(0);
    return matrix_on_gpu(std::move(array), {data, type, rows, cols, row_stride});
  }
  const bool beside = array.stride(1) == 1 || cols == 1;
  const bool one_below = array.stride(0) >= cols || rows == 1;
  if (!beside || !one_below) return copy_of(array, type);
  const auto* data = static_cast<const std::byte*>(array.data());
  const int64_t stride = rows == 1 ? cols : array.stride(0);
  return {{data, type, rows, cols, stride}, owner_of(std::move(array))};
}

Vocabulary vocabulary_of(nb::handle tokens, int64_t rows) {
  Vocabulary vocabulary;
  for (const nb::handle token : nb::iter(tokens)) {
    if (token.is_none()) {
      vocabulary.push_back_unnamed();
    } else if (PyBytes_Check(token.ptr()) != 0) {
      vocabulary.push_back({PyBytes_AS_STRING(token.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(token.ptr()))});
    } else if (PyUnicode_Check(token.ptr()) != 0) {
      Py_ssize_t size = 0;
      const char* bytes = PyUnicode_AsUTF8AndSize(token.ptr(), &size);
      if (bytes == nullptr) throw nb::python_error();
      vocabulary.push_back({bytes, static_cast<size_t>(size)});
    } else {
      refuse("token " + std::to_string(vocabulary.size()) + " is neither str, bytes nor None");
    }
  }
  if (vocabulary.size() != rows) {
    refuse(std::to_string(vocabulary.size()) + " tokens for " + std::to_string(rows) +
           " rows; give one a row, None where a row has none");
  }
  return vocabulary;
}

nb::dlpack::dtype dtype_of(ElementType type) {
  using Code = nb::dlpack::dtype_code;
  const auto bits = static_cast<uint8_t>(8 * element_size(type));
  const auto of = [&](Code code) { return nb::dlpack::dtype{static_cast<uint8_t>(code), bits, 1}; };
  switch (type) {
    case ElementType::f64:
    case ElementType::f32:
    case ElementType::f16:
      return of(Code::Float);
    case ElementType::i8:
    case ElementType::i16:
    case ElementType::i32:
    case ElementType::i64:
      return of(Code::Int);
    default:
      return of(Code::UInt);
  }
}

}  // namespace

Opened Opened::file(const std::string& input, const std::optional<std::string>& vocab, int threads,
                    nb::handle progress) {
  const auto watch = std::make_shared<Watch>();
  const auto opened = std::make_shared<Opened>();
  perform(
      watch,
      [=] {
        PythonFront front(watch);
        host::ReadOptions reading;
        reading.most_memory = host::free_memory();
        reading.progress = front.stage("read", 0.0, "B");
        std::optional<std::filesystem::path> sidecar;
        if (vocab) sidecar = *vocab;
        opened->given_ =
            questions::open_matrix(input, sidecar, threads > 0 ? threads : host::available_threads(), reading);
      },
      progress);
  return *opened;
}

Opened Opened::array(nb::handle array, const std::string& type, nb::handle tokens, std::string name) {
  AnyArray found;
  if (!nb::try_cast(array, found) || !found.is_valid()) {
    refuse(
        "this is no array that can be read: give one of numpy, torch, jax or cupy that lies in the processor's memory");
  }
  const bool on_host =
      found.device_type() == nb::device::cpu::value || found.device_type() == nb::device::cuda_host::value;
  if (!on_host && !lies_on_gpu(found)) {
    refuse("the array lies on a device; give its copy in the processor's memory: .cpu() in torch, .get() in cupy");
  }
  Opened opened;
  host::Embedding& embedding = opened.given_.embedding;
  embedding.path = std::move(name);
  embedding.format = "array";
  embedding.matrix = matrix_of(std::move(found), type);
  if (!tokens.is_none()) embedding.vocabulary = vocabulary_of(tokens, embedding.matrix.view.rows);
  std::promise<questions::InputSums> none;
  none.set_value({});
  opened.given_.sums = none.get_future().share();
  return opened;
}

questions::GivenMatrix Opened::given() const {
  questions::GivenMatrix given = given_;
  if (gpu()) given.embedding.matrix = uncopied(given_.embedding.matrix, given_.embedding.matrix.view);
  return given;
}

std::optional<int> Opened::gpu() const {
  const DeviceMemory* const device = embedding().matrix.view.device;
  return device == nullptr ? std::nullopt : std::optional(device->number());
}

nb::object Opened::values(std::optional<int64_t> row) const {
  Matrix matrix = embedding().matrix;
  if (row) {
    matrix.view.data += *row * matrix.view.row_stride * element_size(matrix.view.type);
    matrix.view.rows = 1;
  }
  if (gpu()) {
    matrix = uncopied(embedding().matrix, matrix.view);
    perform(
        std::make_shared<Watch>(), [matrix] { matrix.view.device->on_host(); }, nb::none());
    matrix.view.data = row_on_host(matrix.view, 0);
    matrix.view.row_stride = matrix.view.cols;
  }
  const MatrixView& view = matrix.view;
  const size_t shape[] = {static_cast<size_t>(view.rows), static_cast<size_t>(view.cols)};
  const int64_t strides[] = {view.row_stride, 1};
  // Whoever changes a mapped file in memory would end the process, so nobody may.
  using Owner = std::shared_ptr<const void>;
  const nb::capsule owner(new Owner(matrix.owner), [](void* held) noexcept { delete static_cast<Owner*>(held); });
  nb::ndarray<nb::numpy, nb::ro> array(view.data, 2, shape, owner, strides, dtype_of(view.type));
  return array.cast();
}

nb::object Opened::tokens() const {
  if (!embedding().vocabulary) return nb::none();
  const Vocabulary& vocabulary = *embedding().vocabulary;
  nb::list list;
  for (int64_t row = 0; row < vocabulary.size(); ++row) {
    if (vocabulary.named(row)) {
      list.append(text_of(vocabulary[row]));
    } else {
      list.append(nb::none());
    }
  }
  return list;
}

std::optional<int64_t> Opened::row(const std::string& token) const {
  if (!embedding().vocabulary) return std::nullopt;
  return host::find_token(*embedding().vocabulary, token);
}

}  // namespace gramian::python
