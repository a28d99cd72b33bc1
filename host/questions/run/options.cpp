#include "host/questions/run/options.hpp"

#include "engine/error.hpp"
#include "host/formats/files/message.hpp"

namespace gramian::questions {
namespace {

constexpr int64_t kMostThreads = 4096;
constexpr const char* kTokens = "Only these: a,b,c or @FILE with one a line";

}  // namespace

void RunSettings::describe(Description& d) {
  d.in(Group::run);
  d.option("--device", &device, "DEVICE", "auto, cpu, cuda or cuda:N").unrecorded();
  d.option("--precision", &precision, "NAME", "Of the cosines of a sweep: single, double or half")
      .one_of({"single", "double", "half"});
  d.option("--gemm", &gemm, "NAME", "Tiles on a GPU by cublas, or fused (on trial)")
      .one_of({"cublas", "fused"})
      .unrecorded();
  describe_threads_and_seed(d);
  d.in(Group::run);
  d.option("--memory-limit", &memory_limit, "SIZE",
           "Use no more, e.g. 4G, neither here nor on any GPU (default: what is free)")
      .unrecorded();
  d.in(Group::own);
}

void RunSettings::describe_threads_and_seed(Description& d) {
  d.in(Group::run);
  Option& option = d.option("--threads", &threads, "N", "Threads (default: every processor)");
  option.between(1, kMostThreads).unrecorded();
  d.option("--seed", &seed, "N", "Seed of everything random");
  d.in(Group::own);
}

Precision RunSettings::parsed_precision() const {
  for (const Precision each : {Precision::single, Precision::double_, Precision::half}) {
    if (precision_name(each) == precision) return each;
  }
  throw InvalidUsage("--precision " + host::printable(precision, 200) + ": must be single, double or half");
}

void RowOptions::take_named() {
  if (named.empty()) return;
  if (tokens) named.insert(named.end(), tokens->begin(), tokens->end());
  tokens = std::move(named);
  named.clear();
}

void RowOptions::place_tokens(Description& d, const std::string& help) { d.place("TOKENS", &named, help); }

void RowOptions::describe_vocab(Description& d, const std::string& help) {
  d.option("--vocab", &vocab, "PATH", help).naming(Names::file).unrecorded();
}

void RowOptions::describe_tokens(Description& d) {
  d.option("--tokens", &tokens, "LIST", kTokens);
  d.flag("--skip-unknown", skip_unknown, "Leave out words of a list that are unknown, and name them");
}

void RowOptions::describe_choice(Description& d) {
  d.option("--length", &length, "N", "Only tokens of exactly N code points").at_least(1);
  d.flag("--alpha", alpha, "Only tokens of letters alone, but for a mark of where words begin");
  d.option("--exclude", &exclude, "REGEX", "Without tokens that match it, or those of @FILE, one a line; repeatable");
  d.flag("--no-special", no_special, "Without tokens such as [CLS], [unused1], <s>, <|endoftext|> and <0x0A>");
  d.option("--limit", &limit, "N", "Only the first N of the rows that are left by the choices above").at_least(1);
  d.option("--sample", &sample, "N", "Only N of those, drawn at random by --seed, in their order").at_least(1);
}

void RowOptions::describe_preparation(Description& d) {
  d.flag("--center", preprocessing.center, "Subtract the mean row first");
  d.option("--remove-top", &preprocessing.remove_top, "D",
           "Project out the first D principal directions first (implies --center)")
      .at_least(0);
  d.flag("--whiten", preprocessing.whiten, "Then principal coordinates, each scaled to variance 1 (implies --center)");
  d.option("--dims", &preprocessing.dims, "D",
           "Then only those along the first D principal directions (implies --center)")
      .at_least(1);
  d.flag("--drop-bad-rows", drop_bad_rows, "Leave out rows that are zero, NaN or infinite");
  d.in(Group::own);
}

void RowOptions::describe(Description& d) {
  d.in(Group::rows);
  describe_vocab(d, "Vocabulary of the matrix");
  describe_tokens(d);
  describe_choice(d);
  describe_preparation(d);
}

void RowOptions::describe_without_tokens(Description& d) {
  d.in(Group::rows);
  describe_vocab(d, "Vocabulary of the matrix");
  d.record("tokens", &tokens);
  d.flag("--skip-unknown", skip_unknown, "Leave out words of a list that are unknown, and name them");
  describe_choice(d);
  describe_preparation(d);
}

void RowOptions::describe_pair(Description& d) {
  d.in(Group::rows);
  describe_vocab(d, "Vocabulary of the first matrix");
  d.option("--vocab2", &vocab2, "PATH", "Vocabulary of the second matrix").naming(Names::file).unrecorded();
  describe_tokens(d);
  describe_choice(d);
  describe_preparation(d);
}

void TextOptions::describe(Description& d, const std::string& what_for) {
  d.in(Group::text);
  d.option("--text", &file, "FILE", what_for).naming(Names::file);
  d.option("--tokenizer", &tokenizer, "PATH",
           "What cuts the text (default: what lies beside the matrix and fits it, else words of its vocabulary)")
      .naming(Names::file);
  d.option("--token-ids", &token_ids, "FILE",
           "The text's tokens instead: row numbers, or lines of row, first byte, byte after the last, by tabs")
      .naming(Names::file);
  d.in(Group::own);
}

}  // namespace gramian::questions
