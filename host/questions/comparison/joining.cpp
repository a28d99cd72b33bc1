#include "host/questions/comparison/joining.hpp"

#include <memory>

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/rows/row_filter.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"
#include "host/text/word_forms.hpp"

namespace gramian::questions {
namespace {

/// A hint that names another way to join: "--join word finds 412".
std::string other_joins(const Vocabulary& first, const Vocabulary& second, const host::JoinSettings& settings) {
  std::string text;
  for (const host::JoinBy by : {host::JoinBy::exact, host::JoinBy::word}) {
    for (const bool casefold : {false, true}) {
      if (by == settings.by && casefold == settings.casefold) continue;
      host::JoinSettings other;
      other.by = by;
      other.casefold = casefold;
      const size_t found = host::join_vocabularies(first, second, other).items.size();
      if (found == 0) continue;
      text += (text.empty() ? "; " : ", ") + std::string(by == host::JoinBy::word ? "--join word" : "--join exact") +
              (casefold ? " --casefold" : "") + " finds " + host::grouped(static_cast<int64_t>(found));
    }
  }
  return text.empty() ? "; nor does any other --join find one (--join rows pairs row i with row i)" : text;
}

}  // namespace

void Joining::describe(Description& d) {
  d.in(Group::pairing);
  d.option("--join", &by, "HOW", "Pair by exact token, by word (Ġking is king), or row i with row i: exact, word, rows")
      .one_of({"exact", "word", "rows"});
  d.flag("--casefold", casefold, "Pair tokens whatever their case");
  d.in(Group::own);
}

host::JoinSettings Joining::settings(const RowOptions& rows) const {
  host::JoinSettings settings;
  settings.by = by == "word" ? host::JoinBy::word : by == "rows" ? host::JoinBy::rows : host::JoinBy::exact;
  settings.casefold = casefold;
  settings.alpha = rows.alpha;
  settings.length = rows.length;
  settings.limit = rows.limit;
  settings.tokens = rows.tokens;
  if (rows.no_special || !rows.exclude.empty()) {
    settings.excludes = [filter = std::make_shared<RowFilter>(rows)](std::string_view token) {
      return filter->excludes(token);
    };
  }
  return settings;
}

host::VocabularyJoin join_inputs(const Input& a, const Input& b, const host::JoinSettings& settings) {
  const bool by_rows = settings.by == host::JoinBy::rows;
  host::VocabularyJoin joined;
  if (by_rows) {
    if (a.vocabulary() == nullptr && b.vocabulary() == nullptr &&
        (settings.length || settings.alpha || settings.tokens || settings.excludes)) {
      throw InvalidUsage(
          "--length, --alpha, --exclude, --no-special and --tokens need a vocabulary; give --vocab PATH");
    }
    joined = host::join_rows(a.view().rows, b.view().rows, a.vocabulary(), b.vocabulary(), settings);
  } else {
    for (const Input* input : {&a, &b}) {
      if (input->vocabulary() != nullptr) continue;
      throw InvalidUsage(host::printable(input->embedding.path, 4096) + ": no vocabulary; give " +
                         (input == &a ? "--vocab" : "--vocab2") + " PATH, or pair row i with row i by --join rows");
    }
    joined = host::join_vocabularies(*a.vocabulary(), *b.vocabulary(), settings);
  }
  if (before_filters(joined) == 0 && !by_rows) {
    throw InvalidInput("the two vocabularies share no token" + other_joins(*a.vocabulary(), *b.vocabulary(), settings));
  }
  return joined;
}

Json lost_json(const host::VocabularyJoin& joined, int64_t not_sampled, int64_t bad_rows) {
  const auto side = [](const host::LostTokens& lost) -> Json {
    return {{"unnamed", lost.unnamed},
            {"continuation_pieces", lost.continuation_pieces},
            {"duplicates", lost.duplicates},
            {"only_here", lost.only_here}};
  };
  return {{"only_in_first", joined.first.only_here},
          {"only_in_second", joined.second.only_here},
          {"filtered_length", joined.filtered_length},
          {"filtered_alpha", joined.filtered_alpha},
          {"filtered_excluded", joined.filtered_excluded},
          {"filtered_tokens", joined.filtered_tokens},
          {"continuation_pieces", joined.first.continuation_pieces + joined.second.continuation_pieces},
          {"duplicates", joined.first.duplicates + joined.second.duplicates},
          {"unnamed", joined.first.unnamed + joined.second.unnamed},
          {"beyond_limit", joined.beyond_limit},
          {"not_sampled", not_sampled},
          {"bad_rows", bad_rows},
          {"by_file", {side(joined.first), side(joined.second)}}};
}

std::string doubt_about_raw_strings(const Input& a, const Input& b, int64_t shared) {
  const std::string_view first = host::word_mark(*a.vocabulary());
  const std::string_view second = host::word_mark(*b.vocabulary());
  if (first == second) return {};
  host::JoinSettings by_word;
  by_word.by = host::JoinBy::word;
  const auto words = std::ssize(host::join_vocabularies(*a.vocabulary(), *b.vocabulary(), by_word).items);
  const bool marks_beginnings = first == host::kBpeSpace || first == host::kSentencePieceSpace ||
                                second == host::kBpeSpace || second == host::kSentencePieceSpace;
  if (!marks_beginnings && words == shared) return {};
  const auto said = [](std::string_view mark) {
    if (mark.empty()) return std::string("does not mark where words begin");
    return mark == "##" ? std::string("marks pieces within words by ##")
                        : "marks the beginnings of words by " + std::string(mark);
  };
  return "The first vocabulary " + said(first) + ", the second " + said(second) +
         (marks_beginnings ? ": equal strings may be a word in one and a piece within words in the other" : "") +
         ". Joined as words (--join word) they share " + host::grouped(words) + ", as raw strings " +
         host::grouped(shared) + ".";
}

int64_t before_filters(const host::VocabularyJoin& joined) {
  return std::ssize(joined.items) + joined.filtered_length + joined.filtered_alpha + joined.filtered_excluded +
         joined.filtered_tokens + joined.beyond_limit;
}

}  // namespace gramian::questions
