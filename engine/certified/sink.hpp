#pragma once

#include <cstdint>

#include "engine/progress.hpp"
#include "engine/reductions/listed.hpp"
#include "engine/rows.hpp"

namespace gramian {

/// A sink whose pairs are decided by canonical cosines: certified_sweep tells it what to expect, and when all is there.
class CertifiedSink : public Listed::Sink {
 public:
  /// `bound`: what a cosine that is swept over `rows` and the canonical one may differ by; margins of batches are no
  /// larger. `rows` stay until after finish.
  virtual void begin(const UnitRows& rows, double bound) = 0;
  /// `below`: as Listed::Found. Returns how many pairs were recomputed.
  virtual int64_t finish(const Counts& below, const Progress& progress) = 0;
};

}  // namespace gramian
