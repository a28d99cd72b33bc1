"""A page in headless Chromium. Importing this exits with 77, and says so, where there is no Chromium."""

import shutil
import subprocess
import sys

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
if BROWSER is None:
    print("SKIPPED: this test needs Chromium (Debian: chromium)")
    sys.exit(77)


class Chromium:
    """Of a TestCase that has a `folder`."""

    def browse(self, page, *flags):
        """The page's elements once it has loaded and its scripts have run; the console has to stay silent."""
        done = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
             f"--user-data-dir={self.folder}/profile", "--enable-logging=stderr", "--window-size=1400,900", "--virtual-time-budget=20000",
             *flags, "--dump-dom", page.as_uri()],
            capture_output=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        console = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
        self.assertEqual(console, [])
        return done.stdout.decode()
