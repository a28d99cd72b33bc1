// JSON as it is written, against the library that reads it.

#include "host/questions/json/json.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/error.hpp"

namespace gramian::questions {
namespace {

using Library = nlohmann::ordered_json;

TEST(Json, ListsOfPairsAreObjectsAndOthersArrays) {
  const Json object = {{"a", 1}, {"b", Json::array({1.5, "x"})}, {"c", nullptr}};
  EXPECT_EQ(json_text(object), "{\n  \"a\": 1,\n  \"b\": [1.5, \"x\"],\n  \"c\": null\n}\n");
  EXPECT_EQ(json_text(Json::array({Json::array({"a", 1})})), "[\n  [\"a\", 1]\n]\n");
  EXPECT_EQ(json_text(Json::array()), "[]\n");
  EXPECT_EQ(json_text(Json::object()), "{}\n");
  EXPECT_EQ(json_text(Json()), "null\n");
}

TEST(Json, KeysKeepTheOrderInWhichTheyWereSet) {
  Json json;
  json["z"] = true;
  json["a"]["inner"] = "x";
  json["z"] = false;
  Json more;
  more["a"] = 2;
  more["b"] = std::optional<int64_t>();
  json.update(more);
  EXPECT_EQ(json_text(json), "{\n  \"z\": false,\n  \"a\": 2,\n  \"b\": null\n}\n");
  EXPECT_EQ(json.find("c"), nullptr);
  ASSERT_NE(json.find("a"), nullptr);
}

TEST(Json, NumbersReadBackAsTheyWere) {
  std::mt19937_64 random(7);
  for (int k = 0; k < 20'000; ++k) {
    const double number = std::bit_cast<double>(random());
    const std::string text = json_text(number);
    if (!std::isfinite(number)) {
      EXPECT_EQ(text, "null\n");
    } else {
      EXPECT_EQ(Library::parse(text).get<double>(), number) << text;
      EXPECT_EQ(text, Library(number).dump() + "\n");
    }
  }
  EXPECT_EQ(json_text(0.0), "0.0\n");
  EXPECT_EQ(json_text(std::numeric_limits<int64_t>::min()), "-9223372036854775808\n");
  EXPECT_EQ(json_text(std::numeric_limits<uint64_t>::max()), "18446744073709551615\n");
}

TEST(Json, TextsReadBackAsTheyWere) {
  const std::string text = "\"\\\n\t\x01 Ġking \u2581 \U0001F600";
  EXPECT_EQ(Library::parse(json_text(text)).get<std::string>(), text);
}

TEST(Json, WhatIsWrittenIsRead) {
  const Json json = {{"a", Json::array({1, -2, 2.5, true, nullptr, "x"})}, {"b", {{"c", Json::object()}}}};
  EXPECT_EQ(json_text(parse_json("here", json_text(json))), json_text(json));
}

TEST(Json, WhatIsNoJsonIsRefusedInOneLineThatNamesThePlace) {
  const auto refused = [](std::string_view text, std::string_view words) {
    try {
      parse_json("here", text);
      ADD_FAILURE() << text << " was taken";
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string_view(error.what()).find(words), std::string_view::npos) << error.what();
      EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos) << error.what();
    }
  };
  refused("{\"a\": }", "here: byte 7: is no JSON");
  refused("{\"a\": 1, \"b\": {\"a\": 2, \"a\": 3}}", "the key 'a' twice");
  refused("[1e999]", "too large");
  refused("\"\xff\"", "is no JSON");
  refused(std::string(65, '[') + std::string(65, ']'), "more than 64 deep");
  EXPECT_EQ(parse_json("here", std::string(64, '[') + std::string(64, ']')).size(), 1u);
}

// 200,000 members: seconds where every member is looked for among those before it.
TEST(Json, AnObjectOfManyMembersIsReadInTimeThatGrowsWithItAlone) {
  std::string text = "{";
  for (int k = 0; k < 200'000; ++k) text += (k == 0 ? "\"" : ",\"") + std::to_string(k) + "\":" + std::to_string(k);
  const auto begin = std::chrono::steady_clock::now();
  const Json json = parse_json("here", text + "}");
  EXPECT_EQ(json.size(), 200'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

}  // namespace
}  // namespace gramian::questions
