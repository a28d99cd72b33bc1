"""Exact geometry of whole embedding vocabularies.

    import gramian as gr
    E = gr.open("gpt2#in")                  # a file, a model of the local cache; or gr.Embedding(array, tokens=...)
    gr.stats(E).distribution.median         # of all n(n-1)/2 cosines, exact
    gr.neighbors(E, tokens=["king"], k=5)
    stats, near = gr.ask(E, gr.Stats(), gr.Neighbors(all=True, k=10))   # one pass over all pairs

Every question of the program `gramian` is a function here, with the same options and the same answers; `help(gr.stats)`
tells of one, `gr.questions()` names them all. An array is used where it lies, without a copy, on a GPU too.
"""

from gramian import _blas

with _blas.suited():
    from gramian import _core

from gramian._embedding import Embedding, open
from gramian._answers import Answer, Files
from gramian._arrays import DeviceArray
from gramian._tables import Table

__version__ = _core.version
__all__ = ["Answer", "DeviceArray", "Embedding", "Files", "Table", "ask", "open", "questions"]


def questions():
    """Names of all questions, each a function of this module."""
    from gramian import _questions

    return [*_questions.all()]  # one of them is called list


def ask(E, *questions, progress=False, arrays="numpy"):
    """Answers several questions about one matrix, with as few passes over its pairs as they need together.

    E: an Embedding, a path, or an array of two dimensions.
    questions: gr.Stats(), gr.Neighbors(k=10, all=True), ...: as the functions, without the first matrix.
    progress: True for a bar, or a callable of (label, share done, amount, unit).
    arrays: where arrays of the answers lie: "numpy"; "device": on the GPU that E lies on; or "cuda:N".

    Returns a tuple of answers, in the order of the questions.
    """
    from gramian import _questions

    return _questions.ask_all(E, questions, progress, arrays)


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(f"module 'gramian' has no attribute {name!r}")
    from gramian import _questions

    found = _questions.named(name)
    if found is None:
        raise AttributeError(f"module 'gramian' has no attribute {name!r}; its questions are: {', '.join(questions())}")
    globals()[name] = found
    return found


def __dir__():
    from gramian import _questions

    return sorted({*globals(), *_questions.names()})
