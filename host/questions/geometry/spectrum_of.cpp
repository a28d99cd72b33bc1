#include "host/questions/geometry/spectrum_of.hpp"

#include <algorithm>

#include "host/questions/geometry/cosine_curve.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

About SpectrumOf::about() {
  return {.name = "spectrum",
          .summary = "Singular values, effective rank, condition",
          .keys = {{"spectrum", "singular values and what follows from them"}},
          .definitions = {{"effective rank", "exp(−Σ p ln p) with p = σ/Σσ (Roy & Vetterli 2007)"},
                          {"participation ratio", "(Σλ)²/Σλ² with λ = σ², the mean row not subtracted"},
                          {"condition", "the largest singular value over the smallest"}},
          .files = {{"singular_values.npy", "largest first"},
                    {"vectors.npy", "with --vectors: right singular vectors, as rows"},
                    {"spectrum.svg", "singular values, and the share of variance of the first so many"}},
          .examples = {{"spectrum sample/run1.npy", "of the rows scaled to length 1"},
                       {"spectrum sample/run1.npy --raw --vectors 3 -o out", "of the rows as they are, with vectors"}}};
}

void SpectrumOf::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  rows.place_tokens(d, "Only the rows of these");
  pictures.describe(d);
  d.flag("--raw", wanted.raw, "Of the rows as they are, not scaled to length 1");
  d.option("--vectors", &wanted.vectors, "M", "Also M right singular vectors, with -o: vectors.npy");
}

SpectrumOf::Answer SpectrumOf::ask(Run& run) {
  pictures.check();
  Input& input = run.open(matrix, rows.vocab, rows.most());
  choose_rows(run, input, rows);
  const int64_t n = std::ssize(input.rows);
  const int64_t d = input.view().cols;
  run.require_memory(spectrum_bytes(n, d), fewer_rows_or_dims(n, d));
  const auto space = run.make_space(input, rows, wanted.raw ? ZeroRows::stay : ZeroRows::refused);
  Answer answer{.input = &input,
                .pictures = pictures,
                .raw = wanted.raw,
                .centered = rows.preprocessing.center,
                .vectors = wanted.vectors,
                .spectrum = {}};
  answer.spectrum = run.timed("spectrum", [&] { return spectrum(*space, wanted); });
  run.no_sweep();
  return answer;
}

std::string SpectrumOf::Answer::participation() const {
  return centered ? "participation ratio, after --center" : "participation ratio, not centred";
}

Json to_json(const Spectrum& spectrum) {
  return {{"singular_values", spectrum.singular_values},
          {"effective_rank", spectrum.effective_rank},
          {"participation_ratio", spectrum.participation_ratio},
          {"participation_ratio_uncentered", spectrum.participation_ratio},
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
  summary.row({answer.participation(), host::fixed(answer.spectrum.participation_ratio, 2)});
  summary.row({"condition", host::significant(answer.spectrum.condition, 5)});
  return text + "\n" + summary.text();
}

namespace {

std::string spectrum_svg(const SpectrumOf::Answer& answer, const host::Theme& theme) {
  const std::vector<double>& values = answer.spectrum.singular_values;
  const double count = static_cast<double>(values.size());
  std::vector<double> shares;
  double sum = 0.0;
  for (const double value : values) shares.push_back(sum += value * value);
  for (double& share : shares) share /= sum;
  const std::string rows = answer.raw ? "rows as they are" : "unit rows";
  host::Curve scree = named(ranked_curve(values), rows, theme.first, host::Look::line);
  const double least = scree.y.empty() ? 1.0 : scree.y.back();
  const double most = scree.y.empty() ? 1.0 : scree.y.front();
  const host::Chart charts[] = {{.title = "Singular values",
                                 .x = {1.0, count, false, "number"},
                                 .y = {0.9 * least, 1.1 * most, true, "singular value, logarithmic"},
                                 .curves = {scree}},
                                {.title = "Share of the sum of squares",
                                 .x = {1.0, count, false, "first so many"},
                                 .y = {0.0, 1.0, false, "share"},
                                 .curves = {named(ranked_curve(shares), rows, theme.first, host::Look::filled)}}};
  const std::string line = "effective rank " + host::fixed(answer.spectrum.effective_rank, 1) + ", " +
                           answer.participation() + " " + host::fixed(answer.spectrum.participation_ratio, 1) +
                           ", condition " + host::significant(answer.spectrum.condition, 3);
  return host::charts_svg({answer.pictures.title_or(picture_title(*answer.input)), line}, charts, theme);
}

}  // namespace

void add_files(const SpectrumOf::Answer& answer, Files& files) {
  const Spectrum& spectrum = answer.spectrum;
  answer.pictures.add(files, "spectrum", [&answer](const host::Theme& theme) { return spectrum_svg(answer, theme); });
  files.add("singular_values.npy",
            [&](host::OutputFile& file) { host::write_npy(file, std::span(spectrum.singular_values)); });
  if (answer.vectors > 0) {
    files.add("vectors.npy", [&](host::OutputFile& file) { host::write_npy(file, spectrum.vectors); });
  }
}

}  // namespace gramian::questions
