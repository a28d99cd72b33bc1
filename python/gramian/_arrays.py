"""Arrays of answers: the bytes of .npy and .npz files in memory, looked at without a copy."""

import ast
import io
import struct
import zipfile

from gramian import _core


def npy(data):
    """The array in the bytes of a .npy file."""
    import numpy

    if bytes(data[:6]) != b"\x93NUMPY":
        raise ValueError("no .npy file")
    wide = data[6] >= 2
    length = struct.unpack("<I", bytes(data[8:12]))[0] if wide else struct.unpack("<H", bytes(data[8:10]))[0]
    begin = 12 if wide else 10
    header = ast.literal_eval(bytes(data[begin : begin + length]).decode("latin-1"))
    values = data[begin + length :].view(numpy.dtype(header["descr"]))
    return values.reshape(header["shape"], order="F" if header["fortran_order"] else "C")


def npz(data):
    """{name: array} of the bytes of a .npz file. What is stored uncompressed is not copied."""
    import numpy

    arrays = {}
    with zipfile.ZipFile(io.BufferedReader(_Raw(memoryview(data)))) as archive:
        for entry in archive.infolist():
            if entry.compress_type == zipfile.ZIP_STORED:
                names, extra = struct.unpack("<HH", bytes(data[entry.header_offset + 26 : entry.header_offset + 30]))
                begin = entry.header_offset + 30 + names + extra
                member = data[begin : begin + entry.file_size]
            else:
                member = numpy.frombuffer(archive.read(entry), dtype=numpy.uint8)
            arrays[entry.filename.removesuffix(".npy")] = npy(member)
    return arrays


class DeviceArray:
    """An array of an answer in the memory of a GPU, for torch.from_dlpack, cupy.from_dlpack or jax.dlpack.from_dlpack,
    which share it without a copy and keep it alive.

    shape, dtype: as numpy's. device: "cuda:0", ...
    """

    def __init__(self, array, gpu):
        self.shape, self.dtype, self.device = array.shape, array.dtype, f"cuda:{gpu}"
        self._lent = _core.copy_onto_gpu(array, gpu)

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        # It was written before anybody got it, so whatever stream reads it may begin at once.
        return self._lent.__dlpack__(max_version=max_version, dl_device=dl_device, copy=copy)

    def __dlpack_device__(self):
        return self._lent.__dlpack_device__()

    def __len__(self):
        return self.shape[0]

    def __repr__(self):
        return f"<gramian.DeviceArray {' x '.join(map(str, self.shape))}, {self.dtype}, on {self.device}>"


class _Raw(io.RawIOBase):
    """Bytes in memory as a file, without a copy of them."""

    def __init__(self, view):
        self._view, self._place = view, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=io.SEEK_SET):
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: len(self._view)}[whence]
        return self._place

    def readinto(self, into):
        piece = self._view[self._place : self._place + len(into)]
        into[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)


def read(name, data):
    """The array, or the sparse matrix of scipy, that a file holds."""
    if name.endswith(".npy"):
        return npy(data)
    arrays = npz(data)
    if "indptr" not in arrays:
        return arrays
    try:
        from scipy import sparse
    except ImportError:
        raise ImportError("a graph's edges are a sparse matrix of scipy, which is not installed: pip install scipy") from None
    return sparse.csr_matrix((arrays["data"], arrays["indices"], arrays["indptr"]), shape=tuple(arrays["shape"]), copy=False)
