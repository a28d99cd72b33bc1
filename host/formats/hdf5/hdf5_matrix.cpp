#include "host/formats/hdf5/hdf5_matrix.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include "host/formats/checkpoints/model_config.hpp"
#include "host/formats/files/message.hpp"
#include "host/formats/hdf5/hdf5_file.hpp"
#include "host/formats/tensor_choice.hpp"

namespace gramian::host {
namespace {

using namespace std::string_view_literals;

/// "a/b" for "/a/b", where there is such a dataset and none of the plain name.
std::string from_root(const Hdf5File& file, const std::string& wanted) {
  const std::string rooted = "/" + wanted;
  const bool there = std::ranges::find(file.datasets(), rooted, &StoredTensor::name) != file.datasets().end();
  return there ? rooted : wanted;
}

}  // namespace

bool is_hdf5(std::string_view start) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n"sv;
  if (start.starts_with(kSignature)) return true;
  for (size_t at = 512; at < start.size(); at *= 2) {
    if (start.substr(at).starts_with(kSignature)) return true;
  }
  return false;
}

void read_hdf5(const Source& source, Embedding& embedding) {
  const std::string& path = source.file->path();
  if (source.file->bytes().starts_with("MATLAB")) {
    refuse(path,
           "is a file of MATLAB's, whose matrices lie transposed; save them for Python instead: "
           "np.save('x.npy', h5py.File(f)['name'][:].T)");
  }
  const Hdf5File file(source.file, source.options.progress);
  const auto config = [&] { return read_model_config(std::filesystem::path(path).parent_path()); };
  const TensorChoice choice = choose_tensor(path, file.datasets(), from_root(file, source.member), config);
  embedding.matrix = file.matrix(choice.name, source.options);
  embedding.converted = embedding.matrix.owner != source.file;
  embedding.tensor = choice.name;
  embedding.tensors = file.datasets();
  if (!choice.note.empty()) embedding.notes.push_back(choice.note);
}

}  // namespace gramian::host
