#include "host/report/files/sha256.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "engine/error.hpp"
#include "host/formats/files/descriptor.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) {
    throw OutOfMemory("not enough memory to hash a file");
  }
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Sha256::digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += {kHex[digest[i] >> 4], kHex[digest[i] & 15]};
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
