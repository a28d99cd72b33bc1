#include "host/report/files/input_sums.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/input_watch.hpp"
#include "host/report/files/sha256.hpp"

namespace gramian::host {
namespace {

std::string sum_of(const WatchedFile& file, const std::atomic<bool>& stop) {
  constexpr int64_t kPiece = int64_t{1} << 20;
  std::vector<std::byte> piece(static_cast<size_t>(std::min(kPiece, std::max<int64_t>(1, file.size()))));
  Sha256 sum;
  for (int64_t offset = 0; offset < file.size();) {
    if (stop) throw Interrupted("interrupted");
    const auto part = std::span(piece).first(static_cast<size_t>(std::min(std::ssize(piece), file.size() - offset)));
    file.read(offset, part);
    sum.add(part);
    offset += std::ssize(part);
  }
  return sum.digest();
}

}  // namespace

std::string sha256_of_input(const std::string& path, const std::atomic<bool>& stop) {
  const InputWatch* const watch = InputWatch::current();
  const auto file = watch != nullptr ? watch->find(path) : nullptr;
  return file ? sum_of(*file, stop) : sha256_of_file(path, stop);
}

std::string sha256_of_values(const MatrixView& view, const std::atomic<bool>& stop) {
  constexpr int64_t kAtOnce = int64_t{1} << 20;
  const int64_t size = element_size(view.type);
  const int64_t rows = view.row_stride == view.cols ? std::max<int64_t>(1, kAtOnce / (view.cols * size)) : 1;
  Sha256 sum;
  for (int64_t row = 0; row < view.rows; row += rows) {
    if (stop) throw Interrupted("interrupted");
    const int64_t count = std::min(rows, view.rows - row);
    sum.add(std::span(view.data + row * view.row_stride * size, static_cast<size_t>(count * view.cols * size)));
  }
  return sum.digest();
}

void require_unchanged(const std::string& path, const std::string& sha256, const std::atomic<bool>& stop) {
  const InputWatch* const watch = InputWatch::current();
  const auto file = watch != nullptr ? watch->find(path) : nullptr;
  if (!file || file->state() == WatchedFile::State::same) return;
  if (file->state() == WatchedFile::State::changed || sum_of(*file, stop) != sha256) refuse_changed(path);
}

bool left_alone(const std::string& path) {
  const InputWatch* const watch = InputWatch::current();
  const auto file = watch != nullptr ? watch->find(path) : nullptr;
  if (!file) return true;
  const WatchedFile::State state = file->state();
  if (state == WatchedFile::State::changed) refuse_changed(path);
  return state == WatchedFile::State::same;
}

void require_inputs_unchanged() {
  const InputWatch* const watch = InputWatch::current();
  if (watch == nullptr) return;
  for (const auto& file : watch->files()) {
    if (file->state() == WatchedFile::State::changed) refuse_changed(file->path());
  }
}

}  // namespace gramian::host
