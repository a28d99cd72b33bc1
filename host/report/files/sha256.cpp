#include "host/report/files/sha256.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"

// The plain functions, which allocate nothing. EVP's look themselves up in tables, and where memory runs short while
// those are made OpenSSL 3.0 goes on to use what is not there.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace gramian::host {

struct Sha256::State {
  SHA256_CTX context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

std::string Sha256::digest() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &state_->context);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : digest) text += {kHex[byte >> 4], kHex[byte & 15]};
  return text;
}

std::string sha256_of_file(const std::string& path, const std::atomic<bool>& stop) {
  const auto refuse = [&path] { throw InvalidUsage(printable(path, 4096) + ": " + std::strerror(errno)); };
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) refuse();
  Sha256 sum;
  std::vector<std::byte> buffer(size_t{1} << 20);
  while (true) {
    if (stop) throw Interrupted("interrupted");
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse();
    if (count == 0) return sum.digest();
    sum.add(std::span(buffer).first(static_cast<size_t>(count)));
  }
}

}  // namespace gramian::host
