// Joins two vocabularies, compares the two spaces, and asks which rows of one are nearest to rows of the other.
#include <gramian.hpp>
#include <iostream>

int main(int, char** argv) {
  using namespace gramian;
  const auto on = device("cpu");
  const auto [rows1, rows2] = shared_rows(Embeddings(argv[1], on).file(), Embeddings(argv[2], on).file());
  Embeddings a(argv[1], on, {.space = {.rows = rows1}});
  Embeddings b(argv[2], on, {.space = {.rows = rows2}});
  std::cout << a.size() << " shared, Pearson " << rsa(a.space(), b.space()).pearson << '\n';
  const auto [across] = ask(a, b, AskOptions{}, Nearest{.k = 1});
  std::cout << b.token(across.of(0)[0].row) << '\n';
}
