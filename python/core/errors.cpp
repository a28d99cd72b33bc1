#include "python/core/errors.hpp"

#include <nanobind/nanobind.h>

#include <cctype>
#include <filesystem>
#include <new>
#include <system_error>

#include "engine/error.hpp"

namespace gramian::python {
namespace {

namespace nb = nanobind;

[[noreturn]] void raise_as(PyObject* kind, const std::string& message) {
  PyErr_SetString(kind, in_words_of_python(message).c_str());
  throw nb::python_error();
}

bool is_name(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0 || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

std::string in_words_of_python(const std::string& message) {
  std::string text;
  for (size_t k = 0; k < message.size();) {
    const bool begins = k == 0 || std::string_view(" ('\"").find(message[k - 1]) != std::string_view::npos;
    const size_t dashes = begins && message.compare(k, 2, "--") == 0 ? 2 : 0;
    if (dashes == 0 || k + dashes >= message.size() || !is_name(message[k + dashes])) {
      text += message[k++];
      continue;
    }
    for (k += dashes; k < message.size() && (is_name(message[k]) || message[k] == '-'); ++k) {
      text += message[k] == '-' ? '_' : message[k];
    }
  }
  return text;
}

void raise(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (nb::python_error&) {
    throw;
  } catch (const Interrupted& error) {
    raise_as(PyExc_KeyboardInterrupt, error.what());
  } catch (const NoSuchFile& error) {
    raise_as(PyExc_FileNotFoundError, error.what());
  } catch (const InvalidUsage& error) {
    raise_as(PyExc_ValueError, error.what());
  } catch (const InvalidInput& error) {
    raise_as(PyExc_ValueError, error.what());
  } catch (const OutOfMemory& error) {
    raise_as(PyExc_MemoryError, error.what());
  } catch (const std::bad_alloc&) {
    raise_as(PyExc_MemoryError, "out of memory; limit takes fewer rows");
  } catch (const DeviceUnavailable& error) {
    raise_as(PyExc_RuntimeError, error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    raise_as(PyExc_OSError, error.what());
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) raise_as(PyExc_RuntimeError, error.what());
    raise_as(PyExc_RuntimeError, "the system grants no further thread (ulimit -u, pids.max of a container)");
  } catch (const std::exception& error) {
    raise_as(PyExc_RuntimeError, std::string("internal error: ") + error.what());
  }
}

}  // namespace gramian::python
