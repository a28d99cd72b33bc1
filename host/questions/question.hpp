#pragma once
// The interface of a question. To add one: a pair of files with
//
//   struct Stats {
//     static About about();                  // its name, what it answers, the files it writes
//     void describe(Description& d);         // its inputs and options, told once
//     struct Answer { ... };                 // typed
//     Answer ask(Run& run);                  // opens its inputs, computes
//     ...                                    // inputs and options, as fields with their defaults
//   };
//   Json to_json(const Stats::Answer& answer);                  // its own keys of result.json
//   std::string table(const Stats::Answer& answer);             // for people
//   void add_files(const Stats::Answer& answer, Files& files);  // beside result.json; may be missing
//
// and a line in list.cpp. ask() may fill in options that were left open: settings are recorded as they were understood.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/questions/description.hpp"
#include "host/questions/json/json.hpp"
#include "host/questions/run/run.hpp"
#include "host/report/files/output_folder.hpp"

namespace gramian::questions {

struct About {
  struct Line {
    std::string name;
    std::string text;
  };
  std::string name;                 // "stats"
  std::string summary;              // one line, without a full stop
  std::vector<Line> keys{};         // of result.json, besides those that every result has
  std::vector<Line> definitions{};  // of its numbers; docs/definitions.md has their sources and numpy lines
  std::vector<Line> files{};        // written beside result.json
  std::vector<Line> examples{};     // the words after "gramian", and what they do
  std::string also{};               // another spelling of the name; empty where there is none
};

/// Files to be written beside result.json, in the order in which they were added.
class Files {
 public:
  using Write = std::function<void(host::OutputFile&)>;
  void add(std::string name, Write write) { files_.emplace_back(std::move(name), std::move(write)); }
  const std::vector<std::pair<std::string, Write>>& all() const { return files_; }

 private:
  std::vector<std::pair<std::string, Write>> files_;
};

/// An answer of any question. It refers to the run's inputs.
class AnyAnswer {
 public:
  virtual ~AnyAnswer() = default;
  virtual Json json() const = 0;
  virtual std::string words() const = 0;
  virtual void write_into(Files& files) const = 0;
};

class AnyQuestion {
 public:
  virtual ~AnyQuestion() = default;
  virtual About about() const = 0;
  /// Binds options to this question, which must outlive the description.
  virtual void describe(Description& d) = 0;
  virtual const RunSettings& settings() const = 0;
  virtual std::unique_ptr<AnyAnswer> ask(Run& run) = 0;
};

template <class Question>
class QuestionOf final : public AnyQuestion {
 public:
  About about() const override { return Question::about(); }
  void describe(Description& d) override { question_.describe(d); }
  const RunSettings& settings() const override { return question_.settings; }
  std::unique_ptr<AnyAnswer> ask(Run& run) override { return std::make_unique<Answered>(question_.ask(run)); }

 private:
  struct Answered final : AnyAnswer {
    explicit Answered(typename Question::Answer&& found) : answer(std::move(found)) {}
    Json json() const override { return to_json(answer); }
    std::string words() const override { return table(answer); }
    void write_into(Files& files) const override {
      if constexpr (requires { add_files(answer, files); }) add_files(answer, files);
    }
    typename Question::Answer answer;
  };
  Question question_;
};

}  // namespace gramian::questions
