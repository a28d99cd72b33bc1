#pragma once
// Unit rows in the form that a precision needs: on the device where they fit, else on the host, from where panels of
// them pass through.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "kernels/cuda/rows/forms.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

/// Tiles begin at multiples of it, and rows are padded with zeros to it.
inline constexpr int64_t kTileUnit = 16;

/// Rows rounded up to whole tile units.
constexpr int64_t padded_rows(int64_t rows) { return (rows + kTileUnit - 1) / kTileUnit * kTileUnit; }

class CudaUnitRows final : public UnitRows {
 public:
  CudaUnitRows(int device, Form form, int64_t rows, int64_t dim) : device_(device), layout_(form, dim), rows_(rows) {}
  int64_t rows() const override { return rows_; }
  int64_t dim() const override { return layout_.dim; }
  CosineType cosine_type() const override { return layout_.form == Form::f64 ? CosineType::f64 : CosineType::f32; }
  std::string form() const override;

  /// The first device's number.
  int device() const { return device_; }
  const FormLayout& layout() const { return layout_; }
  int64_t bytes() const { return checked_product(padded_rows(rows_), layout_.bytes, "unit rows"); }

  /// Whether they lie on any device, and to leave them all for the host. Nothing that reads them may be under way.
  bool on_devices() const { return resident.size() > 0 || !copies.empty(); }
  void leave_devices() const;

  // Where the rows are is a matter of speed and memory alone, and so may change.
  mutable DeviceBuffer<std::byte> resident;  // on the first device; empty where they did not fit
  DeviceBuffer<float> resident_scale;
  mutable std::vector<std::byte> host;  // where they did not fit, or other devices need them
  std::vector<float> host_scale;
  mutable std::map<int, DeviceBuffer<std::byte>> copies;  // on other devices, by number

 private:
  int device_;
  FormLayout layout_;
  int64_t rows_;
};

const CudaUnitRows& as_cuda(const UnitRows& rows);

/// Transforms, scales to length 1 and converts all rows. They stay on `device` if `spare` bytes are left beside them,
/// and come to the host if not or if `on_host`.
std::unique_ptr<CudaUnitRows> prepare_unit_rows(Device& device, const CudaRows& rows, const RowTransform& transform,
                                                Form form, int64_t spare, bool on_host);

/// Where one device finds rows of a form: all of them in its memory, or the two panels that it needs just now.
class RowAccess {
 public:
  /// `panel_rows`, a multiple of every tile that will be asked for, matters where not all rows fit beside `spare`
  /// bytes; the panels are as many times that as fit. Throws OutOfMemory where not two do.
  RowAccess(Device& device, const CudaUnitRows& rows, int64_t panel_rows, int64_t spare);

  /// Rows per panel; all of them where they are resident.
  int64_t panel_rows() const { return panel_rows_; }
  /// Smaller panels, a multiple of every tile as well; no matter where all rows are resident.
  void use_panels_of(int64_t rows) {
    if (all_ == nullptr) panel_rows_ = rows;
  }
  /// Row `row` of the form, and what follows it up to the end of its panel, once `stream` has come so far. Valid until
  /// a third panel is asked for; always the same stream.
  const std::byte* at(int64_t row, cudaStream_t stream);
  /// Factor of every row, null for forms that have none.
  const float* scale() const { return scale_; }

 private:
  const CudaUnitRows& rows_;
  int64_t panel_rows_ = 0;
  const std::byte* all_ = nullptr;
  const float* scale_ = nullptr;
  DeviceBuffer<float> own_scale_;
  struct Panel {
    int64_t number = -1;
    int64_t used = 0;
    DeviceBuffer<std::byte> data;
  };
  Panel panels_[2];
  int64_t uses_ = 0;
};

}  // namespace gramian::cuda
