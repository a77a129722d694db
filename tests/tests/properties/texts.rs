//! Text that may be a number, and the number it is, worked out by hand.

use proptest::prelude::*;

/// Numbers in all their spellings, and what is nearly one.
pub(crate) fn numberlike() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[0-9]{1,31}(\\.[0-9]{1,31})?",
        8 => "-?[0-9]{1,12}(\\.[0-9]{1,12})?([eE][-+]?[0-9]{1,3})?",
        1 => "[-+]?(NaN|Infinity|inf|0x[0-9a-f]{1,4}|[0-9]{0,3}[._, e-][0-9]{0,3})",
        1 => any::<String>(),
    ]
}

/// Sign, digits without zeros around them, and the power of ten of the last one; `None` if it is not
/// a number. Two texts that have the same are the same number.
pub(crate) fn exact(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (plain, power) = match text.split_once(['e', 'E']) {
        Some((plain, power)) => (plain, power.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let power = power - i64::try_from(fraction.len()).ok()?;
    let short = digits.trim_end_matches('0');
    let power = power + i64::try_from(digits.len() - short.len()).ok()?;
    let short = short.trim_start_matches('0');
    if short.is_empty() {
        return Some((false, String::new(), 0));
    }
    Some((negative, short.to_owned(), power))
}

#[test]
fn one_number_in_two_spellings_is_one_number() {
    assert_eq!(exact("0.70"), exact("7e-1"));
    assert_eq!(exact("-0"), exact("0.000"));
    assert_eq!(exact("+1200"), exact("1.2E+3"));
    assert_ne!(exact("0.1"), exact("-0.1"));
    assert_eq!(exact("1,5"), None);
}
