#pragma once
// Two inputs or more whose rows are the same items: what rsa and stability have in common.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/questions/comparison/joining.hpp"
#include "host/questions/question.hpp"

namespace gramian::questions {

/// All inputs, opened and joined, as spaces: row by row the same item. An item that is bad in one leaves all.
class SharedSpaces {
 public:
  /// Opens `paths`, two or more; rows.vocab and rows.vocab2 are of the first two. Throws InvalidUsage for a missing
  /// vocabulary, InvalidInput for fewer than 3 items and for bad rows.
  SharedSpaces(Run& run, const std::vector<std::string>& paths, const Joining& joining, RowOptions& rows);

  size_t count() const { return inputs_.size(); }
  const Input& input(size_t k) const { return *inputs_[k]; }
  Space& space(size_t k) const { return *spaces_[k]; }
  /// Bytes that stay while space `k` is swept: Gram products of all, and packed rows of those before it.
  double kept_bytes(Run& run, size_t k) const;
  int64_t size() const { return spaces_.front()->size(); }
  int64_t pairs() const { return size() % 2 == 0 ? size() / 2 * (size() - 1) : (size() - 1) / 2 * size(); }
  const std::string& token(int64_t item) const { return tokens_[static_cast<size_t>(item)]; }
  /// The items that `tokens` name. Throws InvalidUsage that names those that are not shared, unless `skip_unknown`:
  /// then they are noted.
  std::vector<int64_t> find_items(Run& run, const std::vector<std::string>& tokens, bool skip_unknown) const;

  /// Null for an item without a name.
  Json token_json(int64_t item) const;
  Json neighbors_json(std::span<const Neighbor> neighbors) const;
  /// shared, shared_before_filters, pairs and lost, of two.
  Json json() const;
  /// joined.tsv: the items, and their row in every input.
  void add_file(Files& files) const;
  /// "run1.npy: ...", the others, and how many items are shared, for people.
  std::string heading() const;
  /// Tells people what was left out of two spaces and why; empty where nothing was.
  std::string lost_in_words() const;

 private:
  void join(Run& run, const host::JoinSettings& settings);
  void note_joining(Run& run, const host::JoinSettings& settings, const host::VocabularyJoin& joined, size_t k);
  void draw_sample(int64_t count, uint64_t seed);
  void require_enough() const;
  void require_memory(Run& run, const Preprocessing& preprocessing) const;
  void build(Run& run, const RowOptions& rows);
  bool build_space(Run& run, const RowOptions& rows, size_t k);
  void drop(Run& run, const RowOptions& rows, size_t k, const BadRows& bad);
  std::optional<int64_t> find_item(const std::string& token) const;
  void keep_items(const std::vector<bool>& kept);

  std::vector<Input*> inputs_;
  std::vector<std::string> tokens_;         // of the items
  std::vector<std::vector<int64_t>> rows_;  // of every input, as tokens_
  std::vector<std::unique_ptr<Space>> spaces_;
  host::JoinBy by_ = host::JoinBy::exact;
  host::VocabularyJoin lost_;  // of two; without its items
  int64_t before_filters_ = 0;
  int64_t not_sampled_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace gramian::questions
