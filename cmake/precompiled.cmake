# Most of the time that a file here takes the compiler goes into reading the standard library's headers; they are read
# once a target.
#
#   gramian_precompile(TARGET [HEADER...])   before TARGET's sources, in C++: the standard headers, and HEADERs
#   gramian_precompiled(TARGET OF)           TARGET takes what was read for OF, which has the same options
#
# Files still include what they use, themselves or through a header that they include: with GRAMIAN_PRECOMPILED=OFF nothing
# else is there, and the gate builds so once.
option(GRAMIAN_PRECOMPILED "Read the standard library's headers once a target" ON)
set(GRAMIAN_PRECOMPILED_HEADERS
    <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <cstdint> <cstring> <exception> <filesystem> <functional>
    <limits> <map> <memory> <mutex> <numeric> <optional> <span> <string> <string_view> <thread> <tuple> <unordered_map>
    <utility> <variant> <vector>)

function(gramian_precompile target)
  if(NOT GRAMIAN_PRECOMPILED)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${GRAMIAN_PRECOMPILED_HEADERS} ${ARGN})
endfunction()

function(gramian_precompiled target of)
  if(GRAMIAN_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${of})
  endif()
endfunction()
