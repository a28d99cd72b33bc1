#include <stdexcept>

#include "host/rendering/render.hpp"

namespace gramian::rendering {

bool available() { return false; }

std::string render(std::string_view, Format) { throw std::runtime_error("this build has no librsvg"); }

}  // namespace gramian::rendering
