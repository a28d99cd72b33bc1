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
  // The work ends with this call but after Ctrl-C, when it may go on a while: so it holds the array.
  const auto work = [memory, bytes, number, held = nb::borrow(array)]() mutable {
    *memory = host::copy_onto_gpu(number, bytes);
    const nb::gil_scoped_acquire acquired;
    held.reset();
  };
  perform(std::make_shared<Watch>(), work, nb::none());
  const nb::capsule owner(new Memory(*memory), [](void* held) noexcept { delete static_cast<Memory*>(held); });
  std::vector<size_t> shape;
  for (size_t k = 0; k < from.ndim(); ++k) shape.push_back(from.shape(k));
  return nb::ndarray<nb::array_api>(memory->get(), shape.size(), shape.data(), owner, nullptr, from.dtype(),
                                    nb::device::cuda::value, number)
      .cast();
}

}  // namespace gramian::python
