#include "host/formats/word_vectors/word2vec_binary.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "host/formats/files/message.hpp"
#include "host/formats/files/parallel.hpp"

namespace gramian::host {
namespace {

// Longer "tokens" mean that the records do not have d values each.
constexpr size_t kLongestToken = 1 << 16;

}  // namespace

NamedMatrix read_word2vec_binary(const std::shared_ptr<const MappedFile>& file, const Word2vecHeader& header,
                                 int threads) {
  const std::string& path = file->path();
  const std::string_view bytes = file->bytes();
  const std::string promise =
      "the header promises " + std::to_string(header.rows) + " vectors of " + std::to_string(header.cols);
  file->advise_sequential();

  // Cannot overflow: the header's dimensions were checked against the size of the file.
  const auto vector_size = static_cast<size_t>(header.cols * 4);
  const auto most_records = static_cast<int64_t>(bytes.size() / (vector_size + 1));
  std::vector<std::string_view> tokens;
  tokens.reserve(static_cast<size_t>(std::min(header.rows, most_records)));
  int64_t token_bytes = 0;
  auto position = static_cast<size_t>(header.size);
  for (int64_t row = 0; row < header.rows; ++row) {
    const size_t record = position;
    while (position < bytes.size() && bytes[position] == '\n') ++position;
    const std::string_view window = bytes.substr(position, kLongestToken + 1);
    const size_t length = window.find(' ');
    if (length == std::string_view::npos && window.size() > kLongestToken) {
      refuse_at_byte(path, static_cast<int64_t>(position),
                     promise + ", but record " + std::to_string(row + 1) +
                         " has no end of token; check the number of dimensions in the header");
    }
    if (length == std::string_view::npos || bytes.size() - position - length - 1 < vector_size) {
      refuse_at_byte(
          path, static_cast<int64_t>(record),
          promise + ", but the file holds only " + std::to_string(row) + " complete ones; copy or download it again");
    }
    tokens.push_back(window.substr(0, length));
    token_bytes += static_cast<int64_t>(length);
    position += length + 1 + vector_size;
  }
  const std::string_view rest = bytes.substr(position);
  if (!rest.empty() && rest != "\n") {
    refuse_at_byte(path, static_cast<int64_t>(position),
                   promise + ", but " + std::to_string(rest.size()) +
                       " bytes follow the last one; correct the header or write the file again");
  }

  const ValueBuffer buffer = allocate_values(path, ElementType::f32, header.rows, header.cols);
  constexpr int64_t kBlock = 1024;
  for_each_piece((header.rows + kBlock - 1) / kBlock, threads, [&](int64_t block) {
    const int64_t end = std::min(header.rows, (block + 1) * kBlock);
    for (int64_t row = block * kBlock; row < end; ++row) {
      const std::string_view token = tokens[static_cast<size_t>(row)];
      std::memcpy(buffer.bytes.get() + static_cast<size_t>(row) * vector_size, token.data() + token.size() + 1,
                  vector_size);
    }
  });

  NamedMatrix result{buffer.matrix(), {}};
  result.vocabulary.reserve(header.rows, token_bytes);
  for (const std::string_view token : tokens) result.vocabulary.push_back(token);
  return result;
}

}  // namespace gramian::host
