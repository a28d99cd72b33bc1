// Questions of matrices that lie in memory, and several in one pass: what languages above the library are made of.

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "engine/error.hpp"
#include "host/questions/geometry/neighbors.hpp"
#include "host/questions/geometry/stats.hpp"
#include "host/questions/run/sweeps_together.hpp"

namespace gramian::questions {
namespace {

const std::string kSample = GRAMIAN_SAMPLE;

GivenMatrix sample() { return open_matrix(kSample + "/run1.npy", std::nullopt, 1, {}); }

template <class Question>
typename Question::Answer ask(Question& question, Run& run, const GivenMatrix& matrix) {
  question.matrix = "given";
  run.inputs().give("given", matrix);
  return question.ask(run);
}

TEST(Given, AMatrixIsFoundByItsName) {
  const GivenMatrix matrix = sample();
  Front nobody;
  Stats given;
  questions::Run run("stats", given.settings, nobody, std::nullopt);
  const Stats::Answer of_given = ask(given, run, matrix);
  Stats opened;
  opened.matrix = kSample + "/run1.npy";
  questions::Run other("stats", opened.settings, nobody, std::nullopt);
  const Stats::Answer of_file = opened.ask(other);
  EXPECT_EQ(of_given.each.front().distribution.median, of_file.each.front().distribution.median);
  EXPECT_EQ(of_given.each.front().input->view().data, matrix.embedding.matrix.view.data);
  const auto json = [](questions::Run& of) { return json_text(of.result(Json::object(), Json::object())); };
  const auto inputs = [&](questions::Run& of) { return json(of).substr(json(of).find("\"inputs\"")); };
  EXPECT_EQ(inputs(run), inputs(other));
}

/// The seconds that its passes took, after `ask` on a thread of its own.
template <class Question>
struct Asker {
  explicit Asker(Question wanted, const GivenMatrix& given, SweepsTogether& together)
      : question(std::move(wanted)), run(Question::about().name, question.settings, nobody, std::nullopt) {
    run.sweep_by(together.sweeper());
    thread = std::jthread([this, &given, &together] {
      try {
        together.take_part([&] { answer = ask(question, run, given); });
      } catch (...) {
        failure = std::current_exception();
      }
    });
  }
  double sweep_seconds() {
    Json json;
    run.add_timing(json);
    const Json* sweep = json.find("timing")->find("sweep");
    return sweep == nullptr ? -1.0 : *sweep->get_if<double>();
  }

  Question question;
  Front nobody;
  Run run;
  std::optional<typename Question::Answer> answer;
  std::exception_ptr failure;
  std::jthread thread;
};

Neighbors of_all(int64_t k) {
  Neighbors neighbors;
  neighbors.all = true;
  neighbors.k = k;
  return neighbors;
}

TEST(Together, EqualSpacesAreSweptOnce) {
  const GivenMatrix matrix = sample();
  SweepsTogether together(2);
  Asker<Stats> stats(Stats{}, matrix, together);
  Asker<Neighbors> near(of_all(3), matrix, together);
  stats.thread.join();
  near.thread.join();
  ASSERT_TRUE(stats.answer && near.answer);
  EXPECT_EQ(stats.answer->each.front().distribution.moments.pairs, 3000 * 2999 / 2);
  EXPECT_EQ(near.answer->all->k, 3);
  EXPECT_EQ(stats.sweep_seconds(), near.sweep_seconds());
  EXPECT_GT(stats.sweep_seconds(), 0.0);
}

TEST(Together, OtherRowsOrSeedsAreSweptByThemselves) {
  const GivenMatrix matrix = sample();
  SweepsTogether together(3);
  Stats few;
  few.rows.limit = 100;
  Stats seeded;
  seeded.settings.seed = 1;
  Asker<Stats> first(Stats{}, matrix, together);
  Asker<Stats> second(few, matrix, together);
  Asker<Stats> third(seeded, matrix, together);
  first.thread.join();
  second.thread.join();
  third.thread.join();
  ASSERT_TRUE(first.answer && second.answer && third.answer);
  EXPECT_EQ(second.answer->each.front().distribution.moments.pairs, 100 * 99 / 2);
  EXPECT_NE(first.sweep_seconds(), third.sweep_seconds());
  EXPECT_NE(first.sweep_seconds(), second.sweep_seconds());
}

TEST(Together, OneThatFailsLeavesTheOthers) {
  const GivenMatrix matrix = sample();
  SweepsTogether together(2);
  Stats wrong;
  wrong.quantiles = {2.0};
  Asker<Stats> failing(wrong, matrix, together);
  Asker<Neighbors> near(of_all(2), matrix, together);
  failing.thread.join();
  near.thread.join();
  EXPECT_FALSE(failing.answer);
  EXPECT_THROW(std::rethrow_exception(failing.failure), InvalidUsage);
  EXPECT_TRUE(near.answer);
}

TEST(Given, FilesOfAnAnswerMayGoToMemory) {
  const std::unique_ptr<host::OutputFile> file = host::OutputFile::in_memory("numbers");
  file->write("0123456789");
  file->finish();
  EXPECT_EQ(file->bytes(), 10);
  std::string read(10, ' ');
  ASSERT_EQ(::pread(file->descriptor(), read.data(), read.size(), 0), 10);
  EXPECT_EQ(read, "0123456789");
  EXPECT_EQ(file->sha256([] {}), "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882");
}

TEST(Vocabularies, CopiesShareTokensUntilOneIsAddedTo) {
  Vocabulary first;
  EXPECT_FALSE(first.find("a"));  // an index of nothing is one too
  first.push_back("a");
  EXPECT_EQ(first.find("a"), 0);
  Vocabulary second = first;
  EXPECT_EQ(second[0].data(), first[0].data());
  second.push_back("b");
  EXPECT_EQ(second.find("b"), 1);
  EXPECT_EQ(second.find("a"), 0);
  EXPECT_FALSE(first.find("b"));
  EXPECT_EQ(first.size(), 1);
  const Vocabulary third = std::move(second);
  std::vector<std::jthread> threads;
  for (int k = 0; k < 4; ++k) threads.emplace_back([&third] { EXPECT_EQ(third.find("b"), 1); });
}

}  // namespace
}  // namespace gramian::questions
