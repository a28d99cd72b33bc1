#include "kernels/cuda/runtime/machine.hpp"

#include <algorithm>
#include <iterator>

#include "engine/error.hpp"

namespace gramian::cuda {

Machine::Machine(const std::vector<int>& numbers, int64_t memory_limit, double worth_a_device)
    : worth_a_device_(worth_a_device) {
  std::string why_none;
  const int count = device_count(why_none);
  if (count == 0) throw DeviceUnavailable("no CUDA device: " + why_none);
  Blas::find_entries();
  std::vector<int> candidates = numbers;
  for (int number = 0; numbers.empty() && number < count; ++number) candidates.push_back(number);
  std::string refusal;
  for (const int number : candidates) {
    try {
      auto device = std::make_unique<Device>(number, memory_limit);
      if (devices_.empty()) {
        device->use();
      } else if (!device->same_kind(first())) {
        const std::string other = device->name() + " (" + device->hardware() + ")";
        if (!numbers.empty()) {
          throw DeviceUnavailable(other + " and " + first().name() + " (" + first().hardware() +
                                  ") are of different kinds, whose cosines differ in their last bits");
        }
        note(other + " is of another kind");
        continue;
      }
      devices_.push_back(std::move(device));
    } catch (const Error& error) {
      // Asked for by number it has to be there; of all devices those that will do are enough.
      if (!numbers.empty()) throw;
      refusal = error.what();
    }
  }
  if (devices_.empty()) throw DeviceUnavailable("no CUDA device: " + refusal);
}

std::vector<Device*> Machine::for_work(double multiply_adds) {
  const double paid = worth_a_device_ > 0.0 ? multiply_adds / worth_a_device_ : static_cast<double>(devices_.size());
  std::vector<Device*> chosen{&first()};
  for (size_t d = 1; d < devices_.size() && static_cast<double>(chosen.size()) + 1.0 <= paid;) {
    try {
      devices_[d]->use();
      chosen.push_back(devices_[d].get());
      ++d;
    } catch (const Error& error) {
      // Somebody else may have it to himself; the work is the same on fewer devices.
      note(devices_[d]->name() + ": " + error.what());
      devices_.erase(devices_.begin() + static_cast<std::ptrdiff_t>(d));
    }
  }
  first().use();
  return chosen;
}

std::vector<const Device*> Machine::started() const {
  std::vector<const Device*> found;
  for (const std::unique_ptr<Device>& device : devices_) {
    if (device->started()) found.push_back(device.get());
  }
  return found;
}

void Machine::note(const std::string& what) { left_out_ += (left_out_.empty() ? "" : "; ") + what; }

}  // namespace gramian::cuda
