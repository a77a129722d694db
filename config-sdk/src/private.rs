//! What generated code calls. Not for people: it may change in any release.

pub use std::sync::OnceLock;
pub use std::time::Duration;

pub use rust_decimal::Decimal;

#[cfg(feature = "validator")]
pub use crate::block::validate;
pub use crate::block::{
    Codec, Decoder, FieldType, Json, Nullable, Ordered, Plain, Sealed, Slot, Text,
};
pub use crate::key::KeyPart;
pub use crate::schema::{BlockSchema, OnBoot, OnStale};
pub use crate::value::Value;

use crate::block::Faults;
use crate::schema::{FieldSchema, KeySchema, Length, Range};

/// A decimal from its exact parts, at compile time.
#[must_use]
pub const fn decimal(coefficient: u128, negative: bool, scale: u32) -> Decimal {
    #[expect(clippy::cast_possible_truncation, reason = "the three words of a 96-bit number")]
    Decimal::from_parts(
        coefficient as u32,
        (coefficient >> 32) as u32,
        (coefficient >> 64) as u32,
        negative,
        scale,
    )
}

/// A value without its type.
pub fn value<C: Codec<T>, T>(value: T) -> Value {
    C::encode(&value)
}

/// A bound of a range without its type.
pub fn bound<C: Codec<T>, T: Ordered>(value: T) -> Value {
    C::encode(&value)
}

/// What `build` makes, once; apart from the block's type, so that it is compiled once as well.
pub fn schema(
    made: &'static OnceLock<BlockSchema>,
    build: fn() -> BlockSchema,
) -> &'static BlockSchema {
    made.get_or_init(build)
}

/// A rule over several fields.
pub type Rule<T> = fn(&T) -> Result<(), Faults>;

/// Runs every rule over several fields, and collects what all of them find.
///
/// # Errors
/// The faults, if there are any.
pub fn rules<T>(block: &T, rules: &[Rule<T>]) -> Result<(), Faults> {
    let mut faults = Faults::new();
    for rule in rules {
        if let Err(found) = rule(block) {
            faults.extend(found);
        }
    }
    faults.into_result()
}

/// A block's schema, field by field.
#[derive(Debug)]
pub struct Block(BlockSchema);

/// Starts a block's schema.
#[must_use]
pub fn block(
    type_name: &'static str,
    name: &'static str,
    table: Option<&'static str>,
    doc: &'static str,
) -> Block {
    Block(BlockSchema {
        name,
        type_name,
        table: table.map_or_else(|| format!("{name}_config"), str::to_owned),
        doc,
        keys: Vec::new(),
        resident: false,
        adopt: false,
        fields: Vec::new(),
        ttl: None,
        on_boot: OnBoot::Default,
        max_stale: None,
        on_stale: OnStale::Serve,
        retired: Vec::new(),
    })
}

impl Block {
    /// Adds a key column.
    #[must_use]
    pub fn key<P: KeyPart>(mut self, name: &'static str) -> Self {
        self.0.keys.push(KeySchema { name, kind: P::KIND });
        self
    }

    /// Sets `resident`.
    #[must_use]
    pub fn resident(mut self) -> Self {
        self.0.resident = true;
        self
    }

    /// Sets `adopt`.
    #[must_use]
    pub fn adopt(mut self) -> Self {
        self.0.adopt = true;
        self
    }

    /// Adds a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.0.fields.push(field.0);
        self
    }

    /// Sets `ttl`.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.0.ttl = Some(ttl);
        self
    }

    /// Sets `on_boot`.
    #[must_use]
    pub fn on_boot(mut self, on_boot: OnBoot) -> Self {
        self.0.on_boot = on_boot;
        self
    }

    /// Sets `max_stale`.
    #[must_use]
    pub fn max_stale(mut self, max_stale: Duration) -> Self {
        self.0.max_stale = Some(max_stale);
        self
    }

    /// Sets `on_stale`.
    #[must_use]
    pub fn on_stale(mut self, on_stale: OnStale) -> Self {
        self.0.on_stale = on_stale;
        self
    }

    /// Adds a retired column.
    #[must_use]
    pub fn retired(mut self, column: &'static str) -> Self {
        self.0.retired.push(column);
        self
    }

    /// The schema.
    #[must_use]
    pub fn build(self) -> BlockSchema {
        self.0
    }
}

/// A field's schema in the making.
#[derive(Debug)]
pub struct Field(FieldSchema);

/// Starts a field's schema: what follows from its type and codec.
#[must_use]
#[inline(never)] // once for each type of field, not for each field
pub fn field<C: Codec<T>, T>(name: &'static str, doc: &'static str) -> Field {
    Field(FieldSchema {
        name,
        column: name,
        doc,
        kind: C::kind(),
        optional: C::OPTIONAL,
        range: C::range(),
        clamp: false,
        length: None,
        one_of: Vec::new(),
        secret: C::SECRET,
        restart: false,
    })
}

impl Field {
    /// Sets the column's name.
    #[must_use]
    pub fn column(mut self, column: &'static str) -> Self {
        self.0.column = column;
        self
    }

    /// Sets `range`; a side that is not given keeps what the type can hold.
    #[must_use]
    pub fn range(mut self, min: Option<Value>, max: Option<Value>, open: bool) -> Self {
        let natural = self.0.range.take();
        let (low, high) = natural.map_or((None, None), |range| (range.min, range.max));
        self.0.range =
            Some(Range { min: min.or(low), open: open && max.is_some(), max: max.or(high) });
        self
    }

    /// Sets `clamp`.
    #[must_use]
    pub fn clamp(mut self) -> Self {
        self.0.clamp = true;
        self
    }

    /// Sets `length`, both ends included.
    #[must_use]
    pub fn length(mut self, min: usize, max: usize) -> Self {
        self.0.length = Some(Length { min, max });
        self
    }

    /// Sets `one_of`.
    #[must_use]
    pub fn one_of(mut self, values: Vec<Value>) -> Self {
        self.0.one_of = values;
        self
    }

    /// Sets `secret`.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.0.secret = true;
        self
    }

    /// Sets `restart`.
    #[must_use]
    pub fn restart(mut self) -> Self {
        self.0.restart = true;
        self
    }
}
