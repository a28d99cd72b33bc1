#pragma once
// Python pickles of protocols 2 to 5, as data: nothing in them is looked up, called or made. Opcodes:
// https://github.com/python/cpython/blob/main/Lib/pickletools.py

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

/// A node of what a pickle describes. Nodes may be shared, and a container may hold itself.
struct PickleValue {
  enum class Kind : uint8_t {
    none,
    boolean,  // number
    integer,  // number
    real,
    string,      // text
    bytes,       // text
    tuple,       // items
    list,        // items
    dictionary,  // items: key, value, key, value
    set,         // items
    global,      // text is the module, items[0] the name: a class or a function
    call,        // items[0] called with the tuple items[1]; further items were put into the result, in pairs
    persistent,  // items[0]: an id by which the writer stored something elsewhere
  };
  Kind kind = Kind::none;
  int64_t number = 0;
  double real = 0;
  std::string_view text;
  std::vector<const PickleValue*> items;
  const PickleValue* state = nullptr;  // that a call's result was built with

  bool is(Kind wanted) const { return kind == wanted; }
  /// Whether this is the global `module`.`name`.
  bool is_global(std::string_view module, std::string_view name) const;
  /// The value of the string key `key` of a dictionary, or of what a call made; null where there is none.
  const PickleValue* find(std::string_view key) const;
};

/// "integer", "a call of collections.OrderedDict": what a value is, for messages.
std::string describe(const PickleValue& value);

/// A class or a function that a pickle may name.
struct PickleGlobal {
  std::string_view module;
  std::string_view name;
};

class Pickle {
 public:
  /// Reads the pickle at the start of `bytes`, which begin at byte `offset` of the file `path` and must outlive it.
  /// `allowed` are the globals it may name. Throws InvalidInput: cut short, protocol 0 or 1, an opcode or a global that
  /// is not read here (by its name), numbers beyond 64 bits, a stack that does not fit.
  Pickle(std::string_view path, std::string_view bytes, int64_t offset, const std::vector<PickleGlobal>& allowed);

  const PickleValue& root() const { return *root_; }
  /// Bytes that it took.
  int64_t size() const { return size_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
  int64_t size_ = 0;
};

}  // namespace gramian::host
