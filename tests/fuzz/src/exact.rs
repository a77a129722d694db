//! The number that a text spells, worked out by hand.

/// Sign, digits without zeros around them, and the power of ten of the last one; `None` if it is not
/// a number. Two texts that have the same are the same number.
#[must_use]
pub fn exact(text: &str) -> Option<(bool, String, i64)> {
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
    let power = power.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let short = digits.trim_end_matches('0');
    let power = power.checked_add(i64::try_from(digits.len() - short.len()).ok()?)?;
    let short = short.trim_start_matches('0');
    if short.is_empty() {
        return Some((false, String::new(), 0));
    }
    Some((negative, short.to_owned(), power))
}

/// Whether a decimal of 96 bits and 28 places can be that number, and nothing in its text is overlong.
#[must_use]
pub fn fits(text: &str) -> bool {
    let exponent = text.split_once(['e', 'E']).map_or("0", |(_, exponent)| exponent);
    let is_short = text.len() <= 200 && exponent.parse::<i32>().is_ok();
    let Some((_, digits, power)) = exact(text).filter(|_| is_short) else { return false };
    let zeros = u32::try_from(power.clamp(0, 40)).unwrap_or_default();
    let coefficient = match digits.as_str() {
        "" => return true,
        digits => digits.parse::<u128>().ok(),
    };
    let coefficient = coefficient.and_then(|number| number.checked_mul(10u128.checked_pow(zeros)?));
    power >= -28 && coefficient.is_some_and(|number| number < 1 << 96)
}

#[test]
fn one_number_in_two_spellings_is_one_number() {
    assert_eq!(exact("0.70"), exact("7e-1"));
    assert_eq!(exact("-0"), exact("0.000"));
    assert_eq!(exact("+1200"), exact("1.2E+3"));
    assert_ne!(exact("0.1"), exact("-0.1"));
    assert_eq!(exact("1,5"), None);
}

#[test]
fn what_fits_a_decimal_is_known() {
    for text in ["0", "0.70", "1e28", "79228162514264337593543950335", "-1e-28", "1.0e-28"] {
        assert!(fits(text), "{text}");
    }
    for text in ["", "x", "1e29", "79228162514264337593543950336", "1e-29", "8e28"] {
        assert!(!fits(text), "{text}");
    }
}
