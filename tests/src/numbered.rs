//! As many blocks as a test wants, each a type of its own.
//!
//! ```no_run
//! use config_sdk::{Config, ConfigBuilder};
//! use config_tests::numbered::Numbered;
//!
//! let hundred: ConfigBuilder = config_tests::hundred!(Config::builder());
//! # async fn read(config: Config) {
//! assert_eq!(config.get::<Numbered<99>>().number, 0);
//! # }
//! ```

use std::sync::OnceLock;

use config_sdk::private::{self, Plain, Slot, Value};
use config_sdk::{BlockSchema, ConfigBlock};

/// How many there are. Those that a program registers take the compiler a twentieth of a second each in a
/// release build.
pub const MOST: usize = 1000;

/// The block `block_N`. What the derive would write, which has no types with a number: one static in
/// generic code is one for all of them.
#[derive(Debug)]
pub struct Numbered<const N: usize> {
    /// What changes.
    pub number: i64,
    /// What does not.
    pub note: String,
}

static SLOTS: [Slot; MOST] = [const { Slot::new() }; MOST];
static SCHEMAS: [OnceLock<BlockSchema>; MOST] = [const { OnceLock::new() }; MOST];

impl<const N: usize> ConfigBlock for Numbered<N> {
    fn schema() -> &'static BlockSchema {
        private::schema(&SCHEMAS[N], || {
            private::block("Numbered", format!("block_{N}").leak(), None, "One of many.")
                .field(private::field::<Plain, i64>("number", "What changes."))
                .field(private::field::<Plain, String>("note", "What does not."))
                .build()
        })
    }

    fn slot() -> &'static Slot {
        &SLOTS[N]
    }

    fn decode(decoder: &mut private::Decoder<'_>) -> Self {
        Self {
            number: decoder.field::<Plain, i64>(0, || 0),
            note: decoder.field::<Plain, String>(1, || "none".to_owned()),
        }
    }

    fn encode_field(&self, place: usize) -> Option<Value> {
        match place {
            0 => Some(private::value::<Plain, _>(self.number)),
            1 => Some(private::value::<Plain, _>(self.note.clone())),
            _ => None,
        }
    }
}

impl<const N: usize> Default for Numbered<N> {
    fn default() -> Self {
        Self::decode(&mut private::Decoder::empty())
    }
}

/// SQL that gives each of the first `count` blocks its row.
#[must_use]
pub fn rows(count: usize) -> String {
    let row =
        |n: usize| format!("insert into block_{n}_config (status, number) values ('active', 0);");
    (0..count).map(row).collect()
}

/// Registers the first seven blocks.
#[macro_export]
macro_rules! seven {
    ($builder:expr) => {
        $crate::seven!(@from 0, $builder)
    };
    (@from $first:expr, $builder:expr) => {
        $builder
            .block::<$crate::numbered::Numbered<{ $first }>>()
            .block::<$crate::numbered::Numbered<{ $first + 1 }>>()
            .block::<$crate::numbered::Numbered<{ $first + 2 }>>()
            .block::<$crate::numbered::Numbered<{ $first + 3 }>>()
            .block::<$crate::numbered::Numbered<{ $first + 4 }>>()
            .block::<$crate::numbered::Numbered<{ $first + 5 }>>()
            .block::<$crate::numbered::Numbered<{ $first + 6 }>>()
    };
}

/// Registers the first hundred.
#[macro_export]
macro_rules! hundred {
    ($builder:expr) => {
        $crate::hundred!(@from 0, $builder)
    };
    (@from $first:expr, $builder:expr) => {
        $crate::hundred!(@tens $first, $builder, 0 10 20 30 40 50 60 70 80 90)
    };
    (@tens $first:expr, $builder:expr, $($ten:literal)*) => {{
        let builder = $builder;
        $(
            let builder = $crate::seven!(@from $first + $ten, builder)
                .block::<$crate::numbered::Numbered<{ $first + $ten + 7 }>>()
                .block::<$crate::numbered::Numbered<{ $first + $ten + 8 }>>()
                .block::<$crate::numbered::Numbered<{ $first + $ten + 9 }>>();
        )*
        builder
    }};
}

/// Registers all thousand.
#[macro_export]
macro_rules! thousand {
    ($builder:expr) => {
        $crate::thousand!(@hundreds $builder, 0 100 200 300 400 500 600 700 800 900)
    };
    (@hundreds $builder:expr, $($hundred:literal)*) => {{
        let builder = $builder;
        $(
            // A function of its own: one of them all takes the compiler much longer.
            let more: fn(config_sdk::ConfigBuilder) -> config_sdk::ConfigBuilder =
                |builder| $crate::hundred!(@from $hundred, builder);
            let builder = more(builder);
        )*
        builder
    }};
}
