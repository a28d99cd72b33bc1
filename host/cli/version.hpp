#pragma once
// Which program this is.

#include <string>

namespace gramian::cli {

/// "0.1.0", and the commit it was built from where that is known: "0.1.0 (3107a018b2c4)".
std::string version();

}  // namespace gramian::cli
