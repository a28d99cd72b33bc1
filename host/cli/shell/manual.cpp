#include "host/cli/shell/manual.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <set>

#include "host/cli/help.hpp"
#include "host/text/unicode.hpp"

namespace gramian::cli {
namespace {

using questions::About;
using questions::Description;
using questions::Group;
using questions::Option;

/// A document, in the markup of one kind of reader.
class Page {
 public:
  virtual ~Page() = default;
  virtual void section(const std::string& title) = 0;
  virtual void subsection(const std::string& title) = 0;
  virtual void paragraph(const std::string& text) = 0;
  virtual void code(const std::string& line) = 0;
  /// Terms and what is to be said of them, under a word for both.
  virtual void entries(const std::string& what, const std::vector<About::Line>& lines) = 0;
  std::string text;
};

/// "\[u2260]", as groff names the character of a sequence of UTF-8.
std::string code_point_name(const std::string& sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  uint32_t code = lead & (0xffu >> (sequence.size() + 1));
  for (size_t k = 1; k < sequence.size(); ++k) code = (code << 6) | (static_cast<unsigned char>(sequence[k]) & 0x3fu);
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "\\[u%04X]", code);
  return text.data();
}

class RoffPage final : public Page {
 public:
  void section(const std::string& title) override {
    std::string upper = title;
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    text += ".SH \"" + escaped(upper) + "\"\n";
  }
  void subsection(const std::string& title) override { text += ".SS \"" + escaped(title) + "\"\n"; }
  void paragraph(const std::string& words) override { text += ".PP\n" + line(words); }
  void code(const std::string& command) override { text += ".PP\n.RS 4\n.nf\n" + line(command) + ".fi\n.RE\n"; }
  void entries(const std::string& what, const std::vector<About::Line>& lines) override {
    if (lines.empty()) return;
    text += ".PP\n" + line(what + ":");
    for (const auto& [term, said] : lines) text += ".TP\n.B " + escaped(term) + "\n" + line(said);
  }

 private:
  /// Text in which nothing is markup; what the keyboard's minus and quotes are stays what it is.
  static std::string escaped(const std::string& words) {
    std::string result;
    for (size_t at = 0; at < words.size(); ++at) {
      const char c = words[at];
      // Beyond ASCII, groff wants \[uHHHH].
      if (const size_t length = host::utf8_sequence(std::string_view(words).substr(at)); length > 1) {
        result += code_point_name(words.substr(at, length));
        at += length - 1;
      } else if (c == '\\') {
        result += "\\e";
      } else if (c == '-') {
        result += "\\-";
      } else if (c == '"') {
        result += "\\(dq";
      } else if (c == '\'') {
        result += "\\(aq";
      } else if (c == '`') {
        result += "\\(ga";
      } else if (c == '^') {
        result += "\\(ha";
      } else if (c == '~') {
        result += "\\(ti";
      } else {
        result += c;
      }
    }
    return result;
  }
  /// A dot in front would be a request.
  static std::string line(const std::string& words) {
    return (words.starts_with('.') ? "\\&" : "") + escaped(words) + "\n";
  }
};

class MarkdownPage final : public Page {
 public:
  void section(const std::string& title) override { text += "\n## " + escaped(title) + "\n"; }
  void subsection(const std::string& title) override { text += "\n### " + escaped(title) + "\n"; }
  void paragraph(const std::string& words) override { text += "\n" + escaped(words) + "\n"; }
  void code(const std::string& command) override { text += "\n    " + command + "\n"; }
  void entries(const std::string& what, const std::vector<About::Line>& lines) override {
    if (lines.empty()) return;
    text += "\n| " + what + " | |\n|---|---|\n";
    for (const auto& [term, said] : lines) text += "| `" + in_cell(term) + "` | " + in_cell(escaped(said)) + " |\n";
  }

 private:
  static std::string escaped(const std::string& words) {
    std::string result;
    for (const char c : words) {
      if (std::string_view("\\`*_<>[]").find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
    return result;
  }
  static std::string in_cell(const std::string& words) {
    std::string result;
    for (const char c : words) result += c == '|' ? std::string("\\|") : std::string(1, c);
    return result;
  }
};

std::vector<About::Line> options_of(const Description& description, bool shared) {
  std::vector<About::Line> lines;
  for (const Option& option : description.options()) {
    const bool of_all = option.group == Group::rows || option.group == Group::pictures || option.group == Group::run ||
                        option.group == Group::output;
    if (!option.name.empty() && (shared ? of_all : !of_all)) lines.push_back({spelled(option), explained(option)});
  }
  return lines;
}

void write(Page& page, const std::vector<std::unique_ptr<Command>>& commands) {
  page.section("Commands");
  std::vector<About::Line> shared;
  std::set<std::string> known;
  for (const auto& command : commands) {
    const About about = command->about();
    Description description;
    command->describe(description);
    page.subsection(about.name);
    page.paragraph(about.summary + ".");
    page.code(synopsis(about, description));
    page.entries("Inputs and options", options_of(description, false));
    std::string names;
    for (const About::Line& option : options_of(description, true)) {
      if (known.insert(option.name).second) shared.push_back(option);
      const std::string flag = option.name.substr(0, option.name.find_first_of(" ,"));
      names += (names.empty() ? "Also, as below: " : ", ") + flag;
    }
    if (!names.empty()) page.paragraph(names + ".");
    page.entries("Keys of result.json", about.keys);
    page.entries("What its numbers are", about.definitions);
    page.entries("Files beside result.json", about.files);
    std::vector<About::Line> examples;
    for (const auto& [words, what] : about.examples) examples.push_back({"gramian " + words, what});
    page.entries("Examples", examples);
  }
  page.section("Options that commands share");
  page.entries("Options", shared);
  page.section("Results");
  page.paragraph(
      "With -o DIR a command writes DIR/result.json and arrays; with --json it prints the same result.json. Besides "
      "its own keys every result of a question has these:");
  page.entries(
      "Keys of every result.json",
      {{"command, version, schema", "what wrote it; schema is 1"},
       {"rows_used, rows_unnamed, dropped", "of one matrix: which rows were used"},
       {"text", "where a text was read: its tokens and what cut it"},
       {"unknown_tokens", "tokens asked for that an input does not have, where they were left out"},
       {"notes", "sentences for people"},
       {"sweeps", "passes over all pairs"},
       {"accuracy", "the measured error of the cosines, and what was promised"},
       {"certified", "where cosines were decided exactly: the bound on a product's error, and pairs recomputed"},
       {"inputs", "every file with its SHA-256, shape and type"},
       {"files", "those written beside it, with their SHA-256"},
       {"settings", "options as they were understood"},
       {"backend", "the device"},
       {"timing", "seconds of each stage"}});
  page.section("Exit codes");
  page.entries("Code", {{"0", "done"},
                        {"1", "an error of the program itself"},
                        {"2", "a wrong request: an unknown option, a missing file"},
                        {"3", "wrong data"},
                        {"4", "out of memory"},
                        {"5", "no such device"},
                        {"130", "interrupted"}});
}

}  // namespace

std::string man_page(const std::vector<std::unique_ptr<Command>>& commands) {
  RoffPage page;
  page.text = ".TH GRAMIAN 1 \"\" \"gramian " GRAMIAN_VERSION "\" \"Gramian\"\n";
  page.section("Name");
  page.text += "gramian \\- exact geometry of whole embedding vocabularies\n";
  page.section("Synopsis");
  page.text += ".B gramian\n.I COMMAND INPUT...\n[options]\n";
  write(page, commands);
  return page.text;
}

std::string reference_page(const std::vector<std::unique_ptr<Command>>& commands) {
  MarkdownPage page;
  page.text =
      "# Reference\n\nThis page is written by `gramian man --format markdown` from the descriptions in the program; a "
      "test keeps it\nup to date. `gramian COMMAND --help` says the same.\n";
  write(page, commands);
  return page.text;
}

}  // namespace gramian::cli
