#include "host/formats/files/byte_stream.hpp"

#include <utility>

namespace gramian::host {
namespace {

class MappedStream : public ByteStream {
 public:
  explicit MappedStream(std::shared_ptr<const MappedFile> file) : file_(std::move(file)) { file_->advise_sequential(); }

  std::string_view peek(size_t /*count*/) override { return file_->bytes().substr(position_); }
  void skip(size_t count) override { position_ += count; }
  int64_t taken() const override { return static_cast<int64_t>(position_); }

 private:
  std::shared_ptr<const MappedFile> file_;
  size_t position_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> stream_of(std::shared_ptr<const MappedFile> file) {
  return std::make_unique<MappedStream>(std::move(file));
}

}  // namespace gramian::host
