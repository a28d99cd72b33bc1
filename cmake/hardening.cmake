# host/ reads what strangers have written: there a stray index ends the program instead of being used. kernels/ and engine/
# see only what host/ has judged, and their inner loops have no room for it.
set(hardened -D_GLIBCXX_ASSERTIONS)
if(NOT GRAMIAN_SANITIZE)
  list(APPEND hardened -fstack-protector-strong $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE> $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
endif()
get_target_property(host_sources gramian SOURCES)
list(FILTER host_sources INCLUDE REGEX "/host/")
set_property(SOURCE ${host_sources} TARGET_DIRECTORY gramian APPEND PROPERTY COMPILE_OPTIONS "${hardened}")

# What relocations the loader has done is read-only from then on.
function(gramian_harden program)
  target_link_options(${program} PRIVATE LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
  target_compile_options(${program} PRIVATE ${hardened})
endfunction()
