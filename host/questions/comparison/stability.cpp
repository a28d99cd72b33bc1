#include "host/questions/comparison/stability.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"
#include "host/questions/geometry/cosine_curve.hpp"
#include "host/questions/geometry/distribution_json.hpp"
#include "host/questions/geometry/spectrum_of.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kListed = 10;

Json movement_json(const Stability::Answer& answer, int64_t item) {
  const auto i = static_cast<size_t>(item);
  return {{"token", answer.spaces->token_json(item)},
          {"cosine_before", answer.procrustes.cosines_before[i]},
          {"cosine_after", answer.procrustes.cosines_after[i]},
          {"overlap", answer.overlap.overlaps[i]},
          {"jaccard", answer.overlap.jaccards[i]}};
}

std::vector<std::string> movement_cells(const Stability::Answer& answer, int64_t item) {
  const auto i = static_cast<size_t>(item);
  return {token_in_quotes(answer.spaces->token(item)), host::fixed(answer.procrustes.cosines_after[i]),
          host::fixed(answer.overlap.overlaps[i], 2)};
}

std::string movement_tsv(const Stability::Answer& answer) {
  std::string text = "token\tcosine_after\toverlap\tjaccard\trow1\trow2\n";
  for (const int64_t item : answer.by_movement) {
    const auto i = static_cast<size_t>(item);
    text += host::tsv_text(answer.spaces->token(item));
    for (const double x :
         {answer.procrustes.cosines_after[i], answer.overlap.overlaps[i], answer.overlap.jaccards[i]}) {
      text += '\t' + host::shortest(x);
    }
    for (size_t k = 0; k < 2; ++k) {
      text += '\t' + std::to_string(answer.spaces->space(k).matrix_rows()[i]);
    }
    text += '\n';
  }
  return text;
}

/// "queen 0.71" of both sides, side by side.
std::string side_by_side(const Stability::Answer& answer, int64_t item) {
  const SharedSpaces& spaces = *answer.spaces;
  Table rows("<><>", "    ");
  const auto first = answer.one.neighbors.of(item);
  const auto second = answer.two.neighbors.of(item);
  for (size_t k = 0; k < std::min(first.size(), second.size()); ++k) {
    rows.row({token_in_quotes(spaces.token(first[k].row)), host::fixed(first[k].cosine),
              "  " + token_in_quotes(spaces.token(second[k].row)), host::fixed(second[k].cosine)});
  }
  return rows.text();
}

std::string scores_in_words(const Stability::Answer& answer) {
  const Procrustes& moved = answer.procrustes;
  const CosineShift& shift = answer.shift;
  Table scores("<>");
  const std::string k = std::to_string(answer.k);
  scores.row({"Frobenius distance", host::significant(moved.frobenius, 6)});
  scores.row({"after the best rotation (Procrustes)", host::significant(moved.residual, 6)});
  scores.row({"mean cosine of a token with itself", host::fixed(moved.cosine_before)});
  scores.row({"after the best rotation", host::fixed(moved.cosine_after)});
  scores.row({"neighbours kept of the nearest " + k, host::fixed(answer.overlap.overlap)});
  scores.row({"the same as Jaccard index", host::fixed(answer.overlap.jaccard)});
  scores.row({"Pearson correlation of the cosines", host::fixed(answer.rsa.pearson, 6)});
  scores.row({"linear CKA, debiased", host::fixed(answer.rsa.linear_cka_debiased, 6)});
  scores.row({"linear CKA", host::fixed(answer.rsa.linear_cka, 6)});
  scores.row({"distance of the spectra", host::significant(answer.spectral_distance)});
  scores.row({"shift of the cosines: mean, median, Wasserstein", host::significant(shift.mean, 3) + ", " +
                                                                     host::significant(shift.median, 3) + ", " +
                                                                     host::significant(shift.wasserstein, 3)});
  return scores.text();
}

}  // namespace

About Stability::about() {
  return {
      .name = "stability",
      .summary = "What a retraining moved: rotation, neighbours, spectra",
      .keys = {{"shared", "tokens compared"},
               {"shared_before_filters", "tokens in both"},
               {"pairs", "of shared tokens"},
               {"lost", "tokens left out, and why"},
               {"stability", "distances before and after the best rotation, neighbours kept"},
               {"rsa", "the correlation of the cosines"},
               {"linear_cka", "linear CKA of the rows"},
               {"linear_cka_debiased", "the same without the bias of few rows"},
               {"models", "of more than two: the inputs"},
               {"tensors", "of more than two: their matrices; scores are matrices then, with mean and sd over pairs"},
               {"cosine_shift", "how the distribution of all cosines moved"},
               {"spectra", "singular values of both"},
               {"distributions", "of the cosines of both"},
               {"most_moved", "ten tokens"},
               {"words", "those of --pairs, with their neighbours in both"}},
      .definitions = {{"Frobenius",
                       "‖E1 − E2‖; after the best rotation: the least ‖E1 Q − E2‖ over orthogonal Q (Schönemann 1966)"},
                      {"neighbours kept", "|N1 ∩ N2|/k of the k nearest, mean over tokens; Jaccard: over |N1 ∪ N2|"},
                      {"distance of spectra", "‖σ(X̂) − σ(Ŷ)‖/√n of the singular values of unit rows"},
                      {"shift of cosines", "second less first; Wasserstein ∫ |F1 − F2| of the two distributions"}},
      .files = {{"joined.tsv", "shared tokens and their rows"},
                {"per_token.tsv", "every token, the most moved first"},
                {"rotation.npy", "Q, d1 x d2, which turns the first space towards the second"},
                {"rotated.npy",
                 "the first's rows of the shared tokens, prepared and times Q, in the order of joined.tsv"},
                {"stability.svg", "cosines with itself before and after, all cosines and the spectra of both"},
                {"overlap.svg", "neighbours kept, of more than two"},
                {"SCORE.npy", "every score of more than two, a matrix"}},
      .examples = {{"stability sample/run1.npy sample/run2.npy", "two trainings"},
                   {"stability sample/run1.npy sample/run2.npy --pairs font,color", "words side by side"},
                   {"stability seed1.npy seed2.npy seed3.npy", "every two of several, and their mean and sd"}}};
}

void Stability::describe(Description& d) {
  settings.describe(d);
  joining.describe(d);
  rows.describe_pair(d);
  compared.describe(d);
  pictures.describe(d);
  d.option("-k", &k, "K", "Nearest neighbours compared (default 10, or as many as there are)");
  d.option("--pairs", &pairs, "TOKENS", "Words whose neighbours are shown side by side: a,b,c or @FILE");
}

Stability::Side Stability::side_of(Run& run, const Input& input, Space& space, double kept) const {
  DistributionSettings wanted;
  wanted.seed = run.seed();
  wanted.histogram = fine_histogram();
  // The neighbours of one space in its sweep, and those of the other.
  wanted.keep_bytes = run.plan_sweep_memory(input, space.size(), kept + 1.5 * neighbors_bytes(space.size(), *k));
  run.require_memory(kept + spectrum_bytes(space.size(), space.dim()), fewer_rows_or_dims(space.size(), space.dim()));
  DistributionAnalysis distribution(space, run.precision(), wanted);
  Asked<Nearest> neighbors = nearest_neighbors(space, *k);
  SweepAnalysis* const analyses[] = {&distribution, &neighbors};
  run.sweep(space, analyses);
  Side side;
  side.distribution = distribution.result();
  side.neighbors = neighbors.found();
  side.spectrum = run.timed("spectrum", [&] { return spectrum(space, {}); });
  run.check();
  return side;
}

Stability::Answer Stability::ask(Run& run) {
  pictures.check();
  Answer answer;
  answer.pictures = pictures;
  answer.threads = run.threads();
  const std::vector<std::string> paths = compared.paths("stability");
  if (paths.size() > 2 && pairs) throw InvalidUsage("--pairs shows the neighbours of two matrices, not of more");
  answer.spaces = std::make_unique<SharedSpaces>(run, paths, joining, rows);
  const SharedSpaces& spaces = *answer.spaces;
  constexpr int64_t kDefaultK = 10;
  if (!k) k = std::clamp<int64_t>(spaces.size() - 1, 1, kDefaultK);
  answer.k = *k;
  check_neighbors(*k, spaces.size());
  if (paths.size() > 2) {
    answer.runs = compare_runs(run, *answer.spaces);
  } else {
    compare_two(run, answer);
  }
  const auto after = [&](int64_t item) {
    const auto i = static_cast<size_t>(item);
    return answer.runs ? answer.runs->moved[i].cosine_after.mean : answer.procrustes.cosines_after[i];
  };
  answer.by_movement.resize(static_cast<size_t>(spaces.size()));
  std::iota(answer.by_movement.begin(), answer.by_movement.end(), 0);
  std::ranges::stable_sort(answer.by_movement, {}, after);
  return answer;
}

void Stability::compare_two(Run& run, Answer& answer) const {
  const SharedSpaces& spaces = *answer.spaces;
  answer.named = spaces.find_items(run, pairs.value_or(std::vector<std::string>()), rows.skip_unknown);
  Space& a = spaces.space(0);
  Space& b = spaces.space(1);
  run.require_memory(procrustes_bytes(spaces.size(), a.dim(), b.dim()), fewer_rows_or_dims(spaces.size(), a.dim()));
  answer.procrustes = run.timed("procrustes", [&] { return procrustes(a, b); });
  run.check();
  answer.rsa = run.timed("rsa", [&] { return rsa(a, b); });
  run.check();
  answer.one = side_of(run, spaces.input(0), a, spaces.kept_bytes(run, 0));
  answer.two = side_of(run, spaces.input(1), b, spaces.kept_bytes(run, 1));
  answer.overlap = run.timed("overlap", [&] { return neighbor_overlap(answer.one.neighbors, answer.two.neighbors); });
  answer.shift = cosine_shift(answer.one.distribution, answer.two.distribution);
  answer.spectral_distance = spectral_distance(answer.one.spectrum, answer.two.spectrum, spaces.size());
  if (std::isnan(answer.rsa.pearson)) {
    run.note("All cosines of a space are equal: their correlation is not defined.");
  }
}

Json to_json(const Stability::Answer& answer) {
  if (answer.runs) return runs_json(answer);
  const SharedSpaces& spaces = *answer.spaces;
  Json json = spaces.json();
  json["stability"] = {{"frobenius", answer.procrustes.frobenius},
                       {"procrustes_residual", answer.procrustes.residual},
                       {"cosine_before", answer.procrustes.cosine_before},
                       {"cosine_after", answer.procrustes.cosine_after},
                       {"k", answer.k},
                       {"overlap", answer.overlap.overlap},
                       {"jaccard", answer.overlap.jaccard},
                       {"spectral_distance", answer.spectral_distance}};
  json["rsa"]["pearson"] = answer.rsa.pearson;
  json["linear_cka"] = answer.rsa.linear_cka;
  json["linear_cka_debiased"] = answer.rsa.linear_cka_debiased;
  json["cosine_shift"] = {{"mean", answer.shift.mean},
                          {"sd", answer.shift.sd},
                          {"median", answer.shift.median},
                          {"wasserstein", answer.shift.wasserstein},
                          {"kolmogorov_smirnov", answer.shift.kolmogorov_smirnov}};
  json["spectra"] = Json::array({to_json(answer.one.spectrum), to_json(answer.two.spectrum)});
  Json& distributions = json["distributions"] = Json::array();
  for (size_t k = 0; k < 2; ++k) {
    const Stability::Side& side = k == 0 ? answer.one : answer.two;
    distributions.push_back(
        to_json(with_wider_bins(side.distribution, 8), spaces.space(k).matrix_rows(), spaces.input(k).vocabulary()));
  }
  Json& most_moved = json["most_moved"] = Json::array();
  for (int64_t k = 0; k < std::min<int64_t>(kListed, std::ssize(answer.by_movement)); ++k) {
    most_moved.push_back(movement_json(answer, answer.by_movement[static_cast<size_t>(k)]));
  }
  Json& words = json["words"] = Json::array();
  for (const int64_t item : answer.named) {
    Json word = movement_json(answer, item);
    word["neighbors"] = Json::array(
        {spaces.neighbors_json(answer.one.neighbors.of(item)), spaces.neighbors_json(answer.two.neighbors.of(item))});
    words.push_back(std::move(word));
  }
  return json;
}

std::string table(const Stability::Answer& answer) {
  if (answer.runs) return runs_table(answer);
  std::string text = answer.spaces->heading() + scores_in_words(answer) + "\n";
  Table most("<>");
  most.row({"most moved", "cosine after", "kept"});
  for (int64_t m = 0; m < std::min<int64_t>(kListed, std::ssize(answer.by_movement)); ++m) {
    most.row(movement_cells(answer, answer.by_movement[static_cast<size_t>(m)]));
  }
  text += most.text();
  for (const int64_t item : answer.named) {
    const std::vector<std::string> cells = movement_cells(answer, item);
    text += "\n  " + cells[0] + ": cosine after " + cells[1] + ", neighbours kept " + cells[2] + "\n" +
            side_by_side(answer, item);
  }
  return text + answer.spaces->lost_in_words();
}

namespace {

/// In fp64, stored as f32, by all threads.
void write_rotated(const Stability::Answer& answer, host::OutputFile& file) {
  constexpr int64_t kBlock = 512;
  Space& space = answer.spaces->space(0);
  const DenseMatrix& rotation = answer.procrustes.rotation;
  const int64_t n = space.size();
  const int64_t from = rotation.rows;
  const int64_t to = rotation.cols;
  file.write(host::npy_header("<f4", {n, to}));
  std::vector<float> block(static_cast<size_t>(kBlock * to));
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t count = std::min(kBlock, n - begin);
    parallel_for(answer.threads, count, [&](int64_t k, int) {
      std::vector<double> row(static_cast<size_t>(from));
      std::vector<double> turned(static_cast<size_t>(to));
      on_host::transformed_row(space.device_rows(), begin + k, space.plain(), row.data(), on_host::dot);
      for (int64_t i = 0; i < from; ++i) {
        for (int64_t j = 0; j < to; ++j) turned[static_cast<size_t>(j)] += row[static_cast<size_t>(i)] * rotation(i, j);
      }
      std::ranges::transform(turned, block.begin() + k * to, [](double x) { return static_cast<float>(x); });
    });
    file.write(std::as_bytes(std::span(block).first(static_cast<size_t>(count * to))));
  }
}

std::string stability_svg(const Stability::Answer& answer, const host::Theme& theme) {
  constexpr int64_t kBins = 80;
  const Procrustes& moved = answer.procrustes;
  const std::string names[] = {picture_title(answer.spaces->input(0)), picture_title(answer.spaces->input(1))};
  const auto lowest = [](const std::vector<double>& values) {
    double least = 1.0;
    for (const double value : values) least = std::min(least, value);  // not where it is NaN
    return least;
  };
  const double lo = std::min(lowest(moved.cosines_before), lowest(moved.cosines_after));
  host::Chart itself{.title = "Cosine of a token with itself", .x = {lo, 1.0, false, "cosine"}, .y = {}, .curves = {}};
  itself.curves = {named(density_of(moved.cosines_before, lo, 1.0, kBins), "before", theme.second, host::Look::filled),
                   named(density_of(moved.cosines_after, lo, 1.0, kBins), "after the best rotation", theme.first,
                         host::Look::filled)};
  const Distribution& one = answer.one.distribution;
  const Distribution& two = answer.two.distribution;
  host::Chart all{.title = "All cosines",
                  .x = {std::min(one.extremes.min, two.extremes.min), std::max(one.extremes.max, two.extremes.max),
                        false, "cosine"},
                  .y = {},
                  .curves = {named(cosine_curve(one), names[0], theme.first, host::Look::line),
                             named(cosine_curve(two), names[1], theme.second, host::Look::dashed)}};
  host::Chart spectra{
      .title = "Singular values of unit rows",
      .x = {},
      .y = {},
      .curves = {named(ranked_curve(answer.one.spectrum.singular_values), names[0], theme.first, host::Look::line),
                 named(ranked_curve(answer.two.spectrum.singular_values), names[1], theme.second, host::Look::dashed)}};
  itself.y = {0.0, 1.05 * highest(itself.curves), false, "density"};
  all.y = {0.0, 1.05 * highest(all.curves), false, "density"};
  double least = highest(spectra.curves);
  double longest = 1.0;
  for (const host::Curve& curve : spectra.curves) {
    if (curve.y.empty()) continue;
    least = std::min(least, curve.y.back());
    longest = std::max(longest, curve.x.back());
  }
  spectra.x = {1.0, longest, false, "number"};
  spectra.y = {0.9 * least, 1.1 * highest(spectra.curves), true, "singular value, logarithmic"};
  const host::Chart charts[] = {itself, all, spectra};
  const std::string line = host::grouped(answer.spaces->size()) + " shared tokens; mean cosine " +
                           host::fixed(moved.cosine_before) + " before, " + host::fixed(moved.cosine_after) +
                           " after; Pearson " + host::fixed(answer.rsa.pearson);
  return host::charts_svg({answer.pictures.title_or(names[0] + " and " + names[1]), line}, charts, theme);
}

}  // namespace

void add_files(const Stability::Answer& answer, Files& files) {
  if (answer.runs) return add_runs_files(answer, files);
  files.add("rotation.npy", [&answer](host::OutputFile& file) { host::write_npy(file, answer.procrustes.rotation); });
  files.add("rotated.npy", [&answer](host::OutputFile& file) { write_rotated(answer, file); });
  answer.pictures.add(files, "stability", [&answer](const host::Theme& theme) { return stability_svg(answer, theme); });
  answer.spaces->add_file(files);
  files.add("per_token.tsv", [&answer](host::OutputFile& file) { file.write(movement_tsv(answer)); });
}

}  // namespace gramian::questions
