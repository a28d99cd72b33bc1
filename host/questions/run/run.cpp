#include "host/questions/run/run.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "engine/analyses/distribution/spectrum.hpp"
#include "engine/error.hpp"
#include "host/device/device.hpp"
#include "host/formats/files/message.hpp"
#include "host/report/files/input_sums.hpp"
#include "host/report/wording.hpp"

namespace gramian::questions {

namespace {

/// A broken promise means wrong numbers: a fault of this program, of its memory, or of an input that changed.
[[noreturn]] void refuse_numbers(const BrokenPromise& broken, const Space& space, const Input* input) {
  host::require_inputs_unchanged();
  const auto name = [&](int64_t i) {
    const int64_t row = space.matrix_row(i);
    const std::string number = "row " + std::to_string(row);
    const std::string named = input == nullptr ? number : name_of(*input, row);
    return named == number ? number : named + " (" + number + ")";
  };
  const std::string where = input == nullptr ? "" : host::printable(input->embedding.path, 4096) + ": ";
  throw std::runtime_error(where + "the cosine of " + name(broken.pair().i) + " and " + name(broken.pair().j) +
                           " is off by " + host::significant(broken.error(), 2) + ", more than the " +
                           host::significant(broken.limit(), 2) +
                           " promised; nothing is written. Please report it with this machine's 'gramian devices'");
}

}  // namespace

double pair_count(int64_t n) { return n < 2 ? 0.0 : static_cast<double>(n) * static_cast<double>(n - 1) / 2.0; }

Run::Run(std::string question, const RunSettings& settings, Front& front, std::optional<std::string> output)
    : question_(std::move(question)),
      precision_(settings.parsed_precision()),
      threads_(settings.threads > 0 ? settings.threads : host::available_threads()),
      seed_(settings.seed),
      memory_(settings.memory_limit),
      front_(front),
      output_(std::move(output)) {
  const host::Tell tell{[this](const std::string& line) { front_.warn(line); },
                        // Not into the result, which is the same the second time.
                        [this](const std::string& sentence) { front_.forecast(sentence); }};
  try {
    backend_ = host::make_backend(settings.device, threads_, {memory_.given(), settings.fused(), settings.gpu}, tell);
  } catch (const InvalidUsage& error) {
    const std::string what = error.what();
    throw InvalidUsage((what.starts_with("device") ? "--" : "") + what);
  } catch (const DeviceUnavailable& error) {
    throw DeviceUnavailable(std::string("--") + error.what() + "; --device cpu runs everywhere");
  }
}

Input& Run::open(const std::string& path, const std::optional<std::filesystem::path>& vocab,
                 std::optional<int64_t> limit) {
  host::ReadOptions reading;
  reading.limit = limit;
  return open(path, vocab, reading);
}

Input& Run::open_pairs(const std::string& path, const std::optional<std::filesystem::path>& vocab) {
  host::ReadOptions reading;
  reading.pairs = true;
  return open(path, vocab, reading);
}

Input& Run::open(const std::string& path, const std::optional<std::filesystem::path>& vocab,
                 host::ReadOptions reading) {
  reading.most_memory = static_cast<int64_t>(memory_.available());
  std::error_code unknown;
  const auto bytes = std::filesystem::file_size(path.substr(0, path.rfind('#')), unknown);
  reading.progress = front_.stage("read", unknown ? 0.0 : static_cast<double>(bytes), "B");
  Input& input = timed("load", [&]() -> Input& { return inputs_.open(path, vocab, threads_, reading); });
  front_.end_of_stage();
  front_.log(describe(input));
  for (const std::string& sentence : input.embedding.notes) note(sentence);
  if (!backend_->uses_in_place(input.view())) read_on_host(input);
  if (memory_.given() > 0) require_memory(0.0, "that much is held already");
  check();
  return input;
}

std::unique_ptr<Space> Run::make_space(const Input& input, const RowOptions& rows, ZeroRows zero) {
  const int64_t n = std::ssize(input.rows);
  const int64_t d = input.view().cols;
  if (rows.preprocessing.remove_top > 0 || rows.preprocessing.principal()) {
    require_memory(spectrum_bytes(n, d), fewer_rows_or_dims(n, d));
  }
  std::unique_ptr<Space> space;
  timed("check", [&] {
    try {
      space = std::make_unique<Space>(*backend_, input.view(),
                                      SpaceOptions{.rows = input.rows,
                                                   .preprocessing = rows.preprocessing,
                                                   .drop_bad_rows = rows.drop_bad_rows,
                                                   .zero_rows_stay = zero == ZeroRows::stay});
    } catch (const BadRowsError& error) {
      throw InvalidInput(host::printable(input.embedding.path, 4096) + ": " + name_bad_rows(input, error.rows()) +
                         "; --drop-bad-rows leaves them out");
    }
  });
  check();
  rows_used_ = {.used = space->size(), .unnamed = input.unnamed, .dropped = space->dropped()};
  ++spaces_;
  if (space->dropped().count() > 0) note("Dropped " + name_bad_rows(input, space->dropped()) + ".");
  return space;
}

SweepReport Run::sweep(Space& space, std::span<SweepAnalysis* const> analyses) {
  const Progress progress = front_.stage(question_, pair_count(space.size()), "pairs");
  const auto start = Clock::now();
  SweepReport report;
  try {
    report = sweeper_ ? sweeper_(space, precision_, analyses, seed_, progress)
                      : run_sweeps(space, precision_, analyses, seed_, progress);
  } catch (const BrokenPromise& broken) {
    refuse_numbers(broken, space, inputs_.find(space.matrix()));
  }
  front_.end_of_stage();
  const double whole = std::chrono::duration<double>(Clock::now() - start).count();
  add_time("prepare", report.prepare_seconds);
  add_time("sweep", report.sweep_seconds);
  add_time("pilot_and_select", std::max(0.0, whole - report.prepare_seconds - report.sweep_seconds));
  accuracy_.max_abs_error = std::max(accuracy_.max_abs_error, report.accuracy.max_abs_error);
  accuracy_.promise = report.accuracy.promise;
  accuracy_.pairs += report.accuracy.pairs;
  squares_ += report.accuracy.rms_error * report.accuracy.rms_error * static_cast<double>(report.accuracy.pairs);
  if (std::isfinite(report.certified.bound)) {
    if (!certified_) certified_.emplace();
    certified_->bound = std::max(certified_->bound, report.certified.bound);
    certified_->recomputed += report.certified.recomputed;
    certified_->largest_error = std::max(certified_->largest_error, report.certified.largest_error);
  }
  form_ = report.form;
  sweeps_ += report.sweeps;
  check();
  return report;
}

std::string fewer_rows_or_dims(int64_t n, int64_t d) {
  // d x d products do not shrink with the rows before there are fewer of them.
  if (n < d || n > 4 * d) return Run::kFewerRows;
  return "a matrix of fewer dimensions takes less, and so does --limit below " + std::to_string(d) + " rows";
}

namespace {

double bytes_of(const Input& input) {
  return static_cast<double>(input.view().rows * input.view().cols * element_size(input.view().type));
}

}  // namespace

void Run::read_on_host(const Input& input) const {
  const DeviceMemory* const device = input.view().device;
  if (device == nullptr) return;
  // Where the backend does not use it in place, held_bytes() counts it already.
  require_memory(device->copied() || !backend_->uses_in_place(input.view()) ? 0.0 : bytes_of(input));
  device->on_host();
}

double Run::held_bytes() const {
  // The program with its libraries. That and pages of mapped files could be had again by who needs memory, so without a
  // limit of the caller's they are not counted.
  constexpr double kProgram = double{int64_t{24} << 20};
  double held = inputs_.copied_bytes();
  inputs_.for_each([&](const Input& input) {
    const DeviceMemory* const device = input.view().device;
    if (device != nullptr && (device->copied() || !backend_->uses_in_place(input.view()))) held += bytes_of(input);
  });
  if (memory_.given() > 0) held += kProgram + inputs_.mapped_bytes();
  return held;
}

void Run::require_memory(double bytes, const std::string& remedy) const {
  memory_.require(held_bytes() + bytes, remedy);
}

int64_t Run::plan_sweep_memory(const Input& input, int64_t n, double besides) const {
  require_sweep_memory(input, n, besides);
  return memory_.plan_sweep(held_bytes() + backend_->host_bytes(n, input.view().cols, precision_) + besides, n);
}

void Run::require_sweep_memory(const Input& input, int64_t n, double besides, const std::string& remedy) const {
  const double bytes = backend_->host_bytes(n, input.view().cols, precision_) + besides;
  require_memory(bytes, remedy.empty() ? fewer_rows_or_dims(n, input.view().cols) : remedy);
}

void Run::note_narrow(double sd) {
  constexpr double kTellsApart = 10.0;
  constexpr double kNarrow = 1e-13;
  if (certified_) {
    if (!(sd < kNarrow)) return;
    note("The cosines lie closer together (sd " + host::significant(sd, 2) +
         ") than fp64 tells apart: their order, and what lies above a threshold among them, is its rounding.");
    return;
  }
  if (accuracy_.pairs == 0 || !(sd < kTellsApart * accuracy_.max_abs_error)) return;
  const bool best = precision_ == Precision::double_;
  note("The cosines lie so close together (sd " + host::significant(sd, 2) + ") that " +
       std::string(precision_name(precision_)) + " precision, off by up to " +
       host::significant(accuracy_.max_abs_error, 2) + " here, does not tell them apart: quantiles are " +
       (best ? "rounding." : "its rounding; --precision double goes further."));
}

void Run::check() const {
  if (front_.cancelled()) throw Interrupted("interrupted");
}

void Run::add_time(const std::string& stage, double seconds) {
  const auto same = std::ranges::find(timing_, stage, &std::pair<std::string, double>::first);
  if (same != timing_.end()) {
    same->second += seconds;
  } else {
    timing_.emplace_back(stage, seconds);
  }
  front_.log(stage + ": " + host::fixed(seconds, 3) + " s");
}

Json Run::told(const Json& own) const {
  Json json;
  json["command"] = question_;
  json["version"] = GRAMIAN_VERSION;
  json["schema"] = 1;
  if (text_) {
    json["text"] = {{"path", host::valid_utf8(text_->path)},
                    {"sha256", text_->sha256},
                    {"bytes", text_->bytes},
                    {"token_count", text_->tokens},
                    {"distinct_rows", text_->distinct_rows},
                    {"out_of_vocabulary", text_->out_of_vocabulary},
                    {"tokenizer", host::valid_utf8(text_->tokenizer)}};
  }
  // Of several matrices the answer says it of each.
  if (rows_used_ && spaces_ == 1) {
    json["rows_used"] = rows_used_->used;
    json["rows_unnamed"] = rows_used_->unnamed;
    json["dropped"] = {{"zero", rows_used_->dropped.zero}, {"nonfinite", rows_used_->dropped.nonfinite}};
  }
  if (!skipped_.empty()) {
    Json& unknown = json["unknown_tokens"] = Json::array();
    for (const std::string& token : skipped_) unknown.push_back(host::valid_utf8(token));
  }
  json.update(own);
  Json& notes = json["notes"] = Json::array();
  for (const std::string& sentence : notes_) notes.push_back(host::valid_utf8(sentence));
  json["sweeps"] = sweeps_;
  const bool measured = accuracy_.pairs > 0;
  const double rms = measured ? std::sqrt(squares_ / static_cast<double>(accuracy_.pairs)) : 0.0;
  json["accuracy"] = {{"pairs", accuracy_.pairs},
                      {"max_abs_error", measured ? Json(accuracy_.max_abs_error) : Json()},
                      {"rms_error", measured ? Json(rms) : Json()},
                      {"promise", precision_promise(precision_)},
                      {"form", form_.empty() ? Json() : Json(form_)}};
  if (certified_) {
    const std::optional<double> error = certified_->largest_error;
    json["certified"] = {{"bound", certified_->bound},
                         {"recomputed", certified_->recomputed},
                         {"largest_error", error ? Json(*error) : Json()}};
  }
  return json;
}

Json Run::result(const Json& own, const Json& settings) {
  Json json = told(own);
  json["inputs"] = inputs_.json([this] { check(); });
  json["settings"] = settings;
  return json;
}

void Run::add_timing(Json& result) const {
  const DeviceInfo device = backend_->info();
  result["backend"] = {{"name", device.name}, {"hardware", device.hardware}, {"detail", device.detail}};
  Json& timing = result["timing"];
  for (const auto& [stage, time] : timing_) timing[stage] = time;
  timing["threads"] = threads_;
  timing["total"] = seconds();
}

std::string Run::footer() const {
  std::string text;
  for (const std::string& sentence : notes_) text += "  " + sentence + "\n";
  std::string line;
  if (accuracy_.pairs > 0) {
    line = "largest error " + host::significant(accuracy_.max_abs_error, 2) + " on " + host::grouped(accuracy_.pairs) +
           " sampled pairs (promise: " + host::significant(accuracy_.promise, 2) + "); ";
  }
  if (certified_) text += "  exact: " + host::grouped(certified_->recomputed) + " pairs recomputed in fp64\n";
  if (sweeps_ > 0) line += std::to_string(sweeps_) + (sweeps_ == 1 ? " sweep; " : " sweeps; ");
  return text + "  " + line + host::duration_in_words(seconds()) + "\n";
}

}  // namespace gramian::questions
