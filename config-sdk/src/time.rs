//! Points in time as text, and back.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The end of the year 9999, and of what RFC 3339 can print.
const END: Duration = Duration::new(253_402_300_799, 999_999_999);

/// The time in UTC, as RFC 3339 prints it, to the microsecond; times outside 1970 to 9999 print as
/// the nearest that can be printed.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_micros(UNIX_EPOCH + printable(time)).to_string()
}

/// The same to the nanosecond, where the time has any.
pub(crate) fn exactly(time: SystemTime) -> String {
    let since = printable(time);
    match since.subsec_nanos() % 1000 {
        0 => rfc3339(time),
        _ => humantime::format_rfc3339_nanos(UNIX_EPOCH + since).to_string(),
    }
}

fn printable(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().min(END)
}

/// The time that `text` names, as a store prints it: RFC 3339 in UTC.
#[cfg(any(test, feature = "postgres", feature = "sqlite"))]
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let naive = text.strip_suffix("+00:00").or(text.strip_suffix('Z'))?;
    humantime::parse_rfc3339(&format!("{naive}Z")).ok()
}

/// Serializes a point in time as RFC 3339 text.
pub(crate) fn serialize<S: serde::Serializer>(
    time: &SystemTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&rfc3339(*time))
}

/// Serializes a point in time that may be unknown.
pub(crate) fn serialize_option<S: serde::Serializer>(
    time: &Option<SystemTime>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => serialize(time, serializer),
        None => serializer.serialize_none(),
    }
}

/// A length of time as a number of seconds.
#[cfg(feature = "ops")]
pub(crate) mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(time.as_secs_f64())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(from)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_stores_parse_to_the_same_instant() {
        let postgres = parse("2026-11-20T05:12:37.5+00:00").unwrap();
        let sqlite = parse("2026-11-20T05:12:37.500Z").unwrap();
        assert_eq!(postgres, sqlite);
        assert_eq!(rfc3339(sqlite), "2026-11-20T05:12:37.500000Z");
    }

    #[test]
    fn a_time_that_cannot_be_printed_does_not_panic() {
        let before = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00.000000Z");
        let after = UNIX_EPOCH + END + Duration::from_secs(86_400);
        assert_eq!(rfc3339(after), "9999-12-31T23:59:59.999999Z");
    }
}
