#pragma once
// JSON values as objects of Python, and back.

#include <nanobind/nanobind.h>

#include "host/questions/json/json.hpp"

namespace gramian::python {

/// None, bool, int, float, str, list, dict.
nanobind::object to_python(const questions::Json& json);
/// The same from those, from anything that has __index__ or __float__, and from any sequence. Throws TypeError for
/// others.
questions::Json from_python(nanobind::handle value);

/// Bytes that should be UTF-8; what is not is shown as U+FFFD.
nanobind::str text_of(std::string_view bytes);

}  // namespace gramian::python
