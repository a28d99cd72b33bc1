#include "host/questions/geometry/transform.hpp"

#include <algorithm>
#include <filesystem>

#include "engine/error.hpp"
#include "engine/on_host/row_block.hpp"
#include "engine/on_host/transformed_row.hpp"
#include "engine/threads.hpp"
#include "host/formats/files/message.hpp"
#include "host/questions/geometry/token_beside.hpp"
#include "host/questions/rows/row_choice.hpp"
#include "host/questions/run/disk.hpp"
#include "host/questions/run/table.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {
namespace {

constexpr ElementType kTypes[] = {ElementType::f32, ElementType::f16, ElementType::bf16, ElementType::f64};

bool changes_numbers(const RowOptions& rows, bool unit) { return unit || rows.preprocessing.centers(); }

/// Tokens with spaces are read here, and by few others.
void note_spaces(Run& run, const Input& input, const Space& space) {
  int64_t spaced = 0;
  for (const int64_t row : space.matrix_rows()) {
    spaced += (*input.vocabulary())[row].find(' ') != std::string_view::npos ? 1 : 0;
  }
  if (spaced == 0) return;
  run.note(host::grouped(spaced) +
           " tokens hold spaces, which gensim does not take; .npy and .safetensors are understood everywhere.");
}

}  // namespace

About Transform::about() {
  return {
      .name = "transform",
      .summary = "Write the rows, as they are or transformed, in any format",
      .keys = {{"rows", "written"},
               {"dim", "their columns"},
               {"dtype", "of their numbers"},
               {"path", "of the file"},
               {"format", "of the file"},
               {"tokens", "the file that names its rows: the same, or one beside it; null without a vocabulary"},
               {"written", "name, bytes and sha256 of each file"}},
      .files = {},
      .examples = {{"transform model.safetensors -o embedding.vec", "for gensim, with the tokens"},
                   {"transform sample/run1.npy --remove-top 3 --unit -o all_but_the_top.npy", "three directions less"},
                   {"transform sample/run1.npy --whiten --dims 64 -o vectors.tsv",
                    "with metadata.tsv, for the Embedding Projector"}}};
}

void Transform::describe(Description& d) {
  settings.describe(d);
  rows.describe(d);
  d.input("E", matrix);
  rows.place_tokens(d, "Only the rows of these");
  d.option("-o,--output", &path, "FILE", "The file to write, by its ending: " + host::vector_endings())
      .naming(Names::file)
      .is_required()
      .unrecorded();
  d.flag("--unit", unit, "Scale every row to length 1 at last");
  d.option("--dtype", &dtype, "TYPE",
           "Of the numbers written: f32, f16, bf16 or f64; auto keeps what is stored where nothing changes it, and "
           "writes f32 otherwise")
      .one_of({"auto", "f32", "f16", "bf16", "f64"});
}

ElementType Transform::written_type(const Input& input, const host::VectorFormat& format) const {
  if (dtype == "auto") {
    const ElementType stored = input.view().type;
    if (changes_numbers(rows, unit) && stored != ElementType::f64) return ElementType::f32;
    if (const auto exact = format.exact_type(stored)) return *exact;
    if (changes_numbers(rows, unit)) return format.types.front();
    throw InvalidUsage(host::printable(path, 4096) + ": " + std::string(format.ending) +
                       " holds f32 alone, which loses digits of " + std::string(element_name(stored)) +
                       "; give --dtype f32, or another ending");
  }
  const auto* const type = std::ranges::find(kTypes, dtype, element_name);
  if (!format.holds(*type)) {
    std::string held;
    for (const ElementType each : format.types) held += (held.empty() ? "" : ", ") + std::string(element_name(each));
    throw InvalidUsage("--dtype " + dtype + ": " + std::string(format.ending) + " holds " + held);
  }
  return *type;
}

/// Blocks of rows are transformed and encoded by all threads and written in their order.
void Transform::write(Run& run, Space& space, const Input& input, const host::VectorFormat& format, ElementType type,
                      host::OutputFile& file) const {
  constexpr int64_t kBlockValues = int64_t{1} << 20;
  const int64_t n = space.size();
  const int64_t d = space.dim();
  const int64_t block = std::clamp<int64_t>(kBlockValues / d, 1, n);
  const int64_t pieces = std::min<int64_t>(run.threads(), block);
  const bool named = format.tokens == host::VectorFormat::Tokens::inside;
  const auto vectors = format.make({n, d, type});
  const RowTransform& transform = unit ? space.unit() : space.plain();
  std::vector<std::string> encoded(static_cast<size_t>(pieces));
  const auto encode = [&](int64_t begin, int64_t end, std::string& bytes) {
    std::vector<double> row(static_cast<size_t>(d));
    bytes.clear();
    for (int64_t i = begin; i < end; ++i) {
      on_host::transformed_row(space.device_rows(), i, transform, row.data(), on_host::dot);
      const std::string_view token = named ? (*input.vocabulary())[space.matrix_row(i)] : std::string_view();
      try {
        vectors->encode(token, row, bytes);
      } catch (const InvalidInput& error) {
        throw InvalidInput(host::printable(input.embedding.path, 4096) + ": row " +
                           std::to_string(space.matrix_row(i)) + ": " + error.what());
      }
    }
  };
  vectors->begin(file);
  run.watched("write", "write", static_cast<double>(n), "rows", [&](const Progress& progress) {
    for (int64_t begin = 0; begin < n; begin += block) {
      const int64_t count = std::min(block, n - begin);
      parallel_for(static_cast<int>(pieces), pieces, [&](int64_t piece, int) {
        encode(begin + count * piece / pieces, begin + count * (piece + 1) / pieces,
               encoded[static_cast<size_t>(piece)]);
      });
      for (const std::string& bytes : encoded) vectors->write(file, bytes);
      if (progress.report) progress.report(begin + count, n);
      run.check();
    }
  });
  vectors->end(file);
}

Transform::Answer Transform::ask(Run& run) {
  const host::VectorFormat& format = host::vector_format_of(path);
  Input& input = run.open(matrix, rows.vocab, rows.most());
  const bool inside = format.tokens == host::VectorFormat::Tokens::inside;
  if (inside) require_vocabulary(input, "a " + std::string(format.ending) + " file");
  const ElementType type = written_type(input, format);
  choose_rows(run, input, rows);
  run.read_on_host(input);
  const auto space = run.make_space(input, rows, unit ? ZeroRows::refused : ZeroRows::stay);
  host::OutputFile file(path);
  require_disk(path, space->size() * space->dim() * element_size(type), "fewer rows or a shorter --dtype need less");
  TokensBeside beside(run, input, *space, path, format);
  if (inside) note_spaces(run, input, *space);
  write(run, *space, input, format, type, file);
  run.no_sweep("fp64, then rounded once");
  const auto check = [&run] { run.check(); };
  Answer answer{.input = &input,
                .path = path,
                .format = std::string(format.name),
                .rows = space->size(),
                .dim = space->dim(),
                .dtype = std::string(element_name(type)),
                .tokens = inside ? path : beside.path(),
                .written = {}};
  file.finish();
  answer.written.push_back(
      {host::valid_utf8(std::filesystem::path(path).filename().string()), file.bytes(), file.sha256(check)});
  if (const auto listed = beside.listed(check)) answer.written.push_back(*listed);
  beside.commit(file);
  return answer;
}

Json to_json(const Transform::Answer& answer) {
  Json json;
  json["rows"] = answer.rows;
  json["dim"] = answer.dim;
  json["dtype"] = answer.dtype;
  json["path"] = host::valid_utf8(answer.path);
  json["format"] = answer.format;
  json["tokens"] = answer.tokens.empty() ? Json() : Json(host::valid_utf8(answer.tokens));
  Json& written = json["written"] = Json::array();
  for (const host::ListedFile& file : answer.written) {
    written.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return json;
}

std::string table(const Transform::Answer& answer) {
  std::string text = describe(*answer.input) + "\n" + host::printable(answer.path, 4096) + ": " + answer.format + ", " +
                     answer.dtype + ", " + host::grouped(answer.rows) + " x " + host::grouped(answer.dim) + "; " +
                     host::bytes_in_words(static_cast<double>(answer.written.front().bytes)) + "\n";
  if (answer.tokens.empty()) return text + "  without tokens: there is no vocabulary\n";
  return text +
         "  tokens: " + (answer.tokens == answer.path ? "in the file itself" : host::printable(answer.tokens, 4096)) +
         "\n";
}

}  // namespace gramian::questions
