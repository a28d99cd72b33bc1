#pragma once
// Numbers and tokens as people and JSON read them.

#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::host {

/// 1,262,858,896
std::string grouped(int64_t number);
/// The shortest decimals that read back as the same number: 0.05, 1e-06; "nan", "inf".
std::string shortest(double number);
/// The same for a float: 0.9, which as a double would be 0.8999999761581421.
std::string shortest_float(float number);
/// `digits` significant digits, without an exponent where that stays readable: 0.2153, 1.2e-07; "-" for NaN.
std::string significant(double number, int digits = 4);
/// `decimals` places after the point; "-" for NaN.
std::string fixed(double number, int decimals = 4);
/// 512 B, 147.2 MiB
std::string bytes_in_words(double bytes);
/// "0.12 s", "3 min 5 s", "2 h 10 min"
std::string duration_in_words(double seconds);

/// Bytes as valid UTF-8: every byte that is not becomes the four characters \xHH; everything else stays as it is.
std::string valid_utf8(std::string_view bytes);

}  // namespace gramian::host
