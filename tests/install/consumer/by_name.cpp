// Asks what the program can be asked, by its name, and prints the JSON that the program prints.
#include <host/questions/json/json.hpp>
#include <host/questions/list.hpp>
#include <iostream>

int main(int, char** argv) {
  using namespace gramian::questions;
  for (const auto& question : all_questions()) {
    if (question->about().name != argv[1]) continue;
    Description options;
    question->describe(options);
    set_value(*options.find("E"), argv[2]);
    Front nobody;
    Run run(argv[1], question->settings(), nobody, {});
    const auto answer = question->ask(run);
    std::cout << json_text(run.result(answer->json(), settings_json(options))) << '\n';
    return 0;
  }
  return 1;
}
