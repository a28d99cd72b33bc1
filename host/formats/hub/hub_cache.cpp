#include "host/formats/hub/hub_cache.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModels = "models--";

bool is_name_part(std::string_view part) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !part.empty() && part.size() <= 96 && part.front() != '.' && part.front() != '-' &&
         part.find("--") == std::string_view::npos && part.find("..") == std::string_view::npos &&
         std::ranges::all_of(part, allowed);
}

// A revision names a file below refs/, and nothing outside it: "main", "v1.0", "refs/pr/3".
bool is_revision(std::string_view revision) {
  if (revision.empty() || revision.starts_with('/') || revision.ends_with('/')) return false;
  if (revision.find("..") != std::string_view::npos || revision.find("//") != std::string_view::npos) return false;
  return std::ranges::all_of(revision, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string folder_of(std::string_view repository) {
  std::string folder(kModels);
  for (const char c : repository) folder += c == '/' ? "--" : std::string(1, c);
  return folder;
}

std::string repository_of(std::string folder) {
  folder.erase(0, kModels.size());
  if (const size_t dashes = folder.find("--"); dashes != std::string::npos) folder.replace(dashes, 2, "/");
  return folder;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Names of what lies in `directory`, sorted; none where it cannot be read.
std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> model_folders(const fs::path& directory) {
  std::vector<std::string> folders = names_in(directory);
  std::erase_if(folders, [&](const std::string& name) {
    return !name.starts_with(kModels) || name.size() == kModels.size() || !is_folder(directory / name / "snapshots");
  });
  return folders;
}

// Models that bore a name without an organization before they moved to these.
bool is_moved(std::string_view organization) {
  constexpr std::array<std::string_view, 8> kMoved = {"openai-community", "google-bert", "google-t5", "FacebookAI",
                                                      "distilbert",       "albert",      "xlnet",     "almanach"};
  return std::ranges::find(kMoved, organization) != kMoved.end();
}

std::optional<std::string> find_folder(const HubName& name, const fs::path& directory) {
  const std::string own = folder_of(name.repository);
  if (is_folder(directory / own / "snapshots")) return own;
  if (const size_t slash = name.repository.find('/'); slash != std::string::npos) {
    const std::string old = folder_of(name.repository.substr(slash + 1));
    if (is_moved(name.repository.substr(0, slash)) && is_folder(directory / old / "snapshots")) return old;
    return std::nullopt;
  }
  std::vector<std::string> found = model_folders(directory);
  std::erase_if(found,
                [&](const std::string& folder) { return !repository_of(folder).ends_with("/" + name.repository); });
  if (found.size() > 1) {
    throw InvalidUsage(printable(name.repository) + ": several models of this name are cached, " +
                       repository_of(found[0]) + " and " + repository_of(found[1]) +
                       "; give one with its organization");
  }
  return found.empty() ? std::nullopt : std::optional(found.front());
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

// The commit that `revision` stands for, where its snapshot is there.
std::optional<std::string> find_commit(const fs::path& model, const std::string& revision) {
  const std::string named = first_line(model / "refs" / revision);
  if (!named.empty() && is_name_part(named) && is_folder(model / "snapshots" / named)) return named;
  constexpr size_t kFewestDigits = 7;
  if (revision.size() < kFewestDigits || !is_hex(revision)) return std::nullopt;
  std::vector<std::string> commits = names_in(model / "snapshots");
  std::erase_if(commits, [&](const std::string& commit) { return !commit.starts_with(revision); });
  return commits.size() == 1 ? std::optional(commits.front()) : std::nullopt;
}

[[noreturn]] void refuse_revision(const std::string& repository, const std::string& revision, const fs::path& model,
                                  const std::vector<std::string>& commits) {
  std::string message = printable(repository) + ": revision " + in_quotes(revision) + " is not cached in " +
                        printable(model.string(), 4096) + "; there are";
  if (commits.empty()) message += " none";
  constexpr size_t kMost = 4;
  for (size_t i = 0; i < std::min(kMost, commits.size()); ++i) {
    message += (i == 0 ? " " : ", ") + printable(commits[i].substr(0, 12));
  }
  if (commits.size() > kMost) message += ", ...";
  throw InvalidUsage(message + "; fetch it with: hf download " + printable(repository) + " --revision " +
                     printable(revision));
}

Snapshot snapshot_of(const std::string& folder, const std::string& commit, const fs::path& directory) {
  return {repository_of(folder), commit, directory / folder / "snapshots" / commit};
}

}  // namespace

std::optional<HubName> parse_hub_name(std::string_view text) {
  HubName name;
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_revision(text.substr(at + 1))) return std::nullopt;
    name.revision = text.substr(at + 1);
    text = text.substr(0, at);
  }
  const size_t slash = text.find('/');
  const bool valid = slash == std::string_view::npos
                         ? is_name_part(text)
                         : is_name_part(text.substr(0, slash)) && is_name_part(text.substr(slash + 1));
  if (!valid) return std::nullopt;
  name.repository = text;
  return name;
}

fs::path hub_cache_directory() {
  const auto variable = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  const std::string home = variable("HOME");
  const auto expanded = [&](const std::string& path) -> fs::path {
    return path == "~" || path.starts_with("~/") ? home + path.substr(1) : path;
  };
  if (const std::string hub = variable("HF_HUB_CACHE"); !hub.empty()) return expanded(hub);
  if (const std::string root = variable("HF_HOME"); !root.empty()) return expanded(root) / "hub";
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return expanded(cache) / "huggingface/hub";
  return fs::path(home) / ".cache/huggingface/hub";
}

std::optional<Snapshot> find_snapshot(const HubName& name, const fs::path& directory) {
  const auto folder = find_folder(name, directory);
  if (!folder) return std::nullopt;
  const fs::path model = directory / *folder;
  const std::string revision = name.revision.empty() ? "main" : name.revision;
  if (const auto commit = find_commit(model, revision)) return snapshot_of(*folder, *commit, directory);
  const std::vector<std::string> commits = names_in(model / "snapshots");
  if (!name.revision.empty() || commits.size() != 1) {
    refuse_revision(repository_of(*folder), revision, model, commits);
  }
  return snapshot_of(*folder, commits.front(), directory);
}

std::vector<Snapshot> cached_snapshots(const fs::path& directory) {
  std::vector<Snapshot> snapshots;
  for (const std::string& folder : model_folders(directory)) {
    const fs::path model = directory / folder;
    auto commit = find_commit(model, "main");
    if (!commit) {
      const std::vector<std::string> commits = names_in(model / "snapshots");
      const auto written = [&](const std::string& name) {
        std::error_code ignored;
        return fs::last_write_time(model / "snapshots" / name, ignored);
      };
      const auto latest = std::ranges::max_element(commits, {}, written);
      if (latest != commits.end()) commit = *latest;
    }
    if (commit) snapshots.push_back(snapshot_of(folder, *commit, directory));
  }
  std::ranges::sort(snapshots, {}, &Snapshot::repository);
  return snapshots;
}

std::string describe_miss(const HubName& name, const fs::path& directory) {
  std::string message = "the Hugging Face cache " + printable(directory.string(), 4096);
  const std::vector<std::string> folders = model_folders(directory);
  if (!is_folder(directory)) {
    message += " does not exist (HF_HUB_CACHE, HF_HOME or XDG_CACHE_HOME may name another)";
  } else if (folders.empty()) {
    message += " holds no model";
  } else {
    message += " holds only ";
    constexpr size_t kMost = 8;
    for (size_t i = 0; i < std::min(kMost, folders.size()); ++i) {
      message += (i == 0 ? "" : ", ") + printable(repository_of(folders[i]), 100);
    }
    if (folders.size() > kMost) message += " and " + std::to_string(folders.size() - kMost) + " more";
  }
  message += "; fetch it with: hf download " + printable(name.repository, 200);
  return name.revision.empty() ? message : message + " --revision " + printable(name.revision, 200);
}

std::optional<std::string> sha256_of_cached(const fs::path& file) {
  std::error_code error;
  if (!fs::is_symlink(file, error)) return std::nullopt;
  const fs::path blob = fs::weakly_canonical(file, error);
  if (error || blob.parent_path().filename() != "blobs") return std::nullopt;
  if (!blob.parent_path().parent_path().filename().string().starts_with(kModels)) return std::nullopt;
  const std::string name = blob.filename().string();
  // Smaller files are kept under their Git hash, of forty digits.
  constexpr size_t kDigits = 64;
  return name.size() == kDigits && is_hex(name) ? std::optional(name) : std::nullopt;
}

}  // namespace gramian::host
