#pragma once
// Where the vendor's libraries may lie when the loader does not know: most machines have a driver, and cuBLAS among the
// packages of a Python, but no toolkit.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace gramian::cuda {

/// Value of an environment variable; empty where it is not set.
using Environment = std::function<std::string(const char* name)>;

/// Folders that exist below `root` ("/", but for tests), in the order in which they are looked through: the toolkit
/// that this program was built with, the one that CUDA_HOME or CUDA_PATH names, those in /usr/local, CONDA_PREFIX, and
/// the wheels (nvidia/*/lib) of VIRTUAL_ENV's, CONDA_PREFIX's, the user's and the system's Python. Every one is
/// absolute: what a variable says relative to the current directory is ignored.
std::vector<std::string> library_folders(const Environment& environment, const std::filesystem::path& root = "/");

}  // namespace gramian::cuda
