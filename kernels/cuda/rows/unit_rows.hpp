#pragma once
// Unit rows in the form that a precision needs: on the device where they fit, else on the host, from where panels of
// them pass through.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/rows.hpp"
#include "kernels/cuda/rows/forms.hpp"
#include "kernels/cuda/rows/rows.hpp"
#include "kernels/cuda/rows/tile_unit.hpp"
#include "kernels/cuda/runtime/device.hpp"

namespace gramian::cuda {

class CudaUnitRows final : public UnitRows {
 public:
  /// `order`: of the columns, as products sum them.
  CudaUnitRows(int device, Form form, int64_t rows, int64_t held, std::vector<int64_t> order)
      : device_(device), layout_(form, std::ssize(order)), rows_(rows), held_(held), order_(std::move(order)) {}
  int64_t rows() const override { return rows_; }
  int64_t dim() const override { return layout_.dim; }
  CosineType cosine_type() const override { return layout_.form == Form::f64 ? CosineType::f64 : CosineType::f32; }
  std::string form() const override;
  /// Products of both can be formed where both sum their columns in the same order.
  bool meets(const UnitRows& other) const override;
  double bound() const override { return 2.0 * largest_share_; }
  double share(int64_t begin, int64_t end) const override;
  /// What the conversion has cost each row; nothing for forms that have no such errors.
  void judge(std::span<const RowErrors> errors);

  /// The first device's number.
  int device() const { return device_; }
  const FormLayout& layout() const { return layout_; }
  /// Rows in memory: behind the last there are zeros, so that all tiles of a sweep can be of one shape.
  int64_t held() const { return held_; }
  /// Rows that a tile of `edge` is formed of, wherever it begins: so many are there, but at the end of a panel.
  int64_t tile_rows(int64_t edge) const { return std::min(edge, padded_rows(rows_)); }
  int64_t bytes() const { return checked_product(held_, layout_.bytes, "unit rows"); }
  const std::vector<int64_t>& order() const { return order_; }
  /// Bytes of a device's memory that have to be left to them, at most half of what is free.
  int64_t bytes_wanted(Device& device) const;

  /// Whether they lie on any device, and to leave them all for the host. Nothing that reads them may be under way.
  bool on_devices() const { return resident.size() > 0 || !copies.empty(); }
  void leave_devices() const;
  /// A copy of them; the first device is then the current one.
  void bring_to_host() const;

  // Where the rows are is a matter of speed and memory alone, and so may change.
  mutable DeviceBuffer<std::byte> resident;  // on the first device; empty where they did not fit
  DeviceBuffer<float> resident_scale;
  mutable std::vector<std::byte> host;                    // where they did not fit
  mutable std::map<int, DeviceBuffer<std::byte>> copies;  // on other devices, by number

 private:
  int device_;
  FormLayout layout_;
  int64_t rows_;
  int64_t held_;
  std::vector<int64_t> order_;
  std::vector<double> shares_;  // of error_bounds.hpp, a row; none where all are the same
  double largest_share_ = 0.0;
};

const CudaUnitRows& as_cuda(const UnitRows& rows);

/// How unit rows are to be laid out.
struct UnitRowsPlan {
  Form form = Form::f64;
  int64_t most_edge = kTileUnit;  // of tiles: the rows are padded so that tiles of up to this edge are all whole
  int64_t spare = 0;              // bytes to be left beside them on the device; without those they go to the host
  const CudaUnitRows* partner = nullptr;  // whose order of columns they take; null: their own
};

/// Transforms, scales to length 1 and converts all rows.
std::unique_ptr<CudaUnitRows> prepare_unit_rows(Device& device, const CudaRows& rows, const RowTransform& unit,
                                                const UnitRowsPlan& plan);

/// Rows one after the other in a device's memory.
struct RowRun {
  const std::byte* data = nullptr;
  int64_t rows = 0;
};

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
  RowRun at(int64_t row, cudaStream_t stream);
  /// Factor of every row, null for forms that have none.
  const float* scale() const { return scale_; }

 private:
  struct Panel {
    int64_t number = -1;
    int64_t used = 0;
    DeviceBuffer<std::byte> data;
  };
  void fetch(Panel& panel, cudaStream_t stream);

  const CudaUnitRows& rows_;
  int64_t panel_rows_ = 0;
  const std::byte* all_ = nullptr;
  const float* scale_ = nullptr;
  DeviceBuffer<float> own_scale_;
  Panel panels_[2];
  int64_t uses_ = 0;
  /// On the way to the device: while one piece is copied, the next is filled.
  struct Piece {
    PinnedBuffer<std::byte> host;
    Event copied;
  };
  std::vector<Piece> pieces_;  // two where rows pass through
  size_t next_piece_ = 0;
};

}  // namespace gramian::cuda
