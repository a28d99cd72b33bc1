#pragma once
// Tables for whoever reads Arrow's C stream interface: pandas, polars, duckdb, pyarrow.
// https://arrow.apache.org/docs/format/CStreamInterface.html

#include <nanobind/nanobind.h>

namespace gramian::python {

/// A capsule "arrow_array_stream" of one batch. A column is an array of numpy, of int32, int64, uint64, float32 or
/// float64, that is not copied, or a list of str and None. All are of one length; NaN is a value.
nanobind::capsule arrow_stream(nanobind::list names, nanobind::list columns);

}  // namespace gramian::python
