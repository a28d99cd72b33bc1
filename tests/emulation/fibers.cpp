// Every CUDA thread a fiber, resumed in random order between synchronizations.

#include "tests/emulation/blocks.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <boost/context/detail/fcontext.hpp>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "tests/emulation/asan.hpp"
#include "tests/emulation/state.hpp"

#ifdef GRAMIAN_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace emulation {
namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

constexpr size_t kStackBytes = 256 << 10;
constexpr size_t kGuardPage = 4096;
constexpr size_t kSharedGuard = 128;
constexpr unsigned char kSharedGuardByte = 0xa5;

/// With an unmapped page below, so that a stack that grows too far ends the program at once.
class Stack {
 public:
  Stack() {
    base_ = ::mmap(nullptr, kStackBytes + kGuardPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base_ == MAP_FAILED || ::mprotect(base_, kGuardPage, PROT_NONE) != 0) throw std::bad_alloc();
  }
  ~Stack() {
#ifdef GRAMIAN_ASAN
    // Whoever gets these addresses next, Python's own memory for one, must not find marks of dead frames there.
    __asan_unpoison_memory_region(base_, kStackBytes + kGuardPage);
#endif
    ::munmap(base_, kStackBytes + kGuardPage);
  }
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;
  char* bottom() const { return static_cast<char*>(base_) + kGuardPage; }
  char* top() const { return bottom() + kStackBytes; }

 private:
  void* base_;
};

enum class State : uint8_t { runnable, at_barrier, at_warp, done };

struct Thread {
  std::unique_ptr<Stack> stack = std::make_unique<Stack>();
  fcontext_t context = nullptr;
  dim3 index;
  unsigned number = 0;
  State state = State::done;
  void* fake_stack = nullptr;
};

struct Warp {
  uint64_t values[2][kWarp];
  unsigned arrived = 0;
  unsigned turn = 0;
  const char* operation = nullptr;
};

/// One for every thread of the host that runs blocks.
class Machine {
 public:
  void run(const cudaLaunchConfig_t& config, dim3 block, const std::function<void()>& body, std::mt19937_64& random);

  void barrier() {
    if (++at_barrier_ == count_) {
      at_barrier_ = 0;
      for (unsigned t = 0; t < count_; ++t) {
        if (threads_[t].state == State::at_barrier) make_runnable(threads_[t]);
      }
      return;
    }
    wait(State::at_barrier);
  }

  const uint64_t* exchange(const char* operation, unsigned mask, uint64_t value) {
    if (mask != kFullMask) throw Fault(std::string(operation) + ": only whole warps are emulated");
    Warp& warp = warps_[current_->number / kWarp];
    if (warp.arrived == 0) warp.operation = operation;
    if (warp.operation != operation && std::strcmp(warp.operation, operation) != 0) {
      throw Fault(std::string("lanes of one warp are at ") + warp.operation + " and at " + operation);
    }
    uint64_t* const values = warp.values[warp.turn];
    values[current_->number % kWarp] = value;
    if (++warp.arrived == kWarp) {
      warp.arrived = 0;
      warp.turn ^= 1u;  // who is slow may still read these values while the fast ones give the next
      const unsigned first = current_->number / kWarp * kWarp;
      for (unsigned t = first; t < first + kWarp; ++t) {
        if (threads_[t].state == State::at_warp) make_runnable(threads_[t]);
      }
    } else {
      wait(State::at_warp);
    }
    return values;
  }

  unsigned char* shared() { return shared_.data() + kSharedGuard; }
  unsigned lane() const { return current_->number % kWarp; }

 private:
  static void enter(transfer_t transfer);
  void make_runnable(Thread& thread) {
    thread.state = State::runnable;
    runnable_.push_back(&thread);
  }
  void wait(State state) {
    Thread* const self = current_;
    self->state = state;
    leave(*self, false);
  }
  /// From a thread back to the scheduler.
  void leave(Thread& self, bool for_ever);
  /// From the scheduler to a thread.
  void resume(Thread& thread);
  void check_shared(size_t bytes) const;
  [[noreturn]] void throw_deadlock() const;

  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<Thread*> runnable_;
  std::vector<unsigned char> shared_;
  unsigned count_ = 0;
  unsigned at_barrier_ = 0;
  unsigned done_ = 0;
  [[maybe_unused]] bool abandoned_ = false;
  Thread* current_ = nullptr;
  fcontext_t scheduler_ = nullptr;
  const std::function<void()>* body_ = nullptr;
  std::exception_ptr failure_;
#ifdef GRAMIAN_ASAN
  const void* scheduler_bottom_ = nullptr;
  size_t scheduler_size_ = 0;
  void* scheduler_fake_ = nullptr;
#endif
};

Machine& machine() {
  static thread_local Machine instance;
  return instance;
}

void Machine::leave([[maybe_unused]] Thread& self, [[maybe_unused]] bool for_ever) {
#ifdef GRAMIAN_ASAN
  __sanitizer_start_switch_fiber(for_ever ? nullptr : &self.fake_stack, scheduler_bottom_, scheduler_size_);
#endif
  scheduler_ = jump_fcontext(scheduler_, this).fctx;
#ifdef GRAMIAN_ASAN
  __sanitizer_finish_switch_fiber(self.fake_stack, &scheduler_bottom_, &scheduler_size_);
#endif
}

void Machine::resume(Thread& thread) {
  current_ = &thread;
  threadIdx = thread.index;
#ifdef GRAMIAN_ASAN
  __sanitizer_start_switch_fiber(&scheduler_fake_, thread.stack->bottom(), kStackBytes);
#endif
  thread.context = jump_fcontext(thread.context, this).fctx;
#ifdef GRAMIAN_ASAN
  __sanitizer_finish_switch_fiber(scheduler_fake_, nullptr, nullptr);
#endif
}

void Machine::enter(transfer_t transfer) {
  auto& self = *static_cast<Machine*>(transfer.data);
  self.scheduler_ = transfer.fctx;
#ifdef GRAMIAN_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.scheduler_bottom_, &self.scheduler_size_);
#endif
  Thread& thread = *self.current_;
  try {
    (*self.body_)();
  } catch (...) {
    self.failure_ = std::current_exception();
  }
  thread.state = State::done;
  ++self.done_;
  self.leave(thread, true);
}

void Machine::check_shared(size_t bytes) const {
  const auto intact = [&](size_t begin) {
    return std::all_of(shared_.begin() + static_cast<std::ptrdiff_t>(begin),
                       shared_.begin() + static_cast<std::ptrdiff_t>(begin + kSharedGuard),
                       [](unsigned char c) { return c == kSharedGuardByte; });
  };
  if (!intact(0)) throw Fault("a write below the block's shared memory");
  if (!intact(kSharedGuard + bytes)) throw Fault("a write beyond the block's shared memory");
}

void Machine::throw_deadlock() const {
  unsigned warp = 0;
  for (unsigned t = 0; t < count_; ++t) warp += threads_[t].state == State::at_warp ? 1 : 0;
  throw Fault("threads wait for ever: " + std::to_string(at_barrier_) + " at __syncthreads, " + std::to_string(warp) +
              " at a warp operation, " + std::to_string(done_) + " of " + std::to_string(count_) + " have ended");
}

void Machine::run(const cudaLaunchConfig_t& config, dim3 block, const std::function<void()>& body,
                  std::mt19937_64& random) {
  count_ = config.blockDim.x * config.blockDim.y * config.blockDim.z;
  if (threads_.size() < count_) threads_.resize(count_);
  warps_.assign(count_ / kWarp, Warp());
  shared_.assign(2 * kSharedGuard + config.dynamicSmemBytes, kSharedGuardByte);
  std::fill_n(shared(), config.dynamicSmemBytes, kPoison);
  blockIdx = block;
  blockDim = config.blockDim;
  gridDim = config.gridDim;
  at_barrier_ = done_ = 0;
  body_ = &body;
  failure_ = nullptr;
  runnable_.clear();
  for (unsigned t = 0; t < count_; ++t) {
    Thread& thread = threads_[t];
    thread.number = t;
    thread.index = index_of(t, config.blockDim);
#ifdef GRAMIAN_ASAN
    // The last frames of a thread never take their marks away, nor do any where a fault left threads behind.
    constexpr size_t kLastFrames = 4096;
    const size_t marked = abandoned_ ? kStackBytes : kLastFrames;
    __asan_unpoison_memory_region(thread.stack->top() - marked, marked);
#endif
    thread.context = make_fcontext(thread.stack->top(), kStackBytes, enter);
    make_runnable(thread);
  }
  abandoned_ = true;                                        // until all have come to their end
  std::minstd_rand order(static_cast<uint32_t>(random()));  // quicker, and asked for at every switch
  while (!runnable_.empty() && failure_ == nullptr) {
    std::swap(runnable_[order() % static_cast<uint32_t>(runnable_.size())], runnable_.back());
    Thread* const next = runnable_.back();
    runnable_.pop_back();
    resume(*next);
  }
  if (failure_ != nullptr) std::rethrow_exception(failure_);
  if (done_ != count_) throw_deadlock();
  abandoned_ = false;
  check_shared(config.dynamicSmemBytes);
}

}  // namespace

void run_blocks(const cudaLaunchConfig_t& config, std::span<const dim3> blocks, const std::function<void()>& body,
                std::mt19937_64& random) {
  for (const dim3 block : blocks) machine().run(config, block, body, random);
}

unsigned char* shared_bytes() { return machine().shared(); }
void block_barrier() { machine().barrier(); }
const uint64_t* warp_exchange(const char* operation, unsigned mask, uint64_t value) {
  return machine().exchange(operation, mask, value);
}
int lane() { return static_cast<int>(machine().lane()); }

}  // namespace emulation
