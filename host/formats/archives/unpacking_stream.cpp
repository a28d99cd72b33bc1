#include "host/formats/archives/unpacking_stream.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

class UnpackingStream : public ByteStream {
 public:
  UnpackingStream(std::shared_ptr<const MappedFile> file, const Compression& compression)
      : file_(std::move(file)), compression_(compression), decoder_(compression.decoder()) {
    file_->advise_sequential();
  }

  std::string_view peek(size_t count) override {
    if (end_ - begin_ < count && !ended_) fill(count);
    return {buffer_.get() + begin_, end_ - begin_};
  }
  void skip(size_t count) override { begin_ += count; }
  int64_t taken() const override { return static_cast<int64_t>(position_); }

 private:
  // Until `count` bytes are there, or the end.
  void fill(size_t count) {
    if (begin_ > 0) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    while (end_ < count && !ended_) {
      if (end_ == capacity_) grow(count);
      step();
    }
  }

  // Not at once to what is asked for: what is there may be little.
  void grow(size_t count) {
    constexpr size_t kLeast = size_t{1} << 16;
    const size_t capacity = std::min(count + count / 8, std::max(kLeast, 4 * capacity_));
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::copy(buffer_.get(), buffer_.get() + end_, larger.get());
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }

  void step() {
    const std::string_view packed = file_->bytes().substr(position_);
    const Decoder::Step step = decoder_->step(packed, buffer_.get() + end_, capacity_ - end_);
    position_ += step.taken;
    end_ += step.made;
    made_ += step.made;
    if (!step.fault.empty()) fail("the " + std::string(compression_.name) + " data is damaged (" + step.fault + ")");
    if (step.ended) {
      go_on();
    } else if (step.taken == 0 && step.made == 0) {
      fail("the " + std::string(compression_.name) + " data is cut off");
    }
  }

  // After the end of a compressed stream.
  void go_on() {
    const std::string_view rest = file_->bytes().substr(position_);
    if (rest.find_first_not_of('\0') == std::string_view::npos) {  // tapes and xz pad with zeros
      ended_ = true;
    } else if (compression_.recognizes(rest)) {
      decoder_ = compression_.decoder();
    } else {
      fail("something else follows the end of the " + std::string(compression_.name) + " data");
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    refuse_at_byte(file_->path(), static_cast<int64_t>(position_),
                   what + ", " + std::to_string(made_) + " unpacked bytes in; copy or download the file again");
  }

  std::shared_ptr<const MappedFile> file_;
  const Compression& compression_;
  std::unique_ptr<Decoder> decoder_;
  size_t position_ = 0;  // in the file
  uint64_t made_ = 0;
  bool ended_ = false;
  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t begin_ = 0;  // of what is unpacked and not yet skipped
  size_t end_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> unpack(std::shared_ptr<const MappedFile> file, const Compression& compression) {
  return std::make_unique<UnpackingStream>(std::move(file), compression);
}

}  // namespace gramian::host
