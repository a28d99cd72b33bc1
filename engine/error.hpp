#pragma once
// The errors that Gramian reports. Library code throws these and nothing exits, aborts or prints;
// host/cli turns each into one line on stderr and the exit code named here.

#include <stdexcept>
#include <string>
#include <utility>

namespace gramian {

/// Base of all of Gramian's own errors. what() is one line: what, where, and what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The request itself is wrong: an unknown option, a missing file, an impossible setting. Exit code 2.
class InvalidUsage : public Error {
 public:
  using Error::Error;
};

/// A path leads to nothing. Exit code 2.
class NoSuchFile : public InvalidUsage {
 public:
  using InvalidUsage::InvalidUsage;
};

/// A setting has a value that it cannot have. what() begins with the setting's name as the library has it, which a
/// program may replace by its own.
class InvalidSetting : public InvalidUsage {
 public:
  InvalidSetting(std::string setting, std::string problem)
      : InvalidUsage(setting + " " + problem), setting_(std::move(setting)), problem_(std::move(problem)) {}
  const std::string& setting() const { return setting_; }
  const std::string& problem() const { return problem_; }

 private:
  std::string setting_;
  std::string problem_;
};

/// The device cannot do what is asked of it. Exit code 2.
class Unsupported : public InvalidUsage {
 public:
  using InvalidUsage::InvalidUsage;
};

/// The data is wrong or not understood: truncated files, absurd shapes, rows without a cosine. Exit code 3.
class InvalidInput : public Error {
 public:
  using Error::Error;
};

/// Not enough memory; what() says what would have been enough. Exit code 4.
class OutOfMemory : public Error {
 public:
  using Error::Error;
};

/// The device that was asked for does not exist or failed. Exit code 5.
class DeviceUnavailable : public Error {
 public:
  using Error::Error;
};

/// The operation was cancelled (Ctrl-C). Exit code 130.
class Interrupted : public Error {
 public:
  using Error::Error;
};

}  // namespace gramian
