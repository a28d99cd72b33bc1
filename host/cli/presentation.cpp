#include "host/cli/presentation.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "engine/error.hpp"
#include "host/cli/terminal/front.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/input_sums.hpp"

namespace gramian::cli {

using questions::Json;

void Presentation::describe(questions::Description& d) {
  d.in(questions::Group::output);
  // A question that writes a file of its own has an -o of its own.
  if (d.find("output") == nullptr) {
    d.option("-o,--output", &output, "DIR", "Write result.json and arrays into this directory")
        .naming(questions::Names::directory)
        .unrecorded();
    d.flag("--force", force, "Replace the result of another command in that directory").unrecorded();
  }
  d.flag("--json", json, "Print result.json, and nothing else, to stdout").unrecorded();
  d.option("--progress", &progress, "WHEN", "Progress on stderr: auto (on a terminal), always, never")
      .one_of({"auto", "always", "never"})
      .unrecorded();
  d.flag("-v,--verbose", verbose, "Say on stderr what is being done").unrecorded();
  d.flag("-q,--quiet", quiet, "No table, no progress").unrecorded();
  d.in(questions::Group::own);
}

void print(const std::string& text) {
  const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  const bool whole = written == text.size() && std::fflush(stdout) == 0;
  if (!whole && errno != EPIPE) throw InvalidUsage(std::string("stdout: cannot be written: ") + std::strerror(errno));
}

namespace {

/// A sentence on what lies in the output folder and is not ours; empty where there is nothing.
std::string on_others(const std::vector<std::string>& others, const std::string& folder) {
  if (others.empty()) return {};
  constexpr size_t kNamed = 5;
  std::string names;
  for (size_t k = 0; k < std::min(kNamed, others.size()); ++k) {
    names += (k > 0 ? ", " : "") + host::printable(others[k], 60);
  }
  return host::printable(folder, 200) + " also holds " + names + (others.size() > kNamed ? ", ..." : "") +
         ", which is no part of this result.";
}

/// The command whose result.json lies in `folder`; empty where there is none. Results begin with it.
std::string command_of_result(const std::string& folder) {
  const auto path = std::filesystem::path(folder) / "result.json";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored))) return {};
  std::ifstream file(path);
  std::string text(256, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  constexpr std::string_view kKey = "\"command\": \"";
  const size_t key = text.find(kKey);
  if (key == std::string::npos) return {};
  const size_t begin = key + kKey.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

void refuse_another_command(const std::string& folder, const std::string& command) {
  const std::string other = command_of_result(folder);
  if (other.empty() || other == command) return;
  throw InvalidUsage(host::printable(folder, 4096) + ": holds a result of 'gramian " + host::printable(other, 40) +
                     "'; --force replaces it, another folder keeps it");
}

}  // namespace

void ask(questions::AnyQuestion& question, const questions::Description& d, const Presentation& presentation) {
  questions::check_words(d);
  // Looked at before the work: it would be a pity afterwards.
  std::optional<host::OutputFolder> folder;
  if (presentation.output) {
    if (!presentation.force) refuse_another_command(*presentation.output, question.about().name);
    folder.emplace(*presentation.output);
  }
  TerminalFront front(presentation);
  questions::Run run(question.about().name, question.settings(), front, presentation.output);
  const auto answer = question.ask(run);
  run.check();
  // Before the result is put together, which says how long it took.
  Json listed = Json::array();
  if (folder) {
    if (const std::string others = on_others(folder->others(), *presentation.output); !others.empty()) run.note(others);
    questions::Files files;
    answer->write_into(files);
    for (const auto& [name, write] : files.all()) {
      run.timed("write", [&, &add = write, &file = name] { add(folder->add(file)); });
      run.check();
    }
    for (const host::ListedFile& file : folder->files([&run] { run.check(); })) {
      listed.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
  }
  host::require_inputs_unchanged();
  std::string text;
  if (folder || presentation.json) {
    Json result = run.result(answer->json(), questions::settings_json(d));
    result["files"] = std::move(listed);
    run.add_timing(result);
    // A text of a megabyte has a result of sixteen.
    text = questions::json_text(result);
    run.check();
  }
  if (folder) {
    folder->add("result.json").write(text);
    run.check();
    folder->commit();
  }
  if (presentation.json) {
    print(text);
  } else if (!presentation.quiet) {
    print(answer->words() + "\n" + run.footer() +
          (presentation.output ? "  written to " + host::printable(*presentation.output, 4096) + "\n" : ""));
  }
}

}  // namespace gramian::cli
