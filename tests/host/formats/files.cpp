#include "tests/host/formats/files.hpp"

#include <stdlib.h>

#include <fstream>
#include <stdexcept>
#include <system_error>

namespace gramian::host::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "gramian-formats-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory: " + name);
  root_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

std::string TempDir::write(const std::string& name, std::string_view bytes) const {
  std::filesystem::create_directories((root_ / name).parent_path());
  std::ofstream file(root_ / name, std::ios::binary);
  file.write(bytes.data(), std::ssize(bytes));
  if (!file.flush()) throw std::runtime_error("cannot write " + path(name));
  return path(name);
}

std::string npy(std::string_view dictionary, std::string_view data, int version) {
  std::string header(dictionary);
  const size_t prefix = version == 1 ? 10 : 12;
  while ((prefix + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  file +=
      version == 1 ? bytes_of(static_cast<uint16_t>(header.size())) : bytes_of(static_cast<uint32_t>(header.size()));
  return file + header + std::string(data);
}

std::string npy_dictionary(std::string_view descr, std::string_view shape, bool fortran_order) {
  return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + (fortran_order ? "True" : "False") +
         ", 'shape': " + std::string(shape) + ", }";
}

std::string safetensors(std::string_view header, std::string_view data) {
  return bytes_of(static_cast<uint64_t>(header.size())) + std::string(header) + std::string(data);
}

std::string tensor_entry(std::string_view name, std::string_view dtype, std::string_view shape, int64_t begin,
                         int64_t end) {
  std::string entry = "\"";
  entry.append(name).append("\":{\"dtype\":\"").append(dtype).append("\",\"shape\":").append(shape);
  return entry + ",\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(end) + "]}";
}

std::string object(std::initializer_list<std::string_view> entries) {
  std::string text = "{";
  for (const std::string_view entry : entries) text.append(text.size() > 1 ? "," : "").append(entry);
  return text += '}';
}

std::string numbered(std::string_view prefix, int64_t number) { return std::string(prefix) + std::to_string(number); }

std::vector<double> values_of(const Embedding& embedding) {
  const MatrixView& view = embedding.matrix.view;
  std::vector<double> values(static_cast<size_t>(view.rows * view.cols));
  for (int64_t row = 0; row < view.rows; ++row) read_row(view, row, values.data() + row * view.cols);
  return values;
}

std::vector<std::string> tokens_of(const Embedding& embedding) {
  std::vector<std::string> tokens;
  if (!embedding.vocabulary) return tokens;
  for (int64_t row = 0; row < embedding.vocabulary->size(); ++row) {
    tokens.push_back(embedding.vocabulary->named(row) ? std::string((*embedding.vocabulary)[row]) : "<unnamed>");
  }
  return tokens;
}

}  // namespace gramian::host::test
