#include <algorithm>

#include "engine/analyses/neighborhoods/hierarchy.hpp"
#include "host/questions/comparison/model_matrices.hpp"
#include "host/questions/comparison/rsa_of.hpp"
#include "host/questions/geometry/distribution_json.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/drawing/heatmap_svg.hpp"
#include "host/report/figures/scatter.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

Json rsa_json(const RsaPair& pair) {
  Json json;
  json["pearson"] = pair.rsa.pearson;
  json["p_value"] = pair.test ? Json(pair.test->p_value) : Json();
  json["ci95"] = pair.interval ? Json::array({pair.interval->low, pair.interval->high}) : Json();
  json["null"] = nullptr;
  if (pair.test) {
    json["null"] = {{"permutations", pair.test->permutations},
                    {"reached", pair.test->reached},
                    {"mean", pair.test->mean},
                    {"sd", pair.test->sd}};
  }
  json["bootstrap"] = nullptr;
  if (pair.interval) {
    json["bootstrap"] = {
        {"replicates", pair.interval->replicates}, {"undefined", pair.interval->undefined}, {"sd", pair.interval->sd}};
  }
  json["spearman"] = pair.by_ranks ? Json(pair.by_ranks->rho) : Json();
  json["ranks"] = pair.by_ranks ? ranks_json(*pair.by_ranks) : Json();
  json["kendall"] = pair.by_order ? to_json(*pair.by_order) : Json();
  return json;
}

/// Tokens with their value and their neighbours in both spaces.
Json preserved_json(const SharedSpaces& spaces, const RsaPair& pair, const std::vector<PreservedToken>& all) {
  Json json = Json::array();
  for (const PreservedToken& each : all) {
    json.push_back(
        {{"token", spaces.token_json(each.item)},
         {"r", pair.per_token[static_cast<size_t>(each.item)]},
         {"neighbors", Json::array({spaces.neighbors_json(each.first), spaces.neighbors_json(each.second)})}});
  }
  return json;
}

Json moments_json(const PairMoments& moments) {
  return {{"pairs", moments.pairs}, {"mean", moments.mean}, {"sd", moments.sd},     {"min", nullptr},
          {"max", nullptr},         {"median", nullptr},    {"quantiles", nullptr}, {"histogram", nullptr}};
}

Json pair_json(const SharedSpaces& spaces, const RsaPair& pair) {
  Json json = spaces.json();
  json["rsa"] = rsa_json(pair);
  json["linear_cka"] = pair.rsa.linear_cka;
  json["linear_cka_debiased"] = pair.rsa.linear_cka_debiased;
  json["linear_cka_unit_rows"] = pair.rsa.linear_cka_unit;
  json["per_token"] = {{"least", preserved_json(spaces, pair, pair.least)},
                       {"most", preserved_json(spaces, pair, pair.most)}};
  Json& distributions = json["distributions"] = Json::array();
  for (size_t k = 0; k < 2; ++k) {
    distributions.push_back(pair.swept.empty()
                                ? moments_json(k == 0 ? pair.rsa.a : pair.rsa.b)
                                : to_json(pair.swept[k], spaces.space(k).matrix_rows(), spaces.input(k).vocabulary()));
  }
  return json;
}

Json matrices_json(const SharedSpaces& spaces, const RsaMatrices& found) {
  Json json = models_json(spaces);
  json["rsa"]["pearson"] = to_json(found.pearson);
  json["rsa"]["mean"] = found.agreement.mean;
  json["rsa"]["sd"] = found.agreement.sd;
  json["rsa"]["noise_ceiling"] = Json::array({found.agreement.ceiling_low, found.agreement.ceiling_high});
  json["rsa"]["partial"] = to_json(found.agreement.partial);
  json["rsa"]["spearman"] = found.spearman ? to_json(*found.spearman) : Json();
  json["rsa"]["ranks"] = nullptr;
  if (found.spearman) json["rsa"]["ranks"] = {{"exact", found.exact_ranks}, {"error_bound", found.rank_error_bound}};
  json["linear_cka"] = to_json(found.linear_cka);
  json["linear_cka_debiased"] = to_json(found.linear_cka_debiased);
  return json;
}

std::vector<double> upper_triangle(const DenseMatrix& matrix) {
  std::vector<double> values;
  for (int64_t i = 0; i < matrix.rows; ++i) {
    for (int64_t j = i + 1; j < matrix.cols; ++j) values.push_back(matrix(i, j));
  }
  return values;
}

/// `of`: what is correlated.
Table correlations(const RsaPair& pair, const std::string& of) {
  Table scores("<>");
  scores.row({"Pearson correlation of the " + of, host::fixed(pair.rsa.pearson, 6)});
  if (pair.interval) {
    scores.row({"its 95 % interval, " + host::grouped(pair.interval->replicates) + " bootstrap replicates",
                host::fixed(pair.interval->low, 4) + " to " + host::fixed(pair.interval->high, 4)});
  }
  if (pair.test) {
    scores.row({std::string("p-value, ") + (pair.two_sided ? "two-sided, " : "") +
                    host::grouped(pair.test->permutations) + " permutations",
                host::significant(pair.test->p_value, 3)});
    scores.row({"correlation of permuted tokens, mean and sd",
                host::significant(pair.test->mean, 2) + " and " + host::significant(pair.test->sd, 3)});
  }
  if (pair.by_ranks) {
    const bool exact = pair.by_ranks->bins[0] == 0;
    scores.row({std::string("Spearman correlation, ") +
                    (exact ? "exact ranks" : "off by at most " + host::significant(pair.by_ranks->bound, 2)),
                host::fixed(pair.by_ranks->rho, 6)});
  }
  if (pair.by_order) {
    const bool exact = pair.by_order->pairs == pair.rsa.a.pairs;
    scores.row({"Kendall's tau-a of " + host::grouped(pair.by_order->pairs) + " pairs" +
                    (exact ? ", all there are" : ", and its standard error"),
                host::fixed(pair.by_order->tau_a, 4) +
                    (exact ? "" : " and " + host::significant(pair.by_order->standard_error, 2))});
  }
  return scores;
}

std::string scores_in_words(const RsaPair& pair) {
  Table scores = correlations(pair, "cosines");
  scores.row({"linear CKA, debiased", host::fixed(pair.rsa.linear_cka_debiased, 6)});
  scores.row({"linear CKA", host::fixed(pair.rsa.linear_cka, 6)});
  scores.row({"linear CKA of unit rows", host::fixed(pair.rsa.linear_cka_unit, 6)});
  return scores.text();
}

std::string cosines_in_words(const RsaPair& pair) {
  Table cosines("<>");
  cosines.row(!pair.swept.empty() ? std::vector<std::string>{"cosines", "mean", "sd", "min", "median", "max"}
                                  : std::vector<std::string>{"cosines", "mean", "sd"});
  for (size_t which = 0; which < 2; ++which) {
    const PairMoments& moments = which == 0 ? pair.rsa.a : pair.rsa.b;
    std::vector<std::string> cells = {which == 0 ? "first" : "second", host::fixed(moments.mean),
                                      host::fixed(moments.sd)};
    if (!pair.swept.empty()) {
      const Distribution& d = pair.swept[which];
      for (const double x : {d.extremes.min, d.median, d.extremes.max}) cells.push_back(host::fixed(x));
    }
    cosines.row(cells);
  }
  return cosines.text();
}

std::string preserved_in_words(const SharedSpaces& spaces, const RsaPair& pair) {
  if (pair.least.empty()) return "";
  Table rows("<><>");
  rows.row({"least preserved", "r", "  most preserved", "r"});
  for (size_t i = 0; i < std::min<size_t>(5, pair.least.size()); ++i) {
    const int64_t least = pair.least[i].item;
    const int64_t most = pair.most[i].item;
    const auto r = [&](int64_t item) { return host::fixed(pair.per_token[static_cast<size_t>(item)], 4); };
    rows.row({token_in_quotes(spaces.token(least)), r(least), "  " + token_in_quotes(spaces.token(most)), r(most)});
  }
  return "\n" + rows.text();
}

std::string title_of(const SharedSpaces& spaces) {
  return picture_title(spaces.input(0)) + " and " + picture_title(spaces.input(1));
}

std::vector<std::string> names_of(const SharedSpaces& spaces) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < spaces.size(); ++i) {
    const std::string& token = spaces.token(i);
    names.push_back(token.empty() ? "item " + std::to_string(i) : host::valid_utf8(token));
  }
  return names;
}

std::string matrices_svg(const RsaOf::Answer& answer, const RsaPair& pair, const host::Theme& theme) {
  const SharedSpaces& spaces = *answer.spaces;
  const DenseMatrix& first = pair.matrices[0];
  const std::vector<Merge> merges = answer.pictures.by_tree() ? average_linkage(first) : std::vector<Merge>();
  return host::heatmap_svg({.cosines = first,
                            .labels = names_of(spaces),
                            .merges = merges,
                            .title = answer.pictures.title_or(title_of(spaces)),
                            .theme = theme,
                            .scale = answer.pictures.scale(),
                            .second = &pair.matrices[1],
                            .first_name = picture_title(spaces.input(0)),
                            .second_name = picture_title(spaces.input(1)),
                            .size_in_words = {}});
}

std::string scatter_svg(const RsaOf::Answer& answer, const RsaPair& pair, const host::Theme& theme) {
  const SharedSpaces& spaces = *answer.spaces;
  const std::vector<double> x = upper_triangle(pair.matrices[0]);
  const std::vector<double> y = upper_triangle(pair.matrices[1]);
  const auto axis = [&](const std::vector<double>& values, size_t k) {
    const auto [lo, hi] = std::ranges::minmax(values);
    return host::Axis{lo, hi > lo ? hi : lo + 1e-9, false, "cosine in " + picture_title(spaces.input(k))};
  };
  const std::string line = host::grouped(spaces.pairs()) + " pairs of " + host::grouped(spaces.size()) +
                           " tokens; Pearson " + host::fixed(pair.rsa.pearson) +
                           (pair.by_ranks ? ", Spearman " + host::fixed(pair.by_ranks->rho) : "");
  return host::scatter_svg({{answer.pictures.title_or(title_of(spaces)), line}, axis(x, 0), axis(y, 1)}, x, y, theme);
}

}  // namespace

Json to_json(const RsaOf::Answer& answer) {
  if (answer.rdms) {
    Json json = answer.rdms->json();
    json["rsa"] = rsa_json(std::get<RsaPair>(answer.found));
    return json;
  }
  if (const auto* pair = std::get_if<RsaPair>(&answer.found)) return pair_json(*answer.spaces, *pair);
  return matrices_json(*answer.spaces, std::get<RsaMatrices>(answer.found));
}

std::string table(const RsaOf::Answer& answer) {
  if (answer.rdms) {
    return answer.rdms->heading() + correlations(std::get<RsaPair>(answer.found), "dissimilarities").text();
  }
  const SharedSpaces& spaces = *answer.spaces;
  if (const auto* pair = std::get_if<RsaPair>(&answer.found)) {
    return spaces.heading() + scores_in_words(*pair) + "\n" + cosines_in_words(*pair) +
           preserved_in_words(spaces, *pair) + spaces.lost_in_words();
  }
  const auto& found = std::get<RsaMatrices>(answer.found);
  Table summary("<>");
  summary.row(
      {"mean and sd over pairs", host::fixed(found.agreement.mean, 4) + " and " + host::fixed(found.agreement.sd, 4)});
  summary.row({"noise ceiling (Nili 2014)",
               host::fixed(found.agreement.ceiling_low, 4) + " to " + host::fixed(found.agreement.ceiling_high, 4)});
  return spaces.heading() + matrix_in_words("Pearson", found.pearson) + "\n" + summary.text() + "\n" +
         matrix_in_words("partial", found.agreement.partial) +
         (found.spearman ? "\n" + matrix_in_words("Spearman", *found.spearman) : "") + "\n" +
         matrix_in_words("CKA, debiased", found.linear_cka_debiased) + "\n" +
         matrix_in_words("linear CKA", found.linear_cka);
}

void add_files(const RsaOf::Answer& answer, Files& files) {
  if (answer.rdms) return answer.rdms->add_file(files);
  answer.spaces->add_file(files);
  if (const auto* found = std::get_if<RsaMatrices>(&answer.found)) {
    add_matrix(files, "pearson.npy", found->pearson);
    answer.pictures.add(files, "pearson", [&answer, found](const host::Theme& theme) {
      return models_svg(*answer.spaces, {.scores = found->pearson, .name = "Pearson", .question = "RSA"},
                        answer.pictures, theme);
    });
    if (found->spearman) add_matrix(files, "spearman.npy", *found->spearman);
    add_matrix(files, "linear_cka.npy", found->linear_cka);
    add_matrix(files, "linear_cka_debiased.npy", found->linear_cka_debiased);
    add_matrix(files, "partial.npy", found->agreement.partial);
    return;
  }
  const auto& pair = std::get<RsaPair>(answer.found);
  files.add("per_token.npy", [&pair](host::OutputFile& file) { host::write_npy(file, std::span(pair.per_token)); });
  if (!pair.matrices.empty()) {
    answer.pictures.add(files, "scatter", [&](const host::Theme& theme) { return scatter_svg(answer, pair, theme); });
    if (answer.spaces->size() <= kPicturedItems) {
      answer.pictures.add(files, "matrices",
                          [&](const host::Theme& theme) { return matrices_svg(answer, pair, theme); });
    }
  }
  for (size_t k = 0; k < pair.matrices.size(); ++k) {
    const DenseMatrix& matrix = pair.matrices[k];
    const std::string number = std::to_string(k + 1);
    add_matrix(files, "matrix" + number + ".npy", matrix);
    files.add("triangle" + number + ".npy", [&matrix](host::OutputFile& file) {
      host::write_npy(file, std::span<const double>(upper_triangle(matrix)));
    });
  }
}

}  // namespace gramian::questions
