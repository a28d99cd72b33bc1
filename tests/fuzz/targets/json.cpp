// JSON, of files from elsewhere and of our own, against what the library accepts by itself.

#include "host/formats/json/json_file.hpp"

#include "host/questions/json/json.hpp"
#include "tests/fuzz/harness.hpp"

namespace {

using namespace gramian::fuzz;

const Target target("json", [](std::string_view bytes) {
  const bool accepted = nlohmann::json::accept(bytes);
  nlohmann::json strict;
  const bool refused = refuses([&] { strict = gramian::host::parse_json("file", bytes); });
  expect(accepted || refused, "what the library refuses is refused");
  // What is refused beyond that is nested too deep, has a key twice or a number too large.
  if (!refused) expect(strict == nlohmann::json::parse(bytes), "both have read the same");

  gramian::questions::Json own;
  expect(refuses([&] { own = gramian::questions::parse_json("study", bytes); }) == refused, "both refuse the same");
  if (refused) return;
  const std::string text = gramian::questions::json_text(own);
  expect(gramian::questions::json_text(gramian::questions::parse_json("study", text)) == text,
         "what is written reads back");
  expect(nlohmann::json::parse(text) == nlohmann::json::parse(bytes), "what is written is what was read");
});

}  // namespace
