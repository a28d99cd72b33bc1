#pragma once
// Values as they are typed.

#include <cstdint>
#include <string>
#include <vector>

namespace gramian::questions {

/// "4G", "512M", "1.5GiB", "1000000": bytes; powers of 1024. Throws InvalidUsage.
int64_t parse_bytes(const std::string& text);
/// "0.05,0.5": numbers. Throws InvalidUsage, naming `option`.
std::vector<double> parse_numbers(const std::string& text, const std::string& option);
/// "a,b,c" or "@FILE" (one a line, empty lines skipped). Throws InvalidUsage.
std::vector<std::string> parse_tokens(const std::string& text);

}  // namespace gramian::questions
