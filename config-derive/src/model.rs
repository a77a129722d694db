//! The struct as we see it: a block with its names, fields and what was said of them.

use std::time::Duration;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Expr, ExprPath, Fields, GenericParam, Ident, Lit, LitStr};
use syn::{Meta, Path};

use crate::attr::{BlockAttrs, FieldAttrs};
use crate::constant::{Bounds, Constant};
use crate::errors::Errors;
use crate::key::Part;
use crate::shape::{Class, Shape};
use crate::sql_name;
use crate::syntax::Given;

/// A struct that derives `ConfigBlock`.
pub(crate) struct Block<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: Name,
    pub(crate) table: Option<LitStr>,
    pub(crate) doc: String,
    pub(crate) root: &'a Path,
    /// The parts of its key; none, if it is not keyed.
    pub(crate) key: Vec<Part>,
    pub(crate) resident: Option<Ident>,
    pub(crate) adopt: bool,
    pub(crate) ttl: Option<Duration>,
    pub(crate) on_boot: Option<Given<Ident>>,
    pub(crate) max_stale: Option<Duration>,
    pub(crate) on_stale: Option<Given<Ident>>,
    pub(crate) check: Option<ExprPath>,
    pub(crate) validate: Option<Ident>,
    pub(crate) retired: Vec<LitStr>,
    pub(crate) fields: Vec<Field<'a>>,
    /// Whether the words on the struct were all understood.
    pub(crate) sound: bool,
}

/// One of its fields.
pub(crate) struct Field<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) name: String,
    pub(crate) column: Name,
    pub(crate) doc: String,
    pub(crate) shape: Shape<'a>,
    pub(crate) default: Option<Constant>,
    pub(crate) range: Option<Bounds>,
    pub(crate) clamp: Option<Ident>,
    pub(crate) length: Option<Bounds>,
    pub(crate) one_of: Option<(Ident, Vec<Constant>)>,
    pub(crate) text: Option<Ident>,
    pub(crate) json: Option<Ident>,
    pub(crate) secret: bool,
    pub(crate) restart: Option<Ident>,
    /// Whether the words on the field were all understood.
    pub(crate) sound: bool,
}

/// A name in SQL.
pub(crate) struct Name {
    pub(crate) text: String,
    /// Where it comes from.
    pub(crate) span: Span,
    /// Whether it was written for SQL, and not taken from a Rust name.
    pub(crate) given: bool,
}

impl<'a> Block<'a> {
    /// Reads a struct with named fields; `None` if it is something else.
    pub(crate) fn read(
        input: &'a DeriveInput,
        attrs: BlockAttrs,
        root: &'a Path,
        errors: &mut Errors,
    ) -> Option<Self> {
        refuse_generics(input, errors);
        let fields = named_fields(input, errors)?;
        let type_name = input.ident.unraw().to_string();
        Some(Self {
            ident: &input.ident,
            name: Name::new(attrs.name, sql_name::of_type(&type_name), &input.ident),
            table: attrs.table.map(|table| table.value),
            doc: doc(&input.attrs),
            root,
            key: attrs.key.map(|key| key.value).unwrap_or_default(),
            resident: attrs.resident.map(|resident| resident.word),
            adopt: attrs.adopt.is_some(),
            ttl: attrs.ttl.map(|ttl| ttl.value),
            on_boot: attrs.on_boot,
            max_stale: attrs.max_stale.map(|max_stale| max_stale.value),
            on_stale: attrs.on_stale,
            check: attrs.check.map(|check| check.value),
            validate: attrs.validate.map(|validate| validate.word),
            retired: attrs.retired,
            fields: fields.iter().filter_map(|field| Field::read(field, root, errors)).collect(),
            sound: attrs.sound,
        })
    }
}

impl<'a> Field<'a> {
    fn read(field: &'a syn::Field, root: &Path, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.as_ref()?;
        let attrs = FieldAttrs::read(&field.attrs, errors);
        let shape = Shape::of(&field.ty);
        let class = shape.class;
        let name = ident.unraw().to_string();
        let default =
            (attrs.default).map(|default| Constant::read(default.value, class, root, errors));
        let range = attrs.range.map(|range| Bounds::read(range, class, root, errors));
        let length =
            (attrs.length).map(|length| Bounds::read(length, Class::Integer, root, errors));
        let one_of = attrs.one_of.map(|Given { word, value }| {
            let listed = value.elems.into_iter();
            let listed = listed.map(|value| Constant::read(value, class, root, errors));
            (word, listed.collect())
        });
        Some(Self {
            ident,
            column: Name::new(attrs.column, name.clone(), ident),
            name,
            doc: doc(&field.attrs),
            shape,
            default,
            range,
            clamp: attrs.clamp.map(|clamp| clamp.word),
            length,
            one_of,
            text: attrs.text.map(|text| text.word),
            json: attrs.json.map(|json| json.word),
            secret: attrs.secret.is_some(),
            restart: attrs.restart.map(|restart| restart.word),
            sound: attrs.sound,
        })
    }
}

impl Name {
    fn new(given: Option<Given<LitStr>>, otherwise: String, from: &Ident) -> Self {
        match given {
            Some(Given { value, .. }) => {
                Self { text: value.value(), span: value.span(), given: true }
            }
            None => Self { text: otherwise, span: from.span(), given: false },
        }
    }
}

fn named_fields<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<&'a Fields> {
    const WANTED: &str = "a block is a struct with named fields";
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(_) => return Some(&data.fields),
            Fields::Unnamed(fields) => errors.at(
                fields,
                format!("{WANTED}: give each field a name, it is the name of a column"),
            ),
            Fields::Unit => errors.at(
                &input.ident,
                format!("{WANTED}: write `struct {} {{}}` for one without any", input.ident),
            ),
        },
        Data::Enum(data) => errors.at(
            data.enum_token,
            format!("{WANTED}: an enum can be the type of a field, with `text` or `json`"),
        ),
        Data::Union(data) => {
            errors.at(data.union_token, format!("{WANTED}: make the union a struct"))
        }
    }
    None
}

fn refuse_generics(input: &DeriveInput, errors: &mut Errors) {
    for parameter in &input.generics.params {
        let (subject, remedy) = match parameter {
            GenericParam::Lifetime(_) => (
                "a block lives as long as the program",
                "let its fields own what they hold, such as `String` for `&str`",
            ),
            GenericParam::Type(_) | GenericParam::Const(_) => {
                ("a block has one table, and so no parameters", "write a struct for each table")
            }
        };
        errors.at(parameter, format!("{subject}: {remedy}"));
    }
}

/// The doc comment, each line without the space that follows the slashes.
fn doc(attributes: &[Attribute]) -> String {
    let line = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(line) => Some(line.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let lines = attributes.iter().filter_map(line);
    let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}
