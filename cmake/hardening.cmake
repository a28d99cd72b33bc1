# What makes a mistake that is still there end the program, rather than let an input take it over: bounds that the C library
# checks, guarded stacks, tables that are read-only once loaded, and code at an address that nobody knows beforehand.
#
#   GRAMIAN_HARDENED   TRUE where it is built so; the test architecture.hardening reads the program for it
#
# Options of directories, all of them: who finds the installed package, or adds this project to its own, gets none.
option(GRAMIAN_HARDENING "Check bounds and guard stacks and tables, in optimized builds without sanitizers" ON)
set(GRAMIAN_HARDENED FALSE)
if(NOT GRAMIAN_HARDENING)
  message(STATUS "Hardening: left out")
  return()
endif()
if(GRAMIAN_SANITIZE OR NOT CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
  # Sanitizers do not see the calls that the C library checks itself, and it checks none without optimization.
  message(STATUS "Hardening: none, with sanitizers or without optimization")
  return()
endif()
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$" OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  message(STATUS "Hardening: none, with ${CMAKE_CXX_COMPILER_ID} on ${CMAKE_SYSTEM_NAME}")
  return()
endif()
set(GRAMIAN_HARDENED TRUE)

include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckPIESupported)

# Where the C library cannot count at run time, it warns that 3 is taken for 2.
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("#include <cstdlib>\nint main() {}" GRAMIAN_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
set(level 2)
if(GRAMIAN_HAS_FORTIFY_3)
  set(level 3)
endif()
# Distributions set a level of their own, which may not be defined a second time.
set(hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
foreach(flag stack-protector-strong stack-clash-protection cf-protection)
  string(MAKE_C_IDENTIFIER ${flag} name)
  check_cxx_compiler_flag(-f${flag} GRAMIAN_HAS_${name}) # -fcf-protection is for x86 alone
  if(GRAMIAN_HAS_${name})
    list(APPEND hardening -f${flag})
  endif()
endforeach()
# A .cu is left to nvcc: what of it runs on the host are launches.
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${hardening}>")
add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
# CMake links programs of position-independent objects as such only where it was asked whether it can.
check_pie_supported(LANGUAGES CXX)
message(STATUS "Hardening: ${hardening}")
