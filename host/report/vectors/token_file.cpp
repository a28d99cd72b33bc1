#include "host/report/vectors/token_file.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"
#include "host/text/tsv_text.hpp"

namespace gramian::host {
namespace {

/// Whether a reader of lines gets the same tokens: nothing in them ends a line, all of them together look like no
/// other kind of file, and not every line ends in what could be a count or a part of its end.
bool lines_read_back(int64_t count, const TokenOf& token) {
  constexpr std::string_view kStarts = "{\xef\xfe\xff\x80\x89\x1f\x28\xfd\x93";  // JSON, marks and magic numbers
  bool all_end_in_digits = true;
  bool all_end_in_return = true;
  for (int64_t row = 0; row < count; ++row) {
    const std::string_view bytes = token(row);
    if (bytes.find_first_of(std::string_view("\n\0", 2)) != std::string_view::npos) return false;
    const char last = bytes.empty() ? ' ' : bytes.back();
    all_end_in_digits = all_end_in_digits && ((last >= '0' && last <= '9') || last == '.');
    all_end_in_return = all_end_in_return && last == '\r';
  }
  const std::string_view first = token(0);
  const bool looks_foreign = !first.empty() && kStarts.find(first.front()) != std::string_view::npos;
  return !all_end_in_digits && !all_end_in_return && !looks_foreign;
}

void write_json(OutputFile& file, int64_t count, const TokenOf& token) {
  std::unordered_set<std::string_view> seen;
  std::string text = "{";
  for (int64_t row = 0; row < count; ++row) {
    const std::string_view bytes = token(row);
    const std::string named = "the token " + in_quotes(bytes) + " of row " + std::to_string(row);
    const std::string remedy = " cannot be told in a vocabulary where others hold line ends; leave one of them out";
    if (!seen.insert(bytes).second) throw InvalidInput(named + ", which stands there twice," + remedy);
    if (valid_utf8(bytes) != bytes) throw InvalidInput(named + ", which is not UTF-8," + remedy);
    text += (row == 0 ? "\n" : ",\n") + nlohmann::json(bytes).dump() + ": " + std::to_string(row);
    if (text.size() < size_t{1} << 20) continue;
    file.write(text);
    text.clear();
  }
  file.write(text + "\n}\n");
}

}  // namespace

void write_vocabulary(OutputFile& file, int64_t count, const TokenOf& token) {
  if (!lines_read_back(count, token)) return write_json(file, count, token);
  for (int64_t row = 0; row < count; ++row) {
    file.write(token(row));
    file.write("\n");
  }
}

int64_t write_labels(OutputFile& file, int64_t count, const TokenOf& token) {
  int64_t escaped = 0;
  for (int64_t row = 0; row < count; ++row) {
    const std::string_view bytes = token(row);
    const bool breaks = bytes.find_first_of("\t\n\r") != std::string_view::npos;
    escaped += breaks ? 1 : 0;
    if (breaks) {
      file.write(tsv_text(bytes));
    } else {
      file.write(bytes);
    }
    file.write("\n");
  }
  return escaped;
}

}  // namespace gramian::host
