#include "host/formats/archives/decoder.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <iterator>
#include <new>

namespace gramian::host {
namespace {

using namespace std::string_view_literals;

// The most that the 32-bit counters of zlib and libbz2 hold.
constexpr size_t kMostAtOnce = size_t{1} << 30;

template <class Count>
Count at_once(size_t size) {
  return static_cast<Count>(std::min(size, kMostAtOnce));
}

class GzipDecoder : public Decoder {
 public:
  GzipDecoder() {
    constexpr int kGzip = 16;  // and nothing else, with its header and checksum
    if (inflateInit2(&state_, kGzip + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { inflateEnd(&state_); }

  Step step(std::string_view packed, char* out, size_t capacity) override {
    const auto in = at_once<uInt>(packed.size());
    const auto room = at_once<uInt>(capacity);
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    state_.avail_in = in;
    state_.next_out = reinterpret_cast<Bytef*>(out);
    state_.avail_out = room;
    const int status = inflate(&state_, Z_NO_FLUSH);
    Step step{in - state_.avail_in, room - state_.avail_out, status == Z_STREAM_END, {}};
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    // Z_BUF_ERROR: nothing could be done, which the caller sees by the counts.
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      step.fault = state_.msg != nullptr ? state_.msg : "it needs a dictionary";
    }
    return step;
  }

 private:
  z_stream state_{};
};

class Bzip2Decoder : public Decoder {
 public:
  Bzip2Decoder() {
    if (BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  ~Bzip2Decoder() override { BZ2_bzDecompressEnd(&state_); }

  Step step(std::string_view packed, char* out, size_t capacity) override {
    const auto in = at_once<unsigned>(packed.size());
    const auto room = at_once<unsigned>(capacity);
    state_.next_in = const_cast<char*>(packed.data());
    state_.avail_in = in;
    state_.next_out = out;
    state_.avail_out = room;
    const int status = BZ2_bzDecompress(&state_);
    Step step{in - state_.avail_in, room - state_.avail_out, status == BZ_STREAM_END, {}};
    if (status == BZ_MEM_ERROR) throw std::bad_alloc();
    if (status == BZ_DATA_ERROR_MAGIC) step.fault = "no block starts where one should";
    if (status == BZ_DATA_ERROR) step.fault = "a block's checksum or content is wrong";
    return step;
  }

 private:
  bz_stream state_{};
};

class XzDecoder : public Decoder {
 public:
  XzDecoder() {
    constexpr uint64_t kMostMemory = uint64_t{1} << 30;  // xz -9 needs 65 MiB
    if (lzma_stream_decoder(&state_, kMostMemory, 0) != LZMA_OK) throw std::bad_alloc();
  }
  ~XzDecoder() override { lzma_end(&state_); }

  Step step(std::string_view packed, char* out, size_t capacity) override {
    state_.next_in = reinterpret_cast<const uint8_t*>(packed.data());
    state_.avail_in = packed.size();
    state_.next_out = reinterpret_cast<uint8_t*>(out);
    state_.avail_out = capacity;
    const lzma_ret status = lzma_code(&state_, LZMA_RUN);
    Step step{packed.size() - state_.avail_in, capacity - state_.avail_out, status == LZMA_STREAM_END, {}};
    if (status == LZMA_MEM_ERROR) throw std::bad_alloc();
    if (status == LZMA_MEMLIMIT_ERROR) {
      step.fault = "it needs more than 1 GiB of memory to unpack";
    } else if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR) {
      step.fault = status == LZMA_OPTIONS_ERROR ? "it uses options that liblzma does not know"
                                                : "a block's checksum or content is wrong";
    }
    return step;
  }

 private:
  lzma_stream state_ = LZMA_STREAM_INIT;
};

class ZstdDecoder : public Decoder {
 public:
  ZstdDecoder() : state_(ZSTD_createDStream()) {
    if (state_ == nullptr) throw std::bad_alloc();
  }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;
  ~ZstdDecoder() override { ZSTD_freeDStream(state_); }

  Step step(std::string_view packed, char* out, size_t capacity) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer made{out, capacity, 0};
    const size_t status = ZSTD_decompressStream(state_, &made, &in);
    Step step{in.pos, made.pos, status == 0, {}};
    if (ZSTD_isError(status) != 0) step.fault = ZSTD_getErrorName(status);
    return step;
  }

 private:
  ZSTD_DStream* state_;
};

// "BZh" may begin a text; what follows it in a bzip2 file does not: the number that marks a block, or the end.
bool is_bzip2(std::string_view start) {
  return start.starts_with("BZh"sv) && start.size() >= 10 && start[3] >= '1' && start[3] <= '9' &&
         (start.substr(4, 6) == "1AY&SY"sv || start.substr(4, 6) == "\x17\x72\x45\x38\x50\x90"sv);
}

template <class D>
std::unique_ptr<Decoder> make() {
  return std::make_unique<D>();
}

constexpr Compression kCompressions[] = {
    {"gzip", "gunzip", [](std::string_view start) { return start.starts_with("\x1f\x8b"sv); }, make<GzipDecoder>},
    {"bzip2", "bunzip2", is_bzip2, make<Bzip2Decoder>},
    {"xz", "unxz",
     [](std::string_view start) {
       return start.starts_with(
           "\xfd"
           "7zXZ\0"sv);
     },
     make<XzDecoder>},
    {"zstd", "unzstd", [](std::string_view start) { return start.starts_with("\x28\xb5\x2f\xfd"sv); },
     make<ZstdDecoder>},
};

}  // namespace

const Compression* compression_of(std::string_view start) {
  const auto* const found =
      std::ranges::find_if(kCompressions, [&](const Compression& each) { return each.recognizes(start); });
  return found == std::end(kCompressions) ? nullptr : found;
}

}  // namespace gramian::host
