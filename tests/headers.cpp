// What every test includes is read once, for this file, which has nothing of its own.
