#pragma once
// Colours of pictures.

#include <cstdint>
#include <string>

namespace gramian::host {

struct Color {
  uint8_t r = 0;
  uint8_t g = 0;
  uint8_t b = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

/// "#0d0887"
std::string hex(Color color);

/// The plasma colour map (S. van der Walt and N. Smith for matplotlib, CC0): dark blue at 0, purple, orange, yellow at
/// 1. Linear between 33 samples of it: within 4 of 255 of the original. What lies outside [0, 1] is clamped.
Color plasma(double t);

/// Blue at 0, grey at 1/2, red at 1, even to the eye on both sides; after K. Moreland, Diverging Color Maps for
/// Scientific Visualization, 2009. What lies outside [0, 1] is clamped.
Color cool_warm(double t);

/// WCAG 2.1's relative luminance, 0 to 1, and contrast ratio, 1 to 21.
double luminance(Color color);
double contrast(Color a, Color b);

/// A colour a community, the same for the same number; grey from the twelfth on.
Color community_color(int64_t community);

}  // namespace gramian::host
