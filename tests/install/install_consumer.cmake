# Run by ctest (see CMakeLists.txt here). Fails on the first step that fails.
cmake_policy(VERSION 3.25)
unset(ENV{DESTDIR})
unset(ENV{CPATH})

function(step what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  message(STATUS "${what}: ok")
endfunction()

# A package that only works where it was installed is not one: install, then move.
file(REMOVE_RECURSE ${WORK}/first ${WORK}/prefix ${WORK}/consumer)
step("install" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/prefix)

file(GLOB_RECURSE package ${WORK}/prefix/*/cmake/gramian/*.cmake)
if(NOT package)
  message(FATAL_ERROR "no lib/cmake/gramian/*.cmake was installed")
endif()
string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" home "${SOURCE}|${BUILD}")
string(REPLACE "\\|" "|" home "${home}")
foreach(file IN LISTS package)
  file(READ ${file} text)
  # An absolute path starts where no path is under way: the checkout may itself be called /gramian.
  if(text MATCHES "(^|[\"; :=]|-I|-L)(${home})[/\";]|nlohmann|[Ff]ast_?[Ff]loat")
    message(FATAL_ERROR "${file} mentions ${CMAKE_MATCH_0}, which a consumer does not have")
  endif()
  if(text MATCHES "_FORTIFY_SOURCE|_GLIBCXX_ASSERTIONS|-fstack-|-fcf-|relro")
    message(FATAL_ERROR "${file} mentions ${CMAKE_MATCH_0}, which is a consumer's own choice")
  endif()
endforeach()

# Every installed header has to compile on its own, from the prefix alone.
file(GLOB_RECURSE headers RELATIVE ${WORK}/prefix/include/gramian ${WORK}/prefix/include/gramian/*.hpp)
if(NOT headers)
  message(FATAL_ERROR "no header was installed")
endif()
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER ${header} stem)
  file(WRITE ${WORK}/consumer/headers/${stem}.cpp "#include \"${header}\"\n#include \"${header}\"  // twice: guarded\n")
endforeach()

set(flags "")
if(SANITIZE)
  set(flags "-fsanitize=${SANITIZE}")
endif()
file(COPY ${CMAKE_CURRENT_LIST_DIR}/consumer/ DESTINATION ${WORK}/consumer)
step("configure" ${CMAKE_COMMAND} -S ${WORK}/consumer -B ${WORK}/consumer/build -G ${GENERATOR}
     -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${BUILD_TYPE} -D CMAKE_CXX_FLAGS=${flags}
     -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
step("build" ${CMAKE_COMMAND} --build ${WORK}/consumer/build)
step("run" ${WORK}/consumer/build/main)
file(MAKE_DIRECTORY ${WORK}/consumer/build/tokenizer)
step("run with texts" ${WORK}/consumer/build/texts ${WORK}/consumer/build/tokenizer)

# What a program prints has to begin with `expected`.
function(prints what expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0 OR NOT output MATCHES "${expected}")
    message(FATAL_ERROR "${what} (${result}) printed\n${output}\nand not what matches\n${expected}")
  endif()
  message(STATUS "${what}: ok")
endfunction()
set(sample ${SOURCE}/sample)
prints("questions" "^mean 0.170131  median 0.165043\n.*degree of fonts at 0.4: [0-9]+\n$"
       ${WORK}/consumer/build/questions ${sample}/run1.npy)
prints("two spaces" "^2950 shared, Pearson 0.843375\n"
       ${WORK}/consumer/build/two_spaces ${sample}/run1.npy ${sample}/run2.npy)

prints("a question by its name" "\"command\": \"stats\".*\"median\": 0.16504"
       ${WORK}/consumer/build/by_name stats ${sample}/run1.npy)

# The engine by itself finds no more than BLAS.
file(REMOVE_RECURSE ${WORK}/engine_only)
step("configure the engine's" ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/engine_only -B ${WORK}/engine_only
     -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=${BUILD_TYPE} -D CMAKE_CXX_FLAGS=${flags}
     -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
step("build the engine's" ${CMAKE_COMMAND} --build ${WORK}/engine_only)
step("run the engine's" ${WORK}/engine_only/engine_only)

if(EXISTS ${WORK}/prefix/bin/gramian)
  step("run the installed program" ${WORK}/prefix/bin/gramian --help)
endif()
