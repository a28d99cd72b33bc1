#include "host/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <vector>

#include "engine/error.hpp"
#include "host/cli/command.hpp"
#include "host/cli/help.hpp"
#include "host/cli/version.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/parse.hpp"
#include "host/text/spelling.hpp"

namespace gramian::cli {
namespace {

using questions::Description;

// CLI11 takes an argument "[a,b]" for a list, but [CLS] is a token; and it knows "--" only where something is still
// required. A guard in front keeps such arguments what they are until they are stored.
constexpr char kGuard = '\x01';

void remove_guards(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    option->transform([](const std::string& value) { return value.starts_with(kGuard) ? value.substr(1) : value; }, "");
  }
}

CLI::Validator at_least(int64_t least) {
  return CLI::Validator(
      [least](std::string& text) {
        int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool fits = error == std::errc() && end == text.data() + text.size() && number >= least;
        return fits ? std::string() : text + " is not a whole number from " + std::to_string(least) + " on";
      },
      "");
}

template <class Number>
bool is_number(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// What the library would turn into some other number: "-1" or "1e99" for a count, "nan".
CLI::Validator understood(const questions::Target& target) {
  return CLI::Validator(
      [&target](std::string& text) -> std::string {
        const bool counts = std::holds_alternative<uint64_t*>(target);
        const bool whole =
            std::holds_alternative<int64_t*>(target) || std::holds_alternative<std::optional<int64_t>*>(target);
        if (counts && !is_number<uint64_t>(text)) return text + " is not a whole number from 0 to 2^64 - 1";
        if (whole && !is_number<int64_t>(text)) return text + " is not a whole number";
        if (std::holds_alternative<double*>(target) || std::holds_alternative<std::optional<double>*>(target)) {
          if (text.find_first_of("nNiI") != std::string::npos) return text + " is not a finite number";
        }
        return "";
      },
      "");
}

/// Adds an option whose value is stored as it is described.
struct Adder {
  CLI::App& app;
  const questions::Option& option;
  std::string name = option.positional() ? option.name : option.flags;

  CLI::Option* operator()(bool* target) const { return app.add_flag(name, *target); }
  CLI::Option* operator()(std::vector<std::string>* target) const {
    CLI::Option* added = app.add_option(name, *target);
    return option.positional() ? added : added->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  CLI::Option* operator()(std::optional<std::vector<std::string>>* target) const {
    const auto append = [target](const std::vector<std::string>& lists) {
      for (const std::string& list : lists) {
        if (!*target) target->emplace();
        for (std::string& token : questions::parse_tokens(list)) (*target)->push_back(std::move(token));
      }
    };
    return app.add_option_function<std::vector<std::string>>(name, append)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  CLI::Option* operator()(std::vector<double>* target) const {
    return typed([target, flag = option.longest_flag()](const std::string& text) {
      *target = questions::parse_numbers(text, flag);
    });
  }
  CLI::Option* operator()(std::optional<std::vector<double>>* target) const {
    return typed([target, flag = option.longest_flag()](const std::string& text) {
      *target = questions::parse_numbers(text, flag);
    });
  }
  template <class T>
  CLI::Option* operator()(T* target) const {
    return app.add_option(name, *target);
  }
  CLI::Option* typed(const std::function<void(const std::string&)>& store) const {
    return app.add_option_function<std::string>(name, store);
  }
};

void add_option(CLI::App& app, const questions::Option& option) {
  CLI::Option* added = std::visit(Adder{app, option}, option.target);
  if (!option.is_flag()) added->type_name(option.value);
  if (option.required) added->required();
  added->check(understood(option.target));
  if (option.most) {
    added->check(CLI::Range(*option.least, *option.most).description(""));
  } else if (option.least) {
    added->check(at_least(*option.least));
  }
}

/// A command that can be chosen, its options bound to it.
struct Choice {
  std::unique_ptr<Command> command;
  Description description;
};

/// `typed` is no command: so, with the names that it may have been meant for.
std::string unknown_command(const CLI::App& app, const std::string& typed) {
  Vocabulary names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  std::string message = "unknown command " + host::in_quotes(typed);
  const std::vector<std::string> nearest = host::nearest_spellings(names, typed, 2);
  for (size_t k = 0; k < nearest.size(); ++k) message += (k == 0 ? "; nearest: " : ", ") + nearest[k];
  return message;
}

/// Why CLI11 did not understand.
std::string complaint(const CLI::App& app, const CLI::ParseError& error) {
  const auto used = app.get_subcommands();
  std::string message = error.what();
  std::string help = "gramian";
  if (!used.empty()) {
    help.append(" ").append(used.front()->get_name());
    // Arguments that are not understood come first: they may be why something seems to be missing.
    for (const std::string& left : used.front()->remaining()) {
      if (left.size() > 1 && left.starts_with('-')) message = "unknown option " + left;
    }
  }
  std::ranges::replace(message, '\n', ' ');
  return host::printable(message, 4096) + " (" + help + " --help lists what there is)";
}

/// "help stats" is "stats --help", as "help" alone is "--help".
std::vector<std::string> with_help_as_option(int count, char** arguments) {
  std::vector<std::string> typed(arguments + 1, arguments + count);
  if (!typed.empty() && typed.front() == "help") {
    typed.resize(std::min<size_t>(typed.size(), 2));
    typed.erase(typed.begin());
    typed.emplace_back("--help");
  }
  return typed;
}

/// From the back, as CLI11 takes them, those that are to be taken literally behind a guard.
std::vector<std::string> guarded(const std::vector<std::string>& typed) {
  std::vector<std::string> reversed;
  bool literal = false;
  for (const std::string& argument : typed) {
    if (!literal && argument == "--") {
      literal = true;
    } else {
      reversed.push_back(literal || argument.starts_with('[') ? kGuard + argument : argument);
    }
  }
  std::ranges::reverse(reversed);
  return reversed;
}

}  // namespace

std::function<void()> read_command_line(int count, char** arguments) {
  CLI::App app("", "gramian");
  app.set_version_flag("--version", "gramian " + version());
  app.require_subcommand(1);
  auto choices = std::make_shared<std::vector<Choice>>();
  for (auto& command : all_commands()) choices->push_back({std::move(command), {}});
  std::function<void()> chosen;
  for (Choice& choice : *choices) {
    const questions::About about = choice.command->about();
    CLI::App* added = app.add_subcommand(about.name, about.summary);
    if (!about.also.empty()) added->alias(about.also);
    choice.command->describe(choice.description);
    for (const questions::Option& option : choice.description.options()) {
      if (!option.name.empty()) add_option(*added, option);
    }
    remove_guards(*added);
    added->formatter_fn([&choice](const CLI::App*, const std::string&, CLI::AppFormatMode) {
      return help_of(choice.command->about(), choice.description);
    });
    added->callback(
        [&choice, &chosen, choices] { chosen = [&choice, choices] { choice.command->run(choice.description); }; });
  }
  app.formatter_fn([](const CLI::App*, const std::string&, CLI::AppFormatMode) { return help_of_all(all_commands()); });
  const std::vector<std::string> typed = with_help_as_option(count, arguments);
  const auto is_first = [&typed](const CLI::App* command) { return command->check_name(typed.front()); };
  // CLI11 would answer "stat --help" with the help of all.
  if (!typed.empty() && !typed.front().starts_with('-') && app.get_subcommands(is_first).empty()) {
    throw InvalidUsage(host::printable(unknown_command(app, typed.front()), 4096) +
                       " (gramian --help lists what there is)");
  }
  try {
    app.parse(guarded(typed));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success)) {
      throw InvalidUsage(complaint(app, error));
    }
    app.exit(error);
    return nullptr;
  }
  return chosen;
}

}  // namespace gramian::cli
