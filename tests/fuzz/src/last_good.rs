//! Files of last good values: one that we wrote gives back its row, any other gives nothing.

use config_sdk::Record;
use config_sdk::testing::fuzzing::{judged, kept, sealed};
use serde_json::Value;

use crate::block::Everything;
use crate::records::{are_told, is_whole};

/// The input is a file, and the content of one whose checksum is right; that one is also damaged at a
/// place that the input chooses.
pub(crate) fn last_good(input: &[u8]) {
    if kept::<Everything>(input).is_ok() {
        is_sealed(input);
    }
    let Ok(content) = str::from_utf8(input) else { return };
    let file = sealed(content);
    is_sealed(file.as_bytes());
    match kept::<Everything>(file.as_bytes()) {
        Ok(row) => is_written(row, content),
        Err(problem) => assert!(!problem.contains("damaged"), "{problem}"),
    }
    let (place, change) = input.iter().fold((0usize, 0u8), |(place, change), byte| {
        (place.wrapping_mul(31).wrapping_add(usize::from(*byte)), change ^ byte)
    });
    let mut damaged = file.into_bytes();
    let place = place % damaged.len();
    damaged[place] ^= change.max(1);
    assert!(kept::<Everything>(&damaged).is_err(), "changed at {place}");
    damaged[place] ^= change.max(1);
    damaged.truncate(place);
    assert!(kept::<Everything>(&damaged).is_err(), "cut at {place}");
}

/// What is believed has its checksum.
fn is_sealed(file: &[u8]) {
    let end = file.iter().position(|byte| *byte == b'\n').expect("two lines");
    let (head, body) = (&file[..end], &file[end + 1..]);
    assert!(head.ends_with(format!(" {:08x}", checksum(body)).as_bytes()));
}

/// What is read is what is written there, and decodes like any other row.
fn is_written(row: Option<Option<Record>>, content: &str) {
    let written: Value = serde_json::from_str(content).expect("JSON");
    let block = &written["content"]["blocks"]["all"];
    assert_eq!(row.is_some(), !block.is_null());
    let Some(Some(record)) = row else {
        assert!(block["row"].is_null());
        return;
    };
    assert_eq!(Value::from(record.version), block["row"]["version"]);
    let columns = serde_json::to_value(&record.columns).expect("an object of texts");
    assert_eq!(columns, block["row"]["columns"]);
    match judged::<Everything>(&record.columns) {
        Ok(block) => is_whole(&block, &record.columns),
        Err(faults) => are_told(&faults, &record.columns),
    }
}

/// CRC-32, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    };
    !bytes.iter().fold(!0, step)
}
