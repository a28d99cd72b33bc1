// The extension `gramian._core`: the engine and its questions, for the package around it. Everything that a user sees
// is in python/gramian.

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "engine/matrix.hpp"
#include "host/report/wording.hpp"
#include "python/core/arrow.hpp"
#include "python/core/asked.hpp"
#include "python/core/device_arrays.hpp"
#include "python/core/nearest.hpp"
#include "python/core/opened.hpp"
#include "python/core/task.hpp"

namespace nb = nanobind;
using gramian::python::Asked;
using gramian::python::Opened;

NB_MODULE(_core, m) {
  gramian::python::watch_for_forks();
  m.attr("version") = GRAMIAN_VERSION;
  m.def("questions", gramian::python::describe_questions);
  m.def("ask", gramian::python::ask, nb::arg("questions"), nb::arg("matrices"), nb::arg("progress") = nb::none());
  m.def("nearest", gramian::python::nearest, nb::arg("a"), nb::arg("b"), nb::arg("k"), nb::arg("threads") = 0);
  m.def("why_no_arrays_on", gramian::python::why_no_arrays_on, nb::arg("gpu"));
  m.def("copy_onto_gpu", gramian::python::copy_onto_gpu, nb::arg("array"), nb::arg("gpu"));
  m.def("arrow_stream", gramian::python::arrow_stream, nb::arg("names"), nb::arg("columns"));

  nb::class_<Opened>(m, "Opened")
      .def_static("file", &Opened::file, nb::arg("input"), nb::arg("vocab") = nb::none(), nb::arg("threads") = 0,
                  nb::arg("progress") = nb::none())
      .def_static("array", &Opened::array, nb::arg("array"), nb::arg("type"), nb::arg("tokens").none(), nb::arg("name"))
      .def("values", &Opened::values, nb::arg("row") = nb::none())
      .def("tokens", &Opened::tokens)
      .def("row", &Opened::row)
      .def_prop_ro("rows", [](const Opened& o) { return o.embedding().matrix.view.rows; })
      .def_prop_ro("dim", [](const Opened& o) { return o.embedding().matrix.view.cols; })
      .def_prop_ro("dtype",
                   [](const Opened& o) { return std::string(gramian::element_name(o.embedding().matrix.view.type)); })
      .def_prop_ro("gpu", &Opened::gpu)
      .def_prop_ro("format", [](const Opened& o) { return o.embedding().format; })
      .def_prop_ro("path", [](const Opened& o) { return gramian::host::valid_utf8(o.embedding().path); })
      .def_prop_ro("tensor", [](const Opened& o) { return gramian::host::valid_utf8(o.embedding().tensor); })
      .def_prop_ro("has_tokens", [](const Opened& o) { return o.embedding().vocabulary.has_value(); });

  nb::class_<Asked>(m, "Asked")
      .def("told", &Asked::told)
      .def("result", &Asked::result, nb::arg("files") = false, nb::arg("progress") = nb::none())
      .def("words", &Asked::words)
      .def("file_names", &Asked::file_names)
      .def("file", &Asked::file, nb::arg("name"), nb::arg("progress") = nb::none());
}
