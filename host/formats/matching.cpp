#include "host/formats/matching.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/arrays/npz.hpp"
#include "host/formats/checkpoints/tensor_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hub/locate.hpp"

namespace gramian::host {
namespace {

/// What is in the file, whether or not one matrix of it can be told to be meant.
std::vector<StoredTensor> tensors_of(const std::shared_ptr<const MappedFile>& file) {
  if (!is_npz(file->bytes())) return open_tensor_file(file)->tensors();
  Embedding listed;
  Source source;
  source.file = file;
  try {
    read_npz(source, listed);
  } catch (const InvalidInput&) {
    if (listed.tensors.empty()) throw;
  }
  return listed.tensors;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// As people order names: runs of digits by what they count.
bool before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const auto number = [](std::string_view& text) {
        size_t end = 0;
        while (end < text.size() && is_digit(text[end])) ++end;
        std::string_view digits = text.substr(0, end);
        text.remove_prefix(end);
        digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
        return std::pair(digits.size(), digits);
      };
      const auto one = number(a);
      const auto two = number(b);
      if (one != two) return one < two;
      continue;
    }
    if (a.front() != b.front()) return a.front() < b.front();
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

}  // namespace

std::vector<std::string> matching_inputs(const std::string& input) {
  const size_t hash = input.rfind('#');
  if (hash == std::string::npos || input.find_first_of("*?", hash) == std::string::npos) return {input};
  const std::string path = input.substr(0, hash);
  const std::string pattern = input.substr(hash + 1);
  std::vector<std::string> names;
  for (const StoredTensor& tensor : tensors_of(MappedFile::open(locate(path).path))) {
    if (tensor.shape.size() == 2 && ::fnmatch(pattern.c_str(), tensor.name.c_str(), 0) == 0) {
      names.push_back(tensor.name);
    }
  }
  if (names.empty()) {
    throw InvalidUsage(printable(path, 4096) + ": no matrix in it has a name like " + in_quotes(pattern));
  }
  std::ranges::sort(names, before);
  for (std::string& name : names) name = path + "#" + name;
  return names;
}

}  // namespace gramian::host
