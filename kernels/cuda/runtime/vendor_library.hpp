#pragma once
// cuBLAS and cuSOLVER, opened when they are first called. A program linked to them would read hundreds of megabytes at
// every start, and would not start at all where there is no CUDA: on most machines that it runs on.
//
//   GRAMIAN_ENTRY(kCublas, cublasSetStream);
//
// within this namespace stands before the library's own declaration, so that calls look as they always do. Their inline
// functions call entries from elsewhere and cannot be used.

#include <atomic>

namespace gramian::cuda {

struct VendorLibrary {
  const char* name;  // for people
  const char* file;
  const char* wheels;  // of PyPI, that bring it and what it needs
};

/// Throws DeviceUnavailable where the library is not to be found or has no such entry.
void* vendor_entry(const VendorLibrary& library, const char* symbol);

template <class Function>
class VendorEntry;

template <class Result, class... Arguments>
class VendorEntry<Result(Arguments...)> {
 public:
  constexpr VendorEntry(const VendorLibrary& library, const char* symbol) : library_(&library), symbol_(symbol) {}
  Result operator()(Arguments... arguments) const { return get()(arguments...); }
  /// The function, found if it was not yet.
  auto get() const -> Result (*)(Arguments...) {
    void* found = found_.load(std::memory_order_acquire);
    if (found == nullptr) {
      found = vendor_entry(*library_, symbol_);
      found_.store(found, std::memory_order_release);
    }
    return reinterpret_cast<Result (*)(Arguments...)>(found);
  }

 private:
  const VendorLibrary* library_;
  const char* symbol_;
  mutable std::atomic<void*> found_{nullptr};
};

/// A missing library is reported before anything is begun.
template <class... Entries>
void find_all(const Entries&... entries) {
  (entries.get(), ...);
}

#define GRAMIAN_TEXT(expanded) #expanded
#define GRAMIAN_TEXT_OF(macro) GRAMIAN_TEXT(macro)
#define GRAMIAN_ENTRY(library, function) \
  const VendorEntry<decltype(::function)> function { library, GRAMIAN_TEXT_OF(function) }

}  // namespace gramian::cuda
