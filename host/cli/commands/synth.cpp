#include <algorithm>
#include <chrono>
#include <memory>

#include "engine/narrow.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/disk.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/synthetic_rows.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "kernels/cpu/backend.hpp"

namespace gramian::cli {
namespace {

struct SynthOptions {
  CommonOptions common;
  int64_t n = 0;
  int64_t d = 0;
  std::string path;
  std::string dtype = "f32";
  double mean_cosine = 0.3;
};

template <class T, class Write>
void stream(const SynthOptions& options, int threads, ProgressLine& line, const Write& write) {
  const SyntheticRows source(options.d, options.mean_cosine, options.common.seed);
  const int64_t block = std::clamp<int64_t>((int64_t{8} << 20) / options.d, 1, options.n);
  std::vector<T> values(static_cast<size_t>(checked_product(block, options.d, "rows x dimensions")));
  const Progress progress = line.stage("synth", static_cast<double>(options.n), "rows");
  for (int64_t begin = 0; begin < options.n; begin += block) {
    const int64_t count = std::min(block, options.n - begin);
    source.rows(begin, count, values.data(), threads);
    write(std::span(values).first(static_cast<size_t>(count * options.d)));
    if (progress.report) progress.report(begin + count, options.n);
    check_interrupt();
  }
}

void run_synth(const SynthOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  const bool f16 = options.dtype == "f16";
  const bool f64 = options.dtype == "f64";
  if (!f16 && !f64 && options.dtype != "f32") {
    throw InvalidUsage("--dtype " + host::printable(options.dtype) + ": must be f32, f16 or f64");
  }
  const int64_t size = checked_product(checked_product(options.n, options.d, "rows x dimensions"),
                                       f16   ? 2
                                       : f64 ? 8
                                             : 4,
                                       "bytes");
  const int threads = options.common.threads > 0 ? options.common.threads : cpu::available_threads();
  ProgressLine line(options.common.quiet ? ProgressMode::never : parse_progress(options.common.progress));
  host::OutputFile file(options.path);
  require_disk(options.path, size, "fewer rows or dimensions, or --dtype f16, need less");
  file.write(host::npy_header(f16 ? "<f2" : f64 ? "<f8" : "<f4", {options.n, options.d}));
  if (f64) {
    stream<double>(options, threads, line, [&](std::span<const double> values) { file.write(std::as_bytes(values)); });
  } else if (f16) {
    std::vector<uint16_t> halves;
    stream<float>(options, threads, line, [&](std::span<const float> values) {
      halves.resize(values.size());
      std::ranges::transform(values, halves.begin(), half_bits);
      file.write(std::as_bytes(std::span<const uint16_t>(halves)));
    });
  } else {
    stream<float>(options, threads, line, [&](std::span<const float> values) { file.write(std::as_bytes(values)); });
  }
  line.erase();
  file.commit();

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.common.json) {
    Json json;
    json["command"] = "synth";
    json["version"] = GRAMIAN_VERSION;
    json["path"] = host::valid_utf8(options.path);
    json["rows"] = options.n;
    json["dim"] = options.d;
    json["dtype"] = options.dtype;
    json["inputs"] = Json::array();
    json["settings"] = {{"mean_cosine", options.mean_cosine}, {"seed", options.common.seed}};
    json["timing"] = {{"threads", threads}, {"total", seconds}};
    print(json_text(json));
  } else if (!options.common.quiet) {
    print(host::printable(options.path, 4096) + ": npy, " + options.dtype + ", " + host::grouped(options.n) + " x " +
          host::grouped(options.d) + ", mean cosine " + host::shortest(options.mean_cosine) + ", seed " +
          std::to_string(options.common.seed) + "; " + host::bytes_in_words(static_cast<double>(size)) + ", " +
          host::duration_in_words(seconds) + "\n");
  }
}

}  // namespace

void add_synth(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* command = app.add_subcommand("synth", "A matrix to try at size");
  command->add_option("N", options->n, "Rows")->required()->type_name("")->check(at_least(1));
  command->add_option("D", options->d, "Dimensions")->required()->type_name("")->check(at_least(1));
  command->add_option("-o,--output", options->path, "The .npy file to write")->required()->type_name("FILE");
  command->add_option("--mean-cosine", options->mean_cosine, "Mean of all cosines (default 0.3)")->type_name("C");
  command->add_option("--dtype", options->dtype, "f32 (default), f16 or f64")->type_name("TYPE");
  add_run_options(*command, options->common);
  command->callback([options, &chosen] { chosen = [options] { run_synth(*options); }; });
}

}  // namespace gramian::cli
