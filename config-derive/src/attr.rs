//! The words of `#[config(…)]`: which there are, where they belong, what each takes.

use std::time::Duration;

use syn::{Attribute, Error, Expr, ExprArray, ExprPath, ExprRange, Ident, LitStr, Path, Result};

use crate::errors::Errors;
use crate::key::Part;
use crate::syntax::{self, Entry, Given};

const NAME: &str = "name";
const TABLE: &str = "table";
const KEY: &str = "key";
const RESIDENT: &str = "resident";
const ADOPT: &str = "adopt";
const TTL: &str = "ttl";
const ON_BOOT: &str = "on_boot";
const MAX_STALE: &str = "max_stale";
const ON_STALE: &str = "on_stale";
const CHECK: &str = "check";
const VALIDATE: &str = "validate";
const CRATE: &str = "crate";
const RETIRED: &str = "retired";

const DEFAULT: &str = "default";
const RANGE: &str = "range";
const CLAMP: &str = "clamp";
const LENGTH: &str = "length";
const ONE_OF: &str = "one_of";
const TEXT: &str = "text";
const JSON: &str = "json";
const COLUMN: &str = "column";
const SECRET: &str = "secret";
const RESTART: &str = "restart";

/// What may be written on a struct.
const ON_STRUCT: Place = Place {
    name: "the struct",
    words: &[
        NAME, TABLE, KEY, RESIDENT, ADOPT, TTL, ON_BOOT, MAX_STALE, ON_STALE, CHECK, VALIDATE,
        CRATE, RETIRED,
    ],
};

/// What may be written on a field.
const ON_FIELD: Place = Place {
    name: "a field",
    words: &[DEFAULT, RANGE, CLAMP, LENGTH, ONE_OF, TEXT, JSON, COLUMN, SECRET, RESTART],
};

/// Where words are written, and which ones.
struct Place {
    name: &'static str,
    words: &'static [&'static str],
}

/// What is written on a struct.
#[derive(Default)]
pub(crate) struct BlockAttrs {
    pub(crate) name: Option<Given<LitStr>>,
    pub(crate) table: Option<Given<LitStr>>,
    pub(crate) key: Option<Given<Vec<Part>>>,
    pub(crate) resident: Option<Given<()>>,
    pub(crate) adopt: Option<Given<()>>,
    pub(crate) ttl: Option<Given<Duration>>,
    /// The variant of the enum of that name; so is `on_stale`.
    pub(crate) on_boot: Option<Given<Ident>>,
    pub(crate) max_stale: Option<Given<Duration>>,
    pub(crate) on_stale: Option<Given<Ident>>,
    pub(crate) check: Option<Given<ExprPath>>,
    pub(crate) validate: Option<Given<()>>,
    pub(crate) root: Option<Given<Path>>,
    pub(crate) retired: Vec<LitStr>,
    /// Whether it was read without a mistake, so that what is missing was not meant to be there.
    pub(crate) sound: bool,
}

impl BlockAttrs {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = Self::default();
        let before = errors.count();
        syntax::walk(attributes, errors, |entry| attrs.take(entry));
        attrs.sound = errors.count() == before;
        attrs
    }

    fn take(&mut self, entry: &Entry<'_>) -> Result<()> {
        match entry.word.to_string().as_str() {
            NAME => once(&mut self.name, entry, entry.text("\"trading\"")?),
            TABLE => once(&mut self.table, entry, entry.text("\"trading_config\"")?),
            KEY => {
                let mut mistakes = Errors::default();
                let parts = Part::read_all(entry, &mut mistakes)?;
                once(&mut self.key, entry, parts)?;
                mistakes.into_result()
            }
            RESIDENT => once(&mut self.resident, entry, entry.flag()?),
            ADOPT => once(&mut self.adopt, entry, entry.flag()?),
            TTL => once(&mut self.ttl, entry, ttl(entry)?),
            ON_BOOT => {
                let choices = [("default", "Default"), ("require", "Require")];
                once(&mut self.on_boot, entry, entry.choice(choices)?)
            }
            MAX_STALE => once(&mut self.max_stale, entry, max_stale(entry)?),
            ON_STALE => {
                let choices = [("serve", "Serve"), ("default", "Default")];
                once(&mut self.on_stale, entry, entry.choice(choices)?)
            }
            CHECK => {
                let check = entry.path("the path of a function", "Self::limits_agree")?;
                once(&mut self.check, entry, check)
            }
            VALIDATE => once(&mut self.validate, entry, entry.flag()?),
            CRATE => once(&mut self.root, entry, entry.module("my_crate::config_sdk")?),
            RETIRED => {
                self.retired.push(entry.text("\"old_name\"")?);
                Ok(())
            }
            _ => Err(unknown(entry, &ON_STRUCT, &ON_FIELD)),
        }
    }
}

/// What is written on a field.
#[derive(Default)]
pub(crate) struct FieldAttrs {
    pub(crate) default: Option<Given<Expr>>,
    pub(crate) range: Option<Given<ExprRange>>,
    pub(crate) clamp: Option<Given<()>>,
    pub(crate) length: Option<Given<ExprRange>>,
    pub(crate) one_of: Option<Given<ExprArray>>,
    pub(crate) text: Option<Given<()>>,
    pub(crate) json: Option<Given<()>>,
    pub(crate) column: Option<Given<LitStr>>,
    pub(crate) secret: Option<Given<()>>,
    pub(crate) restart: Option<Given<()>>,
    /// Whether it was read without a mistake, so that what is missing was not meant to be there.
    pub(crate) sound: bool,
}

impl FieldAttrs {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut attrs = Self::default();
        let before = errors.count();
        syntax::walk(attributes, errors, |entry| attrs.take(entry));
        attrs.sound = errors.count() == before;
        attrs
    }

    fn take(&mut self, entry: &Entry<'_>) -> Result<()> {
        match entry.word.to_string().as_str() {
            DEFAULT => once(&mut self.default, entry, entry.expression("5")?),
            RANGE => once(&mut self.range, entry, entry.range("1..=100")?),
            CLAMP => once(&mut self.clamp, entry, entry.flag()?),
            LENGTH => once(&mut self.length, entry, entry.range("1..=64")?),
            ONE_OF => once(&mut self.one_of, entry, entry.list("[\"fast\", \"slow\"]")?),
            TEXT => once(&mut self.text, entry, entry.flag()?),
            JSON => once(&mut self.json, entry, entry.flag()?),
            COLUMN => once(&mut self.column, entry, entry.text("\"old_name\"")?),
            SECRET => once(&mut self.secret, entry, entry.flag()?),
            RESTART => once(&mut self.restart, entry, entry.flag()?),
            _ => Err(unknown(entry, &ON_FIELD, &ON_STRUCT)),
        }
    }
}

fn ttl(entry: &Entry<'_>) -> Result<Duration> {
    let (ttl, text) = entry.duration("\"60s\"")?;
    if ttl.is_zero() {
        let message = "a `ttl` of nothing would ask the store without a pause; \
                       changes are pushed, so a long one such as \"60s\" is fine";
        return Err(Error::new_spanned(text, message));
    }
    Ok(ttl)
}

fn max_stale(entry: &Entry<'_>) -> Result<Duration> {
    let (max_stale, text) = entry.duration("\"10m\"")?;
    if max_stale.is_zero() {
        let message = "with a `max_stale` of nothing a value would have expired before it is read; \
                       give the time that it may be out of touch with the store, such as \"10m\"";
        return Err(Error::new_spanned(text, message));
    }
    Ok(max_stale)
}

/// Fills `slot`, unless something is there already.
fn once<T>(slot: &mut Option<Given<T>>, entry: &Entry<'_>, value: T) -> Result<()> {
    let word = entry.word.clone();
    if slot.is_some() {
        let message = format!("`{word}` is given twice; keep one of them");
        return Err(Error::new_spanned(word, message));
    }
    *slot = Some(Given { word, value });
    Ok(())
}

/// The mistake of a word that is not known `here`.
fn unknown(entry: &Entry<'_>, here: &Place, there: &Place) -> Error {
    let (word, span) = (entry.word.to_string(), entry.word.span());
    // What follows is a mistake of its own only if the word is known.
    let _ = entry.ignore();
    let place = here.name;
    if there.words.contains(&word.as_str()) {
        let message = format!("`{word}` belongs on {}, not on {place}", there.name);
        return Error::new(span, message);
    }
    let guess = nearest(&word, here.words)
        .map(|near| format!(", did you mean `{near}`?"))
        .unwrap_or_default();
    let known: Vec<_> = here.words.iter().map(|word| format!("`{word}`")).collect();
    let known = known.join(", ");
    let message = format!("unknown word `{word}`{guess}\nknown on {place}: {known}");
    Error::new(span, message)
}

/// The known word that looks most like `word`, if one does.
fn nearest(word: &str, known: &[&'static str]) -> Option<&'static str> {
    let distance = |known: &&str| strsim::damerau_levenshtein(word, known);
    let near = known.iter().copied().min_by_key(|known| distance(known))?;
    (distance(&near) <= 1 + word.len() / 4).then_some(near)
}
