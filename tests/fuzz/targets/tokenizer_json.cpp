// tokenizer.json of Hugging Face, and a text that it cuts: one of ours, then the one that may follow it.

#include "host/text/readers/tokenizer_json.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("tokenizer_json", [](std::string_view bytes) {
  const auto [json, text] = halves(bytes);
  const auto tokenizer = gramian::host::open_tokenizer_json(put("tokenizer.json", json));
  cut(*tokenizer, "The unaffable <x> na\xc3\xafve\xff 123 don't A theAb");
  cut(*tokenizer, text);
});

}  // namespace
