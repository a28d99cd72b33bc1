#include "host/questions/run/inputs.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/input_watch.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hub/hub_cache.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/files/input_sums.hpp"
#include "host/report/wording.hpp"
#include "host/text/spelling.hpp"
#include "host/text/unicode.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::questions {
namespace {

/// A file so large, of which the matrix is so small a part, is not read to its end for a sum: the values have one.
bool read_in_part(const std::string& path, const MatrixView& view) {
  constexpr double kLarge = double{int64_t{1} << 30};
  std::error_code unknown;
  const auto bytes = static_cast<double>(std::filesystem::file_size(path, unknown));
  const auto values = static_cast<double>(view.rows * view.cols * element_size(view.type));
  return !unknown && bytes > kLarge && bytes > 2.0 * values;
}

InputSums sums_of(const host::Embedding& embedding, const std::atomic<bool>& stop) {
  InputSums sums;
  for (const std::string& file : embedding.files) {
    if (const auto known = host::sha256_of_cached(file)) {
      sums.files.push_back({known, true});
    } else if (read_in_part(file, embedding.matrix.view)) {
      sums.files.push_back({});
      if (!sums.values) sums.values = host::sha256_of_values(embedding.matrix.view, stop);
    } else {
      sums.files.push_back({host::sha256_of_input(file, stop), false});
    }
  }
  return sums;
}

void require_unchanged(const host::Embedding& embedding, const InputSums& sums, const std::atomic<bool>& stop) {
  for (size_t f = 0; f < sums.files.size(); ++f) {
    const std::string& path = embedding.files[f];
    if (sums.files[f].sha256) {
      host::require_unchanged(path, *sums.files[f].sha256, stop);
    } else if (!host::left_alone(path) && host::sha256_of_values(embedding.matrix.view, stop) != sums.values) {
      host::refuse_changed(path);
    }
  }
}

}  // namespace

GivenMatrix open_matrix(const std::string& path, const std::optional<std::filesystem::path>& vocab, int threads,
                        const host::ReadOptions& reading) {
  GivenMatrix matrix;
  matrix.embedding = host::open_embedding(path, vocab, threads, reading);
  const auto hash = [embedding = matrix.embedding] {
    const std::atomic<bool> never{false};
    return sums_of(embedding, never);
  };
  matrix.sums = std::async(std::launch::deferred, hash).share();
  return matrix;
}

Input& Inputs::open(const std::string& path, const std::optional<std::filesystem::path>& vocab, int threads,
                    const host::ReadOptions& reading) {
  Input& input = inputs_.emplace_back();
  if (const auto given = given_.find(path); given != given_.end() && !vocab) {
    input.embedding = given->second.embedding;
    hashes_.push_back(given->second.sums);
    return input;
  }
  input.embedding = host::open_embedding(path, vocab, threads, reading);
  const auto hash = [this, &embedding = input.embedding] { return sums_of(embedding, stop_hashing_); };
  try {
    hashes_.push_back(std::async(std::launch::async, hash).share());
  } catch (const std::system_error&) {
    hashes_.push_back(
        std::async(std::launch::deferred, hash).share());  // no further thread: when the sums are asked for
  }
  return input;
}

const Input* Inputs::find(const MatrixView& matrix) const {
  const auto found = std::ranges::find_if(inputs_, [&](const Input& input) {
    return input.view().data == matrix.data && input.view().row_stride == matrix.row_stride &&
           input.view().device == matrix.device;
  });
  return found == inputs_.end() ? nullptr : &*found;
}

double Inputs::copied_bytes() const {
  double bytes = 0.0;
  for (const Input& input : inputs_) {
    if (!input.embedding.converted || input.view().device != nullptr) continue;
    bytes += static_cast<double>(input.view().rows * input.view().cols * element_size(input.view().type));
  }
  return bytes;
}

double Inputs::mapped_bytes() const {
  double bytes = 0.0;
  for (const Input& input : inputs_) {
    if (input.embedding.converted || input.view().device != nullptr) continue;
    bytes += static_cast<double>(input.view().rows * input.view().cols * element_size(input.view().type));
  }
  return bytes;
}

Json Inputs::json(const std::function<void()>& check) {
  Json inputs = Json::array();
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const host::Embedding& embedding = inputs_[i].embedding;
    while (hashes_[i].wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout) check();
    const InputSums sums = hashes_[i].get();
    require_unchanged(embedding, sums, stop_hashing_);
    const auto written = [](const std::optional<std::string>& sum) { return sum ? Json(*sum) : Json(); };
    Json files = Json::array();
    for (size_t f = 0; f < sums.files.size(); ++f) {
      const FileSum& sum = sums.files[f];
      const Json from = !sum.sha256 ? Json() : Json(sum.from_name ? "name" : "content");
      files.push_back(
          {{"path", host::valid_utf8(embedding.files[f])}, {"sha256", written(sum.sha256)}, {"sha256_from", from}});
    }
    Json input;
    input["path"] = host::valid_utf8(embedding.path);
    input["tensor"] = embedding.tensor.empty() ? Json(nullptr) : Json(host::valid_utf8(embedding.tensor));
    input["format"] = embedding.format;
    input["sha256"] = sums.files.empty() ? Json() : written(sums.files[0].sha256);
    if (sums.values) input["values_sha256"] = *sums.values;
    input["files"] = std::move(files);
    input["rows"] = inputs_[i].view().rows;
    input["dim"] = inputs_[i].view().cols;
    input["dtype"] = element_name(inputs_[i].view().type);
    if (!embedding.stored_type.empty()) input["stored_type"] = host::valid_utf8(embedding.stored_type);
    input["vocabulary"] = nullptr;
    if (!embedding.vocabulary_path.empty()) {
      input["vocabulary"] = host::valid_utf8(embedding.vocabulary_path);
    } else if (embedding.vocabulary) {
      input["vocabulary"] = host::valid_utf8(embedding.path);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

std::string describe(const Input& input) {
  const host::Embedding& embedding = input.embedding;
  std::string text = host::printable(embedding.path, 200);
  if (!embedding.tensor.empty()) text += "#" + host::printable(embedding.tensor, 100);
  const std::string stored = embedding.stored_type.empty() ? "" : embedding.stored_type + " as ";
  return text + ": " + embedding.format + ", " + stored + std::string(element_name(input.view().type)) + ", " +
         host::grouped(input.view().rows) + " x " + host::grouped(input.view().cols);
}

std::string name_in_table(const Input& input) {
  const std::string name = std::filesystem::path(input.embedding.path).filename().string();
  return host::printable(name + (input.embedding.tensor.empty() ? "" : "#" + input.embedding.tensor), 200);
}

Json path_and_tensor(const Input& input) {
  Json json;
  json["path"] = host::valid_utf8(input.embedding.path);
  json["tensor"] = input.embedding.tensor.empty() ? Json(nullptr) : Json(host::valid_utf8(input.embedding.tensor));
  return json;
}

const Vocabulary& require_vocabulary(const Input& input, const std::string& what_for) {
  if (input.vocabulary() == nullptr) {
    throw InvalidUsage(host::printable(input.embedding.path, 4096) + ": has no vocabulary, which " + what_for +
                       " needs; give --vocab PATH");
  }
  return *input.vocabulary();
}

int64_t require_token(const Input& input, const std::string& token) {
  const Vocabulary& vocabulary = require_vocabulary(input, "finding tokens");
  if (const auto row = host::find_token(vocabulary, token)) return *row;
  std::string message =
      "unknown token " + token_in_quotes(token, 200) + " in " + host::printable(input.embedding.path, 4096);
  const std::vector<std::string> nearest = host::nearest_spellings(vocabulary, token, 3);
  for (size_t k = 0; k < nearest.size(); ++k) {
    message += (k == 0 ? "; nearest: " : ", ") + token_in_quotes(nearest[k], 60);
    if (host::composed(nearest[k]) == host::composed(token)) message += " (its accents are composed differently)";
  }
  throw InvalidUsage(message);
}

std::string name_bad_rows(const Input& input, const BadRows& bad) {
  std::vector<std::pair<int64_t, const char*>> rows;
  for (const int64_t row : bad.zero) rows.emplace_back(row, "zero");
  for (const int64_t row : bad.nonfinite) rows.emplace_back(row, "NaN or infinite");
  std::ranges::sort(rows);
  std::string text = host::grouped(bad.count()) + (bad.count() == 1 ? " row" : " rows") + " without a cosine: ";
  constexpr size_t kNamed = 5;
  for (size_t k = 0; k < std::min(rows.size(), kNamed); ++k) {
    const auto [row, why] = rows[k];
    text += (k > 0 ? ", " : "") + std::string("row ") + std::to_string(row);
    if (input.vocabulary() != nullptr && input.vocabulary()->named(row)) {
      text += " " + token_in_quotes((*input.vocabulary())[row]);
    }
    text += std::string(" (") + why + ")";
  }
  return text + (rows.size() > kNamed ? ", ..." : "");
}

std::string name_of(const Input& input, int64_t matrix_row) {
  const Vocabulary* vocabulary = input.vocabulary();
  return vocabulary != nullptr && vocabulary->named(matrix_row) ? token_in_quotes((*vocabulary)[matrix_row])
                                                                : "row " + std::to_string(matrix_row);
}

}  // namespace gramian::questions
