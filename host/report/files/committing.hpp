#pragma once

namespace gramian::host {

/// Whether files are being given their names at this moment. May be called by a signal handler.
bool committing();

/// While one lives, committing() holds.
class Committing {
 public:
  Committing();
  Committing(const Committing&) = delete;
  Committing& operator=(const Committing&) = delete;
  ~Committing();
};

}  // namespace gramian::host
