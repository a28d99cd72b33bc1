#include "host/formats/pickles/pickle.hpp"

#include <algorithm>
#include <utility>

#include "host/formats/files/byte_reader.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kUntrusted =
    "; nothing in it was run. If you trust it, load it in Python and save the matrix with np.save";

// Opcodes that are known and not read.
std::string_view name_of_opcode(unsigned char opcode) {
  constexpr std::pair<char, std::string_view> kNames[] = {{'o', "OBJ"},
                                                          {'i', "INST"},
                                                          {'P', "PERSID"},
                                                          {'I', "INT"},
                                                          {'L', "LONG"},
                                                          {'F', "FLOAT"},
                                                          {'S', "STRING"},
                                                          {'V', "UNICODE"},
                                                          {'p', "PUT"},
                                                          {'g', "GET"},
                                                          {'d', "DICT"},
                                                          {'l', "LIST"},
                                                          {'2', "DUP"},
                                                          {'\x82', "EXT1"},
                                                          {'\x83', "EXT2"},
                                                          {'\x84', "EXT4"},
                                                          {'\x92', "NEWOBJ_EX"},
                                                          {'\x97', "NEXT_BUFFER"},
                                                          {'\x98', "READONLY_BUFFER"}};
  for (const auto& [code, name] : kNames) {
    if (static_cast<unsigned char>(code) == opcode) return name;
  }
  return {};
}

}  // namespace

// A stack of values, some of them marked, and a memo of those that are named again.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, ByteReader reader, const std::vector<PickleGlobal>& allowed)
      : pickle_(pickle),
        reader_(reader),
        start_(reader.position()),
        allowed_(allowed),
        most_memos_(reader.remaining()) {}

  void run() {
    if (reader_.number<uint8_t>("a pickle") != 0x80) fail("is no pickle of protocol 2 or later");
    const auto protocol = reader_.number<uint8_t>("a pickle");
    if (protocol < 2 || protocol > 5) fail("is a pickle of protocol " + std::to_string(protocol) + ", not 2 to 5");
    while (true) {
      at_ = reader_.position();
      const auto opcode = reader_.number<uint8_t>(kWhat);
      if (opcode == '.') break;
      if (!scalar(opcode) && !text(opcode) && !container(opcode) && !memo(opcode) && !object(opcode)) {
        const std::string_view name = name_of_opcode(opcode);
        const std::string number = "0x" + std::string{kHex[opcode >> 4], kHex[opcode & 15]};
        fail("uses the pickle opcode " + (name.empty() ? number : std::string(name)) + ", which is not read here");
      }
    }
    pickle_.root_ = pop();
    if (!stack_.empty() || !marks_.empty()) fail("is a malformed pickle: it ends with values left over");
    pickle_.size_ = reader_.position() - start_;
  }

 private:
  static constexpr std::string_view kWhat = "a pickle";
  static constexpr char kHex[] = "0123456789abcdef";

  [[noreturn]] void fail(const std::string& what) const {
    refuse_at_byte(reader_.path(), at_, what + std::string(kUntrusted));
  }

  PickleValue* make(Kind kind) {
    PickleValue& value = pickle_.values_.emplace_back();
    value.kind = kind;
    return &value;
  }
  PickleValue* push(Kind kind) {
    stack_.push_back(make(kind));
    return stack_.back();
  }
  void push_number(Kind kind, int64_t number) { push(kind)->number = number; }

  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  PickleValue* top() {
    if (stack_.size() <= floor()) fail("is a malformed pickle: its stack runs empty");
    return stack_.back();
  }
  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }
  // Pops the values above the last mark, and the mark.
  std::vector<const PickleValue*> pop_marked() {
    if (marks_.empty()) fail("is a malformed pickle: a mark is missing");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const PickleValue*> values(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return values;
  }

  bool scalar(uint8_t opcode) {
    switch (opcode) {
      case 'N':
        push(Kind::none);
        return true;
      case 0x88:
      case 0x89:
        push_number(Kind::boolean, opcode == 0x88 ? 1 : 0);
        return true;
      case 'K':
        push_number(Kind::integer, reader_.number<uint8_t>(kWhat));
        return true;
      case 'M':
        push_number(Kind::integer, reader_.number<uint16_t>(kWhat));
        return true;
      case 'J':
        push_number(Kind::integer, reader_.number<int32_t>(kWhat));
        return true;
      case 0x8a:
        push_number(Kind::integer, read_long(reader_.number<uint8_t>(kWhat)));
        return true;
      case 'G': {
        const std::string_view bytes = reader_.take(8, kWhat);  // big-endian
        uint64_t bits = 0;
        for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
        push(Kind::real)->real = std::bit_cast<double>(bits);
        return true;
      }
      default:
        return false;
    }
  }

  int64_t read_long(uint8_t size) {
    const std::string_view bytes = reader_.take(size, kWhat);
    if (size > 8) fail("holds a number beyond 64 bits");
    uint64_t value = size > 0 && (bytes.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return static_cast<int64_t>(value);
  }

  bool text(uint8_t opcode) {
    switch (opcode) {
      case 'X':
        push(Kind::string)->text = reader_.take(reader_.number<uint32_t>(kWhat), kWhat);
        return true;
      case 0x8c:
        push(Kind::string)->text = reader_.take(reader_.number<uint8_t>(kWhat), kWhat);
        return true;
      case 0x8d:
        push(Kind::string)->text = reader_.take(reader_.number<uint64_t>(kWhat), kWhat);
        return true;
      // Python 2 wrote its strings of bytes so, of which arrays and their types are made.
      case 'T':
      case 'B':
        push(Kind::bytes)->text = reader_.take(reader_.number<uint32_t>(kWhat), kWhat);
        return true;
      case 'U':
      case 'C':
        push(Kind::bytes)->text = reader_.take(reader_.number<uint8_t>(kWhat), kWhat);
        return true;
      case 0x8e:
      case 0x96:
        push(Kind::bytes)->text = reader_.take(reader_.number<uint64_t>(kWhat), kWhat);
        return true;
      default:
        return false;
    }
  }

  bool container(uint8_t opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case ')':
        push(Kind::tuple);
        return true;
      case ']':
        push(Kind::list);
        return true;
      case '}':
        push(Kind::dictionary);
        return true;
      case 0x8f:
        push(Kind::set);
        return true;
      case 't': {
        auto items = pop_marked();
        push(Kind::tuple)->items = std::move(items);
        return true;
      }
      case 0x91: {
        auto items = pop_marked();
        push(Kind::set)->items = std::move(items);
        return true;
      }
      case 0x85:
      case 0x86:
      case 0x87: {
        std::vector<const PickleValue*> items(opcode - 0x84u);
        for (size_t i = items.size(); i-- > 0;) items[i] = pop();
        push(Kind::tuple)->items = std::move(items);
        return true;
      }
      case 'a':
        append(Kind::list, {pop()});
        return true;
      case 'e':
        append(Kind::list, pop_marked());
        return true;
      case 0x90:
        append(Kind::set, pop_marked());
        return true;
      case 's': {
        const PickleValue* value = pop();
        const PickleValue* key = pop();
        append(Kind::dictionary, {key, value});
        return true;
      }
      case 'u': {
        const auto items = pop_marked();
        if (items.size() % 2 != 0) fail("is a malformed pickle: a key without a value");
        append(Kind::dictionary, items);
        return true;
      }
      default:
        return false;
    }
  }

  void append(Kind kind, const std::vector<const PickleValue*>& items) {
    PickleValue* target = top();
    const bool fits = target->is(kind) || (target->is(Kind::call) && kind == Kind::dictionary);
    if (!fits) fail("puts items into " + describe(*target) + ", which is not read here");
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  bool memo(uint8_t opcode) {
    switch (opcode) {
      case 0x94:
        store(memo_.size());
        return true;
      case 'q':
        store(reader_.number<uint8_t>(kWhat));
        return true;
      case 'r':
        store(reader_.number<uint32_t>(kWhat));
        return true;
      case 'h':
        recall(reader_.number<uint8_t>(kWhat));
        return true;
      case 'j':
        recall(reader_.number<uint32_t>(kWhat));
        return true;
      case 0x95:  // a frame, which only helps readers of streams
        reader_.number<uint64_t>(kWhat);
        return true;
      case '0':
        pop();
        return true;
      case '1':
        pop_marked();
        return true;
      default:
        return false;
    }
  }

  void store(size_t index) {
    // Writers count upwards, so a pickle has more bytes than memos.
    if (index > most_memos_) fail("is a malformed pickle: a memo of number " + std::to_string(index));
    if (index >= memo_.size()) memo_.resize(index + 1, nullptr);
    memo_[index] = top();
  }
  void recall(size_t index) {
    if (index >= memo_.size() || memo_[index] == nullptr) fail("is a malformed pickle: an unknown memo");
    stack_.push_back(memo_[index]);
  }

  bool object(uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        const std::string_view module = reader_.take_until('\n', kWhat);
        push_global(module, reader_.take_until('\n', kWhat));
        return true;
      }
      case 0x93: {
        const PickleValue* name = pop();
        const PickleValue* module = pop();
        if (!name->is(Kind::string) || !module->is(Kind::string)) fail("names a class by something other than strings");
        push_global(module->text, name->text);
        return true;
      }
      case 'R':
      case 0x81: {  // a class made or called: as data both are the same
        const PickleValue* arguments = pop();
        const PickleValue* callee = pop();
        if (!callee->is(Kind::global) || !arguments->is(Kind::tuple)) fail("calls " + describe(*callee));
        push(Kind::call)->items = {callee, arguments};
        return true;
      }
      case 'b': {
        const PickleValue* state = pop();
        if (!top()->is(Kind::call)) fail("gives a state to " + describe(*top()));
        top()->state = state;
        return true;
      }
      case 'Q': {
        const PickleValue* id = pop();
        push(Kind::persistent)->items = {id};
        return true;
      }
      default:
        return false;
    }
  }

  void push_global(std::string_view module, std::string_view name) {
    const bool known = std::ranges::any_of(
        allowed_, [&](const PickleGlobal& allowed) { return allowed.module == module && allowed.name == name; });
    if (!known) {
      fail("names " + printable(std::string(module) + "." + std::string(name), 120) + ", which is no part of a matrix");
    }
    PickleValue* text = make(Kind::string);
    text->text = name;
    PickleValue* global = push(Kind::global);
    global->text = module;
    global->items = {text};
  }

  Pickle& pickle_;
  ByteReader reader_;
  int64_t start_;
  const std::vector<PickleGlobal>& allowed_;
  size_t most_memos_;
  int64_t at_ = 0;  // of the opcode
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::vector<PickleValue*> memo_;
};

Pickle::Pickle(std::string_view path, std::string_view bytes, int64_t offset,
               const std::vector<PickleGlobal>& allowed) {
  PickleMachine(*this, ByteReader(path, bytes, offset), allowed).run();
}

}  // namespace gramian::host
