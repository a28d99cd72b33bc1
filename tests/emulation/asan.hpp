#pragma once
// GRAMIAN_ASAN where AddressSanitizer looks on.

#if defined(__SANITIZE_ADDRESS__)
#define GRAMIAN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRAMIAN_ASAN 1
#endif
#endif
