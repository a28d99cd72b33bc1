#include "kernels/cpu/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace gramian::cpu {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
constexpr int64_t kMegabyte = int64_t{1} << 20;

/// A machine made of files.
class Machine : public testing::Test {
 protected:
  Machine() { put("proc/meminfo", "MemTotal:  8388608 kB\nMemFree:  1 kB\nMemAvailable:    4194304 kB\n"); }
  ~Machine() override { fs::remove_all(root_); }

  void put(const fs::path& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  void put(const fs::path& path, int64_t number) { put(path, std::to_string(number) + "\n"); }

  fs::path root_ = fs::path(testing::TempDir()) / ("gramian_machine_" + std::to_string(::getpid()) + "_" +
                                                   testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Machine, WithoutLimitsItIsWhatTheMachineHas) {
  EXPECT_EQ(free_memory(root_), 4096 * kMegabyte);
  EXPECT_EQ(free_address_space(root_), kNone);
  EXPECT_EQ(processor_quota(root_), kNone);
}

TEST_F(Machine, AMachineThatSaysNothingHasNoLimit) {
  fs::remove_all(root_ / "proc");
  EXPECT_EQ(free_memory(root_), kNone);
  put("proc/self/cgroup", "nonsense\n0:\n::\n0::/a/../../../etc\n");
  EXPECT_EQ(free_memory(root_), kNone);
  EXPECT_EQ(processor_quota(root_), kNone);
}

TEST_F(Machine, SecondVersionCountsWhatTheGroupHoldsButItsPageCache) {
  put("proc/self/cgroup", "0::/job\n");
  put("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  put("sys/fs/cgroup/job/memory.max", 1000 * kMegabyte);
  put("sys/fs/cgroup/job/memory.current", 700 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 300 * kMegabyte);
  put("sys/fs/cgroup/job/memory.stat", "anon 5\ninactive_file " + std::to_string(100 * kMegabyte) + "\nactive_file " +
                                           std::to_string(50 * kMegabyte) + "\n");
  EXPECT_EQ(free_memory(root_), 450 * kMegabyte);
  put("sys/fs/cgroup/job/memory.high", 800 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 250 * kMegabyte);
  put("sys/fs/cgroup/job/memory.high", "max\n");
  put("sys/fs/cgroup/job/memory.max", "max\n");
  EXPECT_EQ(free_memory(root_), 4096 * kMegabyte);
  put("sys/fs/cgroup/job/memory.max", 100 * kMegabyte);  // set below what is used: nothing is left, and not less
  EXPECT_EQ(free_memory(root_), 0);
}

TEST_F(Machine, EveryGroupUpToTheOutermostCounts) {
  put("proc/self/cgroup", "0::/slurm/job_7/step_0\n");
  put("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  put("sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
  put("sys/fs/cgroup/slurm/job_7/memory.max", 64 * kMegabyte);
  put("sys/fs/cgroup/slurm/job_7/memory.current", 4 * kMegabyte);
  put("sys/fs/cgroup/slurm/memory.max", 512 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 60 * kMegabyte);
  put("sys/fs/cgroup/slurm/memory.current", 500 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 12 * kMegabyte);
  put("sys/fs/cgroup/memory.max", 2 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 2 * kMegabyte);
}

TEST_F(Machine, FirstVersionHasAFolderAController) {
  put("proc/self/cgroup", "7:pids:/\n4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n0::/\n");
  put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", 150 * kMegabyte);
  put("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", 50 * kMegabyte);
  put("sys/fs/cgroup/memory/docker/abc/memory.stat",
      "inactive_file 1\ntotal_inactive_file " + std::to_string(20 * kMegabyte) + "\ntotal_active_file 0\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(free_memory(root_), 120 * kMegabyte);
}

TEST_F(Machine, WithinAContainerOnlyTheOutermostGroupIsSeen) {
  put("proc/self/cgroup", "4:memory:/docker/abc\n");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", 150 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 150 * kMegabyte);
}

TEST_F(Machine, LimitsOfTheProcess) {
  put("proc/self/limits",
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max data size             unlimited            unlimited            bytes     \n"
      "Max address space         1073741824           unlimited            bytes     \n");
  put("proc/self/status", "VmPeak:\t  900000 kB\nVmSize:\t  524288 kB\nVmData:\t  1024 kB\n");
  EXPECT_EQ(free_address_space(root_), 512 * kMegabyte);
  EXPECT_EQ(free_memory(root_), 512 * kMegabyte);
  put("proc/self/limits", "Max data size             3145728            unlimited            bytes     \n");
  EXPECT_EQ(free_address_space(root_), kNone);
  EXPECT_EQ(free_memory(root_), 2 * kMegabyte);
}

TEST_F(Machine, QuotasOfProcessorsAreRoundedUp) {
  put("proc/self/cgroup", "0::/a/b\n");
  put("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  put("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(processor_quota(root_), kNone);
  put("sys/fs/cgroup/a/cpu.max", "250000 100000\n");
  EXPECT_EQ(processor_quota(root_), 3);
  put("sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(processor_quota(root_), 1);
  put("proc/self/cgroup", "1:cpu:/\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processor_quota(root_), kNone);
  put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(processor_quota(root_), 2);
}

TEST(ThisMachine, HasMemory) {
  EXPECT_GT(free_memory(), kMegabyte);
  EXPECT_GE(processor_quota(), 1);
}

}  // namespace
}  // namespace gramian::cpu
