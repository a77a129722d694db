//! A field's type as we see it: what is around it, and what kind of thing it is by its name.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// A field's type, taken apart: `Option<Secret<Decimal>>` is an optional, sealed `Decimal`.
pub(crate) struct Shape<'a> {
    pub(crate) whole: &'a Type,
    /// Whether there is an `Option` around it.
    pub(crate) optional: bool,
    /// Whether there is a `Secret` around it.
    pub(crate) sealed: bool,
    /// Whether there is an `Option` where none can be.
    pub(crate) option_inside: bool,
    /// What is left.
    pub(crate) core: &'a Type,
    pub(crate) class: Class,
}

/// What a type is, as far as its name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Integer,
    Float,
    Decimal,
    Duration,
    Bool,
    Text,
    Collection,
    /// The name alone does not tell.
    Other,
}

impl<'a> Shape<'a> {
    pub(crate) fn of(whole: &'a Type) -> Self {
        let (optional, rest) = peel(whole, "Option");
        let (sealed, core) = peel(rest, "Secret");
        Self {
            whole,
            optional,
            sealed,
            option_inside: peel(core, "Option").0,
            core,
            class: Class::of(core),
        }
    }
}

impl Class {
    fn of(ty: &Type) -> Self {
        let Some(segment) = last_segment(ty) else {
            return Self::Other;
        };
        match segment.ident.to_string().as_str() {
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => Self::Integer,
            "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Self::Integer,
            "f32" | "f64" => Self::Float,
            "Decimal" => Self::Decimal,
            "Duration" => Self::Duration,
            "bool" => Self::Bool,
            "String" => Self::Text,
            "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" => {
                Self::Collection
            }
            _ => Self::Other,
        }
    }

    /// Whether its values have an order that a range can mean; a type we do not know may.
    pub(crate) fn may_have_range(self) -> bool {
        !matches!(self, Self::Bool | Self::Text | Self::Collection)
    }

    /// Whether its values have a length; a type we do not know may.
    pub(crate) fn may_have_length(self) -> bool {
        matches!(self, Self::Text | Self::Collection | Self::Other)
    }

    /// Whether its values can be listed for `one_of`; a type we do not know may.
    pub(crate) fn may_be_listed(self) -> bool {
        !matches!(self, Self::Bool | Self::Collection)
    }

    /// Whether it is a column by itself that serde would not write as text.
    pub(crate) fn is_never_text(self) -> bool {
        matches!(self, Self::Integer | Self::Float | Self::Bool | Self::Duration | Self::Collection)
    }
}

/// What is inside `wrapper<…>`, or the type as it is.
fn peel<'a>(ty: &'a Type, wrapper: &str) -> (bool, &'a Type) {
    let arguments = last_segment(ty)
        .filter(|segment| segment.ident == wrapper)
        .map(|segment| &segment.arguments);
    if let Some(PathArguments::AngleBracketed(arguments)) = arguments
        && let (1, Some(GenericArgument::Type(within))) =
            (arguments.args.len(), arguments.args.first())
    {
        return (true, within);
    }
    (false, ty)
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}
