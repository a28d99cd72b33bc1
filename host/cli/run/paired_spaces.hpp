#pragma once
// Two inputs whose rows are the same items: what rsa and stability have in common.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/space.hpp"
#include "engine/sweep/sweep.hpp"
#include "host/cli/run/json.hpp"
#include "host/cli/run/options.hpp"
#include "host/cli/run/session.hpp"
#include "host/text/vocabulary_join.hpp"

namespace gramian::cli {

struct PairOptions {
  CommonOptions common;
  std::string first;
  std::string second;
  std::string join = "exact";
  bool casefold = false;
  bool alpha = false;
};

/// E1, E2, --join, --casefold, --alpha and the common options.
void add_pair_options(CLI::App& command, PairOptions& options);

host::JoinSettings join_settings(const PairOptions& options);
/// The rows of two inputs that are the same item. Throws InvalidUsage for a missing vocabulary, InvalidInput where they
/// share nothing.
host::VocabularyJoin join_inputs(const Input& a, const Input& b, const host::JoinSettings& settings);
/// How rows were paired and prepared, into the settings of the result.
void record_join(Json& settings, const PairOptions& options, const host::JoinSettings& join_by);

/// Both inputs, opened and joined, as spaces: row by row the same item. An item that is bad in one leaves both. Leaves
/// shared, shared_before_filters, pairs and lost in the result, how they were joined in the settings, and joined.tsv.
class PairedSpaces {
 public:
  /// Throws InvalidUsage for a missing vocabulary or wrong options, InvalidInput for fewer than 3 items and bad rows.
  PairedSpaces(Session& session, const PairOptions& options);
  PairedSpaces(const PairedSpaces&) = delete;
  PairedSpaces& operator=(const PairedSpaces&) = delete;

  Input* a = nullptr;
  Input* b = nullptr;
  host::VocabularyJoin joined;
  std::unique_ptr<Space> first;
  std::unique_ptr<Space> second;

  int64_t size() const { return first->size(); }
  const std::string& token(int64_t item) const { return joined.items[static_cast<size_t>(item)].token; }
  /// Null for an item without a name.
  Json token_json(int64_t item) const;
  Json neighbors_json(std::span<const Neighbor> neighbors) const;
  /// The item that `token` names; InvalidUsage where it is not shared.
  int64_t require_item(const std::string& token) const;

  /// "run1.npy: ...", the other, and how many items are shared, for people.
  std::string heading() const;
  /// What was left out and why, for people; empty where nothing was.
  std::string lost_in_words() const;

 private:
  bool build(const Input& input, int64_t host::JoinedItem::*row, std::unique_ptr<Space>& space);
  void drop(const Input& input, int64_t host::JoinedItem::*row, const BadRows& bad);

  Session& session_;
  host::JoinBy by_ = host::JoinBy::exact;
  int64_t dropped_ = 0;
  Json lost_;
};

}  // namespace gramian::cli
