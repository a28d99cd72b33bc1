#pragma once
// Settings that tests make in the emulated CUDA runtime, and questions that they can ask it.

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace emulation {

struct Settings {
  int devices = 1;
  bool driver = true;
  bool libraries = true;  // the vendor's, that the backend opens
  int compute_major = 9;
  std::vector<int> majors;    // of single devices, by number; where there is none, compute_major
  bool code = true;           // for the devices' architecture
  bool pools = true;          // of memory
  bool wrong = false;         // products of fp16: the first element of each
  bool int8_products = true;  // the library has them
  int multiprocessors = 2;
  int l2_bytes = 200 << 10;
  int shared_bytes = 99 << 10;            // that a block may ask for
  size_t memory_bytes = size_t{4} << 30;  // of each device
  size_t library_bytes = 0;               // of a device, that its first product takes for good
  size_t page_locked_bytes = SIZE_MAX;    // of the host, in all
  uint64_t seed = 1;                      // of the order in which threads, blocks and streams run
};

/// For backends made from now on; what is alive goes on with its devices, under the new settings' memory and order.
void configure(const Settings& settings);
Settings settings();

/// While one lives, a fault is recorded and turned into an error code. Otherwise it ends the program, so that no test
/// can pass over one.
class ExpectFaults {
 public:
  ExpectFaults();
  ~ExpectFaults();
  ExpectFaults(const ExpectFaults&) = delete;
  ExpectFaults& operator=(const ExpectFaults&) = delete;
  /// The first fault since construction; empty where there was none.
  std::string first() const;
};

/// Bytes of all devices that are allocated now, and the most there have been since configure().
size_t allocated_bytes();
size_t peak_bytes();
/// Buffers that have come from a pool since the process began.
size_t pooled_allocations();
/// Kernels that have run since configure().
int64_t kernels_run();
/// Devices that have been given a context since configure().
int contexts();
/// Bytes that have been copied from the host to devices since configure().
size_t copied_bytes();
/// And from devices to the host.
size_t copied_back_bytes();
/// Of a device.
int compute_major_of(int device);
/// Rows and columns of the products of tiles since configure().
std::set<std::pair<int64_t, int64_t>> product_shapes();
void note_product(int64_t rows, int64_t columns);

}  // namespace emulation
