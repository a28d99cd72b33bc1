#include "host/questions/machine/synth.hpp"

#include <algorithm>

#include "engine/narrow.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/machine/synthetic_rows.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

About Synth::about() {
  return {.name = "synth",
          .summary = "A matrix to try at size",
          .keys = {{"path", "of the file"}, {"rows", "N"}, {"dim", "D"}, {"dtype", "of its numbers"}},
          .files = {},
          .examples = {{"synth 50257 768 -o gpt2_size.npy", "of the size of GPT-2's vocabulary"},
                       {"synth 1000 64 -o small.npy --mean-cosine 0 --dtype f64", "without a common direction"}}};
}

void Synth::describe(Description& description) {
  description.place("N", &n, "Rows").at_least(1).is_required();
  description.place("D", &d, "Dimensions").at_least(1).is_required();
  description.option("-o,--output", &path, "FILE", "The .npy file to write")
      .naming(Names::file)
      .is_required()
      .unrecorded();
  description.option("--mean-cosine", &mean_cosine, "C", "Mean of all cosines");
  description.option("--dtype", &dtype, "TYPE", "f32, f16 or f64").one_of({"f32", "f16", "f64"});
  settings.describe_threads_and_seed(description);
}

template <class T, class Write>
void Synth::stream(Run& run, const Write& write) const {
  const SyntheticRows source(d, mean_cosine, settings.seed);
  const int64_t block = std::clamp<int64_t>((int64_t{8} << 20) / d, 1, n);
  std::vector<T> values(static_cast<size_t>(checked_product(block, d, "rows x dimensions")));
  run.watched("synth", "synth", static_cast<double>(n), "rows", [&](const Progress& progress) {
    for (int64_t begin = 0; begin < n; begin += block) {
      const int64_t count = std::min(block, n - begin);
      source.rows(begin, count, values.data(), run.threads(), [&run] { run.check(); });
      write(std::span<const T>(values).first(static_cast<size_t>(count * d)));
      if (progress.report) progress.report(begin + count, n);
      run.check();
    }
  });
}

Synth::Answer Synth::ask(Run& run) {
  const int64_t size = dtype == "f16" ? 2 : dtype == "f64" ? 8 : 4;
  const int64_t bytes = checked_product(checked_product(n, d, "rows x dimensions"), size, "bytes");
  host::OutputFile file(path);
  file.write(host::npy_header(dtype == "f16" ? "<f2" : dtype == "f64" ? "<f8" : "<f4", {n, d}));
  if (dtype == "f64") {
    stream<double>(run, [&](std::span<const double> values) { file.write(std::as_bytes(values)); });
  } else if (dtype == "f16") {
    std::vector<uint16_t> halves;
    stream<float>(run, [&](std::span<const float> values) {
      halves.resize(values.size());
      std::ranges::transform(values, halves.begin(), half_bits);
      file.write(std::as_bytes(std::span<const uint16_t>(halves)));
    });
  } else {
    stream<float>(run, [&](std::span<const float> values) { file.write(std::as_bytes(values)); });
  }
  file.commit();
  return {path, n, d, dtype, mean_cosine, settings.seed, bytes};
}

Json to_json(const Synth::Answer& answer) {
  return {{"path", host::valid_utf8(answer.path)}, {"rows", answer.rows}, {"dim", answer.dim}, {"dtype", answer.dtype}};
}

std::string table(const Synth::Answer& answer) {
  return host::printable(answer.path, 4096) + ": npy, " + answer.dtype + ", " + host::grouped(answer.rows) + " x " +
         host::grouped(answer.dim) + ", mean cosine " + host::shortest(answer.mean_cosine) + ", seed " +
         std::to_string(answer.seed) + "; " + host::bytes_in_words(static_cast<double>(answer.bytes)) + "\n";
}

}  // namespace gramian::questions
