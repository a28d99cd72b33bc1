#include <cairo-pdf.h>
#include <librsvg/rsvg.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "host/rendering/render.hpp"

namespace gramian::rendering {
namespace {

template <auto kRelease>
struct Release {
  template <class T>
  void operator()(T* held) const {
    kRelease(held);
  }
};
using Handle = std::unique_ptr<RsvgHandle, Release<g_object_unref>>;
using Stream = std::unique_ptr<GInputStream, Release<g_object_unref>>;
using Surface = std::unique_ptr<cairo_surface_t, Release<cairo_surface_destroy>>;
using Context = std::unique_ptr<cairo_t, Release<cairo_destroy>>;

[[noreturn]] void fail(GError* error) {
  const std::string why = error != nullptr ? error->message : "unknown";
  g_clear_error(&error);
  throw std::runtime_error("librsvg: " + why);
}

cairo_status_t append(void* text, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

Handle parse(std::string_view svg) {
  const Stream stream(g_memory_input_stream_new_from_data(svg.data(), static_cast<gssize>(svg.size()), nullptr));
  GError* error = nullptr;
  Handle handle(rsvg_handle_new_from_stream_sync(stream.get(), nullptr, RSVG_HANDLE_FLAG_UNLIMITED, nullptr, &error));
  if (!handle) fail(error);
  return handle;
}

void draw(RsvgHandle* handle, cairo_surface_t* surface, double width, double height) {
  const Context context(cairo_create(surface));
  const RsvgRectangle whole = {0.0, 0.0, width, height};
  GError* error = nullptr;
  if (!rsvg_handle_render_document(handle, context.get(), &whole, &error)) fail(error);
}

void require(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(std::string("cairo: ") + cairo_status_to_string(status));
}

}  // namespace

bool available() { return true; }

std::string render(std::string_view svg, Format format) {
  const Handle handle = parse(svg);
  double width = 0.0;
  double height = 0.0;
  if (!rsvg_handle_get_intrinsic_size_in_pixels(handle.get(), &width, &height)) {
    throw std::runtime_error("librsvg: a picture without a size");
  }
  std::string bytes;
  if (format == Format::pdf) {
    // A pixel of SVG is 1/96 of an inch, a unit of PDF 1/72.
    constexpr double kPoints = 0.75;
    const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, kPoints * width, kPoints * height));
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    draw(handle.get(), surface.get(), kPoints * width, kPoints * height);
    cairo_surface_finish(surface.get());
    require(cairo_surface_status(surface.get()));
    return bytes;
  }
  constexpr double kLongest = 8000.0;
  const double scale = std::min(2.0, kLongest / std::max(width, height));
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, static_cast<int>(scale * width),
                                                   static_cast<int>(scale * height)));
  require(cairo_surface_status(surface.get()));
  draw(handle.get(), surface.get(), scale * width, scale * height);
  require(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

}  // namespace gramian::rendering
