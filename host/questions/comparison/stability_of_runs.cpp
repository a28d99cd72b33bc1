// Stability of more than two spaces: seeds of a training, layers of a model.

#include <algorithm>
#include <cmath>

#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/questions/comparison/stability.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kListed = 10;

/// Mean and squares about it, updated value by value (Welford 1962).
struct Sum {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;

  void add(double x) {
    count += 1.0;
    const double off = x - mean;
    mean += off / count;
    squares += off * (x - mean);
  }
  MeanAndSd found() const { return {mean, std::sqrt(squares / count)}; }
};

/// Over the pairs of spaces, of every item.
struct Sums {
  Sum cosine_after;
  Sum overlap;
  Sum jaccard;
};

Json moved_json(const Stability::Answer& answer, int64_t item) {
  const StabilityOfRuns::Moved& moved = answer.runs->moved[static_cast<size_t>(item)];
  return {{"token", answer.spaces->token_json(item)}, {"cosine_after", moved.cosine_after.mean},
          {"cosine_after_sd", moved.cosine_after.sd}, {"overlap", moved.overlap.mean},
          {"overlap_sd", moved.overlap.sd},           {"jaccard", moved.jaccard.mean}};
}

std::string moved_tsv(const Stability::Answer& answer) {
  const SharedSpaces& spaces = *answer.spaces;
  std::string text = "token\tcosine_after\tcosine_after_sd\toverlap\toverlap_sd\tjaccard\tjaccard_sd";
  for (size_t k = 0; k < spaces.count(); ++k) text += "\trow" + std::to_string(k + 1);
  text += '\n';
  for (const int64_t item : answer.by_movement) {
    const auto i = static_cast<size_t>(item);
    const StabilityOfRuns::Moved& moved = answer.runs->moved[i];
    text += host::tsv_text(spaces.token(item));
    for (const MeanAndSd& each : {moved.cosine_after, moved.overlap, moved.jaccard}) {
      text += '\t' + host::shortest(each.mean) + '\t' + host::shortest(each.sd);
    }
    for (size_t k = 0; k < spaces.count(); ++k) text += '\t' + std::to_string(spaces.space(k).matrix_rows()[i]);
    text += '\n';
  }
  return text;
}

}  // namespace

StabilityOfRuns Stability::compare_runs(Run& run, SharedSpaces& spaces) const {
  const size_t count = spaces.count();
  const auto n = static_cast<size_t>(spaces.size());
  std::vector<Side> sides;
  const double others = static_cast<double>(count - 1) * neighbors_bytes(spaces.size(), *k);
  for (size_t i = 0; i < count; ++i) {
    sides.push_back(side_of(run, spaces.input(i), spaces.space(i), spaces.kept_bytes(run, i) + others));
  }
  const auto matrix = [&](const char* key, const char* title, double diagonal) {
    return RunScore{key, title, model_matrix(count, diagonal)};
  };
  StabilityOfRuns found{
      .scores = {matrix("procrustes_residual", "Procrustes residual", 0.0),
                 matrix("cosine_before", "cosine before", 1.0), matrix("cosine_after", "cosine after", 1.0),
                 matrix("overlap", "neighbours kept", 1.0), matrix("jaccard", "Jaccard", 1.0),
                 matrix("spectral_distance", "of spectra", 0.0), matrix("wasserstein", "Wasserstein", 0.0),
                 matrix("pearson", "Pearson", 1.0), matrix("linear_cka_debiased", "CKA, debiased", 1.0)},
      .moved = std::vector<StabilityOfRuns::Moved>(n)};
  std::vector<Sums> sums(n);
  for (size_t i = 0; i < count; ++i) {
    for (size_t j = i + 1; j < count; ++j) {
      Space& a = spaces.space(i);
      Space& b = spaces.space(j);
      run.require_memory(procrustes_bytes(spaces.size(), a.dim(), b.dim()), fewer_rows_or_dims(spaces.size(), a.dim()));
      const Procrustes turned = run.timed("procrustes", [&] { return procrustes(a, b); });
      const Rsa correlated = run.timed("rsa", [&] { return rsa(a, b); });
      run.check();
      const NeighborOverlap kept = neighbor_overlap(sides[i].neighbors, sides[j].neighbors);
      const double scores[] = {turned.residual,
                               turned.cosine_before,
                               turned.cosine_after,
                               kept.overlap,
                               kept.jaccard,
                               spectral_distance(sides[i].spectrum, sides[j].spectrum, spaces.size()),
                               cosine_shift(sides[i].distribution, sides[j].distribution).wasserstein,
                               correlated.pearson,
                               correlated.linear_cka_debiased};
      for (size_t s = 0; s < std::size(scores); ++s) set_both(found.scores[s].scores, i, j, scores[s]);
      for (size_t item = 0; item < n; ++item) {
        sums[item].cosine_after.add(turned.cosines_after[item]);
        sums[item].overlap.add(kept.overlaps[item]);
        sums[item].jaccard.add(kept.jaccards[item]);
      }
      if (std::isnan(correlated.pearson)) {
        run.note("All cosines of space " + std::to_string(i + 1) + " or of space " + std::to_string(j + 1) +
                 " are equal: their correlation is not defined.");
      }
    }
  }
  for (size_t item = 0; item < n; ++item) {
    found.moved[item] = {sums[item].cosine_after.found(), sums[item].overlap.found(), sums[item].jaccard.found()};
  }
  return found;
}

Json runs_json(const Stability::Answer& answer) {
  Json json = models_json(*answer.spaces);
  Json& stability = json["stability"];
  stability["k"] = answer.k;
  for (const RunScore& score : answer.runs->scores) stability[score.key] = to_json(score.scores);
  for (const RunScore& score : answer.runs->scores) {
    const MeanAndSd of = over_pairs(score.scores);
    stability["mean"][score.key] = of.mean;
    stability["sd"][score.key] = of.sd;
  }
  Json& most_moved = json["most_moved"] = Json::array();
  for (size_t m = 0; m < std::min<size_t>(kListed, answer.by_movement.size()); ++m) {
    most_moved.push_back(moved_json(answer, answer.by_movement[m]));
  }
  return json;
}

std::string runs_table(const Stability::Answer& answer) {
  Table summary("<>>");
  summary.row({"over pairs, " + std::to_string(answer.k) + " neighbours", "mean", "sd"});
  for (const RunScore& score : answer.runs->scores) {
    const MeanAndSd of = over_pairs(score.scores);
    summary.row({score.title, host::significant(of.mean), host::significant(of.sd, 2)});
  }
  std::string text = answer.spaces->heading() + summary.text();
  for (const RunScore& score : answer.runs->scores) {
    if (score.key != "overlap" && score.key != "cosine_after") continue;
    text += "\n" + matrix_in_words(score.title, score.scores);
  }
  Table most("<>>");
  most.row({"most moved", "cosine after", "kept"});
  for (size_t m = 0; m < std::min<size_t>(kListed, answer.by_movement.size()); ++m) {
    const int64_t item = answer.by_movement[m];
    const StabilityOfRuns::Moved& moved = answer.runs->moved[static_cast<size_t>(item)];
    most.row({token_in_quotes(answer.spaces->token(item)), host::fixed(moved.cosine_after.mean),
              host::fixed(moved.overlap.mean, 2)});
  }
  return text + "\n" + most.text();
}

void add_runs_files(const Stability::Answer& answer, Files& files) {
  answer.spaces->add_file(files);
  for (const RunScore& score : answer.runs->scores) {
    add_matrix(files, score.key + ".npy", score.scores);
    if (score.key != "overlap") continue;
    answer.pictures.add(files, "overlap", [&answer, &score](const host::Theme& theme) {
      return models_svg(*answer.spaces, {.scores = score.scores, .name = "neighbours kept", .question = "Stability"},
                        answer.pictures, theme);
    });
  }
  files.add("per_token.tsv", [&answer](host::OutputFile& file) { file.write(moved_tsv(answer)); });
}

}  // namespace gramian::questions
