#include "host/formats/json/json_file.hpp"

#include <string>

#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

std::string refused(const std::string& text) {
  try {
    parse_json("f.json", text, 100);
    return "accepted";
  } catch (const InvalidInput& error) {
    return error.what();
  }
}

TEST(Json, IsWhatTheDomParserMakes) {
  for (const char* text : {"null", "true", "-3", "18446744073709551615", "0.5", "\"a\\u0120\"", "[]", "{}",
                           "[1,[2,{\"a\":[]}],3]", R"({"b":{"c":[1,{"d":null}],"e":"f"},"a":[[],[{}]],"g":-0.0})"}) {
    EXPECT_EQ(parse_json("f.json", text), nlohmann::json::parse(text)) << text;
  }
}

TEST(Json, RefusesRepeatedKeysDepthAndLargeNumbers) {
  EXPECT_NE(refused(R"({"a":1,"b":{"a":1,"c":2,"a":3}})").find("'a' twice"), std::string::npos);
  EXPECT_EQ(refused(R"({"a":1,"b":{"a":1},"c":{"a":3}})"), "accepted");
  EXPECT_EQ(refused(std::string(64, '[') + std::string(64, ']')), "accepted");
  EXPECT_NE(refused(std::string(65, '[') + std::string(65, ']')).find("64 deep"), std::string::npos);
  EXPECT_NE(refused(std::string(1'000'000, '[')).find("64 deep"), std::string::npos);
  EXPECT_NE(refused("[1e999]").find("too large"), std::string::npos);
  EXPECT_NE(refused("[1,]").find("byte 104: malformed JSON"), std::string::npos) << refused("[1,]");
  EXPECT_NE(refused("[1] 2").find("malformed JSON"), std::string::npos);
  EXPECT_NE(refused("\"\xff\"").find("malformed JSON"), std::string::npos);
  EXPECT_NE(refused("").find("malformed JSON"), std::string::npos);
}

// Half a minute, when every end of an object looked through all of its siblings.
TEST(Json, ManyMembersAreReadInOnePassThatCanBeCancelled) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += (i > 0 ? "," : "") + numbered("\"t", i) + "\":{\"shape\":[1,2]}";
  text += '}';
  EXPECT_EQ(parse_json("f.json", text).size(), 200'000u);
  int asked = 0;
  EXPECT_THROW(parse_json("f.json", text, 0, [&] { return ++asked == 3; }), Interrupted);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace gramian::host::test
