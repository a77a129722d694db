//! What benchmarks share: time, the figures that are wanted, and reports of what was found.

pub mod faults;
mod machine;
mod report;
mod timing;
mod wanted;

pub use report::{Axis, Figure, Plot, Report, Series, Table, folder};
pub use timing::{median, now, pin};
pub use wanted::{BENCHES, Bound, WANTED, Wanted, bench};
