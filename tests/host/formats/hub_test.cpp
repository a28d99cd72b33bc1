#include "host/formats/hub/hub_cache.hpp"

#include <stdlib.h>

#include "tests/host/formats/archives/zip_bytes.hpp"
#include "tests/host/formats/files.hpp"

namespace gramian::host::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariables[] = {"HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"};

// A cache of its own, in the layout that huggingface_hub documents: blobs by their hash, snapshots that link to them.
class HubCache : public testing::Test {
 protected:
  HubCache() {
    for (const char* name : kVariables) {
      if (const char* value = ::getenv(name)) kept_.emplace_back(name, value);
      ::unsetenv(name);
    }
    ::setenv("HF_HUB_CACHE", dir_.path("hub").c_str(), 1);
  }
  ~HubCache() override {
    for (const char* name : kVariables) ::unsetenv(name);
    for (const auto& [name, value] : kept_) ::setenv(name.c_str(), value.c_str(), 1);
  }

  void add_file(const std::string& folder, const std::string& commit, const std::string& name, std::string_view bytes,
                const std::string& blob) const {
    dir_.write("hub/" + folder + "/blobs/" + blob, bytes);
    const fs::path link = dir_.path("hub/" + folder + "/snapshots/" + commit + "/" + name);
    fs::create_directories(link.parent_path());
    fs::create_symlink("../../blobs/" + blob, link);
  }
  void add_model(const std::string& folder, const std::string& commit, float value, const std::string& ref) const {
    const auto entry = tensor_entry("wte.weight", "F32", "[2,1]", 0, 8);
    add_file(folder, commit, "model.safetensors",
             safetensors(object({entry}), bytes_of_all(std::vector<float>{value, -value})), blob(commit, 64));
    add_file(folder, commit, "vocab.json", R"({"a":0})", blob(commit, 40));
    if (!ref.empty()) dir_.write("hub/" + folder + "/refs/" + ref, commit);
  }
  static std::string blob(const std::string& commit, size_t digits) { return commit + std::string(digits - 40, 'f'); }
  static double first_value(const std::string& input) { return values_of(open_embedding(input, std::nullopt, 1))[0]; }

  const std::string one_ = std::string(20, '1') + std::string(20, 'a');
  const std::string two_ = std::string(20, '2') + std::string(20, 'b');
  const TempDir dir_;

 private:
  std::vector<std::pair<std::string, std::string>> kept_;
};

TEST_F(HubCache, OpensByName) {
  add_model("models--gpt2", one_, 1, "main");
  add_model("models--org--other.v2_x", two_, 2, "main");
  EXPECT_EQ(first_value("hf:gpt2"), 1);
  EXPECT_EQ(first_value("gpt2"), 1);
  EXPECT_EQ(first_value("gpt2#wte.weight"), 1);
  EXPECT_EQ(first_value("org/other.v2_x"), 2);
  EXPECT_EQ(first_value("hf:org/other.v2_x#in"), 2);
  EXPECT_EQ(first_value("other.v2_x"), 2);             // no other organization has one
  EXPECT_EQ(first_value("openai-community/gpt2"), 1);  // where it moved to
  const Embedding embedding = open_embedding("hf:gpt2", std::nullopt, 1);
  EXPECT_EQ(embedding.path, dir_.path("hub/models--gpt2/snapshots/" + one_ + "/model.safetensors"));
  EXPECT_EQ(tokens_of(embedding), (std::vector<std::string>{"a", "<unnamed>"}));
  ASSERT_EQ(embedding.notes.size(), 1);
  EXPECT_NE(embedding.notes[0].find("hf:gpt2 is gpt2, commit " + one_.substr(0, 12)), std::string::npos);
}

TEST_F(HubCache, MovedModelsAreFoundByBothNames) {
  add_model("models--openai-community--gpt2", one_, 1, "main");
  EXPECT_EQ(first_value("gpt2"), 1);
  add_model("models--someone--gpt2", two_, 2, "main");
  expect_refused<InvalidUsage>("gpt2", {"openai-community/gpt2 and someone/gpt2", "organization"});
  expect_refused<InvalidUsage>("elsewhere/gpt2", {"elsewhere/gpt2", "hf download elsewhere/gpt2"});
  add_model("models--gpt2", two_, 3, "main");
  EXPECT_EQ(first_value("gpt2"), 3);
  EXPECT_EQ(first_value("openai-community/gpt2"), 1);
}

TEST_F(HubCache, Revisions) {
  add_model("models--org--m", one_, 1, "main");
  add_model("models--org--m", two_, 2, "pr/7");
  dir_.write("hub/models--org--m/refs/v1.0", one_ + "\n");
  dir_.write("hub/models--org--m/refs/gone", std::string(40, '9'));
  dir_.write("hub/models--org--m/refs/evil", "../../models--org--m/snapshots/" + two_);
  EXPECT_EQ(first_value("hf:org/m"), 1);
  EXPECT_EQ(first_value("hf:org/m@v1.0"), 1);
  EXPECT_EQ(first_value("hf:org/m@pr/7"), 2);
  EXPECT_EQ(first_value("org/m@" + two_), 2);
  EXPECT_EQ(first_value("org/m@2222222"), 2);
  for (const char* revision : {"222222", "v2", "gone", "evil"}) {
    expect_refused<InvalidUsage>("hf:org/m@" + std::string(revision),
                                 {"not cached", one_.substr(0, 12), two_.substr(0, 12), "--revision", revision});
  }
  for (const char* name : {"hf:", "hf:org/m@", "hf:org/m@../../x", "hf:a/b/c", "hf:../m", "hf:a b", "hf:.x"}) {
    expect_refused<InvalidUsage>(name, {"no name of a model"});
  }
  // A model fetched by its commit alone has no main.
  add_model("models--org--pinned", one_, 4, "");
  EXPECT_EQ(first_value("hf:org/pinned"), 4);
}

TEST_F(HubCache, AMissSaysWhatIsThere) {
  expect_refused<InvalidUsage>("hf:org/m", {"org/m", "does not exist", "HF_HOME", "hf download org/m"});
  fs::create_directories(dir_.path("hub"));
  expect_refused<InvalidUsage>("hf:org/m@v1", {"holds no model", "hf download org/m --revision v1"});
  add_model("models--org--m", one_, 1, "main");
  expect_refused<InvalidUsage>("hf:org/x", {"no such model is cached", "holds only org/m", "hf download org/x"});
  expect_refused<InvalidUsage>("org/x", {"no such file", "org/m", "hf download org/x"});
  expect_refused<InvalidUsage>("./org/x", {"no such file"});
}

TEST_F(HubCache, PathsComeFirst) {
  add_model("models--gpt2", one_, 1, "main");
  const fs::path before = fs::current_path();
  fs::current_path(dir_.path(""));
  dir_.write("gpt2", "a 5\nb 6\n");
  EXPECT_THROW(open_embedding("gpt2", std::nullopt, 1), Error);  // a table of one number a line is no matrix
  dir_.write("gpt2", "a 5 1\nb 6 1\n");
  EXPECT_EQ(first_value("gpt2"), 5);
  EXPECT_EQ(first_value("hf:gpt2"), 1);
  fs::current_path(before);
}

TEST_F(HubCache, TheEnvironmentNamesTheCache) {
  EXPECT_EQ(hub_cache_directory(), dir_.path("hub"));
  ::unsetenv("HF_HUB_CACHE");
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(hub_cache_directory(), "/home/me/.cache/huggingface/hub");
  ::setenv("XDG_CACHE_HOME", "/xdg", 1);
  EXPECT_EQ(hub_cache_directory(), "/xdg/huggingface/hub");
  ::setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(hub_cache_directory(), "/home/me/hf/hub");
  ::setenv("HF_HUB_CACHE", "~/cache", 1);
  EXPECT_EQ(hub_cache_directory(), "/home/me/cache");
}

TEST_F(HubCache, LargeFilesAreNamedByTheirHash) {
  add_model("models--gpt2", one_, 1, "main");
  const fs::path snapshot = dir_.path("hub/models--gpt2/snapshots/" + one_);
  EXPECT_EQ(sha256_of_cached(snapshot / "model.safetensors"), blob(one_, 64));
  EXPECT_EQ(sha256_of_cached(snapshot / "vocab.json"), std::nullopt);
  EXPECT_EQ(sha256_of_cached(snapshot / "gone"), std::nullopt);
  // The same name elsewhere says nothing.
  dir_.write("elsewhere/blobs/" + blob(one_, 64), "x");
  fs::create_symlink(dir_.path("elsewhere/blobs/" + blob(one_, 64)), dir_.path("link"));
  EXPECT_EQ(sha256_of_cached(dir_.path("link")), std::nullopt);
}

TEST_F(HubCache, FilesThatAreGoneAreNamed) {
  add_model("models--gpt2", one_, 1, "main");
  fs::remove(dir_.path("hub/models--gpt2/blobs/" + blob(one_, 64)));
  expect_refused<InvalidUsage>("hf:gpt2", {"model.safetensors", "gone", "fetch"});
}

TEST(ModelFolder, ChoosesTheWeights) {
  const TempDir dir;
  const auto model = [](float value) {
    return safetensors(object({tensor_entry("wte.weight", "F32", "[1,1]", 0, 4)}), bytes_of(value));
  };
  const auto first = [&] { return values_of(open_embedding(dir.path(""), std::nullopt, 1))[0]; };
  expect_refused<InvalidUsage>(dir.path(""), {"directory without model.safetensors"});
  dir.write("tf_model.h5", "x");
  expect_refused<InvalidUsage>(dir.path(""), {"only as tf_model.h5"});
  const ZipBytes checkpoint = {
      {{"a/data.pkl", tensor_pickle()}, {"a/data/0", bytes_of_all(std::vector<float>{7, 0, 0, 0})}}};
  dir.write("pytorch_model.bin", checkpoint.bytes());
  EXPECT_EQ(first(), 7);
  dir.write("consolidated.safetensors", model(3));
  EXPECT_EQ(first(), 3);
  dir.write("model.safetensors", model(4));
  EXPECT_EQ(first(), 4);
  EXPECT_EQ(values_of(open_embedding(dir.path("") + "#wte.weight", std::nullopt, 1))[0], 4);

  const TempDir several;
  several.write("a.gguf", "x");
  several.write("b.gguf", "x");
  expect_refused<InvalidUsage>(several.path(""), {"several", "a.gguf, b.gguf"});
}

}  // namespace
}  // namespace gramian::host::test
