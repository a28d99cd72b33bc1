"""Memory of the first NVIDIA device while something runs, by NVML."""

import ctypes
import threading
import time


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


class DeviceMemory:
    """`peak`: most bytes in use above those at the start, seen every two milliseconds by `samples` looks; None without NVML."""

    def __init__(self):
        self.peak, self.samples = None, 0
        self._stop = threading.Event()

    def _used(self):
        memory = _Memory()
        if self._nvml.nvmlDeviceGetMemoryInfo(self._device, ctypes.byref(memory)) != 0:
            raise OSError("NVML does not tell the memory of the device")
        return memory.used

    def _watch(self, before):
        while not self._stop.is_set():
            self.peak = max(self.peak, self._used() - before)
            self.samples += 1
            time.sleep(0.002)

    def __enter__(self):
        self._thread = None
        try:
            self._nvml = ctypes.CDLL("libnvidia-ml.so.1")
        except OSError:
            return self
        self._device = ctypes.c_void_p()
        if self._nvml.nvmlInit_v2() != 0 or self._nvml.nvmlDeviceGetHandleByIndex_v2(0, ctypes.byref(self._device)) != 0:
            return self
        self.peak = 0
        self._thread = threading.Thread(target=self._watch, args=(self._used(),))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
