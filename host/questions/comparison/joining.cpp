#include "host/questions/comparison/joining.hpp"

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/wording.hpp"

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
  d.flag("--alpha", alpha, "Only tokens of letters alone");
  d.in(Group::own);
}

host::JoinSettings Joining::settings(const RowOptions& rows) const {
  host::JoinSettings settings;
  settings.by = by == "word" ? host::JoinBy::word : by == "rows" ? host::JoinBy::rows : host::JoinBy::exact;
  settings.casefold = casefold;
  settings.alpha = alpha;
  settings.length = rows.length;
  settings.limit = rows.limit;
  settings.tokens = rows.tokens;
  return settings;
}

host::VocabularyJoin join_inputs(const Input& a, const Input& b, const host::JoinSettings& settings) {
  const bool by_rows = settings.by == host::JoinBy::rows;
  host::VocabularyJoin joined;
  if (by_rows) {
    if (a.vocabulary() == nullptr && b.vocabulary() == nullptr &&
        (settings.length || settings.alpha || settings.tokens)) {
      throw InvalidUsage("--length, --alpha and --tokens need a vocabulary; give --vocab PATH");
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

int64_t before_filters(const host::VocabularyJoin& joined) {
  return std::ssize(joined.items) + joined.filtered_length + joined.filtered_alpha + joined.filtered_tokens +
         joined.beyond_limit;
}

}  // namespace gramian::questions
