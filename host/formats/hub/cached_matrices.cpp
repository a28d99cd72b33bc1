#include "host/formats/hub/cached_matrices.hpp"

#include "engine/error.hpp"
#include "host/formats/checkpoints/gguf_file.hpp"
#include "host/formats/checkpoints/gguf_model.hpp"
#include "host/formats/checkpoints/tensor_file.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hub/hub_cache.hpp"
#include "host/formats/hub/model_folder.hpp"

namespace gramian::host {
namespace {

StoredTensor describe(const std::shared_ptr<const MappedFile>& file, std::string_view role) {
  StoredTensor tensor = is_gguf(file->bytes()) ? describe_gguf(file, role) : describe_tensor(file, role);
  if (tensor.shape.size() != 2) refuse(file->path(), "its tensor " + in_quotes(tensor.name) + " is no matrix");
  return tensor;
}

void add(CacheListing& listing, const std::string& model, const StoredTensor& tensor, std::optional<bool> tied) {
  listing.matrices.push_back({model, tensor.name, tensor.shape[0], tensor.shape[1], tensor.dtype, tied});
}

void list_model(const Snapshot& snapshot, CacheListing& listing) {
  const auto file = MappedFile::open(weights_of_folder(snapshot.directory));
  const StoredTensor input = describe(file, kInputRole);
  std::optional<StoredTensor> output;
  try {
    output = describe(file, kOutputRole);
  } catch (const InvalidInput&) {
    // It has none, or nobody can tell.
  }
  const bool tied = output && output->name == input.name;
  add(listing, snapshot.repository, input, output ? std::optional(tied) : std::nullopt);
  if (output && !tied) add(listing, snapshot.repository, *output, false);
}

}  // namespace

CacheListing list_cached_matrices(const std::filesystem::path& cache) {
  CacheListing listing;
  for (const Snapshot& snapshot : cached_snapshots(cache)) {
    try {
      list_model(snapshot, listing);
    } catch (const Error& error) {
      listing.passed_over.push_back(printable(snapshot.repository, 200) + " was passed over: " + error.what() + ".");
    }
  }
  return listing;
}

}  // namespace gramian::host
