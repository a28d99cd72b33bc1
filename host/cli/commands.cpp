#include <utility>

#include "host/cli/command.hpp"
#include "host/cli/presentation.hpp"
#include "host/cli/shell/completions.hpp"
#include "host/cli/shell/manual.hpp"
#include "host/questions/list.hpp"

namespace gramian::cli {
namespace {

class QuestionCommand final : public Command {
 public:
  explicit QuestionCommand(std::unique_ptr<questions::AnyQuestion> question) : question_(std::move(question)) {}
  questions::About about() const override { return question_->about(); }
  void describe(questions::Description& d) override {
    question_->describe(d);
    presentation_.describe(d);
  }
  void run(const questions::Description& d) override { ask(*question_, d, presentation_); }

 private:
  std::unique_ptr<questions::AnyQuestion> question_;
  Presentation presentation_;
};

class CompletionsCommand final : public Command {
 public:
  questions::About about() const override {
    return {.name = "completions",
            .summary = "A script by which a shell completes commands, options and files",
            .examples = {{"completions bash > ~/.local/share/bash-completion/completions/gramian", "for good"},
                         {"completions zsh", "source it, or put it on the fpath as _gramian"},
                         {"completions fish > ~/.config/fish/completions/gramian.fish", "for good"}}};
  }
  void describe(questions::Description& d) override {
    d.place("SHELL", &shell_, "bash, zsh or fish").one_of({"bash", "zsh", "fish"}).is_required();
  }
  void run(const questions::Description& d) override {
    questions::check_words(d);
    const auto commands = all_commands();
    print(shell_ == "bash"  ? bash_completions(commands)
          : shell_ == "zsh" ? zsh_completions(commands)
                            : fish_completions(commands));
  }

 private:
  std::string shell_;
};

class ManCommand final : public Command {
 public:
  questions::About about() const override {
    return {.name = "man",
            .summary = "The manual page",
            .examples = {{"man | man -l -", "to read"}, {"man > ~/.local/share/man/man1/gramian.1", "for good"}}};
  }
  void describe(questions::Description& d) override {
    d.option("--format", &format_, "NAME", "roff, for man, or markdown").one_of({"roff", "markdown"});
  }
  void run(const questions::Description& d) override {
    questions::check_words(d);
    print(format_ == "roff" ? man_page(all_commands()) : reference_page(all_commands()));
  }

 private:
  std::string format_ = "roff";
};

}  // namespace

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  for (auto& question : questions::all_questions()) {
    commands.push_back(std::make_unique<QuestionCommand>(std::move(question)));
  }
  commands.push_back(std::make_unique<CompletionsCommand>());
  commands.push_back(std::make_unique<ManCommand>());
  return commands;
}

}  // namespace gramian::cli
