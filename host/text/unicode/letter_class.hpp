#pragma once

#include <cstdint>

namespace gramian::host {

/// \p{L}, \p{N}, \s, and all else.
enum class LetterClass : uint8_t { letter, number, space, other };

LetterClass letter_class(char32_t code);

}  // namespace gramian::host
