#include "host/questions/run/pictures.hpp"

#include <filesystem>
#include <utility>

#include "engine/error.hpp"
#include "host/rendering/render.hpp"

namespace gramian::questions {

void PictureOptions::describe(Description& d) {
  d.in(Group::pictures);
  d.option("--pictures", &formats, "FORMAT", "svg; pdf or png: these besides; none")
      .one_of({"svg", "pdf", "png", "none"});
  d.option("--theme", &theme, "NAME", "light, as print wants it, or dark").one_of({"light", "dark"});
  d.option("--title", &title, "TEXT", "Title of pictures (default: the name of the matrix)");
  d.in(Group::own);
}

void PictureOptions::describe_of_matrices(Description& d) {
  describe(d);
  d.in(Group::pictures);
  d.option("--order", &order, "HOW", "Rows of a heat map by the tree of average linkage, or as given: tree, given")
      .one_of({"tree", "given"});
  d.option("--range", &range, "LO,HI", "Ends of its colour scale (default: those of the cosines)");
  d.in(Group::own);
}

std::optional<host::HeatmapScale> PictureOptions::scale() const {
  if (!range) return std::nullopt;
  return host::scale_of_range((*range)[0], (*range)[1]);
}

std::string picture_title(const Input& input) {
  const std::filesystem::path path(input.embedding.path);
  const std::string name = path.filename().string();
  const std::string folder = path.parent_path().filename().string();
  const bool says_nothing = name.starts_with("model") || name.starts_with("pytorch_model");
  if (!says_nothing || folder.empty() || folder == "." || folder == "..") return name;
  // The cache's folders are models--ORG--NAME/snapshots/COMMIT.
  std::string cached = path.parent_path().parent_path().parent_path().filename().string();
  if (!cached.starts_with("models--")) return folder;
  cached.erase(0, 8);
  const size_t between = cached.find("--");
  return between == std::string::npos ? cached : cached.replace(between, 2, "/");
}

void PictureOptions::check() const {
  if (range && (range->size() != 2 || !((*range)[0] < (*range)[1]))) {
    throw InvalidUsage("--range: must be LO,HI with LO below HI");
  }
  if ((formats == "pdf" || formats == "png") && !rendering::available()) {
    throw InvalidUsage("--pictures " + formats +
                       ": this build has no librsvg (Debian: librsvg2-dev); rsvg-convert makes it of the svg");
  }
}

void PictureOptions::add(Files& files, const std::string& name,
                         std::function<std::string(const host::Theme&)> draw) const {
  if (none()) return;
  const auto drawn = [draw = std::move(draw), dark = theme == "dark"] {
    return draw(dark ? host::kDark : host::kLight);
  };
  files.add(name + ".svg", [drawn](host::OutputFile& file) { file.write(drawn()); });
  if (formats == "svg") return;
  const auto format = formats == "pdf" ? rendering::Format::pdf : rendering::Format::png;
  files.add(name + "." + formats,
            [drawn, format](host::OutputFile& file) { file.write(rendering::render(drawn(), format)); });
}

}  // namespace gramian::questions
