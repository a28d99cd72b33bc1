#pragma once
// Several matrices of one file, by a pattern: the layers of a model.

#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

/// `input` itself, unless what follows its '#' holds '*' or '?': then PATH#name for every matrix of the file (.npz,
/// safetensors, PyTorch) whose name the pattern matches, numbers in names in their order (layer.2 before layer.10).
/// Throws InvalidUsage where none does, InvalidInput for a file that is none of these.
std::vector<std::string> matching_inputs(const std::string& input);

}  // namespace gramian::host
