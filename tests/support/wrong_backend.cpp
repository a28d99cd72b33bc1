#include "tests/support/wrong_backend.hpp"

#include <algorithm>

#include "tests/support/plain_backend.hpp"

namespace gramian::testing {
namespace {

class WrongBackend final : public Backend {
 public:
  WrongBackend(Pair wrong, double error) : wrong_(wrong), error_(error) {}
  DeviceInfo info() const override { return right_->info(); }
  double host_bytes(int64_t rows, int64_t dim, Precision precision) const override {
    return right_->host_bytes(rows, dim, precision);
  }

 private:
  std::unique_ptr<DeviceRows> do_upload(const MatrixView& view, std::span<const int64_t> rows) override {
    return right_->upload(view, rows);
  }
  std::unique_ptr<UnitRows> do_prepare(const DeviceRows& rows, const RowTransform& transform, Precision precision,
                                       const UnitRows* partner) override {
    return right_->prepare(rows, transform, precision, partner);
  }
  Tiling do_tiling(const UnitRows& a, const UnitRows& b) override {
    const int64_t edge = (&a == &b ? right_->grid(a) : right_->grid(a, b)).edge();
    return {edge, 1};
  }
  void do_sweep(const UnitRows& a, const UnitRows& b, const SweepRequest& request, const TileGrid& grid,
                TileRange range, SweepState& state, const Progress& progress) override {
    state = right_->sweep(a, b, request, grid, range, progress);
    for (size_t place = 0; place < request.size(); ++place) {
      const auto* const probes = std::get_if<Probes>(&request[place]);
      if (probes == nullptr) continue;
      const auto at = std::ranges::lower_bound(probes->pairs, wrong_);
      if (at == probes->pairs.end() || *at != wrong_) continue;
      state.of<Probes>(place).cosines[static_cast<size_t>(at - probes->pairs.begin())] += error_;
    }
  }

  std::unique_ptr<Backend> right_ = make_plain_backend();
  Pair wrong_;
  double error_;
};

}  // namespace

std::unique_ptr<Backend> make_wrong_backend(Pair wrong, double error) {
  return std::make_unique<WrongBackend>(wrong, error);
}

}  // namespace gramian::testing
