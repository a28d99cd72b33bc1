#include "engine/analyses/distribution/spectrum.hpp"

#include <algorithm>
#include <memory>

#include "host/cli/command.hpp"
#include "host/cli/run/session.hpp"
#include "host/cli/run/table.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/wording.hpp"

namespace gramian::cli {
namespace {

struct SpectrumOptions {
  CommonOptions common;
  std::string input;
  SpectrumSettings settings;
};

std::string table_of(const Input& input, const Spectrum& spectrum, bool raw) {
  std::string text = Session::describe(input) + "\n";
  text += std::string("singular values of the rows, ") + (raw ? "as they are" : "each scaled to length 1") + "\n\n";
  constexpr size_t kAcross = 8;
  const std::vector<double>& values = spectrum.singular_values;
  Table table(">");
  for (size_t first = 0; first < std::min<size_t>(values.size(), 2 * kAcross); first += kAcross) {
    std::vector<std::string> cells;
    for (size_t k = first; k < std::min(values.size(), first + kAcross); ++k) {
      cells.push_back(host::significant(values[k], 5));
    }
    table.row(cells);
  }
  text += table.text();
  if (values.size() > 2 * kAcross) {
    text += "  ... " + host::grouped(std::ssize(values)) + " in all, the last " + host::significant(values.back(), 5) +
            "\n";
  }
  Table summary("<>");
  summary.row({"effective rank", host::fixed(spectrum.effective_rank, 2)});
  summary.row({"participation ratio", host::fixed(spectrum.participation_ratio, 2)});
  summary.row({"condition", host::significant(spectrum.condition, 5)});
  return text + "\n" + summary.text();
}

void run_spectrum(const SpectrumOptions& options) {
  Session session("spectrum", options.common);
  Input& input = session.open(options.input, options.common.vocab, Session::Reads::limited);
  session.choose_rows(input);
  session.settings()["raw"] = options.settings.raw;
  session.settings()["vectors"] = options.settings.vectors;
  const auto d = static_cast<double>(input.view().cols);
  session.require_memory(d * d * 48.0);
  const auto space = session.make_space(input);
  const Spectrum result = session.timed("spectrum", [&] { return spectrum(*space, options.settings); });
  session.no_sweep();
  session.result()["spectrum"] = {{"singular_values", result.singular_values},
                                  {"effective_rank", result.effective_rank},
                                  {"participation_ratio", result.participation_ratio},
                                  {"condition", result.condition},
                                  {"method", result.from_gram ? "eigenvalues of the Gram product" : "QR, then SVD"}};
  session.add_file("singular_values.npy",
                   [&](host::OutputFile& file) { host::write_npy(file, std::span(result.singular_values)); });
  if (options.settings.vectors > 0) {
    session.add_file("vectors.npy", [&](host::OutputFile& file) { host::write_npy(file, result.vectors); });
  }
  session.finish(table_of(input, result, options.settings.raw));
}

}  // namespace

void add_spectrum(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<SpectrumOptions>();
  CLI::App* command = app.add_subcommand("spectrum", "Singular values, effective rank, condition");
  add_matrix(*command, options->input, "E");
  command->add_flag("--raw", options->settings.raw, "Of the rows as they are, not scaled to length 1");
  command->add_option("--vectors", options->settings.vectors, "Also M right singular vectors, with -o: vectors.npy")
      ->type_name("M");
  add_common_options(*command, options->common, Inputs::one);
  command->callback([options, &chosen] { chosen = [options] { run_spectrum(*options); }; });
}

}  // namespace gramian::cli
