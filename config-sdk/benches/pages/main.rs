//! Makes the pages of what benchmarks found.
fn main() {}
