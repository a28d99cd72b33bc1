#include "host/formats/vocabularies/json_vocabulary.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "host/formats/files/message.hpp"

namespace gramian::host {
namespace {

using Entry = std::pair<int64_t, std::string>;  // row, token

// A SAX reader keeps the vocabulary as it passes by: the lists of merges that come with one are often longer and
// are of no use here.
class VocabularyEvents : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit VocabularyEvents(const std::string& path) : path_(path) {}

  // Entries in order of their rows, once all of the text has passed.
  std::vector<Entry> entries() {
    if (has_model_) {
      if (!has_vocabulary_) {
        refuse_fit(path_, "its 'model' has no 'vocab'; give the tokenizer.json of a Hugging Face fast tokenizer");
      }
    } else {
      own_ = std::move(flat_);
      complaint_ = std::move(flat_complaint_);
    }
    check_repeated_tokens();
    if (!complaint_.empty()) refuse_fit(path_, complaint_);
    own_.insert(own_.end(), std::make_move_iterator(added_.begin()), std::make_move_iterator(added_.end()));
    return std::move(own_);
  }

  bool null() override { return scalar(); }
  bool boolean(bool) override { return scalar(); }
  bool number_float(number_float_t, const string_t&) override { return scalar(); }
  bool binary(binary_t&) override { return scalar(); }
  bool number_integer(number_integer_t) override { return scalar(); }
  bool number_unsigned(number_unsigned_t number) override {
    return std::in_range<int64_t>(number) ? id(static_cast<int64_t>(number)) : scalar();
  }
  bool string(string_t& text) override {
    if (place() == Place::piece && position_ == 0) {
      own_.emplace_back(pieces_, text);
      good_piece_ = true;
    } else if (place() == Place::added_token && key_ == "content") {
      content_ = text;
    }
    return scalar();
  }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool key(string_t& name) override {
    key_ = name;
    const Place where = place();
    if (where == Place::vocabulary) return true;
    // Entries of a vocabulary are compared with one another afterwards.
    const bool kept = where == Place::document || where == Place::model || where == Place::added_token;
    if (kept && !keys_[depth()].insert(name).second) {
      refuse(path_, "its JSON has the key " + in_quotes(name) + " twice; write the file again");
    }
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    constexpr int kOutOfRange = 406;
    if (error.id == kOutOfRange) refuse(path_, "its JSON has a number that is too large; write the file again");
    refuse_at_byte(path_, static_cast<int64_t>(position), "malformed JSON; copy or download the file again");
  }

 private:
  enum class Place { outside, document, model, vocabulary, pieces, piece, added_tokens, added_token, elsewhere };

  Place place() const { return places_.empty() ? Place::outside : places_.back(); }
  size_t depth() const { return places_.size() - 1; }

  Place inner(bool object) {
    switch (place()) {
      case Place::outside:
        return object ? Place::document : Place::elsewhere;
      case Place::document:
        if (object && key_ == "model") {
          has_model_ = true;
          return Place::model;
        }
        complain_of_flat_value();
        return !object && key_ == "added_tokens" ? Place::added_tokens : Place::elsewhere;
      case Place::model:
        if (key_ != "vocab") return Place::elsewhere;
        has_vocabulary_ = true;
        return object ? Place::vocabulary : Place::pieces;
      case Place::pieces:
        return object ? Place::elsewhere : Place::piece;
      case Place::added_tokens:
        return object ? Place::added_token : Place::elsewhere;
      case Place::vocabulary:
        complain_of_id(key_);
        return Place::elsewhere;
      default:
        return Place::elsewhere;
    }
  }

  bool open(bool object) {
    constexpr size_t kDeepest = 64;
    if (places_.size() > kDeepest) refuse(path_, "its JSON is nested more than 64 deep; this is not such a file");
    const Place within = inner(object);
    if (place() == Place::piece) ++position_;
    places_.push_back(within);
    if (keys_.size() < places_.size()) keys_.emplace_back();
    keys_[depth()].clear();
    if (within == Place::piece) {
      position_ = 0;
      good_piece_ = false;
    } else if (within == Place::added_token) {
      content_.reset();
      id_.reset();
    }
    return true;
  }

  bool close() {
    const Place left = place();
    places_.pop_back();
    if (left == Place::piece && !good_piece_) complain_of_piece();
    if (left == Place::piece || (place() == Place::pieces && left == Place::elsewhere)) {
      if (left == Place::elsewhere) complain_of_piece();
      ++pieces_;
    } else if (left == Place::added_token || (place() == Place::added_tokens && left == Place::elsewhere)) {
      add_token(left == Place::added_token);
    }
    return true;
  }

  // A value that is neither a container nor an id where one belongs.
  bool scalar() {
    switch (place()) {
      case Place::document:
        complain_of_flat_value();
        break;
      case Place::vocabulary:
        complain_of_id(key_);
        break;
      case Place::pieces:
        complain_of_piece();
        break;
      case Place::piece:
        ++position_;
        break;
      case Place::added_tokens:
        add_token(false);
        break;
      default:
        break;
    }
    return true;
  }

  bool id(int64_t number) {
    switch (place()) {
      case Place::document:
        flat_.emplace_back(number, key_);
        return true;
      case Place::vocabulary:
        own_.emplace_back(number, key_);
        return true;
      case Place::added_token:
        if (key_ == "id") id_ = number;
        return true;
      default:
        return scalar();
    }
  }

  void add_token(bool object) {
    if (object && content_ && id_) {
      added_.emplace_back(*id_, std::move(*content_));
    } else {
      complain("an entry of 'added_tokens' lacks its id or content; save the tokenizer again");
    }
  }

  // The first complaint is kept, so that text which is no JSON at all is told first.
  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = what;
  }
  static std::string no_row(const std::string& token) {
    return "the id of token " + in_quotes(token) + " is no row number; give a vocabulary of the form {token: row, ...}";
  }
  void complain_of_id(const std::string& token) { complain(no_row(token)); }
  void complain_of_flat_value() {
    if (flat_complaint_.empty()) flat_complaint_ = no_row(key_);
  }
  void complain_of_piece() {
    complain("entry " + std::to_string(pieces_) +
             " of its vocabulary is no [token, score] pair; save the tokenizer again");
  }

  void check_repeated_tokens() const {
    if (pieces_ > 0) return;
    std::unordered_set<std::string_view> seen;
    seen.reserve(own_.size());
    for (const Entry& entry : own_) {
      if (!seen.insert(entry.second).second) {
        refuse(path_, "its JSON has the key " + in_quotes(entry.second) + " twice; write the file again");
      }
    }
  }

  const std::string& path_;
  std::vector<Place> places_;  // of the containers that are open
  std::vector<std::unordered_set<std::string>> keys_;
  std::string key_;  // the latest
  bool has_model_ = false;
  bool has_vocabulary_ = false;
  std::vector<Entry> own_;
  std::vector<Entry> added_;
  std::vector<Entry> flat_;  // of the document itself
  std::string complaint_;
  std::string flat_complaint_;
  int64_t pieces_ = 0;
  int64_t position_ = 0;  // within a piece
  bool good_piece_ = false;
  std::optional<std::string> content_;  // of an added token
  std::optional<int64_t> id_;
};

// Entries in order of their rows.
std::vector<Entry> parse_json_vocabulary(const MappedFile& file) {
  const std::string& path = file.path();
  const std::string_view text = file.bytes();
  VocabularyEvents events(path);
  nlohmann::json::sax_parse(text.begin(), text.end(), &events);
  std::vector<Entry> entries = events.entries();
  if (entries.empty()) refuse_fit(path, "holds no tokens; give the vocabulary of the matrix");

  // Added tokens may repeat an entry of the model; otherwise a row has one token.
  std::ranges::sort(entries);
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  const auto repeated = std::ranges::adjacent_find(entries, {}, &Entry::first);
  if (repeated != entries.end()) {
    refuse(path, "gives id " + std::to_string(repeated->first) + " to both " + in_quotes(repeated->second) + " and " +
                     in_quotes(std::next(repeated)->second) + "; correct or save the tokenizer again");
  }
  return entries;
}

}  // namespace

bool is_json_object(std::string_view start) {
  const auto skip_spaces = [&] { start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size())); };
  skip_spaces();
  if (!start.starts_with('{')) return false;
  start.remove_prefix(1);
  skip_spaces();
  return start.starts_with('"') || start.starts_with('}');
}

Vocabulary read_json_vocabulary(const MappedFile& file, const NamedFor& matrix, int64_t fewest) {
  const std::vector<Entry> entries = parse_json_vocabulary(file);
  const int64_t rows = matrix.rows;
  if (const int64_t last = entries.back().first; last >= rows) {
    // An id may be as large as the type holds.
    const int64_t count = std::min(last, std::numeric_limits<int64_t>::max() - 1) + 1;
    refuse_count(file.path(),
                 "has ids up to " + std::to_string(last) + " (" + std::to_string(entries.size()) + " tokens)",
                 std::max(std::ssize(entries), count), matrix);
  }
  if (std::ssize(entries) < fewest) {
    refuse_count(file.path(), "has " + std::to_string(entries.size()) + " tokens", std::ssize(entries), matrix);
  }
  int64_t bytes = 0;
  for (const Entry& entry : entries) bytes += std::ssize(entry.second);
  Vocabulary vocabulary;
  vocabulary.reserve(rows, bytes);
  for (const auto& [row, token] : entries) {
    while (vocabulary.size() < row) vocabulary.push_back_unnamed();
    vocabulary.push_back(token);
  }
  while (vocabulary.size() < rows) vocabulary.push_back_unnamed();
  return vocabulary;
}

}  // namespace gramian::host
