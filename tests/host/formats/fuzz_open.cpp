// libFuzzer: any bytes at all, opened as a matrix or (first byte odd) as the vocabulary of one.
// Build with clang and -DGRAMIAN_FUZZ=ON; run: fuzz_open CORPUS_DIR

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/embedding.hpp"

namespace {

// One anonymous file, written again for every input; no mapping outlives an input.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("input", 0)) {
    if (fd_ < 0) std::abort();
  }
  std::string write(std::string_view bytes) const {
    if (::ftruncate(fd_, 0) != 0 ||
        ::pwrite(fd_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
    return "/proc/self/fd/" + std::to_string(fd_);
  }

 private:
  int fd_;
};

void check(const gramian::host::Embedding& embedding) {
  const gramian::MatrixView& view = embedding.matrix.view;
  if (view.rows <= 0 || view.cols <= 0) std::abort();
  std::vector<double> row(static_cast<size_t>(view.cols));
  for (int64_t i = 0; i < view.rows; ++i) gramian::read_row(view, i, row.data());
  if (!embedding.vocabulary) return;
  if (embedding.vocabulary->size() != view.rows) std::abort();
  embedding.vocabulary->find("the");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const MemoryFile input;
  static const MemoryFile matrix;
  static const std::string matrix_path = matrix.write("3 2\na 1 2\nb 3 4\nc 5 6\n");
  if (size == 0) return 0;
  const std::string path = input.write({reinterpret_cast<const char*>(data) + 1, size - 1});
  try {
    if ((data[0] & 1) != 0) {
      check(gramian::host::open_embedding(matrix_path, path, 1));
    } else {
      check(gramian::host::open_embedding(path, std::nullopt, 1 + (data[0] >> 1) % 2));
    }
  } catch (const gramian::Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
