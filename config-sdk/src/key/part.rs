//! Which Rust types make up keys, and what may be given for them.

use std::fmt::Write as _;

use arrayvec::ArrayString;

use super::{Joined, Key, SEPARATOR};

/// What a key column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A UUID.
    Uuid,
}

#[cfg(feature = "ops")]
impl KeyKind {
    /// The text that stands for what `text` says, one for each part however it is written.
    pub(crate) fn read(self, text: &str) -> Option<String> {
        match self {
            Self::Text => Some(text.to_owned()),
            Self::Integer => {
                let signed = text.parse::<i128>().ok().map(|number| number.to_string());
                signed.or_else(|| text.parse::<u128>().ok().map(|number| number.to_string()))
            }
            Self::Uuid => is_uuid(text).then(|| text.to_ascii_lowercase()),
        }
    }

    /// What it is, in words.
    pub(crate) fn wanted(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Uuid => "a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        }
    }
}

#[cfg(feature = "ops")]
fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    groups.iter().all(is_hex) && groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
}

/// A type that a part of a key can have: `String`, any integer, and `uuid::Uuid` (feature `uuid`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a key",
    note = "a part of a key is a `String`, an integer, or with the feature `uuid` a `uuid::Uuid`"
)]
pub trait KeyPart {
    /// What its column holds.
    const KIND: KeyKind;
}

/// What may be given where a key has a part of type `P`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part of type `{P}` of a key",
    note = "give a `&str` for a `String`, and a number of the declared type for a number"
)]
pub trait PartFor<P> {
    /// Runs `read` on the part's text.
    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R;
}

/// What may be given where a key of type `K`, a tuple of its parts, is asked for: the part itself if
/// there is one, a tuple if there are several, or a [`Key`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this block, whose parts are `{K}`",
    note = "give one value for each part that `key(…)` declares: `\"guild-1\"`, or `(\"ETH/USDT\", \"momentum\")`"
)]
pub trait KeyFor<K> {
    /// Runs `read` on all parts, joined as [`Key::joined`] has them. Nothing is checked, so that
    /// looking for a key costs no more than that; without allocation up to 512 bytes.
    #[doc(hidden)]
    fn with_joined<R>(&self, read: impl FnOnce(&str) -> R) -> R;
}

impl<K> KeyFor<K> for &Key {
    #[inline]
    fn with_joined<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self.joined())
    }
}

/// Lets `$given` be given for a part of type `$part`, alone or among others.
macro_rules! given {
    ($part:ty: $($given:ty),+; $self:ident, $read:ident => $run:expr) => {$(
        impl PartFor<$part> for $given {
            #[inline]
            fn with_text<R>(&$self, $read: impl FnOnce(&str) -> R) -> R {
                $run
            }
        }

        impl KeyFor<($part,)> for $given {
            #[inline]
            fn with_joined<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                PartFor::<$part>::with_text(self, read)
            }
        }
    )+};
}

impl KeyPart for String {
    const KIND: KeyKind = KeyKind::Text;
}

given!(String: &str, &&str, String, &String; self, read => read(self));

macro_rules! integers {
    ($($integer:ty)+) => {$(
        impl KeyPart for $integer {
            const KIND: KeyKind = KeyKind::Integer;
        }

        given!($integer: $integer, &$integer; self, read => {
            let mut digits = ArrayString::<40>::new();
            let _ = write!(digits, "{self}"); // the longest has 40 characters
            read(&digits)
        });
    )+};
}

integers!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize);

#[cfg(feature = "uuid")]
impl KeyPart for uuid::Uuid {
    const KIND: KeyKind = KeyKind::Uuid;
}

#[cfg(feature = "uuid")]
given!(uuid::Uuid: uuid::Uuid, &uuid::Uuid; self, read => {
    read(self.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
});

/// Appends to what is joined so far, on the stack until it does not fit there any more.
#[derive(Default)]
struct Joining {
    short: Joined,
    long: Option<String>,
}

impl Joining {
    #[inline]
    fn add(&mut self, text: &str) {
        match &mut self.long {
            None if self.short.try_push_str(text).is_ok() => {}
            None => self.long = Some([self.short.as_str(), text].concat()),
            Some(long) => long.push_str(text),
        }
    }

    #[inline]
    fn text(&self) -> &str {
        self.long.as_deref().unwrap_or(&self.short)
    }
}

macro_rules! tuples {
    ($($first:ident $first_part:ident $($given:ident $part:ident)+;)+) => {$(
        impl<$first_part, $first: PartFor<$first_part>, $($part, $given: PartFor<$part>),+>
            KeyFor<($first_part, $($part),+)> for ($first, $($given),+)
        {
            #[inline]
            #[expect(non_snake_case, reason = "the parts are named as their types are")]
            fn with_joined<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                let ($first, $($given),+) = self;
                let mut joining = Joining::default();
                $first.with_text(|text| joining.add(text));
                $(
                    joining.add(SEPARATOR.encode_utf8(&mut [0; 1]));
                    $given.with_text(|text| joining.add(text));
                )+
                read(joining.text())
            }
        }
    )+};
}

tuples! {
    A PartA B PartB;
    A PartA B PartB C PartC;
    A PartA B PartB C PartC D PartD;
}
