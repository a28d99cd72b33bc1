#include "host/formats/hdf5/element_types.hpp"

#include <array>

namespace gramian::host {
namespace {

std::optional<ElementType> whole_number(const Hdf5Library& library, hid_t type) {
  const size_t size = library.get_size(type);
  if (library.get_precision(type) != 8 * size || library.get_bit_offset(type) != 0) return std::nullopt;
  const H5T_sign_t sign = library.get_sign(type);
  if (sign != H5T_SGN_2 && sign != H5T_SGN_NONE) return std::nullopt;
  const bool negative = sign == H5T_SGN_2;
  switch (size) {
    case 1:
      return negative ? ElementType::i8 : ElementType::u8;
    case 2:
      return negative ? ElementType::i16 : ElementType::u16;
    case 4:
      return negative ? ElementType::i32 : ElementType::u32;
    case 8:
      return negative ? ElementType::i64 : ElementType::u64;
    default:
      return std::nullopt;
  }
}

std::optional<ElementType> real_number(const Hdf5Library& library, hid_t type) {
  struct Form {
    ElementType type;
    size_t exponent_at;
    size_t exponent_bits;
    size_t bias;
  };
  constexpr std::array<Form, 4> kForms = {{{ElementType::f64, 52, 11, 1023},
                                           {ElementType::f32, 23, 8, 127},
                                           {ElementType::f16, 10, 5, 15},
                                           {ElementType::bf16, 7, 8, 127}}};
  size_t sign = 0;
  size_t exponent_at = 0;
  size_t exponent_bits = 0;
  size_t mantissa_at = 0;
  size_t mantissa_bits = 0;
  if (library.get_fields(type, &sign, &exponent_at, &exponent_bits, &mantissa_at, &mantissa_bits) < 0) return {};
  for (const Form& form : kForms) {
    const size_t bits = 8 * static_cast<size_t>(element_size(form.type));
    // A type that is damaged in what is not looked at is converted by libhdf5, beyond the ends of its buffers.
    if (8 * library.get_size(type) == bits && library.get_precision(type) == bits &&
        library.get_bit_offset(type) == 0 && sign == bits - 1 && exponent_at == form.exponent_at &&
        exponent_bits == form.exponent_bits && mantissa_at == 0 && mantissa_bits == form.exponent_at &&
        library.get_bias(type) == form.bias) {
      return form.type;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ElementType> hdf5_element_type(const Hdf5Library& library, hid_t type) {
  const H5T_class_t kind = library.get_class(type);
  if (kind == H5T_INTEGER) return whole_number(library, type);
  if (kind == H5T_FLOAT) return real_number(library, type);
  return std::nullopt;
}

std::string hdf5_type_name(const Hdf5Library& library, hid_t type) {
  if (const auto element = hdf5_element_type(library, type)) return std::string(element_name(*element));
  switch (library.get_class(type)) {
    case H5T_STRING:
      return "text";
    case H5T_COMPOUND:
      return "compound";
    case H5T_ENUM:
      return "enumeration";
    case H5T_VLEN:
      return "lists";
    default:
      return "other";
  }
}

}  // namespace gramian::host
