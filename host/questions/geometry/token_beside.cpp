#include "host/questions/geometry/token_beside.hpp"

#include <atomic>
#include <filesystem>
#include <system_error>
#include <utility>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/vocabularies/vocabulary_file.hpp"
#include "host/report/files/committing.hpp"
#include "host/report/files/sha256.hpp"
#include "host/report/vectors/token_file.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return !a.empty() && !b.empty() && fs::equivalent(a, b, ignored);
}

[[noreturn]] void refuse_name(const std::string& matrix, const std::string& what) {
  throw InvalidUsage(host::printable(matrix, 4096) + ": " + what + "; choose another name or folder for the output");
}

}  // namespace

TokensBeside::TokensBeside(Run& run, const Input& input, const Space& space, std::string matrix,
                           const host::VectorFormat& format)
    : matrix_(std::move(matrix)) {
  if (format.tokens == host::VectorFormat::Tokens::inside) return;
  const std::string own = host::own_vocabulary_path(matrix_);
  if (input.vocabulary() != nullptr) path_ = host::token_path(matrix_, format);
  if (own != path_ && exists(own)) refuse_name(matrix_, host::printable(own, 4096) + " would name its rows");
  if (input.vocabulary() == nullptr) return;

  file_.emplace(path_);
  const auto token = [&](int64_t row) { return (*input.vocabulary())[space.matrix_row(row)]; };
  if (format.tokens == host::VectorFormat::Tokens::metadata) {
    if (const int64_t escaped = host::write_labels(*file_, space.size(), token); escaped > 0) {
      run.note(host::grouped(escaped) + " tokens hold tabs or line ends, which stand escaped among the labels.");
    }
  } else {
    host::write_vocabulary(*file_, space.size(), token);
  }
  file_->finish();
  if (!exists(path_)) return;
  std::error_code ignored;
  const std::atomic<bool> never{false};
  if (fs::is_regular_file(path_, ignored) &&
      host::sha256_of_file(path_, never) == file_->sha256([&run] { run.check(); })) {
    file_.reset();  // it lies there already, whatever else it names
    return;
  }
  const bool of_input = same_file(path_, input.embedding.vocabulary_path) && !same_file(matrix_, input.embedding.path);
  if (of_input || !exists(matrix_)) {
    refuse_name(matrix_, "its tokens would replace " + host::printable(path_, 4096) + ", which names other rows");
  }
}

std::optional<host::ListedFile> TokensBeside::listed(const std::function<void()>& check) {
  if (!file_) return std::nullopt;
  return host::ListedFile{host::valid_utf8(fs::path(path_).filename().string()), file_->bytes(), file_->sha256(check)};
}

void TokensBeside::commit(host::OutputFile& matrix) {
  matrix.finish();
  const host::Committing now;
  if (file_) {
    std::error_code ignored;
    if (exists(path_)) fs::remove(matrix_, ignored);
    file_->commit();
  }
  matrix.commit();
}

}  // namespace gramian::questions
