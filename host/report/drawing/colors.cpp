#include "host/report/drawing/colors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace gramian::host {
namespace {

constexpr std::array<uint32_t, 33> kPlasma = {
    0x0d0887, 0x220690, 0x310596, 0x3f049c, 0x4c02a1, 0x5901a5, 0x6600a7, 0x7201a8, 0x7e03a8, 0x8909a6, 0x9511a2,
    0x9f1a9c, 0xa92396, 0xb22c8e, 0xbb3587, 0xc33e80, 0xcb4778, 0xd25071, 0xd9596a, 0xe06263, 0xe66c5c, 0xeb7555,
    0xf07f4f, 0xf48a48, 0xf89441, 0xfb9f3a, 0xfdab33, 0xfeb72d, 0xfdc328, 0xfcd025, 0xf9dd25, 0xf5eb27, 0xf0f921};

constexpr std::array<uint32_t, 9> kCoolWarm = {0x3b4cc0, 0x6282ea, 0x8db0fe, 0xb8d0f9, 0xdddcdc,
                                               0xf5c4ac, 0xf4987a, 0xdd5f4b, 0xb40426};

constexpr std::array<uint32_t, 11> kCommunities = {0x4e79a7, 0xf28e2b, 0x59a14f, 0xe15759, 0x76b7b2, 0xedc948,
                                                   0xb07aa1, 0xff9da7, 0x9c755f, 0x86bcb6, 0xd37295};
constexpr uint32_t kOthers = 0xa0a0a0;

Color unpack(uint32_t rgb) {
  return {static_cast<uint8_t>(rgb >> 16 & 255), static_cast<uint8_t>(rgb >> 8 & 255), static_cast<uint8_t>(rgb & 255)};
}

/// Linear between evenly spaced samples.
template <size_t kSamples>
Color along(const std::array<uint32_t, kSamples>& map, double t) {
  const double place = (std::isnan(t) ? 0.0 : std::clamp(t, 0.0, 1.0)) * (kSamples - 1);
  const auto below = std::min(static_cast<size_t>(place), kSamples - 2);
  const double part = place - static_cast<double>(below);
  const Color a = unpack(map[below]);
  const Color b = unpack(map[below + 1]);
  const auto mix = [&](uint8_t x, uint8_t y) { return static_cast<uint8_t>(std::lround(x + (y - x) * part)); };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

}  // namespace

std::string hex(Color color) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "#";
  for (const uint8_t part : {color.r, color.g, color.b}) text += {kDigits[part >> 4], kDigits[part & 15]};
  return text;
}

Color plasma(double t) { return along(kPlasma, t); }
Color cool_warm(double t) { return along(kCoolWarm, t); }

double luminance(Color color) {
  const auto linear = [](uint8_t part) {
    const double x = part / 255.0;
    return x <= 0.03928 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

double contrast(Color a, Color b) {
  const double one = luminance(a);
  const double two = luminance(b);
  return (std::max(one, two) + 0.05) / (std::min(one, two) + 0.05);
}

Color community_color(int64_t community) {
  return unpack(community >= 0 && community < std::ssize(kCommunities) ? kCommunities[static_cast<size_t>(community)]
                                                                       : kOthers);
}

}  // namespace gramian::host
