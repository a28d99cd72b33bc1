#pragma once
// Questions that were asked from Python, and their answers.

#include <nanobind/nanobind.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/questions/question.hpp"
#include "python/core/opened.hpp"
#include "python/core/task.hpp"

namespace gramian::python {

/// Everything that is known of every question, as lists and dicts: what functions, their signatures and their
/// documentation are made from.
nanobind::list describe_questions();

/// A question with the matrices that it is asked of.
class Asked : public std::enable_shared_from_this<Asked> {
 public:
  /// `values`: options by name. Throws InvalidUsage for names and values that do not exist.
  Asked(const std::string& question, nanobind::dict values);

  /// Asks; on any thread, without the interpreter's lock.
  void ask(const std::map<std::string, questions::GivenMatrix>& matrices, const questions::Run::Sweeper& sweeper,
           const std::shared_ptr<Watch>& watch);

  /// What result.json tells of the answer: all but what was asked and how long it took.
  nanobind::object told();
  /// The whole of it; with `files`, what -o would write is listed.
  nanobind::object result(bool files, nanobind::handle progress);
  /// The table for people.
  std::string words();
  std::vector<std::string> file_names();
  /// A file of the answer: its bytes as an array of numpy.
  nanobind::object file(const std::string& name, nanobind::handle progress);

 private:
  using WrittenFile = std::unique_ptr<host::OutputFile>;
  WrittenFile written(const std::string& name);
  /// Calls `work` as perform() does, alone with the answer.
  void work_alone(nanobind::handle progress, std::function<void(Asked&)> work);

  std::unique_ptr<questions::AnyQuestion> question_;
  questions::Description description_;
  PythonFront front_;
  std::mutex mutex_;  // of everything below, once asked
  std::optional<questions::Run> run_;
  std::unique_ptr<questions::AnyAnswer> answer_;
  questions::Json timing_;
};

/// Asks several in as few passes as they need, waiting as perform() does.
std::vector<std::shared_ptr<Asked>> ask(nanobind::list questions, nanobind::dict matrices, nanobind::handle progress);

}  // namespace gramian::python
