// Opens a file, takes the best device and asks three questions in one pass.
#include <gramian.hpp>
#include <iostream>

int main(int, char** argv) {
  gramian::Embeddings e(argv[1]);
  const auto [cosines, nearest, degrees] =
      gramian::ask(e, gramian::Cosines{}, gramian::Nearest{.k = 5}, gramian::Degrees{.threshold = 0.4});
  std::cout << "mean " << cosines.moments.mean << "  median " << cosines.median << '\n';
  for (const auto& [row, cosine] : nearest.of(e.row("fonts"))) std::cout << e.token(row) << ' ' << cosine << '\n';
  std::cout << "degree of fonts at 0.4: " << degrees.counts[static_cast<size_t>(e.row("fonts"))] << '\n';
}
