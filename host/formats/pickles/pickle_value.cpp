#include <string>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/pickles/pickle.hpp"

namespace gramian::host {

namespace {

using Kind = PickleValue::Kind;

}  // namespace

bool PickleValue::is_global(std::string_view module, std::string_view name) const {
  return kind == Kind::global && text == module && items.front()->text == name;
}

const PickleValue* PickleValue::find(std::string_view key) const {
  if (kind != Kind::dictionary && kind != Kind::call) return nullptr;
  // The last one holds, as in Python.
  for (size_t i = items.size(); i >= 2; i -= 2) {
    if (kind == Kind::call && i == 2) break;
    const PickleValue& candidate = *items[i - 2];
    if ((candidate.is(Kind::string) || candidate.is(Kind::bytes)) && candidate.text == key) return items[i - 1];
  }
  return nullptr;
}

std::string describe(const PickleValue& value) {
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "a truth value";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number";
    case Kind::string:
    case Kind::bytes:
      return "a string";
    case Kind::tuple:
      return "a tuple";
    case Kind::list:
      return "a list";
    case Kind::dictionary:
      return "a dictionary";
    case Kind::set:
      return "a set";
    case Kind::global:
      return printable(std::string(value.text) + "." + std::string(value.items.front()->text), 120);
    case Kind::call:
      return "a " + describe(*value.items.front());
    case Kind::persistent:
      return "a reference";
  }
  return "a value";
}

}  // namespace gramian::host
