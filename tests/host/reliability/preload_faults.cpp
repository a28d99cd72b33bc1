// Loaded before all others (LD_PRELOAD): makes the N-th call of a kind fail, or ends the process in front of it as kill
// -9 would, or waits there for ever. GRAMIAN_FAULT=KIND:N[:kill|:hang]; with GRAMIAN_FAULT_MARK=PATH that file is made
// when it happens. Calls are counted from main on, which begins by asking for descriptor 0.
//
// Kinds: memory, open, write, name (link, rename, mkdir, unlink), sync, thread. With GRAMIAN_WITHOUT_UNNAMED_FILES
// every O_TMPFILE and every renameat2 fails besides, as on a file system that has neither.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<bool> counting{false};
std::atomic<long> calls{0};

const char* setting() {
  static const char* const text = std::getenv("GRAMIAN_FAULT");
  return text;
}

/// Whether this call of `kind` is the one; with ":kill" it does not return.
bool fails(const char* kind) {
  if (!counting.load(std::memory_order_relaxed)) return false;
  const char* const text = setting();
  const size_t length = std::strlen(kind);
  if (text == nullptr || std::strncmp(text, kind, length) != 0 || text[length] != ':') return false;
  char* rest = nullptr;
  const long wanted = std::strtol(text + length + 1, &rest, 10);
  if (calls.fetch_add(1) + 1 != wanted) return false;
  if (const char* const mark = std::getenv("GRAMIAN_FAULT_MARK")) {
    const long file = ::syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0600);
    if (file >= 0) ::syscall(SYS_close, file);
  }
  if (std::strcmp(rest, ":kill") == 0) ::syscall(SYS_kill, ::getpid(), SIGKILL);
  while (std::strcmp(rest, ":hang") == 0) ::sleep(1);
  return true;
}

bool without_unnamed_files() {
  static const bool without = std::getenv("GRAMIAN_WITHOUT_UNNAMED_FILES") != nullptr;
  return without;
}

/// igraph 0.10.2 damages its heap where memory fails within Leiden. The program sees to it beforehand that there is
/// enough; this leaves calls of that library out.
bool in_igraph(const void* caller) {
  Dl_info info{};
  return ::dladdr(caller, &info) != 0 && std::strstr(info.dli_fname, "igraph") != nullptr;
}

bool memory_fails(const void* caller) {
  static thread_local bool asking = false;  // dladdr may ask for memory itself
  if (asking || !counting.load(std::memory_order_relaxed)) return false;
  if (setting() == nullptr || std::strncmp(setting(), "memory:", 7) != 0) return false;
  asking = true;
  const bool left_out = in_igraph(caller);
  asking = false;
  return !left_out && fails("memory");
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int refuse(int error) {
  errno = error;
  return -1;
}

void* no_memory() {
  errno = ENOMEM;
  return nullptr;
}

int open_at(int directory, const char* path, int flags, mode_t mode) {
  if (without_unnamed_files() && (flags & O_TMPFILE) == O_TMPFILE) return refuse(EOPNOTSUPP);
  if (fails("open")) return refuse(EMFILE);
  return static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) { return memory_fails(__builtin_return_address(0)) ? no_memory() : __libc_malloc(size); }
void* calloc(size_t count, size_t size) {
  return memory_fails(__builtin_return_address(0)) ? no_memory() : __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
  return memory_fails(__builtin_return_address(0)) ? no_memory() : __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  return memory_fails(__builtin_return_address(0)) ? no_memory() : __libc_memalign(alignment, size);
}
int posix_memalign(void** result, size_t alignment, size_t size) {
  *result = memory_fails(__builtin_return_address(0)) ? nullptr : __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}

int fcntl(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (descriptor == 0 && command == F_GETFD) counting = true;
  return static_cast<int>(::syscall(SYS_fcntl, descriptor, command, argument));
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(directory, path, flags, mode);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  if (descriptor > 2 && fails("write")) return refuse(ENOSPC);
  return ::syscall(SYS_write, descriptor, data, size);
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  if (fails("write")) return refuse(ENOSPC);
  return ::syscall(SYS_pwrite64, descriptor, data, size, offset);
}

int linkat(int from, const char* old_path, int to, const char* new_path, int flags) {
  if (fails("name")) return refuse(ENOSPC);
  return static_cast<int>(::syscall(SYS_linkat, from, old_path, to, new_path, flags));
}
int renameat(int from, const char* old_path, int to, const char* new_path) {
  if (fails("name")) return refuse(EIO);
  return static_cast<int>(::syscall(SYS_renameat2, from, old_path, to, new_path, 0));
}
int renameat2(int from, const char* old_path, int to, const char* new_path, unsigned int flags) {
  if (without_unnamed_files()) return refuse(EINVAL);
  if (fails("name")) return refuse(EIO);
  return static_cast<int>(::syscall(SYS_renameat2, from, old_path, to, new_path, flags));
}
int mkdir(const char* path, mode_t mode) {
  if (fails("name")) return refuse(ENOSPC);
  return static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}
int mkdirat(int directory, const char* path, mode_t mode) {
  if (fails("name")) return refuse(ENOSPC);
  return static_cast<int>(::syscall(SYS_mkdirat, directory, path, mode));
}
int unlinkat(int directory, const char* path, int flags) {
  if (fails("name")) return refuse(EIO);
  return static_cast<int>(::syscall(SYS_unlinkat, directory, path, flags));
}

int fsync(int descriptor) {
  if (fails("sync")) return refuse(EIO);
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  using Create = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static Create* const create = next<Create>("pthread_create");
  return fails("thread") ? EAGAIN : create(thread, attributes, start, argument);
}

}  // extern "C"
