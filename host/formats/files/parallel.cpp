#include "host/formats/files/parallel.hpp"

#include "engine/threads.hpp"

namespace gramian::host {

void for_each_piece(int64_t pieces, int threads, const std::function<void(int64_t)>& work) {
  parallel_for(threads, pieces, [&](int64_t piece, int) { work(piece); });
}

}  // namespace gramian::host
