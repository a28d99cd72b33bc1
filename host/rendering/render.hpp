#pragma once
// SVG as PDF and PNG, by librsvg (https://gitlab.gnome.org/GNOME/librsvg): whether it is there is decided when building
// (GRAMIAN_RSVG).

#include <cstdint>
#include <string>
#include <string_view>

namespace gramian::rendering {

enum class Format : uint8_t { pdf, png };

/// Whether this build has librsvg.
bool available();

/// The bytes of the file: a PDF of one page, all vectors; a PNG of twice the picture's pixels, or of as many as keep
/// its longer side within 8,000. The same picture gives the same bytes. Throws std::runtime_error for what librsvg does
/// not draw, and in a build without it.
std::string render(std::string_view svg, Format format);

}  // namespace gramian::rendering
