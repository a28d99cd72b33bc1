#include "python/core/asked.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <sys/mman.h>

#include <algorithm>
#include <thread>

#include "engine/error.hpp"
#include "host/questions/list.hpp"
#include "host/questions/run/sweeps_together.hpp"
#include "python/core/errors.hpp"
#include "python/core/json.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;
using questions::Json;
using questions::Option;

std::unique_ptr<questions::AnyQuestion> question_named(const std::string& name) {
  for (auto& question : questions::all_questions()) {
    if (question->about().name == name) return std::move(question);
  }
  throw InvalidUsage("there is no question " + name);
}

/// Removed when nobody looks at it any more.
struct Mapped {
  void* address;
  size_t size;
  ~Mapped() { ::munmap(address, size); }
};

nb::object bytes_of(const host::OutputFile& file, const std::string& name) {
  const auto size = static_cast<size_t>(file.bytes());
  if (size == 0) return nb::bytes("", 0);
  void* const address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor(), 0);
  if (address == MAP_FAILED) throw OutOfMemory(name + ": its " + std::to_string(size) + " bytes cannot be mapped");
  const nb::capsule owner(new Mapped{address, size}, [](void* held) noexcept { delete static_cast<Mapped*>(held); });
  return nb::ndarray<nb::numpy, uint8_t, nb::ndim<1>>(address, {size}, owner).cast();
}

}  // namespace

Asked::Asked(const std::string& question, nb::dict values)
    : question_(question_named(question)), front_(std::make_shared<Watch>()) {
  question_->describe(description_);
  for (const auto [name, value] : values) {
    const std::string key = nb::str(name).c_str();
    const Option* option = description_.find(key);
    if (option == nullptr) throw InvalidUsage(question + " has no option " + key);
    questions::set_value(*option, from_python(value));
  }
  questions::check_words(description_);
}

void Asked::ask(const std::map<std::string, questions::GivenMatrix>& matrices, const questions::Run::Sweeper& sweeper,
                const std::shared_ptr<Watch>& watch) {
  const std::scoped_lock lock(mutex_);
  front_.watched_by(watch);
  questions::RunSettings settings = question_->settings();
  const auto on_gpu = std::ranges::find_if(
      matrices, [](const auto& each) { return each.second.embedding.matrix.view.device != nullptr; });
  if (on_gpu != matrices.end()) settings.gpu = on_gpu->second.embedding.matrix.view.device->number();
  run_.emplace(question_->about().name, settings, front_, std::nullopt);
  for (const auto& [name, matrix] : matrices) run_->inputs().give(name, matrix);
  run_->sweep_by(sweeper);
  answer_ = question_->ask(*run_);
  run_->sweep_by({});
  run_->check();
  run_->add_timing(timing_);
}

void Asked::work_alone(nb::handle progress, std::function<void(Asked&)> work) {
  const auto watch = std::make_shared<Watch>();
  const auto self = shared_from_this();
  perform(
      watch,
      [self, watch, work = std::move(work)] {
        const std::scoped_lock lock(self->mutex_);
        self->front_.watched_by(watch);
        work(*self);
      },
      progress);
}

nb::object Asked::told() {
  const auto json = std::make_shared<Json>();
  work_alone(nb::none(), [json](Asked& self) { *json = self.run_->told(self.answer_->json()); });
  return to_python(*json);
}

Asked::WrittenFile Asked::written(const std::string& name) {
  questions::Files files;
  answer_->write_into(files);
  const auto file = std::ranges::find(files.all(), name, &std::pair<std::string, questions::Files::Write>::first);
  if (file == files.all().end()) throw InvalidUsage("this answer has no file " + name);
  WrittenFile output = host::OutputFile::in_memory(name);
  file->second(*output);
  output->finish();
  return output;
}

nb::object Asked::result(bool files, nb::handle progress) {
  const auto json = std::make_shared<Json>();
  work_alone(progress, [json, files](Asked& self) {
    *json = self.run_->result(self.answer_->json(), questions::settings_json(self.description_));
    Json& listed = (*json)["files"] = Json::array();
    questions::Files all;
    if (files) self.answer_->write_into(all);
    for (const auto& [name, write] : all.all()) {
      const WrittenFile file = self.written(name);
      const std::string sum = file->sha256([&self] { self.run_->check(); });
      listed.push_back({{"name", name}, {"bytes", file->bytes()}, {"sha256", sum}});
    }
    json->update(self.timing_);
  });
  return to_python(*json);
}

std::string Asked::words() {
  const auto text = std::make_shared<std::string>();
  work_alone(nb::none(), [text](Asked& self) { *text = self.answer_->words() + "\n" + self.run_->footer(); });
  return *text;
}

std::vector<std::string> Asked::file_names() {
  const auto names = std::make_shared<std::vector<std::string>>();
  work_alone(nb::none(), [names](Asked& self) {
    questions::Files files;
    self.answer_->write_into(files);
    for (const auto& [name, write] : files.all()) names->push_back(name);
  });
  return *names;
}

nb::object Asked::file(const std::string& name, nb::handle progress) {
  const auto file = std::make_shared<WrittenFile>();
  work_alone(progress, [file, name](Asked& self) { *file = self.written(name); });
  return bytes_of(**file, name);
}

std::vector<std::shared_ptr<Asked>> ask(nb::list wanted, nb::dict matrices, nb::handle progress) {
  std::vector<std::shared_ptr<Asked>> all;
  std::map<std::string, questions::GivenMatrix> given;
  try {
    for (const nb::handle each : wanted) {
      const auto question = nb::borrow<nb::tuple>(each);
      const nb::object name = question[0];
      const nb::object values = question[1];
      all.push_back(std::make_shared<Asked>(nb::str(name).c_str(), nb::borrow<nb::dict>(values)));
    }
    for (const auto [name, matrix] : matrices) {
      given.emplace(nb::str(name).c_str(), nb::cast<const Opened&>(matrix).given());
    }
  } catch (...) {
    raise(std::current_exception());
  }
  const auto watch = std::make_shared<Watch>();
  if (all.size() == 1) {
    perform(
        watch, [watch, given, one = all.front()] { one->ask(given, {}, watch); }, progress);
    return all;
  }
  const auto work = [watch, given, all] {
    questions::SweepsTogether together(all.size());
    std::vector<std::exception_ptr> failures(all.size());
    {
      std::vector<std::jthread> threads;
      for (size_t k = 0; k < all.size(); ++k) {
        threads.emplace_back([&, k] {
          try {
            together.take_part([&] { all[k]->ask(given, together.sweeper(), watch); });
          } catch (...) {
            failures[k] = std::current_exception();
          }
        });
      }
    }
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
  };
  perform(watch, work, progress);
  return all;
}

}  // namespace gramian::python
