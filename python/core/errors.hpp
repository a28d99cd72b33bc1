#pragma once
// The engine's errors as Python's.

#include <exception>
#include <string>

namespace gramian::python {

/// Throws what `failure` holds as the exception of Python that its kind is: FileNotFoundError, ValueError, MemoryError,
/// KeyboardInterrupt, OSError, RuntimeError. Wants the interpreter's lock.
[[noreturn]] void raise(const std::exception_ptr& failure);

/// A message in which options have the names of arguments: "drop_bad_rows" for "--drop-bad-rows".
std::string in_words_of_python(const std::string& message);

}  // namespace gramian::python
