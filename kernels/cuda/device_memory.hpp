#pragma once
// Where the memory of buffers comes from: a pool of each device, which keeps what ended for the next buffer. To get
// memory from the driver and to give it back takes longer than a tile does.

#include <cstdint>

namespace gramian::cuda {

/// `bytes` > 0 of the current device, for all of its streams at once. Throws OutOfMemory for `what`.
void* allocate(int64_t bytes, const char* what);
/// Waits for everything on `device`.
void wait_for(int device) noexcept;
/// Waits for everything on `device`: what ends may still be in use there.
void release(void* memory, int64_t bytes, int device) noexcept;

/// Bytes of the current device that allocate() could give, in one piece or several.
int64_t allocatable_bytes();
/// Gives what the current device's pool does not use back to the driver, for libraries that ask there.
void trim_pool();

}  // namespace gramian::cuda
