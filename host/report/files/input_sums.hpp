#pragma once
// That a result is of the files that it names.

#include <atomic>
#include <string>

#include "engine/matrix.hpp"

namespace gramian::host {

/// The SHA-256 of a file that an InputWatch knows: of the very file that was opened, whatever has its name by now. Of
/// any other, of what is found there. 64 hexadecimal digits. Throws InvalidInput where a file that was read has become
/// shorter, InvalidUsage where one cannot be opened, Interrupted soon after `stop` becomes true.
std::string sha256_of_input(const std::string& path, const std::atomic<bool>& stop);

/// The SHA-256 of the values of `view`, row by row and little-endian: of W.tobytes() in numpy. Throws Interrupted soon
/// after `stop` becomes true.
std::string sha256_of_values(const MatrixView& view, const std::atomic<bool>& stop);

/// Throws InvalidInput when a file that the living InputWatch knows is no longer what it was when it was opened.
/// `path` and `sha256` of one that was hashed: whose times say nothing is compared by its content.
void require_unchanged(const std::string& path, const std::string& sha256, const std::atomic<bool>& stop);
/// By its times alone: whether a file that the living InputWatch knows was left alone since it was opened. Throws
/// InvalidInput where it was written to; false where its times do not tell.
bool left_alone(const std::string& path);
/// The same for all of them, by their times alone.
void require_inputs_unchanged();

}  // namespace gramian::host
