#include "host/cli/shell/completions.hpp"

#include <algorithm>

namespace gramian::cli {
namespace {

using questions::Description;
using questions::Names;
using questions::Option;

using Commands = std::vector<std::unique_ptr<Command>>;

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// "-o,--output" as its two flags.
std::vector<std::string> flags_of(const Option& option) {
  const size_t comma = option.flags.find(',');
  if (comma == std::string::npos) return {option.flags};
  return {option.flags.substr(0, comma), option.flags.substr(comma + 1)};
}

/// Whether what is given by its place names a file.
bool takes_files(const Description& description) {
  return std::ranges::any_of(description.options(), [](const Option& option) {
    return option.positional() && !option.name.empty() && option.names != Names::nothing;
  });
}

/// Between apostrophes, for any of the three shells.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string bash_values(const Option& option) {
  if (!option.words.empty()) return "_gramian_words " + quoted(joined(option.words, " "));
  switch (option.names) {
    case Names::directory:
      return "_gramian_files -d";
    case Names::matrix:
    case Names::file:
      return "_gramian_files -f";
    case Names::nothing:
      return ":";
  }
  return ":";
}

/// In a specification of zsh's _arguments a colon and brackets have a meaning.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_values(const Option& option) {
  if (!option.words.empty()) return "(" + joined(option.words, " ") + ")";
  if (option.names == Names::directory) return "_files -/";
  return option.names == Names::nothing ? " " : "_files";
}

std::string zsh_argument(const Option& option) {
  if (option.positional()) {
    const std::string times = option.repeated() ? "*" : "";
    return quoted(times + ":" + zsh_text(option.name) + ":" + zsh_values(option));
  }
  const std::vector<std::string> flags = flags_of(option);
  const std::string value = option.is_flag() ? "" : ":" + zsh_text(option.value) + ":" + zsh_values(option);
  const std::string help = "[" + zsh_text(option.help) + "]" + value;
  const std::string times = option.repeated() ? "*" : "";
  if (flags.size() == 1) return quoted(times + flags[0] + help);
  return "'(" + joined(flags, " ") + ")'{" + joined(flags, ",") + "}" + quoted(help);
}

std::string fish_option(const std::string& command, const Option& option) {
  std::string text = "complete -c gramian -n '__fish_seen_subcommand_from " + command + "'";
  for (const std::string& flag : flags_of(option)) {
    text += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
  }
  if (!option.words.empty()) {
    text += " -x -a " + quoted(joined(option.words, " "));
  } else if (option.names == Names::directory) {
    text += " -x -a '(__fish_complete_directories)'";
  } else if (option.names != Names::nothing) {
    text += " -r -F";
  } else if (!option.is_flag()) {
    text += " -x";
  }
  std::string help = option.help;
  std::ranges::replace(help, '\'', '"');
  return text + " -d '" + help + "'\n";
}

}  // namespace

std::string bash_completions(const Commands& commands) {
  std::string names;
  std::string values;
  std::string flags;
  std::string places;
  for (const auto& command : commands) {
    const std::string name = command->about().name;
    Description description;
    command->describe(description);
    names += name + " ";
    std::vector<std::string> all;
    for (const Option& option : description.options()) {
      if (option.positional()) {
        if (!option.name.empty() && !option.words.empty()) {
          places += "    " + name + ") " + bash_values(option) + " ;;\n";
        }
        continue;
      }
      std::vector<std::string> patterns;
      for (const std::string& flag : flags_of(option)) {
        all.push_back(flag);
        patterns.push_back("'" + name + " " + flag + "'");
      }
      if (!option.is_flag()) values += "    " + joined(patterns, " | ") + ") " + bash_values(option) + "; return ;;\n";
    }
    all.emplace_back("--help");
    flags += "      " + name + ") _gramian_words " + quoted(joined(all, " ")) + " ;;\n";
    if (takes_files(description)) places += "    " + name + ") _gramian_files -f ;;\n";
  }
  return "# bash completions of gramian:  source <(gramian completions bash)\n"
         "_gramian_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\"); }\n"
         "_gramian_files() { mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$word\"); compopt -o filenames 2>/dev/null; "
         "}\n"
         "_gramian() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command='' k\n"
         "  COMPREPLY=()\n"
         "  # --option=value comes in three words.\n"
         "  if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  for ((k = 1; k < COMP_CWORD; k++)); do\n"
         "    if [[ ${COMP_WORDS[k]} != -* ]]; then command=${COMP_WORDS[k]}; break; fi\n"
         "  done\n"
         "  if [[ -z $command ]]; then _gramian_words '" +
         names +
         "--help --version'; return; fi\n"
         "  case \"$command $before\" in\n" +
         values +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case $command in\n" +
         flags +
         "    esac\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n" +
         places +
         "  esac\n"
         "}\n"
         "complete -F _gramian gramian\n";
}

std::string zsh_completions(const Commands& commands) {
  std::string names;
  std::string cases;
  for (const auto& command : commands) {
    const auto about = command->about();
    Description description;
    command->describe(description);
    names += "    " + quoted(about.name + ":" + zsh_text(about.summary)) + "\n";
    cases += "    " + about.name + ")\n      _arguments";
    for (const Option& option : description.options()) {
      if (!option.name.empty()) cases += " \\\n        " + zsh_argument(option);
    }
    cases += " \\\n        '--help[What there is]' ;;\n";
  }
  return "#compdef gramian\n"
         "# zsh completions of gramian:  source <(gramian completions zsh), or as _gramian on the fpath\n"
         "_gramian() {\n"
         "  local -a commands\n"
         "  commands=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then _describe -t commands command commands; return; fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  (( CURRENT-- ))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _gramian ]]; then _gramian \"$@\"; else compdef _gramian gramian; fi\n";
}

std::string fish_completions(const Commands& commands) {
  std::string text =
      "# fish completions of gramian:  gramian completions fish | source\n"
      "complete -c gramian -f\n"
      "complete -c gramian -n '__fish_use_subcommand' -l version -d 'The version'\n"
      "complete -c gramian -l help -d 'What there is'\n";
  for (const auto& command : commands) {
    const auto about = command->about();
    Description description;
    command->describe(description);
    std::string summary = about.summary;
    std::ranges::replace(summary, '\'', '"');
    text += "complete -c gramian -n '__fish_use_subcommand' -a " + about.name + " -d '" + summary + "'\n";
    if (takes_files(description))
      text += "complete -c gramian -n '__fish_seen_subcommand_from " + about.name + "' -F\n";
    for (const Option& option : description.options()) {
      if (!option.positional()) {
        text += fish_option(about.name, option);
      } else if (!option.name.empty() && !option.words.empty()) {
        text += "complete -c gramian -n '__fish_seen_subcommand_from " + about.name + "' -a " +
                quoted(joined(option.words, " ")) + "\n";
      }
    }
  }
  return text;
}

}  // namespace gramian::cli
