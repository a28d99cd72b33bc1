#pragma once
// Next-token probabilities: the products of hidden states with every row of the matrix (weight tying), and their
// softmax.

#include <cstdint>
#include <span>
#include <vector>

#include "engine/space.hpp"

namespace gramian {

struct UnembeddingSettings {
  int64_t k = 10;            // predictions of a state
  double temperature = 1.0;  // p = softmax(z / temperature)
  bool normalized = false;   // z = cos(row, state) instead of <row, state>
};

struct Prediction {
  int64_t row = 0;  // in the space
  double probability = 0.0;
  double logit = 0.0;  // z, not divided by the temperature
};

/// Predictions for one hidden state.
struct StatePredictions {
  std::vector<Prediction> top;  // most probable first; equal ones: lower row first
  double entropy = 0.0;         // of all n probabilities, in nats: from 0 to ln n
};

/// For hidden states `begin` to `end` (rows of `hidden`, m x d) the logits z = E h over all rows of the space, prepared
/// as it says (centring changes rows, not states), and their softmax, all in fp64 and independent of the other states.
/// Memory: O(states). Throws InvalidUsage for k outside 1..n and temperatures that are not finite and > 0;
/// InvalidInput, naming the state, for d that differ, NaN or infinity in a state, a state of length zero where
/// cosines are wanted, and products beyond fp64.
std::vector<StatePredictions> unembed(Space& space, const MatrixView& hidden, int64_t begin, int64_t end,
                                      const UnembeddingSettings& settings, const Progress& progress);

/// Throws what unembed refuses before it computes anything, but for the states' values.
void check_unembedding(const Space& space, const MatrixView& hidden, const UnembeddingSettings& settings);

/// Bytes that the predictions of `states` hidden states take.
inline double unembedding_bytes(int64_t states, int64_t k) {
  return static_cast<double>(states) * (static_cast<double>(k) * 24.0 + 8.0);
}

}  // namespace gramian
