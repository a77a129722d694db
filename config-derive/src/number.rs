//! Number literals, exactly as they are written: none goes through a float.

use std::cmp::Ordering;

/// The greatest coefficient of a `Decimal`: 96 bits.
const MAX_COEFFICIENT: u128 = (1 << 96) - 1;
/// The most digits after the point of a `Decimal`.
const MAX_SCALE: i64 = 28;

/// `digits`, read as a whole number, divided by ten as often as `scale` says.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    /// Never of zero.
    negative: bool,
    /// Without leading zeros, so that zero has none.
    digits: String,
    scale: i64,
}

impl Number {
    /// Reads decimal digits that may have a point and an exponent: `0.70`, `1e3`.
    pub(crate) fn read(text: &str, negative: bool) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{part}");
        let digits = all.trim_start_matches('0');
        let is_number = !all.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(())?;
        Some(Self {
            negative: negative && !digits.is_empty(),
            scale: i64::try_from(part.len()).ok()?.checked_sub(exponent)?,
            digits: digits.to_owned(),
        })
    }

    /// Coefficient, sign and scale of the `Decimal` that is exactly this number, if there is one.
    pub(crate) fn decimal(&self) -> Option<(u128, bool, u32)> {
        let scale = if self.digits.is_empty() { self.scale.max(0) } else { self.scale };
        if !(-MAX_SCALE..=MAX_SCALE).contains(&scale) {
            return None;
        }
        let zeros = usize::try_from(-scale).unwrap_or(0);
        let digits = format!("0{}{}", self.digits, "0".repeat(zeros));
        let coefficient = digits.parse().ok().filter(|it| *it <= MAX_COEFFICIENT)?;
        Some((coefficient, self.negative, u32::try_from(scale).unwrap_or(0)))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
        }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let places = |number: &Self| {
            let digits = i64::try_from(number.digits.len()).unwrap_or(i64::MAX);
            (!number.digits.is_empty()).then(|| digits.saturating_sub(number.scale))
        };
        let length = self.digits.len().max(other.digits.len());
        let aligned = |number: &Self| format!("{:0<length$}", number.digits);
        (places(self).cmp(&places(other))).then_with(|| aligned(self).cmp(&aligned(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        let (digits, negative) = match text.strip_prefix('-') {
            Some(digits) => (digits, true),
            None => (text, false),
        };
        Number::read(digits, negative).unwrap()
    }

    #[test]
    fn a_decimal_keeps_the_digits_it_is_written_with() {
        assert_eq!(number("0.70").decimal(), Some((70, false, 2)));
        assert_eq!(number("-0.05").decimal(), Some((5, true, 2)));
        assert_eq!(number("2.").decimal(), Some((2, false, 0)));
        assert_eq!(number("0.000").decimal(), Some((0, false, 3)));
        assert_eq!(number("-0.0").decimal(), Some((0, false, 1)));
    }

    #[test]
    fn an_exponent_moves_the_point_and_loses_nothing() {
        assert_eq!(number("1e3").decimal(), Some((1000, false, 0)));
        assert_eq!(number("1.5e-3").decimal(), Some((15, false, 4)));
        assert_eq!(number("1.50E+1").decimal(), Some((150, false, 1)));
        assert_eq!(number("0e99").decimal(), Some((0, false, 0)));
    }

    #[test]
    fn a_number_that_a_decimal_cannot_hold_exactly_is_refused() {
        let most = "79228162514264337593543950335";
        assert_eq!(number(most).decimal(), Some((MAX_COEFFICIENT, false, 0)));
        for text in [
            "79228162514264337593543950336",
            "1e-29",
            "1e29",
            "1e999999999",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(number(text).decimal(), None, "{text}");
        }
    }

    #[test]
    fn numbers_compare_by_what_they_are_and_not_by_how_they_are_written() {
        let ascending = [
            "-1e300", "-10", "-9.5", "-0.1", "0", "1e-300", "0.7", "1", "1.01", "9", "10", "1e300",
        ];
        for (low, a) in ascending.iter().enumerate() {
            for (high, b) in ascending.iter().enumerate() {
                assert_eq!(number(a).compare(&number(b)), low.cmp(&high), "{a} {b}");
            }
        }
        assert_eq!(number("0.70").compare(&number("7e-1")), Ordering::Equal);
        assert_eq!(number("-0").compare(&number("0.00")), Ordering::Equal);
    }

    #[test]
    fn what_is_not_a_number_is_not_read() {
        for text in ["", ".", "1e", "1e99999999999999999999", "0x1", "one"] {
            assert!(Number::read(text, false).is_none(), "{text}");
        }
    }
}
