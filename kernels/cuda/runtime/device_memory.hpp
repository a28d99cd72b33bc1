#pragma once
// Where the memory of buffers comes from: a pool of each device, which keeps what ended for the next buffer. To get
// memory from the driver and to give it back takes longer than a tile does.

#include <cstdint>
#include <string>

namespace gramian::cuda {

inline std::string megabytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MB"; }

/// From now on no more than `bytes` of the current device are given in all; 0: as much as there is. What libraries take
/// for themselves is not counted.
void limit_memory(int64_t bytes);
/// `bytes` > 0 of the current device, for all of its streams at once. Throws OutOfMemory, which says how much is free.
void* allocate(int64_t bytes, const char* what);
/// Waits for everything on `device`.
void wait_for(int device) noexcept;
/// Waits for everything on `device`: what ends may still be in use there.
void release(void* memory, int64_t bytes, int device) noexcept;

/// Null where the system has no page-locked memory to give.
void* allocate_page_locked(int64_t bytes, const char* what);

/// Bytes of the current device that allocate() could give, in one piece or several, within the limit, and leave the
/// driver and the libraries what they take when kernels are first launched.
int64_t allocatable_bytes();
/// So little of the current device is left that whatever a library complains of is likely to be that.
bool memory_is_short() noexcept;
/// Gives what the current device's pool does not use back to the driver, for libraries that ask there.
void trim_pool();

}  // namespace gramian::cuda
