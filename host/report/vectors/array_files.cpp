#include "host/report/vectors/array_files.hpp"

#include <string>

#include "engine/narrow.hpp"
#include "host/report/files/npy_writer.hpp"
#include "host/report/files/stored_zip.hpp"
#include "host/report/vectors/values.hpp"

namespace gramian::host {
namespace {

int64_t bytes_of(const VectorShape& shape) {
  return checked_product(checked_product(shape.rows, shape.cols, "rows x dimensions"), element_size(shape.type),
                         "bytes");
}

std::string npy_header_of(const VectorShape& shape) {
  const char* const descr = shape.type == ElementType::f64 ? "<f8" : shape.type == ElementType::f16 ? "<f2" : "<f4";
  return npy_header(descr, {shape.rows, shape.cols});
}

class BinaryRows : public VectorFile {
 public:
  explicit BinaryRows(const VectorShape& shape) : shape_(shape) {}
  void encode(std::string_view /*token*/, std::span<const double> row, std::string& bytes) const override {
    for (const double value : row) append_binary(bytes, value, shape_.type);
  }

 protected:
  VectorShape shape_;
};

class NpyFile final : public BinaryRows {
 public:
  using BinaryRows::BinaryRows;
  void begin(OutputFile& file) override { file.write(npy_header_of(shape_)); }
};

class NpzFile final : public BinaryRows {
 public:
  explicit NpzFile(const VectorShape& shape) : BinaryRows(shape) {
    member_.name = "vectors.npy";
    at_ = member_.header_bytes();
  }
  void begin(OutputFile& file) override { write(file, npy_header_of(shape_)); }
  void write(OutputFile& file, std::string_view bytes) override {
    const auto raw = std::as_bytes(std::span(bytes));
    file.write_at(at_, raw);
    at_ += std::ssize(bytes);
    member_.size += std::ssize(bytes);
    member_.crc = crc32_of(member_.crc, raw);
  }
  void end(OutputFile& file) override { write_zip_records(file, std::span(&member_, 1), at_); }

 private:
  StoredMember member_;
  int64_t at_ = 0;
};

class SafetensorsFileWriter final : public BinaryRows {
 public:
  using BinaryRows::BinaryRows;
  void begin(OutputFile& file) override {
    const char* const type = shape_.type == ElementType::f64    ? "F64"
                             : shape_.type == ElementType::f16  ? "F16"
                             : shape_.type == ElementType::bf16 ? "BF16"
                                                                : "F32";
    std::string header = R"({"__metadata__":{"format":"pt"},"embedding.weight":{"dtype":")" + std::string(type) +
                         R"(","shape":[)" + std::to_string(shape_.rows) + "," + std::to_string(shape_.cols) +
                         R"(],"data_offsets":[0,)" + std::to_string(bytes_of(shape_)) + "]}}";
    while (header.size() % 8 != 0) header += ' ';  // so that the numbers are aligned
    std::string length;
    for (size_t k = 0; k < 8; ++k) length += static_cast<char>(header.size() >> (8 * k) & 0xff);
    file.write(length + header);
  }
};

}  // namespace

std::unique_ptr<VectorFile> make_npy_file(const VectorShape& shape) { return std::make_unique<NpyFile>(shape); }
std::unique_ptr<VectorFile> make_npz_file(const VectorShape& shape) { return std::make_unique<NpzFile>(shape); }
std::unique_ptr<VectorFile> make_safetensors_file(const VectorShape& shape) {
  return std::make_unique<SafetensorsFileWriter>(shape);
}

}  // namespace gramian::host
