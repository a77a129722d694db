//! Decimal text read exactly or refused: nothing rounded in silence, nothing that panics.

use rust_decimal::Decimal;

/// Largest coefficient a [`Decimal`] can hold: 96 bits.
const MAX_COEFFICIENT: u128 = (1 << 96) - 1;
/// Most digits a [`Decimal`] can have behind the point.
const MAX_SCALE: i64 = 28;
/// More digits than this cannot be a number that fits, whatever its exponent.
const MAX_TEXT: usize = 200;

/// The decimal that `text` spells, digit for digit.
///
/// # Errors
/// A sentence without the text itself: not a number, NaN or infinite, too large, or with more
/// digits than fit.
pub(crate) fn decimal(text: &str) -> Result<Decimal, &'static str> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if ["nan", "infinity", "inf"].contains(&digits.to_ascii_lowercase().as_str()) {
        return Err("is not a finite number");
    }
    let (plain, exponent) = match digits.split_once(['e', 'E']) {
        Some((plain, exponent)) => (plain, exponent.parse::<i32>().map_err(|_| NOT_A_NUMBER)?),
        None => (digits, 0),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return Err(NOT_A_NUMBER);
    }
    if text.len() > MAX_TEXT {
        return Err("has more digits than a decimal can hold");
    }
    let scale = i64::try_from(fraction.len()).unwrap_or(i64::MAX) - i64::from(exponent);
    let (coefficient, scale) = fit(whole.bytes().chain(fraction.bytes()), scale)?;
    let mut decimal =
        Decimal::try_from_i128_with_scale(coefficient, scale).map_err(|_| TOO_LARGE)?;
    decimal.set_sign_negative(negative && coefficient != 0);
    Ok(decimal)
}

const NOT_A_NUMBER: &str = "is not a number";
const TOO_LARGE: &str = "is too large for a decimal";
const TOO_FINE: &str = "has more digits behind the point than a decimal can hold";

/// Brings digits and scale into a decimal's limits, giving up only zeros.
fn fit(digits: impl Iterator<Item = u8>, mut scale: i64) -> Result<(i128, u32), &'static str> {
    let mut digits: Vec<u8> =
        digits.map(|byte| byte - b'0').skip_while(|digit| *digit == 0).collect();
    if digits.is_empty() {
        return Ok((0, u32::try_from(scale.clamp(0, MAX_SCALE)).unwrap_or(0)));
    }
    while scale < 0 {
        digits.push(0);
        scale += 1;
        if digits.len() > 29 {
            return Err(TOO_LARGE);
        }
    }
    loop {
        let coefficient = coefficient(&digits);
        match coefficient {
            Some(value) if scale <= MAX_SCALE => {
                let value = i128::try_from(value).map_err(|_| TOO_LARGE)?;
                return Ok((value, u32::try_from(scale).map_err(|_| TOO_FINE)?));
            }
            _ if scale > 0 && digits.last() == Some(&0) => {
                digits.pop();
                scale -= 1;
            }
            Some(_) => return Err(TOO_FINE),
            None if scale > 0 => return Err("has more digits than a decimal can hold"),
            None => return Err(TOO_LARGE),
        }
    }
}

fn coefficient(digits: &[u8]) -> Option<u128> {
    if digits.len() > 29 {
        return None;
    }
    let value = digits.iter().fold(0u128, |sum, digit| sum * 10 + u128::from(*digit));
    (value <= MAX_COEFFICIENT).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_kept() {
        for text in ["0.70", "-1.5", "0", "0.00", "79228162514264337593543950335", "1e3", "2.5e-3"]
        {
            let value = decimal(text).unwrap();
            let plain: Decimal = Decimal::from_scientific(text).or_else(|_| text.parse()).unwrap();
            assert_eq!(value, plain, "{text}");
        }
        assert_eq!(decimal("0.70").unwrap().to_string(), "0.70");
    }

    #[test]
    fn numbers_that_rust_decimal_panics_on_or_rounds_are_refused() {
        for text in ["1e32", "1e36", "1e39", "1e-29", "NaN", "Infinity", "-Infinity", "-nan"] {
            assert!(decimal(text).is_err(), "{text}");
        }
        assert!(decimal("0.12345678901234567890123456789").is_err());
        assert!(decimal(&"9".repeat(131_072)).is_err());
        assert!(decimal("1e2147483648").is_err());
        assert!(decimal("1e-2147483648").is_err());
    }

    #[test]
    fn zeros_that_carry_nothing_may_go() {
        assert_eq!(decimal("1.00000000000000000000000000000000").unwrap(), Decimal::ONE);
        assert_eq!(decimal("0e-400").unwrap(), Decimal::ZERO);
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in ["", "-", ".", "abc", "1.2.3", "1 000", "0x10", "１"] {
            assert_eq!(decimal(text), Err(NOT_A_NUMBER), "{text:?}");
        }
    }
}
