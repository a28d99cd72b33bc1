#pragma once
// Vocabularies in JSON.

#include <cstdint>
#include <string_view>

#include "engine/vocabulary.hpp"
#include "host/formats/files/mapped_file.hpp"
#include "host/formats/vocabularies/fit.hpp"

namespace gramian::host {

/// Whether a file that starts with `start` is a JSON object.
bool is_json_object(std::string_view start);

/// The vocabulary in `file` for the rows of `matrix`; rows beyond it are unnamed.
/// Throws InvalidInput, and DoesNotFit where it names more rows than there are, or fewer than `fewest`.
Vocabulary read_json_vocabulary(const MappedFile& file, const NamedFor& matrix, int64_t fewest);

}  // namespace gramian::host
