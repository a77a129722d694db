//! What is printed is read again, and everything wrong with a file is told at once.

mod examples;
mod mistakes;
mod properties;

use std::sync::LazyLock;

use super::{Document, Format, Said, Section, Stated, parse};
use crate::key::{Key, KeyKind};
use crate::schema::{BlockSchema, FieldSchema, KeySchema, Kind, Length, OnBoot, OnStale, Range};
use crate::source::Place;
use crate::value::Value;

const FORMATS: [Format; 2] = [Format::Toml, Format::Json];

/// A block with a field of every kind, named for it.
static ALL: LazyLock<&BlockSchema> = LazyLock::new(|| block("all", &[], every_kind()));

/// The same, with a key.
static PAIRS: LazyLock<&BlockSchema> = LazyLock::new(|| {
    let keys = [("symbol", KeyKind::Text), ("number", KeyKind::Integer)];
    block("pairs", &keys, every_kind())
});

/// A small block as people write them.
static TRADING: LazyLock<&BlockSchema> = LazyLock::new(|| {
    let threshold = FieldSchema {
        doc: "Lowest score that opens a position.",
        range: Some(Range { min: Some(Value::Int(0)), max: Some(Value::Int(1)), open: false }),
        ..field("score_threshold", Kind::Decimal)
    };
    let mode = FieldSchema {
        column: "sizing",
        one_of: vec![Value::Text("risk".into()), Value::Text("fixed".into())],
        ..field("sizing_mode", Kind::Text)
    };
    let tiers = FieldSchema {
        length: Some(Length { min: 0, max: 8 }),
        restart: true,
        ..field("tiers", Kind::Json)
    };
    let token = FieldSchema { secret: true, optional: true, ..field("token", Kind::Text) };
    block("trading", &[], vec![threshold, mode, tiers, token])
});

/// A keyed block as people write them.
static BYTES: LazyLock<&BlockSchema> = LazyLock::new(|| {
    let amount = field("daily_amount", Kind::Integer);
    let note = FieldSchema { optional: true, ..field("note", Kind::Text) };
    block("bytes", &[("guild_id", KeyKind::Text)], vec![amount, note])
});

fn every_kind() -> Vec<FieldSchema> {
    let optional = |name, kind| FieldSchema { optional: true, ..field(name, kind) };
    vec![
        field("truth", Kind::Bool),
        field("small", Kind::Integer),
        field("big", Kind::BigInteger),
        field("exact", Kind::Decimal),
        field("double", Kind::Float),
        field("text", Kind::Text),
        field("pause", Kind::Duration),
        field("at", Kind::Timestamp),
        field("json", Kind::Json),
        optional("maybe", Kind::Text),
        optional("maybe_json", Kind::Json),
    ]
}

fn field(name: &'static str, kind: Kind) -> FieldSchema {
    FieldSchema {
        name,
        column: name,
        doc: "",
        kind,
        optional: false,
        range: None,
        clamp: false,
        length: None,
        one_of: Vec::new(),
        secret: false,
        restart: false,
    }
}

fn block(
    name: &'static str,
    keys: &[(&'static str, KeyKind)],
    fields: Vec<FieldSchema>,
) -> &'static BlockSchema {
    let keys = keys.iter().map(|(name, kind)| KeySchema { name, kind: *kind });
    Box::leak(Box::new(BlockSchema {
        name,
        type_name: "Block",
        table: name.to_owned(),
        doc: "What it is for.",
        keys: keys.collect(),
        resident: false,
        adopt: false,
        fields,
        ttl: None,
        on_boot: OnBoot::Default,
        max_stale: None,
        on_stale: OnStale::Serve,
        retired: vec!["legacy"],
    }))
}

/// A row of `block` that sets these, of which `defaults` hold otherwise.
fn section(
    block: &'static BlockSchema,
    key: Option<Key>,
    values: Vec<Option<Value>>,
    defaults: Vec<Value>,
) -> Section {
    let fields = block.fields.iter().zip(values.into_iter().zip(defaults));
    let said = |(field, (value, default))| Said { field, value, default };
    Section { place: Place { block, key }, fields: fields.map(said).collect() }
}

/// What a row sets, by name and text.
type Texts = Vec<(&'static str, Option<String>)>;

fn read(text: &str, format: Format) -> Vec<(Place, Texts)> {
    let blocks = [*ALL, *PAIRS, *TRADING, *BYTES];
    let stated =
        parse(text, format, &blocks).unwrap_or_else(|mistakes| panic!("{mistakes:?}\n{text}"));
    let row = |Stated { place, fields, .. }| {
        let texts = fields.into_iter().map(|(field, text): (&FieldSchema, _)| (field.name, text));
        (place, texts.collect())
    };
    stated.into_iter().map(row).collect()
}

/// What reading should find of `document`.
fn expected(document: &Document) -> Vec<(Place, Texts)> {
    let row = |row: &Section| {
        let texts = row.fields.iter().filter_map(|said| {
            let text = said.field.stored(said.value.as_ref()?)?;
            (!said.field.secret).then_some((said.field.name, Some(text)))
        });
        (row.place.clone(), texts.collect())
    };
    document.sections.iter().map(row).collect()
}
