//! Record decoding: any text in any column is a whole value or faults.

use config_sdk::testing::fuzzing::{judged, record, stored};
use config_sdk::{ConfigBlock, Fault, Faults};

use crate::block::{Columns, Everything, columns, keeps_secrets};

/// The parts are columns.
pub(crate) fn records(input: &[u8]) {
    let Some(row) = columns(crate::parts(input)) else { return };
    let columns = record::<Everything>(row).columns;
    match judged::<Everything>(&columns) {
        Ok(block) => is_whole(&block, &columns),
        Err(faults) => are_told(&faults, &columns),
    }
}

/// What was read is what a store gives back, passes every rule again, and is the default where there
/// was nothing to read.
pub(crate) fn is_whole(block: &Everything, columns: &Columns) {
    match judged::<Everything>(&stored(block)) {
        Ok(again) => assert_eq!(again, *block),
        Err(faults) => assert!(faults.iter().all(is_of_a_float), "{faults}"),
    }
    let defaults = Everything::default().encode();
    let fields = Everything::schema().fields.iter().zip(block.encode().into_iter().zip(defaults));
    for (field, (value, default)) in fields {
        if columns.get(field.column).is_none_or(Option::is_none) {
            assert_eq!(value, default, "{}", field.name);
        }
    }
}

/// Not every float that JSON prints is read back by its parser as the same one; such a one is refused.
fn is_of_a_float(fault: &Fault) -> bool {
    fault.message.starts_with("has a number with more digits than JSON numbers keep")
}

/// There is something wrong, at a place that was written, and no secret in what is said of it.
pub(crate) fn are_told(faults: &Faults, columns: &Columns) {
    assert!(!faults.is_empty());
    for fault in faults {
        assert_eq!(fault.block, "all");
        assert_ne!(fault.rule, "panic", "{fault}");
        let column = fault.column.as_deref().expect("no rule is about the block as a whole");
        let is_written = |column| columns.get(column).is_some_and(Option::is_some);
        assert!(is_written(column) || fault.rule == "check" && is_written("high"), "{fault}");
    }
    keeps_secrets(&faults.to_string(), columns);
}
