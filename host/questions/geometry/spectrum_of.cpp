#include "host/questions/geometry/spectrum_of.hpp"

#include <algorithm>

#include "host/questions/run/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

About SpectrumOf::about() {
  return {
      .name = "spectrum",
      .summary = "Singular values, effective rank, condition",
      .keys = {{"spectrum", "singular values and what follows from them"}},
      .files = {{"singular_values.npy", "largest first"}, {"vectors.npy", "with --vectors: right singular vectors"}},
      .examples = {{"spectrum sample/run1.npy", "of the rows scaled to length 1"},
                   {"spectrum sample/run1.npy --raw --vectors 3 -o out", "of the rows as they are, with vectors"}}};
}

void SpectrumOf::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  d.flag("--raw", wanted.raw, "Of the rows as they are, not scaled to length 1");
  d.option("--vectors", &wanted.vectors, "M", "Also M right singular vectors, with -o: vectors.npy");
}

SpectrumOf::Answer SpectrumOf::ask(Run& run) {
  Input& input = run.open(matrix, rows.vocab, rows.most());
  choose_rows(run, input, rows);
  run.memory().require(spectrum_bytes(input.view().cols));
  const auto space = run.make_space(input, rows, wanted.raw ? ZeroRows::stay : ZeroRows::refused);
  Answer answer{.input = &input, .raw = wanted.raw, .vectors = wanted.vectors, .spectrum = {}};
  answer.spectrum = run.timed("spectrum", [&] { return spectrum(*space, wanted); });
  run.no_sweep();
  return answer;
}

Json to_json(const Spectrum& spectrum) {
  return {{"singular_values", spectrum.singular_values},
          {"effective_rank", spectrum.effective_rank},
          {"participation_ratio", spectrum.participation_ratio},
          {"condition", spectrum.condition}};
}

Json to_json(const SpectrumOf::Answer& answer) {
  Json json;
  json["spectrum"] = to_json(answer.spectrum);
  json["spectrum"]["method"] = answer.spectrum.from_gram ? "eigenvalues of the Gram product" : "QR, then SVD";
  return json;
}

std::string table(const SpectrumOf::Answer& answer) {
  constexpr size_t kAcross = 8;
  const std::vector<double>& values = answer.spectrum.singular_values;
  std::string text = describe(*answer.input) + "\n";
  text +=
      std::string("singular values of the rows, ") + (answer.raw ? "as they are" : "each scaled to length 1") + "\n\n";
  Table rows(">");
  for (size_t first = 0; first < std::min<size_t>(values.size(), 2 * kAcross); first += kAcross) {
    std::vector<std::string> cells;
    for (size_t k = first; k < std::min(values.size(), first + kAcross); ++k) {
      cells.push_back(host::significant(values[k], 5));
    }
    rows.row(cells);
  }
  text += rows.text();
  if (values.size() > 2 * kAcross) {
    text += "  ... " + host::grouped(std::ssize(values)) + " in all, the last " + host::significant(values.back(), 5) +
            "\n";
  }
  Table summary("<>");
  summary.row({"effective rank", host::fixed(answer.spectrum.effective_rank, 2)});
  summary.row({"participation ratio", host::fixed(answer.spectrum.participation_ratio, 2)});
  summary.row({"condition", host::significant(answer.spectrum.condition, 5)});
  return text + "\n" + summary.text();
}

void add_files(const SpectrumOf::Answer& answer, Files& files) {
  const Spectrum& spectrum = answer.spectrum;
  files.add("singular_values.npy",
            [&](host::OutputFile& file) { host::write_npy(file, std::span(spectrum.singular_values)); });
  if (answer.vectors > 0) {
    files.add("vectors.npy", [&](host::OutputFile& file) { host::write_npy(file, spectrum.vectors); });
  }
}

}  // namespace gramian::questions
