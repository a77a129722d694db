//! Points in time as people read them: to the second.

use std::time::SystemTime;

use crate::time::rfc3339;

/// The time in UTC, as in `2026-11-20T13:21:58Z`.
pub(super) fn second(time: SystemTime) -> String {
    let exact = rfc3339(time);
    match exact.split_once('.') {
        Some((second, _)) => format!("{second}Z"),
        None => exact,
    }
}

/// `text` with these times in it to the second.
pub(super) fn shortened(text: String, times: impl IntoIterator<Item = SystemTime>) -> String {
    let shorten = |text: String, time| text.replacen(&rfc3339(time), &second(time), 1);
    times.into_iter().fold(text, shorten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_seconds_and_nothing_else_of_a_text_is_touched() {
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_micros(1_500_000);
        assert_eq!(second(time), "1970-01-01T00:00:01Z");
        let text = "at 1970-01-01T00:00:01.500000Z: 1.500000Z".to_owned();
        assert_eq!(shortened(text, [time]), "at 1970-01-01T00:00:01Z: 1.500000Z");
    }
}
