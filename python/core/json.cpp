#include "python/core/json.hpp"

#include <string>

namespace gramian::python {

namespace nb = nanobind;
using questions::Json;

nb::str text_of(std::string_view bytes) {
  return nb::steal<nb::str>(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace"));
}

nb::object to_python(const Json& json) {
  if (const auto* flag = json.get_if<bool>()) return nb::bool_(*flag);
  if (const auto* number = json.get_if<int64_t>()) return nb::int_(*number);
  if (const auto* number = json.get_if<uint64_t>()) return nb::int_(*number);
  if (const auto* number = json.get_if<double>()) {
    // result.json has no other word for it.
    return *number - *number == 0.0 ? nb::object(nb::float_(*number)) : nb::none();
  }
  if (const auto* text = json.get_if<std::string>()) return text_of(*text);
  if (const auto* items = json.get_if<Json::Array>()) {
    nb::list list;
    for (const Json& item : *items) list.append(to_python(item));
    return list;
  }
  if (const auto* members = json.get_if<Json::Object>()) {
    nb::dict dict;
    for (size_t k = 0; k < members->keys.size(); ++k) dict[text_of(members->keys[k])] = to_python(members->values[k]);
    return dict;
  }
  return nb::none();
}

Json from_python(nb::handle value) {
  if (value.is_none()) return nullptr;
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value);
  if (nb::isinstance<nb::str>(value)) return std::string(nb::cast<nb::str>(value).c_str());
  if (nb::isinstance<nb::float_>(value)) return nb::cast<double>(value);
  if (PyIndex_Check(value.ptr()) != 0) {
    const nb::object whole = nb::steal<nb::object>(PyNumber_Index(value.ptr()));
    if (whole.is_valid()) {
      int overflow = 0;
      const long long number = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
      if (overflow == 0) return static_cast<int64_t>(number);
      const unsigned long long positive = PyLong_AsUnsignedLongLong(whole.ptr());
      if (PyErr_Occurred() != nullptr) throw nb::python_error();
      return static_cast<uint64_t>(positive);
    }
    PyErr_Clear();
  }
  if (PySequence_Check(value.ptr()) != 0) {
    Json list = Json::array();
    for (const nb::handle item : nb::iter(value)) list.push_back(from_python(item));
    return list;
  }
  const double number = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) throw nb::python_error();
  return number;
}

}  // namespace gramian::python
