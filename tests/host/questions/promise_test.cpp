// A broken promise ends a question by an error that names tokens and rows.

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "engine/analyses/distribution/distribution.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "tests/support/wrong_backend.hpp"

namespace gramian::questions {
namespace {

TEST(Promise, BrokenNamesTheTokensTheirRowsAndTheFile) {
  Front nobody;
  questions::Run run("stats", {}, nobody, std::nullopt);
  Input& input = run.open(std::string(GRAMIAN_SAMPLE) + "/run1.npy", std::nullopt);
  RowOptions rows;
  rows.tokens = {"font", "fonts", "color"};
  choose_rows(run, input, rows);
  const std::unique_ptr<Backend> backend = gramian::testing::make_wrong_backend({0, 2}, 0.5);
  Space space(*backend, input.view(), {.rows = input.rows});
  DistributionAnalysis analysis(space, run.precision(), {});
  SweepAnalysis* const analyses[] = {&analysis};
  try {
    run.sweep(space, analyses);
    FAIL();
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    for (const std::string& part :
         {std::string("run1.npy: the cosine of "), "\"font\" (row " + std::to_string(input.rows[0]) + ") and ",
          "\"color\" (row " + std::to_string(input.rows[2]) + ")", std::string("off by 0.5"),
          std::string("1e-06 promised")}) {
      EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
    }
  }
}

}  // namespace
}  // namespace gramian::questions
