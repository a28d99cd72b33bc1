#pragma once
// What a file is, by its content.

#include "host/formats/files/mapped_file.hpp"

namespace gramian::host {

enum class FileFormat { npy, safetensors, safetensors_index, word2vec_binary, word2vec_text, glove };

/// The format of `file`. Names and extensions play no part.
/// Throws InvalidInput for everything else, saying what the file looks like and how to convert it.
FileFormat sniff(const MappedFile& file);

}  // namespace gramian::host
