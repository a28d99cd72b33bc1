#pragma once
// One matrix out of a GGUF model, with the tokens that the file holds.

#include <memory>
#include <string_view>

#include "host/formats/checkpoints/model_matrix.hpp"
#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

/// The tensor `wanted` of a GGUF file, or its role (tensor_choice.hpp); where `wanted` is empty, token_embd.weight. A
/// model without an output.weight is tied, as llama.cpp reads it, unless it is an encoder. Quantized types become fp32.
/// Tokens come with the input and the output matrix; padding that the conversion has added ("[PAD17]" in row 17, of
/// the type "unused") and rows beyond the tokens are unnamed.
/// Throws InvalidInput: what GgufFile and choose_tensor refuse; more tokens than rows; a tensor of another part of a
/// model in several files.
ModelMatrix read_gguf(const std::shared_ptr<const MappedFile>& file, std::string_view wanted, int threads);

/// The tensor that read_gguf would take, by what the header says of it.
StoredTensor describe_gguf(const std::shared_ptr<const MappedFile>& file, std::string_view wanted);

}  // namespace gramian::host
