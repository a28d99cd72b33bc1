#include "python/core/device_arrays.hpp"

#include <nanobind/ndarray.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "host/device/arrays.hpp"
#include "python/core/task.hpp"

namespace gramian::python {

namespace nb = nanobind;

std::string why_no_arrays_on(int number) { return host::why_no_arrays_on(number); }

nb::object copy_onto_gpu(nb::handle array, int number) {
  using Memory = std::shared_ptr<void>;
  const auto from = nb::cast<nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>>(array);
  const std::span bytes(static_cast<const std::byte*>(from.data()), from.nbytes());
  const auto memory = std::make_shared<Memory>();
  // After Ctrl-C the work may go on for a while, without the interpreter's lock: so it holds the array, and lets go of
  // it with the lock.
  const std::shared_ptr<nb::object> kept(new nb::object(nb::borrow(array)), [](nb::object* taken) {
    if (Py_IsInitialized() == 0) return;
    const nb::gil_scoped_acquire acquired;
    delete taken;
  });
  const auto work = [memory, bytes, number, kept] { *memory = host::copy_onto_gpu(number, bytes); };
  perform(std::make_shared<Watch>(), work, nb::none());
  const nb::capsule owner(new Memory(*memory), [](void* held) noexcept { delete static_cast<Memory*>(held); });
  std::vector<size_t> shape;
  for (size_t k = 0; k < from.ndim(); ++k) shape.push_back(from.shape(k));
  return nb::ndarray<nb::array_api>(memory->get(), shape.size(), shape.data(), owner, nullptr, from.dtype(),
                                    nb::device::cuda::value, number)
      .cast();
}

}  // namespace gramian::python
