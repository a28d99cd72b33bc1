#pragma once
// A question or a command describes once what it takes: the command line and its help, study files, arguments of other
// languages, the reference page, the man page and completions are all made from this.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/questions/json/json.hpp"

namespace gramian::questions {

/// The field that an option fills in; its value when it is described is the default. Numbers are typed "0.1,0.5", and
/// texts in an optional vector are a list of tokens, "a,b,c" or "@FILE"; a plain vector of texts is a repeated option.
using Target = std::variant<bool*, int*, int64_t*, uint64_t*, double*, std::string*, std::vector<std::string>*,
                            std::vector<double>*, std::optional<int64_t>*, std::optional<double>*,
                            std::optional<std::string>*, std::optional<std::filesystem::path>*,
                            std::optional<std::vector<std::string>>*, std::optional<std::vector<double>>*>;

/// Sections of help and reference, in the order in which they are shown.
enum class Group : uint8_t { own, pairing, text, rows, pictures, run, output };
std::string_view group_title(Group group);

/// The kind of thing that a value names, so that a shell can complete it.
enum class Names : uint8_t { nothing, matrix, file, directory };

struct Option {
  std::string name{};   // "mean_cosine": key of settings and study files; "E" of an input
  std::string flags{};  // "-o,--output"; empty for what is given by its place
  Target target{};
  std::string value{};  // "N": stands for the value in help
  std::string help{};
  Group group = Group::own;
  bool required = false;
  bool recorded = true;    // in the settings of the result
  std::string setting{};   // its key there
  std::string standard{};  // the default, in words; empty where help says it or there is none
  std::optional<int64_t> least{};
  std::optional<int64_t> most{};
  std::vector<std::string> words{};  // the only values
  Names names = Names::nothing;

  bool positional() const { return flags.empty(); }
  bool is_flag() const { return std::holds_alternative<bool*>(target); }
  /// May be given several times, or is a list of places.
  bool repeated() const { return std::holds_alternative<std::vector<std::string>*>(target); }
  /// "--quantiles", or "-k" where there is no longer one.
  std::string longest_flag() const;

  Option& at_least(int64_t number);
  Option& between(int64_t low, int64_t high);
  Option& one_of(std::vector<std::string> allowed);
  Option& naming(Names what);
  Option& is_required();
  Option& unrecorded();
  Option& recorded_as(std::string key);
};

/// The options of one question or command, bound to the object whose fields they fill in, which must outlive this.
/// Settings of a result follow the order in which options were described.
class Description {
 public:
  /// An input file, required.
  Option& input(const std::string& name, std::string& path, const std::string& help = "Matrix: PATH or PATH#tensor");
  /// Binds an argument that is given by its place.
  Option& place(const std::string& name, Target target, const std::string& help);
  Option& option(const std::string& flags, Target target, const std::string& value, const std::string& help);
  Option& flag(const std::string& flags, bool& target, const std::string& help);
  /// No option, and yet among the settings of the result.
  void record(const std::string& setting, Target target);
  /// The group of what is described next.
  void in(Group group) { group_ = group; }

  const std::deque<Option>& options() const { return options_; }
  /// By name, "mean_cosine" or "E"; null where there is none.
  Option* find(std::string_view name);

 private:
  Option& add(Option option);

  Group group_ = Group::own;
  std::deque<Option> options_;
};

/// The value of an option as JSON.
Json value_of(const Target& target);
/// Sets an option from JSON, as study files and other languages do. Throws InvalidUsage for another type, a number out
/// of range and a word that is none of those allowed.
void set_value(const Option& option, const Json& value);
/// Throws InvalidUsage for words that are none of those allowed.
void check_words(const Description& description);
/// Every recorded option and its value.
Json settings_json(const Description& description);

}  // namespace gramian::questions
