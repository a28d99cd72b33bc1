#pragma once
// Resources that the system grants this process: memory and processors.
//
// A process lives in control groups, each within another, and none of them may be exceeded: the least counts. `root` is
// where /proc and /sys are looked for.

#include <cstdint>
#include <filesystem>

namespace gramian::cpu {

/// Bytes that may still be used without swapping: what the machine has, what the control groups (version 1 and 2)
/// leave, page cache taken for free, and what the limits of address space and of data leave.
int64_t free_memory(const std::filesystem::path& root = "/");

/// Bytes of address space that are left; the largest number where it has no limit.
int64_t free_address_space(const std::filesystem::path& root = "/");

/// Processors that the control groups' quotas come to, rounded up; the largest number where there is no quota.
int64_t processor_quota(const std::filesystem::path& root = "/");

}  // namespace gramian::cpu
