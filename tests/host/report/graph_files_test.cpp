// Files that are written of a graph. That other programs read it is shown in tests/host/cli/graph_test.py.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "host/report/drawing/colors.hpp"
#include "host/report/drawing/xml_text.hpp"
#include "host/report/files/csr_npz.hpp"
#include "host/report/graphs/ring_svg.hpp"

namespace gramian::host {
namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("gramian_graph_files." + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// 0 - 1, 0 - 2; 3 alone.
Adjacency small_graph() { return {{0, 2, 3, 4, 4}, {1, 2, 0, 0}, {0.5F, 0.75F, 0.5F, 0.75F}}; }

TEST(CsrNpz, HasTheSizeThatWasForecastHoweverItIsCut) {
  const Folder folder;
  const Adjacency graph = small_graph();
  for (const CsrValues values : {CsrValues::cosines, CsrValues::ones}) {
    OutputFile whole(folder / "whole.npz");
    CsrNpzWriter one(whole, 4, 4, values);
    one.append(graph.offsets, graph.columns, graph.cosines);
    one.finish();
    whole.commit();
    OutputFile bands(folder / "bands.npz");
    CsrNpzWriter two(bands, 4, 4, values);
    const std::vector<int64_t> first = {0, 2};
    const std::vector<int64_t> rest = {0, 1, 2, 2};
    two.append(first, std::span(graph.columns).first(2), std::span(graph.cosines).first(2));
    two.append(rest, std::span(graph.columns).subspan(2), std::span(graph.cosines).subspan(2));
    two.finish();
    bands.commit();
    const std::string bytes = bytes_of(folder / "whole.npz");
    EXPECT_EQ(std::ssize(bytes), CsrNpzWriter::bytes(4, 4, values));
    EXPECT_EQ(bytes, bytes_of(folder / "bands.npz"));
  }
}

TEST(CsrNpz, IndicesAre64BitsFrom2To31Entries) {
  constexpr int64_t kMost = (int64_t{1} << 31) - 1;
  const auto bytes = [](int64_t entries) { return CsrNpzWriter::bytes(10, entries, CsrValues::ones); };
  EXPECT_NEAR(static_cast<double>(bytes(kMost)), 5.0 * kMost, 2000.0);
  EXPECT_NEAR(static_cast<double>(bytes(kMost + 1)), 9.0 * kMost, 2000.0);
}

TEST(CsrNpz, RefusesOtherThanWasPromised) {
  const Folder folder;
  const Adjacency graph = small_graph();
  OutputFile file(folder / "a.npz");
  CsrNpzWriter many(file, 4, 3, CsrValues::cosines);
  EXPECT_THROW(many.append(graph.offsets, graph.columns, graph.cosines), std::logic_error);
  CsrNpzWriter few(file, 4, 5, CsrValues::cosines);
  few.append(graph.offsets, graph.columns, graph.cosines);
  EXPECT_THROW(few.finish(), std::logic_error);
}

TEST(XmlText, EscapesWhatXmlCannotHold) {
  EXPECT_EQ(xml_text("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'");
  EXPECT_EQ(xml_text("\t\n\r"), "&#9;&#10;&#13;");
  EXPECT_EQ(xml_text(std::string_view("\0\x01\x1f", 3)), "\\x00\\x01\\x1f");
  EXPECT_EQ(xml_text("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(xml_text("\xef\xbf\xbf"), "\\xef\\xbf\\xbf");
  EXPECT_EQ(xml_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // half of a surrogate pair
  EXPECT_EQ(xml_text("Ġü€😀"), "Ġü€😀");
}

TEST(Colors, PlasmaRunsFromBlueToYellow) {
  EXPECT_EQ(hex(plasma(0.0)), "#0d0887");
  EXPECT_EQ(hex(plasma(0.5)), "#cb4778");
  EXPECT_EQ(hex(plasma(1.0)), "#f0f921");
  EXPECT_EQ(plasma(-1.0), plasma(0.0));
  EXPECT_EQ(plasma(2.0), plasma(1.0));
}

TEST(RingSvg, ShowsEveryNodeOnceWithItsDegree) {
  const Adjacency graph = small_graph();
  const std::vector<std::string> tokens = {"a<b", "c", "", "d"};
  const std::vector<int64_t> rows = {0, 1, 2, 3};
  const std::string svg = ring_svg({graph, tokens, rows, {}, "e.npy", "cosine ≥ 0.5 (given)"}, 0.5);
  size_t circles = 0;
  for (size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) ++circles;
  EXPECT_EQ(circles, 4U);
  EXPECT_NE(svg.find("r=\"4.243\""), std::string::npos);  // 3 sqrt(2)
  EXPECT_NE(svg.find("a&lt;b"), std::string::npos);
  EXPECT_NE(svg.find("row 2"), std::string::npos);
  EXPECT_NE(svg.find("cosine ≥ 0.5 (given)"), std::string::npos);
  // The weak edge comes first.
  EXPECT_LT(svg.find("stroke=\"#0d0887\""), svg.find("stroke=\"#f0f921\""));
}

TEST(RingSvg, DrawsAGraphWithoutEdgesAndASingleNode) {
  const Adjacency none = {{0, 0}, {}, {}};
  const std::vector<std::string> tokens = {"a"};
  const std::vector<int64_t> rows = {0};
  EXPECT_NE(ring_svg({none, tokens, rows, {}, "e", "none"}, 0.5).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace gramian::host
