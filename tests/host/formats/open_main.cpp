// open INPUT [VALUES]   prints what open_embedding finds, as JSON, and writes all values to VALUES as they lie in
// memory open --time INPUT     seconds of the fastest of five openings, each to the last value, and megabytes of values
// For tests that compare with other libraries' readers.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/embedding.hpp"

namespace {

using gramian::MatrixView;
using gramian::host::Embedding;
using gramian::host::open_embedding;

/// Tokens may be any bytes.
std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

void describe(const Embedding& embedding) {
  const MatrixView& view = embedding.matrix.view;
  nlohmann::json json = {{"path", embedding.path},
                         {"tensor", embedding.tensor},
                         {"format", embedding.format},
                         {"stored_type", embedding.stored_type},
                         {"dtype", std::string(gramian::element_name(view.type))},
                         {"rows", view.rows},
                         {"cols", view.cols},
                         {"converted", embedding.converted},
                         {"notes", embedding.notes},
                         {"files", embedding.files},
                         {"vocabulary_path", embedding.vocabulary_path},
                         {"tokens", nullptr}};
  if (embedding.vocabulary) {
    json["tokens"] = nlohmann::json::array();
    for (int64_t row = 0; row < embedding.vocabulary->size(); ++row) {
      json["tokens"].push_back(embedding.vocabulary->named(row) ? nlohmann::json(hex((*embedding.vocabulary)[row]))
                                                                : nlohmann::json(nullptr));
    }
  }
  std::printf("%s\n", json.dump().c_str());
}

void write_values(const Embedding& embedding, const char* path) {
  const MatrixView& view = embedding.matrix.view;
  const int64_t size = gramian::element_size(view.type);
  std::ofstream file(path, std::ios::binary);
  for (int64_t row = 0; row < view.rows; ++row) {
    file.write(reinterpret_cast<const char*>(view.data + row * view.row_stride * size), view.cols * size);
  }
}

void time_opening(const char* input) {
  double fastest = 1e9;
  int64_t bytes = 0;
  for (int run = 0; run < 5; ++run) {
    const auto start = std::chrono::steady_clock::now();
    const Embedding embedding = open_embedding(input, std::nullopt, 2);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, seconds.count());
    bytes = embedding.matrix.view.rows * embedding.matrix.view.cols * gramian::element_size(embedding.matrix.view.type);
  }
  std::printf("%.4f\t%.1f\n", fastest, static_cast<double>(bytes) / 1e6);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  try {
    if (std::string_view(arguments[1]) == "--time") {
      if (count < 3) return 2;
      time_opening(arguments[2]);
      return 0;
    }
    const Embedding embedding = open_embedding(arguments[1], std::nullopt, 2);
    describe(embedding);
    if (count > 2) write_values(embedding, arguments[2]);
  } catch (const gramian::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
