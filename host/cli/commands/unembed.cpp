#include <algorithm>
#include <limits>
#include <memory>

#include "engine/analyses/text/unembedding.hpp"
#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/run/rows.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

/// Beyond so many states, result.json lists the first and the arrays hold all.
constexpr int64_t kListed = 10'000;

struct UnembedOptions {
  CommonOptions common;
  std::string input;
  std::string hidden;
  UnembeddingSettings settings;
};

/// Predictions of all states, m x k.
struct Predicted {
  int64_t k = 0;
  std::vector<int64_t> rows;  // in the space
  std::vector<double> probabilities;
  std::vector<double> logits;
  std::vector<double> entropy;  // m
  int64_t states() const { return std::ssize(entropy); }
};

Predicted predict(Session& session, Space& space, const MatrixView& hidden, const UnembeddingSettings& settings) {
  constexpr int64_t kAtOnce = 4096;
  Predicted all;
  all.k = settings.k;
  const Progress progress = session.progress().stage("unembed", static_cast<double>(hidden.rows), "states");
  for (int64_t begin = 0; begin < hidden.rows; begin += kAtOnce) {
    const int64_t end = std::min(hidden.rows, begin + kAtOnce);
    Progress part = progress;
    if (progress.report) {
      part.report = [&](int64_t done, int64_t) { progress.report(begin + done, hidden.rows); };
    }
    for (const StatePredictions& state : unembed(space, hidden, begin, end, settings, part)) {
      for (const Prediction& each : state.top) {
        all.rows.push_back(each.row);
        all.probabilities.push_back(each.probability);
        all.logits.push_back(each.logit);
      }
      all.entropy.push_back(state.entropy);
    }
  }
  session.progress().erase();
  return all;
}

void add_predictions(Session& session, const Input& input, const Space& space, const Predicted& found) {
  const int64_t listed = std::min(found.states(), kListed);
  Json lists = Json::array();
  Json numbers = Json::array();
  for (int64_t state = 0; state < listed; ++state) {
    Json list = Json::array();
    Json rows = Json::array();
    for (int64_t p = state * found.k; p < (state + 1) * found.k; ++p) {
      const auto at = static_cast<size_t>(p);
      const int64_t row = space.matrix_row(found.rows[at]);
      list.push_back(Json::array({token_json(input.vocabulary(), row), found.probabilities[at], found.logits[at]}));
      rows.push_back(row);
    }
    lists.push_back(std::move(list));
    numbers.push_back(std::move(rows));
  }
  Json& result = session.result();
  result["states"] = found.states();
  result["predictions"] = std::move(lists);
  result["prediction_rows"] = std::move(numbers);
  result["entropy"] = std::vector<double>(found.entropy.begin(), found.entropy.begin() + listed);
  result["entropy_unit"] = "nats";
  if (listed < found.states()) {
    session.note("result.json lists the first " + host::grouped(listed) + " of " + host::grouped(found.states()) +
                 " hidden states; -o DIR writes all of them as arrays.");
  }
}

void add_arrays(Session& session, const Space& space, const Predicted& found) {
  const auto add_table = [&](const char* name, const std::vector<double>& values) {
    session.add_file(name, [&values, &found](host::OutputFile& file) {
      file.write(host::npy_header("<f8", {found.states(), found.k}));
      file.write(std::as_bytes(std::span(values)));
    });
  };
  session.add_file("predictions.rows.npy", [&space, &found](host::OutputFile& file) {
    file.write(host::npy_header("<i8", {found.states(), found.k}));
    std::vector<int64_t> rows(static_cast<size_t>(found.k));
    for (int64_t state = 0; state < found.states(); ++state) {
      const auto* first = found.rows.data() + state * found.k;
      std::transform(first, first + found.k, rows.begin(), [&](int64_t row) { return space.matrix_row(row); });
      file.write(std::as_bytes(std::span(rows)));
    }
  });
  add_table("predictions.probabilities.npy", found.probabilities);
  add_table("predictions.logits.npy", found.logits);
  session.add_file("entropy.npy",
                   [&found](host::OutputFile& file) { host::write_npy(file, std::span<const double>(found.entropy)); });
}

std::string table_of(const Input& input, const Input& states, const Space& space, const Predicted& found,
                     const UnembeddingSettings& settings) {
  constexpr int64_t kShown = 5;
  std::string text = Session::describe(input) + "\n" + Session::describe(states) + "\n";
  for (int64_t state = 0; state < std::min(kShown, found.states()); ++state) {
    text += "\n  hidden state " + host::grouped(state) + ": entropy " +
            host::fixed(found.entropy[static_cast<size_t>(state)]) + " nats\n";
    Table table("<>>", "    ");
    table.row({"", "probability", settings.normalized ? "cosine" : "logit"});
    for (int64_t p = 0; p < std::min<int64_t>(found.k, 20); ++p) {
      const auto at = static_cast<size_t>(state * found.k + p);
      table.row({name_of(input, space, found.rows[at]), host::significant(found.probabilities[at]),
                 host::fixed(found.logits[at])});
    }
    text += table.text();
  }
  if (found.states() > kShown) {
    text += "  ... " + host::grouped(found.states()) + " hidden states in all; --json or -o gives them\n";
  }
  return text;
}

void run_unembed(const UnembedOptions& options) {
  Session session("unembed", options.common);
  Input& input = session.open(options.input, options.common.vocab);
  const Input& states = session.open(options.hidden, std::nullopt);
  const MatrixView& hidden = states.view();
  session.choose_rows(input);
  const auto m = static_cast<double>(hidden.rows);
  session.require_memory(m * (static_cast<double>(options.settings.k) * 24.0 + 8.0));
  session.settings()["k"] = options.settings.k;
  session.settings()["temperature"] = options.settings.temperature;
  session.settings()["normalized"] = options.settings.normalized;
  const auto space = session.make_space(input);
  Predicted found;
  try {
    check_unembedding(*space, hidden, options.settings);
    found = session.timed("unembed", [&] { return predict(session, *space, hidden, options.settings); });
  } catch (const InvalidInput& error) {
    throw InvalidInput(host::printable(options.hidden, 4096) + ": " + error.what());
  }
  session.no_sweep("fp64 products");
  add_predictions(session, input, *space, found);
  if (options.common.output) add_arrays(session, *space, found);
  session.finish(table_of(input, states, *space, found, options.settings));
}

}  // namespace

void add_unembed(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<UnembedOptions>();
  CLI::App* command = app.add_subcommand("unembed", "Next-token probabilities of hidden states");
  add_matrix(*command, options->input, "E");
  add_matrix(*command, options->hidden, "HIDDEN", "Hidden states, m x d: PATH or PATH#tensor");
  command->add_option("-k", options->settings.k, "So many predictions a state (default 10)")->type_name("K");
  command->add_option("--temperature", options->settings.temperature, "p = softmax(logits / T) (default 1)")
      ->type_name("T");
  command->add_flag("--normalized", options->settings.normalized, "Cosines of rows and states instead of E h");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_unembed(*options); }; });
}

}  // namespace gramian::cli
