// Runs a target once on each file: fuzz_inputs TARGET (FILE | FOLDER)...
// What lies in a folder "seeds" has to be read, unless its name begins with "refused": a seed that a reader turns away
// leads no fuzzer into it.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/harness.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw fs::filesystem_error("cannot be read", path, {});
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_seed(const fs::path& path) {
  return path.parent_path().parent_path().filename() == "seeds" && !path.filename().string().starts_with("refused");
}

/// How many of them were not as expected.
int run(const gramian::fuzz::Target& target, const std::vector<fs::path>& files) {
  int wrong = 0;
  for (const fs::path& file : files) {
    std::printf("%s: ", file.c_str());
    std::fflush(stdout);
    const std::string refusal = target.refusal(bytes_of(file));
    const bool unexpected = is_seed(file) && !refusal.empty();
    std::printf("%s%s\n",
                refusal.empty() ? "read"
                : unexpected    ? "A SEED WAS REFUSED: "
                                : "refused: ",
                refusal.c_str());
    if (unexpected) ++wrong;
  }
  return wrong;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto& all = gramian::fuzz::Target::all();
  const auto target = words.empty() ? all.end() : std::ranges::find(all, words[0], &gramian::fuzz::Target::name);
  if (target == all.end() || words.size() < 2) {
    std::fputs("usage: fuzz_inputs TARGET (FILE | FOLDER)...; targets:", stderr);
    for (const auto& each : all) std::fprintf(stderr, " %s", std::string(each.name()).c_str());
    std::fputs("\n", stderr);
    return 2;
  }
  std::vector<fs::path> files;
  for (size_t i = 1; i < words.size(); ++i) std::ranges::copy(files_of(words[i]), std::back_inserter(files));
  if (files.empty()) {
    std::fputs("no inputs\n", stderr);
    return 2;
  }
  return run(*target, files) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
