#include "host/cli/program.hpp"
#include "host/cli/terminal/standard_streams.hpp"

int main(int count, char** arguments) { return gramian::cli::leave(gramian::cli::run_program(count, arguments)); }
