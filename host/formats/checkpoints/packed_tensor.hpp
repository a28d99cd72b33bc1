#pragma once
// Matrices whose integers are codes and not coordinates: affine packing, as MLX writes it, is undone; others are
// refused. Packing: https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html

#include <functional>
#include <string>
#include <vector>

#include "engine/matrix.hpp"
#include "host/formats/checkpoints/model_config.hpp"
#include "host/formats/checkpoints/model_matrix.hpp"

namespace gramian::host {

/// An open model as the unpacking sees it.
struct TensorSource {
  std::string path;
  std::vector<std::string> names;  // of all its tensors
  std::function<Matrix(const std::string&)> matrix;
  std::function<ModelConfig()> config;
};

/// The tensor `name`. Integers with `.scales` and `.biases` beside them are unpacked to fp32, scale * code + bias, by
/// what config.json says of groups and bits.
/// Throws InvalidInput: codes whose packing is unknown or does not fit their extents.
ModelMatrix take_tensor(const TensorSource& source, const std::string& name, int threads);

}  // namespace gramian::host
