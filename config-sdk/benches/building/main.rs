//! What building with the library costs.
fn main() {}
