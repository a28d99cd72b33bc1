#include "kernels/cuda/rows/unit_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "engine/error.hpp"
#include "kernels/cuda/rows/error_bounds.hpp"

namespace gramian::cuda {
namespace {

/// Columns in the order in which products are summed: smallest largest entry first, so that the partial sums stay small
/// until the last terms. Depends on the set of rows, not on their order.
std::vector<int64_t> summation_order(Device& device, RowStream& stream, int64_t rows, int64_t d,
                                     const DeviceTransform& transform, DeviceBuffer<double>& panel) {
  const int64_t panel_rows = std::max<int64_t>(panel.size() / d, 1);
  const auto largest = [&] {
    auto bits = zeros<unsigned long long>(d, device.stream());
    for (int64_t begin = 0; begin < rows; begin += panel_rows) {
      const int64_t count = std::min(panel_rows, rows - begin);
      stream.transform(begin, count, transform, panel.data(), d, nullptr);
      column_maxima(panel.data(), count, d, bits.data(), device.stream());
    }
    return on_host(bits, d, device.stream());
  }();
  std::vector<int64_t> order(static_cast<size_t>(d));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](int64_t k) { return largest[static_cast<size_t>(k)]; });
  return order;
}

/// With as many zeros behind the last row as the last tile may reach beyond it, for tiles of any edge up to
/// `most_edge`.
int64_t held_rows(int64_t rows, int64_t most_edge) {
  const int64_t padded = padded_rows(rows);
  return rows == 0 ? 0 : padded + std::min(most_edge, padded) - kTileUnit;
}

}  // namespace

std::string CudaUnitRows::form() const {
  switch (layout_.form) {
    case Form::f64:
      return "fp64";
    case Form::split:
      return "fp16 twice, the large parts whole numbers whose fp32 sums are exact";
    case Form::half:
      return "fp16, fp32 sums";
  }
  return {};
}

void CudaUnitRows::bring_to_host() const {
  if (!host.empty() || resident.size() == 0) return;
  check(cudaSetDevice(device_), "the choice of a device");
  const Stream stream;
  host = on_host(resident, resident.size(), stream.get());
}

void CudaUnitRows::judge(std::span<const RowErrors> errors) {
  shares_.clear();
  for (const RowErrors& each : errors) shares_.push_back(error_share(layout_, each));
  // Forms without such errors are the same for all rows.
  largest_share_ = shares_.empty() ? error_share(layout_, {}) : *std::ranges::max_element(shares_);
}

double CudaUnitRows::share(int64_t begin, int64_t end) const {
  if (shares_.empty()) return largest_share_;
  return begin < end ? *std::max_element(shares_.begin() + begin, shares_.begin() + end) : 0.0;
}

void CudaUnitRows::leave_devices() const {
  copies.clear();
  bring_to_host();
  resident = {};
}

bool CudaUnitRows::meets(const UnitRows& other) const {
  const auto* const same = dynamic_cast<const CudaUnitRows*>(&other);
  return same != nullptr && same->layout_.form == layout_.form && same->order_ == order_;
}

int64_t CudaUnitRows::bytes_wanted(Device& device) const {
  const bool here = device.number() == device_ ? resident.size() > 0 : copies.contains(device.number());
  return here ? 0 : std::min(bytes(), std::max<int64_t>(device.free_bytes(), 0) / 2);
}

const CudaUnitRows& as_cuda(const UnitRows& rows) { return dynamic_cast<const CudaUnitRows&>(rows); }

std::unique_ptr<CudaUnitRows> prepare_unit_rows(Device& device, const CudaRows& rows, const RowTransform& unit,
                                                const UnitRowsPlan& plan) {
  device.use();
  const int64_t n = rows.rows();
  const int64_t d = unit.dim(rows.dim());
  const int64_t held = held_rows(n, plan.most_edge);
  const cudaStream_t stream = device.stream();
  const DeviceTransform on_unit(unit, stream);

  // No sum goes across rows here, so panels may be as small as memory wants them.
  const int64_t in_panel = device.free_bytes() / 16 / (d * int64_t{sizeof(double)}) / kTileUnit * kTileUnit;
  const int64_t panel_rows = std::min(std::clamp(in_panel, kTileUnit, kPanelRows), held);
  DeviceBuffer<double> panel(checked_product(panel_rows, d, "a panel of rows"), "a panel of rows");
  const auto fits = [&] {
    return checked_product(held, FormLayout(plan.form, d).bytes, "unit rows") <= device.free_bytes() - plan.spare;
  };
  if (!fits()) rows.release();
  RowStream source(device, rows);
  auto result = std::make_unique<CudaUnitRows>(
      device.number(), plan.form, n, held,
      plan.partner != nullptr ? plan.partner->order() : summation_order(device, source, n, d, on_unit, panel));
  const FormLayout& layout = result->layout();
  if (fits()) {
    try {
      result->resident = DeviceBuffer<std::byte>(result->bytes(), "unit rows");
    } catch (const OutOfMemory&) {
      result->resident = {};
    }
  }
  const bool resident = result->resident.size() > 0 || n == 0;
  const bool scaled = has_scale(plan.form);
  if (scaled) result->resident_scale = zeros<float>(held, stream, "the rows' factors");
  DeviceBuffer<RowErrors> errors(scaled ? n : 0, "the rows' errors");
  DeviceBuffer<std::byte> converted(resident ? 0 : panel_rows * layout.bytes, "a panel of unit rows");
  if (!resident) result->host.resize(static_cast<size_t>(result->bytes()));

  const DeviceBuffer<int64_t> order = on_device(result->order(), stream, "the order of columns");
  for (int64_t begin = 0; begin < held; begin += panel_rows) {
    const int64_t padded = std::min(panel_rows, held - begin);
    const int64_t count = std::clamp<int64_t>(n - begin, 0, padded);
    std::byte* const out = resident ? result->resident.data() + begin * layout.bytes : converted.data();
    if (count > 0) {
      source.transform(begin, count, on_unit, panel.data(), d, nullptr);
      convert_rows(panel.data(), count, layout, order.data(), out,
                   scaled ? result->resident_scale.data() + begin : nullptr, scaled ? errors.data() + begin : nullptr,
                   stream);
    }
    fill_bytes(out + count * layout.bytes, 0, (padded - count) * layout.bytes, stream);
    if (!resident) copy_to_host(result->host.data() + begin * layout.bytes, out, padded * layout.bytes, stream);
  }
  result->judge(on_host(errors, errors.size(), stream));
  return result;
}

RowAccess::RowAccess(Device& device, const CudaUnitRows& rows, int64_t panel_rows, int64_t spare) : rows_(rows) {
  device.use();
  const int64_t n = rows.held();
  const bool first = device.number() == rows.device();
  if (has_scale(rows.layout().form)) {
    if (!first) {
      own_scale_ = DeviceBuffer<float>(n, "the rows' factors");
      copy_between(own_scale_.data(), device.number(), rows.resident_scale.data(), rows.device(), n, device.stream());
      device.synchronize();  // other streams of the device read them
    }
    scale_ = first ? rows.resident_scale.data() : own_scale_.data();
  }
  panel_rows_ = std::max(n, panel_rows);
  if (n == 0) return;
  if (first && rows.resident.size() > 0) {
    all_ = rows.resident.data();
    return;
  }
  const int64_t free = device.free_bytes() - spare;
  if (!first) {
    // They stay there for the sweeps to come.
    auto copy = rows.copies.find(device.number());
    if (copy == rows.copies.end() && rows.bytes() <= free) {
      DeviceBuffer<std::byte> own(rows.bytes(), "unit rows");
      if (rows.resident.size() > 0) {
        copy_between(own.data(), device.number(), rows.resident.data(), rows.device(), own.size(), device.stream());
      } else {
        copy_to_device(own.data(), rows.host.data(), own.size(), device.stream());
      }
      device.synchronize();  // other streams of the device read them
      copy = rows.copies.emplace(device.number(), std::move(own)).first;
    }
    if (copy != rows.copies.end()) {
      all_ = copy->second.data();
      return;
    }
  }
  rows.bring_to_host();
  device.use();
  const int64_t panels = std::max<int64_t>(1, (n + panel_rows - 1) / panel_rows);
  const int64_t at_once = std::clamp<int64_t>(free / 2 / (panel_rows * rows.layout().bytes), 1, panels);
  panel_rows_ = at_once * panel_rows;
  for (Panel& panel : panels_) {
    panel.data = DeviceBuffer<std::byte>(checked_product(panel_rows_, rows.layout().bytes, "a panel of unit rows"),
                                         "a panel of unit rows");
  }
  pieces_ = std::vector<Piece>(2);
  for (Piece& piece : pieces_) {
    piece.host = PinnedBuffer<std::byte>(std::min(kStagedBytes, panel_rows_ * rows.layout().bytes));
  }
}

void RowAccess::fetch(Panel& panel, cudaStream_t stream) {
  const int64_t begin = panel.number * panel_rows_ * rows_.layout().bytes;
  const int64_t end = std::min(begin + panel_rows_ * rows_.layout().bytes, rows_.bytes());
  // In the order of the stream that reads it, so that nothing is overwritten too early.
  for (int64_t at = begin; at < end; at += kStagedBytes, next_piece_ ^= 1) {
    Piece& piece = pieces_[next_piece_];
    piece.copied.synchronize();
    const int64_t count = std::min(piece.host.size(), end - at);
    std::memcpy(piece.host.data(), rows_.host.data() + at, static_cast<size_t>(count));
    copy_to_device(panel.data.data() + (at - begin), piece.host.data(), count, stream);
    piece.copied.record(stream);
  }
}

RowRun RowAccess::at(int64_t row, cudaStream_t stream) {
  const int64_t bytes = rows_.layout().bytes;
  if (all_ != nullptr) return {all_ + row * bytes, rows_.held() - row};
  const int64_t number = row / panel_rows_;
  const int64_t begin = number * panel_rows_;
  Panel* panel = &panels_[0];
  for (Panel& each : panels_) {
    if (each.number == number) panel = &each;
  }
  if (panel->number != number) {
    panel = panels_[0].used <= panels_[1].used ? &panels_[0] : &panels_[1];
    panel->number = number;
    fetch(*panel, stream);
  }
  panel->used = ++uses_;
  return {panel->data.data() + (row - begin) * bytes, std::min(rows_.held(), begin + panel_rows_) - row};
}

}  // namespace gramian::cuda
