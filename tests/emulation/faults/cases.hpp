#pragma once
// Kernels as they are, and copies with one line changed (CMakeLists.txt says which). Each runs on the emulation's
// first device and says whether its result is right.

namespace gramian::testing {

bool intact_reduce();
bool reduce_without_barrier();
bool count_without_atomic();
bool intact_kept();
bool kept_in_half_the_room();
bool intact_listed();
bool listed_in_half_the_room();
bool listed_without_warp_barrier();
bool listed_without_atomic();
bool intact_neighbors();
bool neighbors_without_warp_barrier();
bool intact_place();
bool place_one_too_many();

}  // namespace gramian::testing
