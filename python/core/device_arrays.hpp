#pragma once
// Arrays of answers in the memory of a GPU.

#include <nanobind/nanobind.h>

#include <string>

namespace gramian::python {

/// Why no array on GPU `number` can be used; empty where it can.
std::string why_no_arrays_on(int number);

/// A copy of an array of numpy in the memory of GPU `number`, as an object that speaks DLPack and owns that memory.
nanobind::object copy_onto_gpu(nanobind::handle array, int number);

}  // namespace gramian::python
