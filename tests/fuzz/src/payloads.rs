//! Notifications: whatever their payloads are, they mean "look", with a bounded hint of where.

use config_sdk::testing::fuzzing::heard;

/// The parts are the payloads of one burst.
pub(crate) fn payloads(input: &[u8]) {
    let payloads: Result<Vec<_>, _> = crate::parts(input).map(str::from_utf8).collect();
    let Ok(payloads) = payloads else { return };
    let (epoch, names) = crate::run(heard(payloads.iter().copied()));
    let first = |payload: &&str| payload.split(' ').next().and_then(|word| word.parse().ok());
    assert_eq!(epoch, payloads.iter().filter_map(first).next_back().unwrap_or(0));
    assert!(names.len() <= 64);
    for name in names {
        let is_said = |payload: &&str| payload.split_whitespace().any(|word| word == name);
        assert!(payloads.iter().any(is_said), "{name}");
    }
}
