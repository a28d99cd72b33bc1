#include "host/formats/pickles/pickled_array.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

using Kind = PickleValue::Kind;

// NumPy 2 has moved its modules.
bool is_numpy(const PickleValue& value, std::string_view module, std::string_view name) {
  return value.is_global("numpy.core." + std::string(module), name) ||
         value.is_global("numpy._core." + std::string(module), name);
}

std::optional<ElementType> element_type(std::string_view name) {
  constexpr std::pair<std::string_view, ElementType> kTypes[] = {
      {"f8", ElementType::f64}, {"f4", ElementType::f32}, {"f2", ElementType::f16}, {"i1", ElementType::i8},
      {"u1", ElementType::u8},  {"i2", ElementType::i16}, {"u2", ElementType::u16}, {"i4", ElementType::i32},
      {"u4", ElementType::u32}, {"i8", ElementType::i64}, {"u8", ElementType::u64}};
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

bool is_text(const PickleValue& value) { return value.is(Kind::string) || value.is(Kind::bytes); }

// Bytes, or (in protocol 2, which has none) text of which each character is a byte.
bool take_bytes(const PickleValue& value, PickledArray& array) {
  const PickleValue* text = &value;
  if (value.is(Kind::call) && value.items[0]->is_global("_codecs", "encode") && value.items[1]->items.size() == 2) {
    text = value.items[1]->items[0];
    if (!is_text(*text) || value.items[1]->items[1]->text != "latin1") return false;
    std::string decoded;
    for (size_t i = 0; i < text->text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text->text[i]);
      if (byte < 0x80) {
        decoded += text->text[i];
        continue;
      }
      if ((byte != 0xc2 && byte != 0xc3) || ++i == text->text.size()) return false;
      decoded += static_cast<char>((byte & 3) << 6 | (text->text[i] & 0x3f));
    }
    array.owned = std::make_shared<const std::string>(std::move(decoded));
    array.bytes = *array.owned;
    return true;
  }
  if (!text->is(Kind::bytes)) return false;
  array.bytes = text->text;
  return true;
}

}  // namespace

const std::vector<PickleGlobal>& array_globals() {
  static const std::vector<PickleGlobal> kGlobals = {{"numpy", "ndarray"},
                                                     {"numpy", "dtype"},
                                                     {"_codecs", "encode"},
                                                     {"numpy.core.multiarray", "_reconstruct"},
                                                     {"numpy.core.numeric", "_frombuffer"},
                                                     {"numpy._core.multiarray", "_reconstruct"},
                                                     {"numpy._core.numeric", "_frombuffer"}};
  return kGlobals;
}

bool is_pickled_array(const PickleValue& value) {
  return value.is(Kind::call) && (is_numpy(*value.items[0], "multiarray", "_reconstruct") ||
                                  is_numpy(*value.items[0], "numeric", "_frombuffer"));
}

PickledArray read_pickled_array(std::string_view path, const std::string& what, const PickleValue& value) {
  const auto fail = [&](const std::string& why) {
    refuse(path, what + " " + why + "; load it in Python, if you trust it, and save it with np.save");
  };
  // (version, shape, type, Fortran order, bytes) or (bytes, type, shape, order)
  const bool from_buffer = is_numpy(*value.items[0], "numeric", "_frombuffer");
  const PickleValue* parts = from_buffer ? value.items[1] : value.state;
  const size_t wanted = from_buffer ? 4 : 5;
  if (parts == nullptr || !parts->is(Kind::tuple) || parts->items.size() != wanted) fail("is no plain array");
  const auto& items = parts->items;
  const PickleValue& shape = *items[from_buffer ? 2 : 1];
  const PickleValue& type = *items[from_buffer ? 1 : 2];
  const bool fortran = from_buffer ? items[3]->text != "C" : items[3]->number != 0;

  PickledArray array;
  if (!type.is(Kind::call) || !type.items[0]->is_global("numpy", "dtype") || type.items[1]->items.empty()) {
    fail("has a type that is not understood");
  }
  const PickleValue& name = *type.items[1]->items[0];
  const auto known = is_text(name) ? element_type(name.text) : std::nullopt;
  if (!known) fail("is of the type " + in_quotes(name.text) + ", which is not read here");
  array.type = *known;
  if (type.state != nullptr && type.state->items.size() > 1 && type.state->items[1]->text == ">") {
    fail("is big-endian");
  }
  if (fortran && shape.items.size() > 1) fail("lies in Fortran order");
  int64_t values = 1;
  for (const PickleValue* extent : shape.items) {
    if (!extent->is(Kind::integer) || extent->number < 0 || __builtin_mul_overflow(values, extent->number, &values)) {
      fail("has an impossible shape");
    }
    array.shape.push_back(extent->number);
  }
  if (!shape.is(Kind::tuple) || !take_bytes(*items[from_buffer ? 0 : 4], array)) fail("is no plain array");
  int64_t bytes = 0;
  if (__builtin_mul_overflow(values, element_size(array.type), &bytes) || bytes != std::ssize(array.bytes)) {
    fail("has " + std::to_string(array.bytes.size()) + " bytes, which is not its shape");
  }
  return array;
}

}  // namespace gramian::host
