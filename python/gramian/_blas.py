"""How OpenBLAS is loaded. It reads its environment then, once, so this has to happen before the extension is imported."""

import contextlib
import os

# OpenBLAS knows processors by their model numbers, and takes one newer than itself for the oldest of its kind, whose
# products in fp64 take five times as long.
_OLD = {b"Prescott", b"Core2", b"Penryn", b"Dunnington", b"Nehalem", b"Generic", b"Banias", b"Katmai"}
_WIDE = {"avx512f", "avx512bw", "avx512dq", "avx512vl"}


def _flags():
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.partition(":")[2].split())
    except OSError:
        pass
    return set()


def _library():
    """The OpenBLAS that the extension will load: of the wheel, or the system's."""
    folder = os.path.join(os.path.dirname(os.path.dirname(__file__)), "gramian.libs")
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            if name.startswith("libopenblas"):
                return os.path.join(folder, name)
    return "libopenblas.so.0"


def _core_type():
    """What OPENBLAS_CORETYPE has to say; None where OpenBLAS knows best."""
    flags = _flags()
    better = "SkylakeX" if _WIDE <= flags else "Haswell" if {"avx2", "fma"} <= flags else None
    if better is None:
        return None
    import _ctypes
    import ctypes

    try:
        library = ctypes.CDLL(_library())
        library.openblas_get_corename.restype = ctypes.c_char_p
        core = library.openblas_get_corename()
        _ctypes.dlclose(library._handle)
    except (OSError, AttributeError):
        return None
    return better if core in _OLD else None


@contextlib.contextmanager
def suited():
    """An environment in which OpenBLAS takes the kernels for this processor, and makes no threads: the engine's share
    the work, and BLAS has one. Afterwards it is what it was."""
    wanted = {"OPENBLAS_NUM_THREADS": "1"}
    before = {name: os.environ.get(name) for name in ("OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE")}
    os.environ.update(wanted)
    try:
        if before["OPENBLAS_CORETYPE"] is None:
            core = _core_type()
            if core is not None:
                os.environ["OPENBLAS_CORETYPE"] = core
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
