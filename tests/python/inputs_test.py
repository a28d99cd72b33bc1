"""What a matrix may be given as, and what is said of what is none."""

import pathlib

import numpy
import pytest

import gramian as gr

N, D = 60, 12


@pytest.fixture(scope="module")
def values():
    return numpy.random.default_rng(5).normal(size=(N, D)).astype(numpy.float32)


def median(E):
    return gr.stats(E).distribution.median


def by_numpy(values):
    rows = numpy.asarray(values, dtype=numpy.float64)
    rows = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    return numpy.median((rows @ rows.T)[numpy.triu_indices(len(rows), 1)])


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int8", "uint8", "int32", "int64"])
def test_types_of_numpy(values, dtype):
    array = (values * 20).astype(dtype) if "int" in dtype else values.astype(dtype)
    if dtype == "uint8":
        array = numpy.abs(values * 20).astype(dtype) + numpy.uint8(1)
    E = gr.Embedding(array)
    assert median(E) == pytest.approx(by_numpy(array), abs=1e-6)
    assert numpy.shares_memory(E.numpy(), array), "it was copied"


def test_views_are_read_by_their_strides(values):
    wide = numpy.zeros((N, 2 * D), dtype=numpy.float32)
    wide[:, ::2] = values
    tall = numpy.repeat(values, 2, axis=0)
    wanted = by_numpy(values)
    for what, view, copied in [
        ("every second row", tall[::2], False),
        ("some columns", numpy.hstack([values, values])[:, :D], False),
        ("every second column", wide[:, ::2], True),
        ("Fortran's order", numpy.asfortranarray(values), True),
        ("backwards", numpy.ascontiguousarray(values[::-1, ::-1])[::-1, ::-1], True),
        ("read-only", _read_only(values), False),
        ("another byte order", values.astype(values.dtype.newbyteorder()), True),
        ("a list of lists", values.tolist(), True),
    ]:
        E = gr.Embedding(view)
        assert median(E) == pytest.approx(wanted, abs=1e-6), what
        assert E.numpy() == pytest.approx(values), what
        if not copied:
            assert numpy.shares_memory(E.numpy(), view), what


def _read_only(values):
    values = values.copy()
    values.setflags(write=False)
    return values


def test_one_row_and_one_column(values):
    assert gr.inspect(values[:1]).rows == 1
    assert gr.inspect(values[:, :1]).dim == 1
    assert numpy.isnan(gr.stats(values[:1]).distribution.mean) or gr.stats(values[:1]).distribution.pairs == 0


def test_bfloat16_by_ml_dtypes(values):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = values.astype(ml_dtypes.bfloat16)
    E = gr.Embedding(array)
    assert E.dtype == "bf16"
    assert numpy.array_equal(E.numpy(), array.astype(numpy.float32))
    assert median(E) == pytest.approx(by_numpy(array.astype(numpy.float64)), abs=1e-6)


class Lent:
    """An array that speaks DLPack and nothing else, as those of torch, jax and cupy may."""

    def __init__(self, array, device=None):
        self._array, self._device = array, device

    def __dlpack__(self, **options):
        return self._array.__dlpack__()

    def __dlpack_device__(self):
        return self._device or self._array.__dlpack_device__()


def test_dlpack_without_a_copy(values):
    E = gr.Embedding(Lent(values))
    assert numpy.shares_memory(E.numpy(), values)
    assert median(E) == pytest.approx(by_numpy(values), abs=1e-6)


def test_torch(values):
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
        tensor = torch.from_numpy(values).to(dtype).requires_grad_()
        E = gr.Embedding(tensor)
        assert E.numpy().ctypes.data == tensor.data_ptr() or dtype == torch.bfloat16
        assert median(E) == pytest.approx(by_numpy(tensor.detach().double().numpy()), abs=1e-6)
    assert median(torch.from_numpy(values).T.contiguous().T) == pytest.approx(by_numpy(values), abs=1e-6)
    with pytest.raises(ValueError, match="complex"):
        gr.Embedding(torch.zeros(2, 2, dtype=torch.complex64))


def test_jax(values):
    numpy_of_jax = pytest.importorskip("jax.numpy")
    for dtype in (numpy_of_jax.float32, numpy_of_jax.bfloat16):
        array = numpy_of_jax.asarray(values, dtype=dtype)
        assert median(array) == pytest.approx(by_numpy(numpy.asarray(array, dtype=numpy.float64)), abs=1e-6)


@pytest.mark.parametrize(
    "thing, said",
    [
        (numpy.zeros(5, numpy.float32), r"2 dimensions.*has 1"),
        (numpy.zeros((2, 3, 4), numpy.float32), r"2 dimensions.*has 3"),
        (numpy.zeros((0, 4), numpy.float32), r"empty: 0 rows"),
        (numpy.zeros((4, 0), numpy.float32), r"empty: 4 rows, 0 columns"),
        (numpy.array([["a", "b"]]), r"astype"),
        (numpy.array([[1, None]], dtype=object), r"object.*astype"),
        (numpy.ones((2, 2), dtype=bool), r"bool.*astype"),
        (numpy.ones((2, 2), dtype=complex), r"complex128.*astype"),
        (numpy.ones((2, 2), dtype=numpy.longdouble), r"float128|longdouble"),
        (numpy.ma.masked_array(numpy.ones((2, 2)), mask=[[0, 1], [0, 0]]), r"masked"),
        ([[1.0, 2.0], [3.0]], r"different lengths"),
        (5, r"not int"),
        (None, r"not NoneType"),
    ],
    ids=str,
)
def test_what_is_no_matrix(thing, said):
    with pytest.raises(ValueError, match=said):
        gr.Embedding(thing)


@pytest.mark.parametrize("device, said", [((2, 99), "cuda:99"), ((13, 99), "cuda:99"), ((10, 0), "only CUDA"), ((8, 0), "only CUDA")])
def test_an_array_of_a_device(values, device, said):
    with pytest.raises(ValueError, match=rf"lies on a device.*{said}.*\.cpu\(\)"):
        gr.Embedding(Lent(values, device=device))


def test_page_locked_memory(values):
    assert gr.Embedding(Lent(values, device=(3, 0))).device == "cpu"


def test_answers_on_no_gpu(values):
    with pytest.raises(ValueError, match="none lies on a GPU"):
        gr.neighbors(values, all=True, k=3, arrays="device")
    with pytest.raises(RuntimeError, match=r'arrays="cuda:99": no array can lie there'):
        gr.neighbors(values, all=True, k=3, arrays="cuda:99")
    assert isinstance(gr.neighbors(values, all=True, k=3, arrays="numpy").scores, numpy.ndarray)


def test_rows_without_a_cosine(values):
    bad = values.copy()
    bad[3] = 0
    bad[5, 1] = numpy.nan
    with pytest.raises(ValueError, match=r"array: 2 rows without a cosine: row 3 \(zero\), row 5 .*; drop_bad_rows leaves them out"):
        gr.stats(bad)
    answer = gr.stats(bad, drop_bad_rows=True)
    assert answer.rows_used == N - 2
    assert answer.dropped.zero.tolist() == [3] and answer.dropped.nonfinite.tolist() == [5]


def test_tokens(values):
    E = gr.Embedding(values, tokens=[f"w{k}" for k in range(N - 1)] + [None], name="mine")
    assert E.tokens[0] == "w0" and E.tokens[-1] is None
    assert "w3" in E and "nothing" not in E
    assert numpy.array_equal(E["w3"], values[3])
    near = gr.neighbors(E, tokens=["w3"], k=2)
    assert [each[0] for each in near.neighbors["w3"]] == [E.tokens[row] for row in near.neighbor_rows["w3"]]
    assert repr(E) == f"<gramian.Embedding mine: {N} x {D}, f32>"
    with pytest.raises(ValueError, match=r'unknown token "w99".*mine.*nearest'):
        gr.neighbors(E, tokens=["w99"])
    with pytest.raises(ValueError, match=rf"3 tokens for {N} rows"):
        gr.Embedding(values, tokens=["a", "b", "c"])
    with pytest.raises(ValueError, match="token 1 is neither"):
        gr.Embedding(values, tokens=["a", 7] * (N // 2))
    with pytest.raises(ValueError, match="vocab goes with a path"):
        gr.stats(E, vocab="x.txt")
    with pytest.raises(ValueError, match=r"array: has no vocabulary"):
        gr.neighbors(values, tokens=["w3"])


def test_files(sample, tmp_path):
    assert gr.open(str(sample / "run1.npy")).path == str(sample / "run1.npy")
    for given in (tmp_path / "none.npy", str(tmp_path / "none.npy")):
        with pytest.raises(FileNotFoundError, match="none.npy: no such file"):
            gr.open(given)
        with pytest.raises(FileNotFoundError, match="none.npy: no such file"):
            gr.stats(given)
    (tmp_path / "cut.npy").write_bytes((sample / "run1.npy").read_bytes()[:1000])
    with pytest.raises(ValueError, match="cut.npy"):
        gr.open(tmp_path / "cut.npy")
    numpy.savez(tmp_path / "two.npz", a=numpy.ones((2, 3)), b=numpy.ones((4, 3)))
    assert len(gr.open(f"{tmp_path}/two.npz#b")) == 4


def test_the_same_name_twice(values):
    answer = gr.rsa(gr.Embedding(values, tokens=map(str, range(N))), gr.Embedding(values[:, ::-1], tokens=map(str, range(N))))
    assert answer.rsa.pearson == pytest.approx(1)
    assert [each["path"] for each in answer.to_dict()["inputs"]] == ["array", "array"]


def test_wrong_options(run1):
    for options, said in [
        ({"quantiles": [1.5]}, "quantile 1.5.* is not between 0 and 1"),
        ({"bins": 0}, "bins"),
        ({"precision": "triple"}, "precision triple: must be single, double or half"),
        ({"threads": -1}, "threads: -1 is not from 1 to"),
        ({"limit": -1}, "limit: -1"),
        ({"memory_limit": "much"}, "much"),
        ({"device": "gpu"}, "device"),
        ({"remove_top": 100}, "remove_top 100"),
        ({"limit": "ten"}, "whole number"),
    ]:
        with pytest.raises(ValueError, match=said):
            gr.stats(run1, **options)


def test_texts_and_ids(run1, sample, tmp_path):
    (tmp_path / "text.txt").write_text("the font")
    of_file, of_text = gr.color(run1, tmp_path / "text.txt"), gr.color(run1, "the font")
    assert numpy.array_equal(of_file.values, of_text.values)
    assert list(of_text.tokens) == ["the", "font"]
    assert isinstance(gr.open(pathlib.Path(sample / "run1.npy")), gr.Embedding)
