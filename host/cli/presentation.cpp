#include "host/cli/presentation.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "engine/error.hpp"
#include "host/cli/terminal/front.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::cli {

using questions::Json;

void Presentation::describe(questions::Description& d) {
  d.in(questions::Group::output);
  // A question that writes a file of its own has an -o of its own.
  if (d.find("output") == nullptr) {
    d.option("-o,--output", &output, "DIR", "Write result.json and arrays into this directory")
        .naming(questions::Names::directory)
        .unrecorded();
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

void ask(questions::AnyQuestion& question, const questions::Description& d, const Presentation& presentation) {
  questions::check_words(d);
  TerminalFront front(presentation);
  questions::Run run(question.about().name, question.settings(), front, presentation.output);
  const auto answer = question.ask(run);
  run.check();
  // Before the result is put together, which says how long it took.
  std::optional<host::OutputFolder> folder;
  if (presentation.output) {
    questions::Files files;
    answer->write_into(files);
    folder.emplace(*presentation.output);
    for (const auto& [name, write] : files.all()) {
      run.timed("write", [&, &add = write, &file = name] { add(folder->add(file)); });
      run.check();
    }
  }
  std::string text;
  if (folder || presentation.json) {
    Json result = run.result(answer->json(), questions::settings_json(d));
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
