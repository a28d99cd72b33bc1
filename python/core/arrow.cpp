#include "python/core/arrow.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.hpp"

extern "C" {

// The three structures of the interface, as its page has them.
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  ArrowSchema** children;
  ArrowSchema* dictionary;
  void (*release)(ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  ArrowArray** children;
  ArrowArray* dictionary;
  void (*release)(ArrowArray*);
  void* private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowArrayStream*, ArrowArray*);
  const char* (*get_last_error)(ArrowArrayStream*);
  void (*release)(ArrowArrayStream*);
  void* private_data;
};

}  // extern "C"

namespace gramian::python {
namespace {

namespace nb = nanobind;
using Numbers = nb::ndarray<nb::ro, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

constexpr int64_t kNullable = 2;

/// A column: numbers of numpy's, or texts one after another.
struct Column {
  std::string name;
  std::string format;
  int64_t length = 0;
  int64_t nulls = 0;
  std::vector<uint8_t> valid;  // bits; empty where all are
  std::vector<int64_t> offsets;
  std::string bytes;
  const void* numbers = nullptr;
  std::shared_ptr<Numbers> array;  // owns the numbers
};

/// The columns outlive the stream and every batch taken from it.
using Columns = std::shared_ptr<const std::vector<Column>>;

std::shared_ptr<Numbers> kept(Numbers array) {
  return {new Numbers(std::move(array)), [](Numbers* held) {
            if (Py_IsInitialized() == 0) return;
            const nb::gil_scoped_acquire acquired;
            delete held;
          }};
}

const char* format_of(const nb::dlpack::dtype& dtype) {
  const auto code = static_cast<nb::dlpack::dtype_code>(dtype.code);
  if (code == nb::dlpack::dtype_code::Int && dtype.bits == 64) return "l";
  if (code == nb::dlpack::dtype_code::Int && dtype.bits == 32) return "i";
  if (code == nb::dlpack::dtype_code::UInt && dtype.bits == 64) return "L";
  if (code == nb::dlpack::dtype_code::Float && dtype.bits == 64) return "g";
  if (code == nb::dlpack::dtype_code::Float && dtype.bits == 32) return "f";
  throw nb::type_error("a column's numbers are int32, int64, uint64, float32 or float64");
}

Column texts(const std::string& name, nb::handle values) {
  Column column;
  column.name = name;
  column.format = "U";
  column.length = static_cast<int64_t>(nb::len(values));
  column.valid.assign(static_cast<size_t>((column.length + 7) / 8), 0);
  column.offsets.push_back(0);
  int64_t place = 0;
  for (const nb::handle value : nb::iter(values)) {
    if (value.is_none()) {
      ++column.nulls;
    } else {
      Py_ssize_t size = 0;
      const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
      if (text == nullptr) throw nb::python_error();
      column.bytes.append(text, static_cast<size_t>(size));
      column.valid[static_cast<size_t>(place / 8)] |= static_cast<uint8_t>(1U << (place % 8));
    }
    column.offsets.push_back(std::ssize(column.bytes));
    ++place;
  }
  return column;
}

Column column_of(const std::string& name, nb::handle values) {
  if (PyList_Check(values.ptr()) != 0) return texts(name, values);
  Column column;
  column.name = name;
  column.array = kept(nb::cast<Numbers>(values));
  column.format = format_of(column.array->dtype());
  column.length = static_cast<int64_t>(column.array->shape(0));
  column.numbers = column.array->data();
  return column;
}

/// What a structure of the interface points to, and its children, which are released with it.
template <class Node>
struct Held {
  Columns columns;
  std::vector<const void*> buffers;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<Node*> pointers;
};

template <class Node>
void release(Node* node) {
  const std::unique_ptr<Held<Node>> held(static_cast<Held<Node>*>(node->private_data));
  for (const std::unique_ptr<Node>& child : held->children) {
    if (child->release != nullptr) child->release(child.get());
  }
  node->release = nullptr;
}

template <class Node>
Held<Node>* hold(Node* node, const Columns& columns, size_t children) {
  *node = {};
  auto held = std::make_unique<Held<Node>>();
  held->columns = columns;
  for (size_t k = 0; k < children; ++k) {
    held->children.push_back(std::make_unique<Node>());
    held->pointers.push_back(held->children.back().get());
  }
  node->n_children = static_cast<int64_t>(children);
  node->children = held->pointers.data();
  node->release = release<Node>;
  node->private_data = held.get();
  return held.release();
}

void describe(const Columns& columns, ArrowSchema* out) {
  Held<ArrowSchema>* const held = hold(out, columns, columns->size());
  out->format = "+s";
  out->name = "";
  for (size_t k = 0; k < columns->size(); ++k) {
    ArrowSchema* const child = held->pointers[k];
    hold(child, columns, 0);
    child->format = (*columns)[k].format.c_str();
    child->name = (*columns)[k].name.c_str();
    child->flags = kNullable;
  }
}

void fill(const Columns& columns, ArrowArray* out) {
  Held<ArrowArray>* const held = hold(out, columns, columns->size());
  out->length = columns->empty() ? 0 : columns->front().length;
  held->buffers = {nullptr};
  out->n_buffers = 1;
  out->buffers = held->buffers.data();
  for (size_t k = 0; k < columns->size(); ++k) {
    const Column& column = (*columns)[k];
    ArrowArray* const child = held->pointers[k];
    Held<ArrowArray>* const own = hold(child, columns, 0);
    const void* const valid = column.nulls > 0 ? column.valid.data() : nullptr;
    if (column.numbers != nullptr || column.array) {
      own->buffers = {valid, column.numbers};
    } else {
      own->buffers = {valid, column.offsets.data(), column.bytes.data()};
    }
    child->length = column.length;
    child->null_count = column.nulls;
    child->n_buffers = std::ssize(own->buffers);
    child->buffers = own->buffers.data();
  }
}

struct Stream {
  Columns columns;
  bool given = false;
};

Stream* of(ArrowArrayStream* stream) { return static_cast<Stream*>(stream->private_data); }

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  try {
    describe(of(stream)->columns, out);
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  }
  return 0;
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  *out = {};
  if (std::exchange(of(stream)->given, true)) return 0;
  try {
    fill(of(stream)->columns, out);
  } catch (const std::bad_alloc&) {
    return ENOMEM;
  }
  return 0;
}

const char* get_last_error(ArrowArrayStream* /*stream*/) { return nullptr; }

void release_stream(ArrowArrayStream* stream) {
  delete of(stream);
  stream->release = nullptr;
}

}  // namespace

nb::capsule arrow_stream(nb::list names, nb::list columns) {
  auto all = std::make_shared<std::vector<Column>>();
  for (size_t k = 0; k < nb::len(names); ++k) {
    all->push_back(column_of(nb::cast<std::string>(nb::str(names[k])), columns[k]));
    if (all->back().length != all->front().length) {
      throw nb::value_error("the columns of a table are of one length");
    }
  }
  auto* const stream = new ArrowArrayStream{get_schema, get_next, get_last_error, release_stream, new Stream{all}};
  return nb::capsule(stream, "arrow_array_stream", [](void* held) noexcept {
    auto* const mine = static_cast<ArrowArrayStream*>(held);
    if (mine->release != nullptr) mine->release(mine);
    delete mine;
  });
}

}  // namespace gramian::python
