#include "kernels/cpu/sweep/places.hpp"

#include <algorithm>

namespace gramian::cpu {

template <class T>
void DenseConsumer<T>::consume(int, const Tile& tile, const T* cosines, int64_t ld) {
  for_each_row(tile, cosines, ld, [&](int64_t row, int64_t column, const T* x, int64_t count) {
    std::copy_n(x, count, found_.cosines.data() + row * columns_ + column);
  });
}

template <class T>
void ProbeConsumer<T>::consume(int, const Tile& tile, const T* cosines, int64_t ld) {
  const auto begin = wanted_.pairs.begin();
  const auto end = wanted_.pairs.end();
  for (auto probe = std::lower_bound(begin, end, Pair{tile.row_begin, tile.col_begin});
       probe != end && probe->i < tile.row_end;) {
    if (probe->j >= tile.col_end) {
      probe = std::lower_bound(probe, end, Pair{probe->i + 1, tile.col_begin});
    } else if (probe->j < tile.col_begin) {
      probe = std::lower_bound(probe, end, Pair{probe->i, tile.col_begin});
    } else {
      found_.cosines[static_cast<size_t>(probe - begin)] =
          static_cast<double>(cosines[(probe->i - tile.row_begin) * ld + probe->j - tile.col_begin]);
      ++probe;
    }
  }
}

template class DenseConsumer<float>;
template class DenseConsumer<double>;
template class ProbeConsumer<float>;
template class ProbeConsumer<double>;

}  // namespace gramian::cpu
