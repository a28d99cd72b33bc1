#pragma once
// Matrices as arrays, whose tokens lie in a file beside them.
// .npy: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html; .npz: the same in a ZIP archive.
// safetensors: https://huggingface.co/docs/safetensors

#include <memory>

#include "host/report/vectors/vector_file.hpp"

namespace gramian::host {

std::unique_ptr<VectorFile> make_npy_file(const VectorShape& shape);
/// With one member, "vectors".
std::unique_ptr<VectorFile> make_npz_file(const VectorShape& shape);
/// With one tensor, "embedding.weight".
std::unique_ptr<VectorFile> make_safetensors_file(const VectorShape& shape);

}  // namespace gramian::host
