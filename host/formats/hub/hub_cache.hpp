#pragma once
// Models in the local cache of Hugging Face's libraries, by name. Nothing here touches a network. Layout:
// https://huggingface.co/docs/huggingface_hub/guides/manage-cache

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gramian::host {

/// "ORG/NAME", or "NAME" alone, with "@REVISION" or without.
struct HubName {
  std::string repository;
  std::string revision;  // branch, tag, commit or at least seven digits of one; empty: main
};

/// Nothing where `text` cannot be such a name.
std::optional<HubName> parse_hub_name(std::string_view text);

/// HF_HUB_CACHE, else HF_HOME/hub, else XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub.
std::filesystem::path hub_cache_directory();

struct Snapshot {
  std::string repository;           // as the cache spells it: "openai-community/gpt2"
  std::string commit;               // name of its folder
  std::filesystem::path directory;  // .../models--openai-community--gpt2/snapshots/COMMIT
};

/// The snapshot of `name` in the cache `directory`. A name without an organization also finds the one model of that
/// name of any organization, and openai-community/gpt2 and the like, which have moved, also what the cache has under
/// the old name. Without a revision: main, else the only snapshot.
/// Nothing where no such model is there. Throws InvalidUsage: several models to choose from, or another revision.
std::optional<Snapshot> find_snapshot(const HubName& name, const std::filesystem::path& directory);

/// Every model of the cache by its snapshot of main, else its latest one; in order of their names.
std::vector<Snapshot> cached_snapshots(const std::filesystem::path& directory);

/// "cached there are A, B and 3 more; fetch it with: hf download NAME" for a miss.
std::string describe_miss(const HubName& name, const std::filesystem::path& directory);

/// The SHA-256 of a file of a snapshot, where the cache keeps it under that name (as it does with large files).
std::optional<std::string> sha256_of_cached(const std::filesystem::path& file);

}  // namespace gramian::host
