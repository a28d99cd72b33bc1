// Descriptions without a command line: what study files and other languages need of them.

#include "host/questions/description.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "engine/error.hpp"
#include "host/questions/list.hpp"

namespace gramian::questions {
namespace {

struct Everything {
  bool flag = false;
  int64_t number = 3;
  double real = 0.5;
  std::string word = "one";
  std::optional<int64_t> maybe;
  std::vector<std::string> several;
  std::vector<double> numbers = {1.0, 2.0};
  std::optional<std::vector<std::string>> tokens;

  void describe(Description& d) {
    d.flag("--flag", flag, "A flag");
    d.option("-n,--number", &number, "N", "A number").between(1, 5);
    d.option("--a-real", &real, "X", "A real number");
    d.option("--word", &word, "WORD", "A word").one_of({"one", "two"});
    d.option("--maybe", &maybe, "N", "Perhaps a number").at_least(0);
    d.option("--several", &several, "S", "Texts");
    d.option("--numbers", &numbers, "X,...", "Numbers");
    d.option("--tokens", &tokens, "LIST", "Tokens").recorded_as("queries");
  }
};

TEST(Description, NamesAndDefaultsComeFromFlagsAndFields) {
  Everything all;
  Description d;
  all.describe(d);
  ASSERT_NE(d.find("a_real"), nullptr);
  EXPECT_EQ(d.find("a_real")->standard, "0.5");
  EXPECT_EQ(d.find("number")->longest_flag(), "--number");
  EXPECT_EQ(d.find("numbers")->standard, "1,2");
  EXPECT_EQ(d.find("maybe")->standard, "");
  EXPECT_EQ(d.find("nothing"), nullptr);
}

TEST(Description, ValuesAreSetFromJsonAndRecorded) {
  Everything all;
  Description d;
  all.describe(d);
  set_value(*d.find("flag"), true);
  set_value(*d.find("number"), 5);
  set_value(*d.find("a_real"), 2);
  set_value(*d.find("word"), "two");
  set_value(*d.find("maybe"), 7);
  set_value(*d.find("several"), Json::array({"a", "b"}));
  set_value(*d.find("numbers"), "0.5,1.5");
  set_value(*d.find("tokens"), "x,y");
  check_words(d);
  EXPECT_EQ(json_text(settings_json(d)),
            "{\n  \"flag\": true,\n  \"number\": 5,\n  \"a_real\": 2.0,\n  \"word\": \"two\",\n  \"maybe\": 7,\n"
            "  \"several\": [\"a\", \"b\"],\n  \"numbers\": [0.5, 1.5],\n  \"queries\": [\"x\", \"y\"]\n}\n");
}

TEST(Description, WrongValuesAreRefusedByName) {
  Everything all;
  Description d;
  all.describe(d);
  const auto refused = [&](const char* name, const Json& value, const std::string& words) {
    try {
      set_value(*d.find(name), value);
      ADD_FAILURE() << name << " was taken";
    } catch (const InvalidUsage& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  refused("flag", 1, "--flag: must be true or false");
  refused("number", 6, "--number: 6 is not from 1 to 5");
  refused("number", 0, "from 1 to 5");
  refused("number", 1.5, "must be a whole number");
  refused("a_real", "x", "must be a number");
  refused("word", "three", "--word three: must be one or two");
  refused("word", 1, "must be a text");
  refused("maybe", -1, "-1 is not a whole number from 0 on");
  refused("several", Json::array({"a", 1}), "must be a text");
  refused("numbers", "1,x", "'x' is not a number");
  EXPECT_EQ(all.number, 3);
  all.word = "three";
  EXPECT_THROW(check_words(d), InvalidUsage);
}

TEST(Description, NumbersThatAFieldCannotHoldAreRefused) {
  int small = 1;
  int64_t whole = 1;
  uint64_t seed = 1;
  Description d;
  d.option("--small", &small, "N", "A number").at_least(0);
  d.option("--whole", &whole, "N", "A number");
  d.option("--seed", &seed, "N", "A number");
  EXPECT_THROW(set_value(*d.find("small"), int64_t{1} << 32), InvalidUsage);
  EXPECT_THROW(set_value(*d.find("whole"), std::numeric_limits<uint64_t>::max()), InvalidUsage);
  EXPECT_THROW(set_value(*d.find("seed"), -1), InvalidUsage);
  EXPECT_EQ(small, 1);
  EXPECT_EQ(whole, 1);
  EXPECT_EQ(seed, 1u);
  set_value(*d.find("seed"), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(seed, std::numeric_limits<uint64_t>::max());
  set_value(*d.find("whole"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(whole, std::numeric_limits<int64_t>::min());
}

TEST(Questions, EveryOneIsDescribedInFull) {
  std::set<std::string> names;
  for (const auto& question : all_questions()) {
    const About about = question->about();
    EXPECT_TRUE(names.insert(about.name).second) << about.name;
    EXPECT_FALSE(about.summary.empty() || about.summary.ends_with('.')) << about.name;
    EXPECT_FALSE(about.keys.empty()) << about.name;
    EXPECT_FALSE(about.examples.empty()) << about.name;
    for (const auto& [words, what] : about.examples) EXPECT_TRUE(words.starts_with(about.name)) << words;
    Description d;
    question->describe(d);
    std::set<std::string> options;
    for (const Option& option : d.options()) {
      if (option.name.empty()) continue;
      EXPECT_TRUE(options.insert(option.name).second) << about.name << " " << option.name;
      EXPECT_FALSE(option.help.empty()) << about.name << " " << option.name;
      EXPECT_LT(option.help.size(), 160u) << about.name << " " << option.name;
      EXPECT_TRUE(option.positional() || option.is_flag() || !option.value.empty()) << option.name;
    }
  }
}

/// A key that a study file or Python would set has the same effect as the field itself.
TEST(Questions, EveryOptionCanBeSetFromItsOwnValue) {
  for (const auto& question : all_questions()) {
    Description d;
    question->describe(d);
    for (const Option& option : d.options()) {
      const Json value = value_of(option.target);
      if (value.is_null() || option.name == "threads")
        continue;  // 0 stands for every processor, and cannot be asked for
      if (option.required) continue;
      set_value(option, value);
      EXPECT_EQ(json_text(value_of(option.target)), json_text(value)) << option.name;
    }
  }
}

}  // namespace
}  // namespace gramian::questions
