#pragma once

#include "host/device/device.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// Lists the devices that there are.
struct Devices {
  RunSettings settings;
  bool check = false;

  static About about();
  void describe(Description& d);

  struct Answer {
    host::Cpu cpu;
    int threads = 1;  // used
    int processors = 1;
    host::GpuList gpus;
    bool checked = false;
  };
  Answer ask(Run& run);
};

Json to_json(const Devices::Answer& answer);
std::string table(const Devices::Answer& answer);

}  // namespace gramian::questions
