#include "host/questions/description.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/run/parse.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// "-o,--output" is "output", "-k" is "k", "--mean-cosine" is "mean_cosine".
std::string name_of(const std::string& flags) {
  std::string name = flags.substr(flags.find_last_of(',') + 1);
  name.erase(0, name.find_first_not_of('-'));
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string default_of(const Target& target) {
  return std::visit(Overloaded{[](const int64_t* number) { return std::to_string(*number); },
                               [](const uint64_t* number) { return std::to_string(*number); },
                               [](const double* number) { return host::shortest(*number); },
                               [](const std::string* text) { return *text; },
                               [](const std::vector<double>* numbers) {
                                 std::string text;
                                 for (const double number : *numbers)
                                   text += (text.empty() ? "" : ",") + host::shortest(number);
                                 return text;
                               },
                               [](const auto*) { return std::string(); }},
                    target);
}

std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (size_t k = 0; k < words.size(); ++k) {
    text += (k == 0 ? "" : k + 1 < words.size() ? ", " : " or ") + words[k];
  }
  return text;
}

[[noreturn]] void refuse(const Option& option, const std::string& why) {
  throw InvalidUsage((option.positional() ? option.name : option.longest_flag()) + ": " + why);
}

void check_word(const Option& option, const std::string& word) {
  if (option.words.empty() || std::ranges::find(option.words, word) != option.words.end()) return;
  throw InvalidUsage((option.positional() ? option.name : option.longest_flag()) + " " + host::printable(word) +
                     ": must be " + alternatives(option.words));
}

/// The number that `value` is, within the limits of the option and of T.
template <class T>
T whole_number(const Option& option, const Json& value) {
  const auto* number = value.get_if<int64_t>();
  const auto* positive = value.get_if<uint64_t>();
  if (number == nullptr && positive == nullptr) refuse(option, "must be a whole number");
  const auto fits = [&](auto whole) {
    return std::in_range<T>(whole) && !(option.least && std::cmp_less(whole, *option.least)) &&
           !(option.most && std::cmp_greater(whole, *option.most));
  };
  if (number != nullptr ? fits(*number) : fits(*positive)) {
    return number != nullptr ? static_cast<T>(*number) : static_cast<T>(*positive);
  }
  const std::string least =
      option.least ? std::to_string(*option.least) : std::to_string(std::numeric_limits<T>::min());
  const std::string most = option.most ? std::to_string(*option.most) : std::to_string(std::numeric_limits<T>::max());
  refuse(option,
         (number != nullptr ? std::to_string(*number) : std::to_string(*positive)) + " is not " +
             (option.most || !option.least ? "from " + least + " to " + most : "a whole number from " + least + " on"));
}

double real_number(const Option& option, const Json& value) {
  if (const auto* number = value.get_if<double>()) return *number;
  if (const auto* number = value.get_if<int64_t>()) return static_cast<double>(*number);
  if (const auto* number = value.get_if<uint64_t>()) return static_cast<double>(*number);
  refuse(option, "must be a number");
}

const std::string& words_of(const Option& option, const Json& value) {
  const auto* text = value.get_if<std::string>();
  if (text == nullptr) refuse(option, "must be a text");
  check_word(option, *text);
  return *text;
}

std::vector<std::string> list_of_texts(const Option& option, const Json& value) {
  std::vector<std::string> texts;
  if (const auto* items = value.get_if<Json::Array>()) {
    for (const Json& item : *items) texts.push_back(words_of(option, item));
  } else {
    texts.push_back(words_of(option, value));
  }
  return texts;
}

std::vector<double> list_of_numbers(const Option& option, const Json& value) {
  std::vector<double> numbers;
  if (const auto* items = value.get_if<Json::Array>()) {
    for (const Json& item : *items) numbers.push_back(real_number(option, item));
  } else if (const auto* text = value.get_if<std::string>()) {
    return parse_numbers(*text, option.longest_flag());
  } else {
    numbers.push_back(real_number(option, value));
  }
  return numbers;
}

}  // namespace

std::string_view group_title(Group group) {
  switch (group) {
    case Group::own:
      return "Options";
    case Group::pairing:
      return "How tokens are paired";
    case Group::text:
      return "A text";
    case Group::rows:
      return "Rows and their preparation";
    case Group::pictures:
      return "Pictures, with -o";
    case Group::run:
      return "How it is computed";
    case Group::output:
      return "Output";
  }
  return "";
}

std::string Option::longest_flag() const { return flags.substr(flags.find_last_of(',') + 1); }

Option& Option::at_least(int64_t number) {
  least = number;
  return *this;
}

Option& Option::between(int64_t low, int64_t high) {
  least = low;
  most = high;
  return *this;
}

Option& Option::one_of(std::vector<std::string> allowed) {
  words = std::move(allowed);
  return *this;
}

Option& Option::naming(Names what) {
  names = what;
  return *this;
}

Option& Option::is_required() {
  required = true;
  standard.clear();
  return *this;
}

Option& Option::unrecorded() {
  recorded = false;
  return *this;
}

Option& Option::recorded_as(std::string key) {
  setting = std::move(key);
  return *this;
}

Option& Description::add(Option option) {
  option.group = group_;
  option.setting = option.name;
  option.standard = default_of(option.target);
  return options_.emplace_back(std::move(option));
}

Option& Description::input(const std::string& name, std::string& path, const std::string& help) {
  Option option{.name = name, .flags = {}, .target = &path, .value = {}, .help = help, .required = true};
  option.names = Names::matrix;
  option.recorded = false;  // the result has `inputs`
  return add(std::move(option));
}

Option& Description::place(const std::string& name, Target target, const std::string& help) {
  Option option{.name = name, .flags = {}, .target = target, .value = {}, .help = help};
  option.recorded = false;
  return add(std::move(option));
}

Option& Description::option(const std::string& flags, Target target, const std::string& value,
                            const std::string& help) {
  return add({.name = name_of(flags), .flags = flags, .target = target, .value = value, .help = help});
}

Option& Description::flag(const std::string& flags, bool& target, const std::string& help) {
  return add({.name = name_of(flags), .flags = flags, .target = &target, .value = {}, .help = help});
}

void Description::record(const std::string& setting, Target target) {
  Option& option = add({.name = setting, .flags = {}, .target = target, .value = {}, .help = {}});
  option.name.clear();  // nobody can give it
}

Option* Description::find(std::string_view name) {
  const auto same = std::ranges::find(options_, name, &Option::name);
  return name.empty() || same == options_.end() ? nullptr : &*same;
}

Json value_of(const Target& target) {
  const auto texts = [](const std::vector<std::string>& values) {
    Json list = Json::array();
    for (const std::string& value : values) list.push_back(host::valid_utf8(value));
    return list;
  };
  return std::visit(Overloaded{[](const std::string* text) -> Json { return host::valid_utf8(*text); },
                               [](const std::optional<std::string>* text) -> Json {
                                 return *text ? Json(host::valid_utf8(**text)) : Json();
                               },
                               [](const std::optional<std::filesystem::path>* path) -> Json {
                                 return *path ? Json(host::valid_utf8((*path)->string())) : Json();
                               },
                               [&](const std::vector<std::string>* values) -> Json { return texts(*values); },
                               [&](const std::optional<std::vector<std::string>>* values) -> Json {
                                 return *values ? texts(**values) : Json();
                               },
                               [](const auto* value) -> Json { return Json(*value); }},
                    target);
}

void set_value(const Option& option, const Json& value) {
  std::visit(
      Overloaded{[&](bool* flag) {
                   const auto* given = value.get_if<bool>();
                   if (given == nullptr) refuse(option, "must be true or false");
                   *flag = *given;
                 },
                 [&](int* number) { *number = whole_number<int>(option, value); },
                 [&](int64_t* number) { *number = whole_number<int64_t>(option, value); },
                 [&](uint64_t* number) { *number = whole_number<uint64_t>(option, value); },
                 [&](double* number) { *number = real_number(option, value); },
                 [&](std::string* text) { *text = words_of(option, value); },
                 [&](std::vector<std::string>* texts) { *texts = list_of_texts(option, value); },
                 [&](std::vector<double>* numbers) { *numbers = list_of_numbers(option, value); },
                 [&](std::optional<int64_t>* number) { *number = whole_number<int64_t>(option, value); },
                 [&](std::optional<double>* number) { *number = real_number(option, value); },
                 [&](std::optional<std::string>* text) { *text = words_of(option, value); },
                 [&](std::optional<std::filesystem::path>* path) { *path = words_of(option, value); },
                 [&](std::optional<std::vector<std::string>>* tokens) {
                   const auto* typed = value.get_if<std::string>();
                   *tokens = typed != nullptr ? parse_tokens(*typed) : list_of_texts(option, value);
                 },
                 [&](std::optional<std::vector<double>>* numbers) { *numbers = list_of_numbers(option, value); }},
      option.target);
}

void check_words(const Description& description) {
  for (const Option& option : description.options()) {
    if (const auto* text = std::get_if<std::string*>(&option.target)) check_word(option, **text);
  }
}

Json settings_json(const Description& description) {
  Json settings = Json::object();
  for (const Option& option : description.options()) {
    if (option.recorded) settings[option.setting] = value_of(option.target);
  }
  return settings;
}

}  // namespace gramian::questions
