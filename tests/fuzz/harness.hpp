#pragma once
// What the fuzz targets share: how one is made, files in memory, and what is expected of everything that was read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/embedding.hpp"
#include "host/text/tokenizer.hpp"

namespace gramian::fuzz {

/// A reader and what it is given. `run` takes any bytes at all; it may throw gramian::Error and nothing else.
class Target {
 public:
  using Run = void (*)(std::string_view bytes);
  /// Adds itself to all().
  Target(std::string_view name, Run run);

  static const std::vector<Target>& all();

  std::string_view name() const { return name_; }
  /// What `bytes` were refused with; empty where they were read. Aborts where the refusal is not one line of text.
  std::string refusal(std::string_view bytes) const;

 private:
  std::string_view name_;
  Run run_;
};

/// Aborts, saying `what`, where `holds` is false.
void expect(bool holds, const char* what);

/// Writes `bytes` to the file `name` of a folder of this process, which lies in memory where the machine has /dev/shm.
/// The path stays the same as long as the process lives, and so does the file. Nothing may be mapped that was read from
/// it before.
std::string put(const std::string& name, std::string_view bytes);
/// Removes it.
void remove(const std::string& name);

/// `bytes` that begin with `magic`: what stands in its place is overwritten, so that real files stay what they are.
std::string beginning_with(std::string_view magic, std::string_view bytes);

/// What stands before the first line "==", and what after it.
struct Halves {
  std::string_view first;
  std::string_view second;
};
Halves halves(std::string_view bytes);

/// The first byte, which chooses among what a target does; the rest is what it does it to.
struct Chosen {
  unsigned choice = 0;
  std::string_view rest;
};
Chosen chosen(std::string_view bytes);

/// Calls `with` and returns whether it refused. For targets that go on after a refusal.
bool refuses(void (*with)(void*), void* context);
template <class With>
bool refuses(With with) {
  return refuses([](void* context) { (*static_cast<With*>(context))(); }, &with);
}

/// Options of a reader that has 64 MiB of memory.
host::ReadOptions little_memory();
/// Opens the matrix at `path` with such options, and reads every value and every token.
void open_and_read(const std::string& path);
void read_all(const host::Embedding& embedding);
void read_all(const Matrix& matrix);
/// That both hold the same values, bit for bit, and the same tokens.
void expect_same(const host::Embedding& one, const host::Embedding& other);
/// That the tokens of `text` are rows, and neither overlap nor leave the text.
void cut(const host::Tokenizer& tokenizer, std::string_view text);

}  // namespace gramian::fuzz
