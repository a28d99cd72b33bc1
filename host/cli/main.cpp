#include "host/cli/program.hpp"

int main(int count, char** arguments) { return gramian::cli::run_program(count, arguments); }
