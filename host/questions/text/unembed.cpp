#include "host/questions/text/unembed.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/disk.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

/// Beyond so many states, result.json lists the first and the arrays hold all.
constexpr int64_t kListed = 10'000;

}  // namespace

About Unembed::about() {
  return {.name = "unembed",
          .summary = "Next-token probabilities of hidden states",
          .keys = {{"states", "how many there are"},
                   {"predictions", "[token, probability, logit] of each state, the likeliest first"},
                   {"prediction_rows", "the same as rows of the matrix"},
                   {"entropy", "of the whole distribution of each state"},
                   {"entropy_unit", "nats"}},
          .files = {{"predictions.rows.npy", "states x K"},
                    {"predictions.probabilities.npy", "states x K"},
                    {"predictions.logits.npy", "states x K"},
                    {"entropy.npy", "of each state"}},
          .examples = {{"unembed wte.npy hidden.npy -k 5", "the five likeliest tokens of each state"},
                       {"unembed wte.npy hidden.npy --normalized", "by cosines instead of logits"}}};
}

void Unembed::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  d.input("HIDDEN", hidden, "Hidden states, m x d: PATH or PATH#tensor");
  d.option("-k", &k, "K", "So many predictions a state (default 10, or as many as there are rows)");
  d.option("--temperature", &wanted.temperature, "T", "p = softmax(logits / T)");
  d.flag("--normalized", wanted.normalized, "Cosines of rows and states instead of E h");
}

void Unembed::predict(Run& run, Space& space, const MatrixView& states, Answer& answer) const {
  constexpr int64_t kAtOnce = 4096;
  const auto predict_all = [&](const Progress& progress) {
    for (int64_t begin = 0; begin < states.rows; begin += kAtOnce) {
      const int64_t end = std::min(states.rows, begin + kAtOnce);
      Progress part = progress;
      if (progress.report) {
        part.report = [&](int64_t done, int64_t) { progress.report(begin + done, states.rows); };
      }
      for (const StatePredictions& state : unembed(space, states, begin, end, wanted, part)) {
        for (const Prediction& each : state.top) {
          answer.rows.push_back(space.matrix_row(each.row));
          answer.probabilities.push_back(each.probability);
          answer.logits.push_back(each.logit);
        }
        answer.entropy.push_back(state.entropy);
      }
    }
  };
  run.watched("unembed", "unembed", static_cast<double>(states.rows), "states", predict_all);
}

Unembed::Answer Unembed::ask(Run& run) {
  Input& input = run.open(matrix, rows.vocab);
  const Input& states = run.open(hidden, std::nullopt);
  choose_rows(run, input, rows);
  constexpr int64_t kDefaultK = 10;
  const bool k_by_default = !k;
  if (!k) k = std::min(kDefaultK, std::ssize(input.rows));
  wanted.k = *k;
  if (wanted.k > std::ssize(input.rows)) {
    throw InvalidUsage("k = " + std::to_string(wanted.k) + ": must be between 1 and the " +
                       std::to_string(input.rows.size()) + " rows there are");
  }
  run.require_memory(unembedding_bytes(states.view().rows, wanted.k));
  if (run.output()) {
    require_disk(*run.output(), states.view().rows * (24 * wanted.k + 8), "a smaller -k, or fewer states, need less");
  }
  run.read_on_host(states);
  const auto space = run.make_space(input, rows, wanted.normalized ? ZeroRows::refused : ZeroRows::stay);
  if (k_by_default && *k > space->size()) wanted.k = *(k = space->size());
  Answer answer;
  answer.input = &input;
  answer.states = &states;
  answer.normalized = wanted.normalized;
  answer.k = wanted.k;
  try {
    check_unembedding(*space, states.view(), wanted);
    predict(run, *space, states.view(), answer);
  } catch (const InvalidInput& error) {
    throw InvalidInput(host::printable(hidden, 4096) + ": " + error.what());
  }
  run.no_sweep("fp64 products");
  if (answer.count() > kListed) {
    run.note("result.json lists the first " + host::grouped(kListed) + " of " + host::grouped(answer.count()) +
             " hidden states; -o DIR writes all of them as arrays.");
  }
  return answer;
}

Json to_json(const Unembed::Answer& answer) {
  const int64_t listed = std::min(answer.count(), kListed);
  Json lists = Json::array();
  Json numbers = Json::array();
  for (int64_t state = 0; state < listed; ++state) {
    Json list = Json::array();
    Json rows = Json::array();
    for (int64_t p = state * answer.k; p < (state + 1) * answer.k; ++p) {
      const auto at = static_cast<size_t>(p);
      const int64_t row = answer.rows[at];
      list.push_back(
          Json::array({token_json(answer.input->vocabulary(), row), answer.probabilities[at], answer.logits[at]}));
      rows.push_back(row);
    }
    lists.push_back(std::move(list));
    numbers.push_back(std::move(rows));
  }
  Json json;
  json["states"] = answer.count();
  json["predictions"] = std::move(lists);
  json["prediction_rows"] = std::move(numbers);
  json["entropy"] = std::vector<double>(answer.entropy.begin(), answer.entropy.begin() + listed);
  json["entropy_unit"] = "nats";
  return json;
}

std::string table(const Unembed::Answer& answer) {
  constexpr int64_t kShown = 5;
  std::string text = describe(*answer.input) + "\n" + describe(*answer.states) + "\n";
  for (int64_t state = 0; state < std::min(kShown, answer.count()); ++state) {
    text += "\n  hidden state " + host::grouped(state) + ": entropy " +
            host::fixed(answer.entropy[static_cast<size_t>(state)]) + " nats\n";
    Table rows("<>>", "    ");
    rows.row({"", "probability", answer.normalized ? "cosine" : "logit"});
    for (int64_t p = 0; p < std::min<int64_t>(answer.k, 20); ++p) {
      const auto at = static_cast<size_t>(state * answer.k + p);
      rows.row({name_of(*answer.input, answer.rows[at]), host::significant(answer.probabilities[at]),
                host::fixed(answer.logits[at])});
    }
    text += rows.text();
  }
  if (answer.count() > kShown) {
    text += "  ... " + host::grouped(answer.count()) + " hidden states in all; --json or -o gives them\n";
  }
  return text;
}

void add_files(const Unembed::Answer& answer, Files& files) {
  const auto add_table = [&](const char* name, const char* type, const auto& values) {
    files.add(name, [&values, &answer, type](host::OutputFile& file) {
      file.write(host::npy_header(type, {answer.count(), answer.k}));
      file.write(std::as_bytes(std::span(values)));
    });
  };
  add_table("predictions.rows.npy", "<i8", answer.rows);
  add_table("predictions.probabilities.npy", "<f8", answer.probabilities);
  add_table("predictions.logits.npy", "<f8", answer.logits);
  files.add("entropy.npy",
            [&answer](host::OutputFile& file) { host::write_npy(file, std::span<const double>(answer.entropy)); });
}

}  // namespace gramian::questions
