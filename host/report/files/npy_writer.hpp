#pragma once
// NumPy's .npy, version 1.0: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "host/report/files/output_folder.hpp"

namespace gramian::host {

/// The header of a little-endian, row-major array. `descr` is numpy's name of the type: "<f8".
std::string npy_header(const std::string& descr, const std::vector<int64_t>& shape);

/// A vector of doubles, of whole numbers; a matrix of doubles.
void write_npy(OutputFile& file, std::span<const double> values);
void write_npy(OutputFile& file, std::span<const int64_t> values);
void write_npy(OutputFile& file, const DenseMatrix& matrix);

}  // namespace gramian::host
