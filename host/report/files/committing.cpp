#include "host/report/files/committing.hpp"

#include <atomic>

namespace gramian::host {
namespace {

std::atomic<int> living{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only look at lock-free atomics");

}  // namespace

bool committing() { return living.load(std::memory_order_relaxed) > 0; }

Committing::Committing() { ++living; }

Committing::~Committing() { --living; }

}  // namespace gramian::host
