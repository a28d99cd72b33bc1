// Questions asked by a program: typed answers, nothing printed.

#include <gtest/gtest.h>

#include "engine/error.hpp"
#include "host/questions/comparison/rsa_of.hpp"
#include "host/questions/geometry/neighbors.hpp"
#include "host/questions/geometry/stats.hpp"

namespace gramian::questions {
namespace {

const std::string kSample = GRAMIAN_SAMPLE;

TEST(Ask, StatsAnswersInTypes) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Stats stats;
  stats.matrix = kSample + "/run1.npy";
  stats.quantiles = {0.5};
  stats.rows.limit = 500;
  Front nobody;
  questions::Run run("stats", stats.settings, nobody, std::nullopt);
  const Stats::Answer answer = stats.ask(run);
  ASSERT_EQ(answer.each.size(), 1u);
  const Stats::One& one = answer.each.front();
  EXPECT_EQ(one.distribution.moments.pairs, 500 * 499 / 2);
  EXPECT_EQ(one.distribution.quantiles.front().value, one.distribution.median);
  EXPECT_EQ(std::ssize(one.rows), 500);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Ask, SettingsAreRecordedAsTheyWereUnderstood) {
  Neighbors neighbors;
  neighbors.matrix = kSample + "/run1.npy";
  neighbors.tokens = {"font"};
  neighbors.rows.preprocessing.remove_top = 1;
  Front nobody;
  questions::Run run("neighbors", neighbors.settings, nobody, std::nullopt);
  const Neighbors::Answer answer = neighbors.ask(run);
  ASSERT_EQ(answer.queries.size(), 1u);
  EXPECT_EQ(answer.queries.front().found.size(), 10u);
  Description d;
  neighbors.describe(d);
  const Json settings = settings_json(d);
  EXPECT_EQ(*settings.find("k")->get_if<int64_t>(), 10);
  EXPECT_TRUE(*settings.find("center")->get_if<bool>());  // --remove-top implies it
}

TEST(Ask, TwoSpacesAndMoreAreOneQuestion) {
  RsaOf rsa;
  rsa.compared.first = kSample + "/run1.npy";
  rsa.compared.second = kSample + "/run2.npy";
  rsa.rows.limit = 200;
  Front nobody;
  questions::Run two("rsa", rsa.settings, nobody, std::nullopt);
  const RsaOf::Answer of_two = rsa.ask(two);
  const auto& pair = std::get<RsaOf::Pair>(of_two.found);
  EXPECT_EQ(of_two.spaces->size(), 200);
  rsa.compared.more = {kSample + "/run1.npy"};
  questions::Run three("rsa", rsa.settings, nobody, std::nullopt);
  const RsaOf::Answer of_three = rsa.ask(three);
  const auto& found = std::get<RsaOf::Matrices>(of_three.found);
  EXPECT_EQ(found.pearson(0, 1), pair.rsa.pearson);
  EXPECT_NEAR(found.pearson(0, 2), 1.0, 1e-12);
}

class Impatient final : public Front {
 public:
  bool cancelled() override { return true; }
};

TEST(Ask, WhoeverAsksCanCancel) {
  Stats stats;
  stats.matrix = kSample + "/run1.npy";
  Impatient front;
  questions::Run run("stats", stats.settings, front, std::nullopt);
  EXPECT_THROW(stats.ask(run), Interrupted);
}

TEST(Ask, UnknownTokensAndDevicesAreRefused) {
  Neighbors neighbors;
  neighbors.matrix = kSample + "/run1.npy";
  neighbors.tokens = {"no such token"};
  Front nobody;
  questions::Run run("neighbors", neighbors.settings, nobody, std::nullopt);
  EXPECT_THROW(neighbors.ask(run), InvalidUsage);
  EXPECT_THROW(questions::Run("stats", {.device = "abacus"}, nobody, std::nullopt), InvalidUsage);
  EXPECT_THROW(questions::Run("stats", {.precision = "triple"}, nobody, std::nullopt), InvalidUsage);
  EXPECT_THROW(questions::Run("stats", {.memory_limit = "much"}, nobody, std::nullopt), InvalidUsage);
}

}  // namespace
}  // namespace gramian::questions
