#include "engine/analyses/comparison/stability.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/analyses/comparison/rsa.hpp"
#include "engine/analyses/neighborhoods/neighbors.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/interrupt.hpp"
#include "host/cli/run/paired_spaces.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::cli {
namespace {

constexpr int64_t kListed = 10;

struct StabilityOptions : PairOptions {
  int64_t k = 10;
  std::optional<std::string> pairs;
};

struct Side {
  Distribution distribution;
  NeighborTable neighbors;
  Spectrum spectrum;
};

Side side_of(Session& session, const StabilityOptions& options, const Input& input, Space& space) {
  DistributionSettings wanted;
  wanted.seed = options.common.seed;
  wanted.histogram = fine_histogram();
  wanted.keep_bytes = session.plan_sweep_memory(input, space.size());
  DistributionAnalysis distribution(space, session.precision(), wanted);
  Asked<Nearest> neighbors = nearest_neighbors(space, options.k);
  SweepAnalysis* const analyses[] = {&distribution, &neighbors};
  session.sweep(space, analyses);
  Side side;
  side.distribution = distribution.result();
  side.neighbors = neighbors.found();
  side.spectrum = session.timed("spectrum", [&] { return spectrum(space, {}); });
  check_interrupt();
  return side;
}

Json spectrum_json(const Spectrum& spectrum) {
  return {{"singular_values", spectrum.singular_values},
          {"effective_rank", spectrum.effective_rank},
          {"participation_ratio", spectrum.participation_ratio},
          {"condition", spectrum.condition}};
}

/// Items, the most moved first.
std::vector<int64_t> by_movement(const std::vector<double>& cosines) {
  std::vector<int64_t> items(cosines.size());
  std::iota(items.begin(), items.end(), 0);
  std::ranges::stable_sort(items, {}, [&](int64_t item) { return cosines[static_cast<size_t>(item)]; });
  return items;
}

struct Moves {
  const Procrustes& procrustes;
  const NeighborOverlap& overlap;

  Json json(const PairedSpaces& spaces, int64_t item) const {
    const auto i = static_cast<size_t>(item);
    return {{"token", spaces.token_json(item)},
            {"cosine_before", procrustes.cosines_before[i]},
            {"cosine_after", procrustes.cosines_after[i]},
            {"overlap", overlap.overlaps[i]},
            {"jaccard", overlap.jaccards[i]}};
  }
  std::string tsv(const PairedSpaces& spaces, const std::vector<int64_t>& items) const {
    std::string text = "token\tcosine_after\toverlap\tjaccard\n";
    for (const int64_t item : items) {
      const auto i = static_cast<size_t>(item);
      text += host::tsv_text(spaces.token(item));
      for (const double x : {procrustes.cosines_after[i], overlap.overlaps[i], overlap.jaccards[i]}) {
        text += '\t' + host::shortest(x);
      }
      text += '\n';
    }
    return text;
  }
  std::vector<std::string> cells(const PairedSpaces& spaces, int64_t item) const {
    const auto i = static_cast<size_t>(item);
    return {token_in_quotes(spaces.token(item)), host::fixed(procrustes.cosines_after[i]),
            host::fixed(overlap.overlaps[i], 2)};
  }
};

/// "queen 0.71" of both sides, side by side.
std::string side_by_side(const PairedSpaces& spaces, int64_t item, const Side& one, const Side& two) {
  Table table("<><>", "    ");
  const auto first = one.neighbors.of(item);
  const auto second = two.neighbors.of(item);
  for (size_t k = 0; k < std::min(first.size(), second.size()); ++k) {
    table.row({token_in_quotes(spaces.token(first[k].row)), host::fixed(first[k].cosine),
               "  " + token_in_quotes(spaces.token(second[k].row)), host::fixed(second[k].cosine)});
  }
  return table.text();
}

void run_stability(const StabilityOptions& options) {
  Session session("stability", options.common);
  PairedSpaces spaces(session, options);
  session.settings()["k"] = options.k;
  session.settings()["pairs"] = Json::array();
  std::vector<int64_t> named;
  if (options.pairs) {
    for (const std::string& token : parse_tokens(*options.pairs)) {
      named.push_back(spaces.require_item(token));
      session.settings()["pairs"].push_back(host::valid_utf8(token));
    }
  }
  session.require_memory(static_cast<double>(spaces.size()) * static_cast<double>(options.k) * 3.0 * sizeof(Neighbor));
  const Procrustes moved = session.timed("procrustes", [&] { return procrustes(*spaces.first, *spaces.second); });
  check_interrupt();
  const Rsa agreement = session.timed("rsa", [&] { return rsa(*spaces.first, *spaces.second); });
  check_interrupt();
  Side one = side_of(session, options, *spaces.a, *spaces.first);
  Side two = side_of(session, options, *spaces.b, *spaces.second);
  const NeighborOverlap overlap =
      session.timed("overlap", [&] { return neighbor_overlap(one.neighbors, two.neighbors); });
  const CosineShift shift = cosine_shift(one.distribution, two.distribution);
  const double apart = spectral_distance(one.spectrum, two.spectrum, spaces.size());
  const Moves moves{moved, overlap};
  const std::vector<int64_t> order = by_movement(moved.cosines_after);
  if (std::isnan(agreement.pearson)) {
    session.note("All cosines of a space are equal: their correlation is not defined.");
  }

  Json& json = session.result();
  json["stability"] = {{"frobenius", moved.frobenius},
                       {"procrustes_residual", moved.residual},
                       {"cosine_before", moved.cosine_before},
                       {"cosine_after", moved.cosine_after},
                       {"k", options.k},
                       {"overlap", overlap.overlap},
                       {"jaccard", overlap.jaccard},
                       {"spectral_distance", apart}};
  json["rsa"] = {{"pearson", agreement.pearson}};
  json["linear_cka"] = agreement.linear_cka;
  json["cosine_shift"] = {{"mean", shift.mean},
                          {"sd", shift.sd},
                          {"median", shift.median},
                          {"wasserstein", shift.wasserstein},
                          {"kolmogorov_smirnov", shift.kolmogorov_smirnov}};
  json["spectra"] = {spectrum_json(one.spectrum), spectrum_json(two.spectrum)};
  json["distributions"] = Json::array();
  for (const auto& [side, input, space] :
       {std::tuple(&one, spaces.a, spaces.first.get()), std::tuple(&two, spaces.b, spaces.second.get())}) {
    json["distributions"].push_back(
        to_json(with_wider_bins(side->distribution, 8), space->matrix_rows(), input->vocabulary()));
  }
  json["most_moved"] = Json::array();
  for (int64_t k = 0; k < std::min<int64_t>(kListed, std::ssize(order)); ++k) {
    json["most_moved"].push_back(moves.json(spaces, order[static_cast<size_t>(k)]));
  }
  json["words"] = Json::array();
  for (const int64_t item : named) {
    Json word = moves.json(spaces, item);
    word["neighbors"] = {spaces.neighbors_json(one.neighbors.of(item)), spaces.neighbors_json(two.neighbors.of(item))};
    json["words"].push_back(std::move(word));
  }
  session.add_file("per_token.tsv", [&](host::OutputFile& file) { file.write(moves.tsv(spaces, order)); });

  Table scores("<>");
  const std::string k = std::to_string(options.k);
  scores.row({"Frobenius distance", host::significant(moved.frobenius, 6)});
  scores.row({"after the best rotation (Procrustes)", host::significant(moved.residual, 6)});
  scores.row({"mean cosine of a token with itself", host::fixed(moved.cosine_before)});
  scores.row({"after the best rotation", host::fixed(moved.cosine_after)});
  scores.row({"neighbours kept of the nearest " + k, host::fixed(overlap.overlap)});
  scores.row({"the same as Jaccard index", host::fixed(overlap.jaccard)});
  scores.row({"Pearson correlation of the cosines", host::fixed(agreement.pearson, 6)});
  scores.row({"linear CKA", host::fixed(agreement.linear_cka, 6)});
  scores.row({"distance of the spectra", host::significant(apart)});
  scores.row({"shift of the cosines: mean, median, Wasserstein", host::significant(shift.mean, 3) + ", " +
                                                                     host::significant(shift.median, 3) + ", " +
                                                                     host::significant(shift.wasserstein, 3)});
  std::string text = spaces.heading() + scores.text() + "\n";
  Table most("<>");
  most.row({"most moved", "cosine after", "kept"});
  for (int64_t m = 0; m < std::min<int64_t>(kListed, std::ssize(order)); ++m) {
    most.row(moves.cells(spaces, order[static_cast<size_t>(m)]));
  }
  text += most.text();
  for (const int64_t item : named) {
    const std::vector<std::string> cells = moves.cells(spaces, item);
    text += "\n  " + cells[0] + ": cosine after " + cells[1] + ", neighbours kept " + cells[2] + "\n" +
            side_by_side(spaces, item, one, two);
  }
  session.finish(text + spaces.lost_in_words());
}

}  // namespace

void add_stability(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<StabilityOptions>();
  CLI::App* command = app.add_subcommand("stability", "What a retraining moved: rotation, neighbours, spectra");
  command->add_option("-k", options->k, "Nearest neighbours compared (10)")->type_name("K");
  command->add_option("--pairs", options->pairs, "Words whose neighbours are shown side by side: a,b,c or @FILE")
      ->type_name("TOKENS");
  add_pair_options(*command, *options);
  command->callback([options, &chosen] { chosen = [options] { run_stability(*options); }; });
}

}  // namespace gramian::cli
