#include "host/formats/checkpoints/packed_tensor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"
#include "host/formats/named_matrix.hpp"

namespace gramian::host {
namespace {

bool is_integer(ElementType type) {
  return type != ElementType::f64 && type != ElementType::f32 && type != ElementType::f16 && type != ElementType::bf16;
}

// "model.embed_tokens" for "model.embed_tokens.weight".
std::string module_of(const std::string& name) { return name.substr(0, std::min(name.rfind('.'), name.size())); }

// Names of tensors beside packed codes: of MLX, of GPTQ and AWQ, of bitsandbytes, of compressed-tensors.
std::vector<std::string> companions(const std::string& name, const std::vector<std::string>& names) {
  constexpr std::array<std::string_view, 13> kEndings = {"scales",
                                                         "biases",
                                                         "qzeros",
                                                         "zeros",
                                                         "g_idx",
                                                         "SCB",
                                                         "absmax",
                                                         "quant_map",
                                                         "weight_scale",
                                                         "weight_scale_inv",
                                                         "weight_zero_point",
                                                         "weight.absmax",
                                                         "weight.quant_map"};
  const std::string prefix = module_of(name) + ".";
  std::vector<std::string> found;
  for (const std::string& other : names) {
    if (other == name || !other.starts_with(prefix)) continue;
    if (std::ranges::find(kEndings, std::string_view(other).substr(prefix.size())) != kEndings.end()) {
      found.push_back(other);
    }
  }
  return found;
}

struct Packed {
  Matrix codes;
  Matrix scales;
  Matrix biases;
  AffinePacking packing;
  int64_t cols() const { return scales.view.cols * packing.group; }
};

// Why the parts do not fit; empty where they do.
std::string misfit(const Packed& packed) {
  const auto [group, bits] = packed.packing;
  const MatrixView& codes = packed.codes.view;
  const MatrixView& scales = packed.scales.view;
  const MatrixView& biases = packed.biases.view;
  if (bits < 1 || bits > 8 || group < 1 || group > 1 << 20) {
    return "config.json packs " + std::to_string(bits) + " bits in groups of " + std::to_string(group);
  }
  if (codes.type != ElementType::u32) return "its codes are no 32-bit words";
  if (is_integer(scales.type) || is_integer(biases.type)) return "its scales or biases are integers";
  if (scales.rows != codes.rows || biases.rows != codes.rows || biases.cols != scales.cols) {
    return "its scales and biases have other extents";
  }
  int64_t wanted = 0;
  if (__builtin_mul_overflow(scales.cols, group * bits, &wanted) || codes.cols > (int64_t{1} << 50) ||
      codes.cols * 32 != wanted) {
    return "rows of " + std::to_string(codes.cols) + " words are not " + std::to_string(scales.cols) + " groups of " +
           std::to_string(group) + " values of " + std::to_string(bits) + " bits";
  }
  return {};
}

void unpack_row(const Packed& packed, int64_t row, std::vector<double>& scales, std::vector<double>& biases,
                float* out) {
  const auto [group, bits] = packed.packing;
  read_row(packed.scales.view, row, scales.data());
  read_row(packed.biases.view, row, biases.data());
  const MatrixView& codes = packed.codes.view;
  const std::byte* next = codes.data + row * codes.row_stride * 4;
  const uint64_t mask = (uint64_t{1} << bits) - 1;
  // Codes lie without gaps, the lowest bits first.
  uint64_t window = 0;
  int64_t held = 0;
  for (size_t g = 0; g < scales.size(); ++g) {
    const auto scale = static_cast<float>(scales[g]);
    const auto bias = static_cast<float>(biases[g]);
    for (int64_t i = 0; i < group; ++i) {
      if (held < bits) {
        uint32_t word = 0;
        std::memcpy(&word, next, sizeof word);
        next += sizeof word;
        window |= static_cast<uint64_t>(word) << held;
        held += 32;
      }
      *out++ = scale * static_cast<float>(window & mask) + bias;
      window >>= bits;
      held -= bits;
    }
  }
}

Matrix unpack(const std::string& path, const Packed& packed, int threads) {
  const int64_t rows = packed.codes.view.rows;
  const int64_t cols = packed.cols();
  const ValueBuffer buffer = allocate_values(path, ElementType::f32, rows, cols);
  constexpr int64_t kRows = 256;
  for_each_piece((rows + kRows - 1) / kRows, threads, [&](int64_t piece) {
    std::vector<double> scales(static_cast<size_t>(packed.scales.view.cols));
    std::vector<double> biases(scales.size());
    for (int64_t row = piece * kRows; row < std::min(rows, (piece + 1) * kRows); ++row) {
      unpack_row(packed, row, scales, biases, reinterpret_cast<float*>(buffer.bytes.get()) + row * cols);
    }
  });
  return buffer.matrix();
}

}  // namespace

ModelMatrix take_tensor(const TensorSource& source, const std::string& name, int threads) {
  ModelMatrix model{name, source.matrix(name)};
  if (!is_integer(model.matrix.view.type)) return model;
  const std::vector<std::string> beside = companions(name, source.names);
  if (beside.empty()) return model;

  const std::string module = module_of(name);
  const std::string shown = "tensor " + in_quotes(name) + " is quantized: its integers are codes, with " +
                            printable(beside.front(), 120) + " beside them";
  const std::string remedy = "; give the model before quantization";
  const bool affine = std::ranges::find(beside, module + ".scales") != beside.end() &&
                      std::ranges::find(beside, module + ".biases") != beside.end();
  if (!affine) refuse(source.path, shown + ", in a packing that is not undone here" + remedy);
  const ModelConfig config = source.config();
  if (!config.packing_mode.empty()) {
    refuse(source.path,
           shown + ", in the packing " + in_quotes(config.packing_mode) + ", which is not undone here" + remedy);
  }
  const auto own = config.packing_of.find(module);
  if (own == config.packing_of.end() && !config.packing) {
    refuse(source.path, shown +
                            ", and no config.json beside it says how many bits and values a group they have; put "
                            "the config.json of the model there, or give the model before quantization");
  }
  const Packed packed{model.matrix, source.matrix(module + ".scales"), source.matrix(module + ".biases"),
                      own == config.packing_of.end() ? *config.packing : own->second};
  if (const std::string why = misfit(packed); !why.empty()) {
    refuse(source.path, shown + ", but " + why + "; download the model and its config.json again");
  }
  model.matrix = unpack(source.path, packed, threads);
  model.converted = true;
  model.stored_type = "affine " + std::to_string(packed.packing.bits) + "-bit";
  model.notes.push_back("Values are stored as " + std::to_string(packed.packing.bits) + "-bit codes in groups of " +
                        std::to_string(packed.packing.group) + " and were dequantized to fp32.");
  return model;
}

}  // namespace gramian::host
