#pragma once
// The ground and the inks of pictures.

#include "host/report/drawing/colors.hpp"

namespace gramian::host {

struct Theme {
  Color ground;
  Color ink;
  Color faint_ink;  // of what is second in importance: readable, contrast of 4.5 or more
  Color grid;
  Color first;  // of two things that are compared
  Color second;
};

inline constexpr Theme kLight = {{0xff, 0xff, 0xff}, {0x1d, 0x1b, 0x24}, {0x66, 0x62, 0x6e},
                                 {0xdd, 0xda, 0xe2}, {0x3b, 0x4c, 0xc0}, {0xc2, 0x3b, 0x22}};
inline constexpr Theme kDark = {{0x15, 0x12, 0x1f}, {0xef, 0xe9, 0xdd}, {0x9a, 0x95, 0xa6},
                                {0x3a, 0x35, 0x48}, {0x8d, 0xb0, 0xfe}, {0xf4, 0x98, 0x7a}};

}  // namespace gramian::host
