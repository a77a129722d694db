//! Nothing: the examples stand beside this folder, and a package needs a target of its own.
