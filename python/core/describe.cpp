#include <nanobind/stl/string.h>

#include <string>
#include <type_traits>
#include <variant>

#include "host/questions/list.hpp"
#include "python/core/asked.hpp"
#include "python/core/json.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;
using questions::About;
using questions::Option;

/// Of what kind a value is, in words that the package knows.
struct Kind {
  const char* name;
  bool optional;
};

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return {"bool", false};
  if constexpr (std::is_same_v<T, int> || std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>)
    return {"int", false};
  if constexpr (std::is_same_v<T, double>) return {"float", false};
  if constexpr (std::is_same_v<T, std::string>) return {"str", false};
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return {"texts", false};
  if constexpr (std::is_same_v<T, std::vector<double>>) return {"numbers", false};
  if constexpr (std::is_same_v<T, std::optional<int64_t>>) return {"int", true};
  if constexpr (std::is_same_v<T, std::optional<double>>) return {"float", true};
  if constexpr (std::is_same_v<T, std::optional<std::string>>) return {"str", true};
  if constexpr (std::is_same_v<T, std::optional<std::filesystem::path>>) return {"path", true};
  if constexpr (std::is_same_v<T, std::optional<std::vector<std::string>>>) return {"texts", true};
  if constexpr (std::is_same_v<T, std::optional<std::vector<double>>>) return {"numbers", true};
}

const char* name_of(questions::Names names) {
  switch (names) {
    case questions::Names::matrix:
      return "matrix";
    case questions::Names::file:
      return "file";
    case questions::Names::directory:
      return "directory";
    default:
      return "";
  }
}

template <class Number>
nb::object number_or_none(const std::optional<Number>& number) {
  return number ? nb::object(nb::int_(*number)) : nb::none();
}

nb::dict describe(const Option& option) {
  const Kind kind = std::visit(
      [](const auto* target) { return kind_of<std::remove_const_t<std::remove_pointer_t<decltype(target)>>>(); },
      option.target);
  nb::dict dict;
  dict["name"] = option.name;
  dict["flag"] = option.positional() ? "" : option.longest_flag();
  dict["kind"] = kind.name;
  dict["optional"] = kind.optional;
  dict["default"] = to_python(questions::value_of(option.target));
  dict["value"] = option.value;
  dict["help"] = option.help;
  dict["group"] = text_of(questions::group_title(option.group));
  dict["required"] = option.required;
  dict["least"] = number_or_none(option.least);
  dict["most"] = number_or_none(option.most);
  nb::list words;
  for (const std::string& word : option.words) words.append(word);
  dict["words"] = words;
  dict["names"] = name_of(option.names);
  return dict;
}

nb::list lines(const std::vector<About::Line>& all) {
  nb::list list;
  for (const auto& [name, text] : all) list.append(nb::make_tuple(name, text));
  return list;
}

}  // namespace

nb::list describe_questions() {
  nb::list list;
  for (const auto& question : questions::all_questions()) {
    const About about = question->about();
    questions::Description description;
    question->describe(description);
    nb::list options;
    for (const Option& option : description.options()) {
      if (!option.name.empty()) options.append(describe(option));
    }
    nb::dict dict;
    dict["name"] = about.name;
    dict["also"] = about.also;
    dict["summary"] = about.summary;
    dict["keys"] = lines(about.keys);
    dict["files"] = lines(about.files);
    dict["examples"] = lines(about.examples);
    dict["options"] = options;
    list.append(dict);
  }
  return list;
}

}  // namespace gramian::python
