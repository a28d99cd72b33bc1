// libFuzzer: what is more than one file. By the first byte: an index with its shard; GPT-2's two files; vocab.txt with
// its settings; a SentencePiece model alone. scripts/fuzz builds and runs it.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/embedding.hpp"
#include "host/text/tokenizer.hpp"
#include "tests/fuzz/place.hpp"

namespace {

using gramian::host::open_tokenizer;

void check(const gramian::host::Embedding& embedding) {
  const gramian::MatrixView& view = embedding.matrix.view;
  if (view.rows <= 0 || view.cols <= 0) std::abort();
  std::vector<double> row(static_cast<size_t>(view.cols));
  for (int64_t i = 0; i < view.rows; ++i) gramian::read_row(view, i, row.data());
}

void check(const gramian::host::Tokenizer& tokenizer, std::string_view text) {
  int64_t done = 0;
  for (const gramian::host::TextToken& token : tokenizer.encode(text)) {
    if (token.id < -1 || token.id >= tokenizer.size()) std::abort();
    if (token.begin < done || token.end < token.begin || token.end > std::ssize(text)) std::abort();
    done = token.end;
    tokenizer.token(token.id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  static const gramian::fuzz::Place place;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto [first, second] = gramian::fuzz::two_files(bytes);
  constexpr std::string_view kText = "The walking \xc3\xa9\xff\xf0\x9f\x98\x80 don't \xe4\xb8\xad ab theAb  123 ";
  try {
    switch (data[0] % 4) {
      case 0:
        place.put("one.safetensors", second);
        check(gramian::host::open_embedding(place.put("model.safetensors.index.json", first), std::nullopt, 1));
        break;
      case 1:
        place.put("merges.txt", second);
        std::filesystem::remove(place.folder() / "tokenizer_config.json");
        check(*open_tokenizer(place.put("vocab.json", first)), kText);
        break;
      case 2:
        place.put("tokenizer_config.json", second);
        check(*open_tokenizer(place.put("vocab.txt", first)), kText);
        break;
      default:
        check(*open_tokenizer(place.put("x.model", bytes)), kText);
    }
  } catch (const gramian::Error& error) {
    if (std::string_view(error.what()).find('\n') != std::string_view::npos) std::abort();
  }
  return 0;
}
