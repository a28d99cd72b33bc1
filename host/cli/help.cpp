#include "host/cli/help.hpp"

#include <algorithm>

#include "host/text/unicode.hpp"

namespace gramian::cli {
namespace {

using questions::Description;
using questions::Group;
using questions::Option;

constexpr size_t kWidth = 100;
constexpr size_t kColumn = 26;  // where explanations begin

/// "  name   text", the text in a column of its own, broken between words.
std::string entry(const std::string& name, const std::string& text) {
  std::string line = "  " + name;
  if (line.size() + 2 > kColumn) line.append("\n");
  std::string result;
  const auto end_line = [&] {
    result += line + "\n";
    line.clear();
  };
  if (line.ends_with('\n')) {
    line.pop_back();
    end_line();
  }
  line.resize(kColumn, ' ');
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (line.size() > kColumn && line.size() + 1 + word.size() > kWidth) {
      end_line();
      line.resize(kColumn, ' ');
    }
    line += (line.size() > kColumn ? " " : "") + word;
    begin = end + 1;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  end_line();
  return result;
}

std::string lines(const std::string& title, const std::vector<questions::About::Line>& all) {
  if (all.empty()) return "";
  std::string text = "\n" + title + "\n";
  for (const auto& [name, what] : all) text += entry(name, what);
  return text;
}

}  // namespace

std::string synopsis(const questions::About& about, const Description& description) {
  std::string text = "gramian " + about.name;
  for (const Option& option : description.options()) {
    if (!option.positional() || option.name.empty()) continue;
    const std::string place = option.name + (option.repeated() ? "..." : "");
    text += option.required ? " " + place : " [" + place + "]";
  }
  for (const Option& option : description.options()) {
    if (!option.positional() && option.required)
      text += " " + option.flags.substr(0, option.flags.find(',')) + " " + option.value;
  }
  return text + " [options]";
}

std::string spelled(const Option& option) {
  std::string text = option.positional() ? option.name : option.flags;
  if (const size_t comma = text.find(','); comma != std::string::npos) text.insert(comma + 1, " ");
  return option.value.empty() ? text : text + " " + option.value;
}

std::string explained(const Option& option) {
  const bool told =
      option.standard.empty() || option.standard == "0" || option.help.find("(default") != std::string::npos;
  return told ? option.help : option.help + " (default " + option.standard + ")";
}

std::string help_of(const questions::About& about, const Description& description) {
  std::string text = about.summary + "\n\n  " + synopsis(about, description) + "\n\n";
  for (const Option& option : description.options()) {
    if (option.positional() && !option.name.empty()) text += entry(option.name, option.help);
  }
  for (const Group group :
       {Group::own, Group::pairing, Group::text, Group::rows, Group::pictures, Group::run, Group::output}) {
    std::string section;
    for (const Option& option : description.options()) {
      if (!option.positional() && option.group == group) section += entry(spelled(option), explained(option));
    }
    if (!section.empty()) text += "\n" + std::string(questions::group_title(group)) + "\n" + section;
  }
  text += lines("What its numbers are (sources and numpy lines: docs/definitions.md)", about.definitions);
  text += lines("Files written with -o DIR, beside result.json", about.files);
  if (!about.examples.empty()) text += "\nExamples\n";
  for (const auto& [command, what] : about.examples) text += "  gramian " + command + "\n      " + what + "\n";
  return text;
}

std::string help_of_all(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string text =
      "Exact geometry of whole embedding vocabularies.\n\n  gramian COMMAND INPUT... [options]\n\nCommands\n";
  for (const auto& command : commands) text += entry(command->about().name, command->about().summary);
  return text + "\n" + entry("--help", "This, or of a command: its options") + entry("--version", "The version");
}

}  // namespace gramian::cli
