#include "host/cli/version.hpp"

namespace gramian::cli {

std::string version() {
  const std::string commit = GRAMIAN_COMMIT;
  return commit.empty() ? GRAMIAN_VERSION : GRAMIAN_VERSION " (" + commit + ")";
}

}  // namespace gramian::cli
