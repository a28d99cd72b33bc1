"""How far a long question is, for who asked for it."""

import contextlib
import sys


class _Bar:
    """tqdm's, where it is installed; else a line on stderr."""

    def __init__(self):
        self._label = None
        self._bar = None
        try:
            from tqdm.auto import tqdm

            self._tqdm = tqdm
        except ImportError:
            self._tqdm = None

    def __call__(self, label, share, amount, unit):
        if self._tqdm is None:
            print(f"\r{label}  {100 * share:3.0f} %", end="", file=sys.stderr, flush=True)
            self._label = label
            return
        if label != self._label or (self._bar is not None and share * amount < self._bar.n):
            self.close()
            self._label = label
            self._bar = self._tqdm(total=amount or None, desc=label, unit=unit, unit_scale=True, leave=False)
        self._bar.update(share * amount - self._bar.n)

    def close(self):
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        elif self._label is not None and self._tqdm is None:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def shown(progress):
    """What the extension is to call meanwhile, or None."""
    if callable(progress):
        yield progress
    elif progress:
        bar = _Bar()
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield None
