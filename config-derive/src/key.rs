//! The key of a keyed block as it is written: `key(symbol: String, strategy: String)`.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, Type, parse_quote};

use crate::errors::Errors;
use crate::syntax::{self, Entry};

/// How many parts a key may have: `KeyFor` has an implementation for each number of them.
pub(crate) const MAX_PARTS: usize = 4;

/// A part of a key.
pub(crate) struct Part {
    pub(crate) name: Ident,
    /// A `String`, where a mistake hides the type that was meant: most are.
    pub(crate) ty: Type,
    /// Whether it was read without a mistake, so that its name was meant as one.
    pub(crate) sound: bool,
}

impl Part {
    /// Reads the parts that follow the word; a mistake in one does not hide the next.
    pub(crate) fn read_all(entry: &Entry<'_>, errors: &mut Errors) -> Result<Vec<Self>> {
        let within = entry.within("guild_id: String")?;
        let mut parts = Vec::new();
        syntax::each(&within, errors, |input, errors| {
            let name = input.call(Ident::parse_any);
            let name = name.map_err(|error| Error::new(error.span(), NAME_AND_TYPE))?;
            let ty = errors.keep(owned_type(&name, input));
            let sound = ty.is_some();
            parts.push(Self { name, ty: ty.unwrap_or_else(stand_in), sound });
            Ok(())
        })?;
        Ok(parts)
    }

    /// Its column.
    pub(crate) fn column(&self) -> String {
        self.name.unraw().to_string()
    }
}

const NAME_AND_TYPE: &str = "a part of a key is a name and a type, such as `guild_id: String`";

/// What a part is taken for whose type is not known.
pub(crate) fn stand_in() -> Type {
    parse_quote!(::std::string::String)
}

/// The type that follows `name`.
fn owned_type(name: &Ident, input: ParseStream<'_>) -> Result<Type> {
    let colon = input.parse::<Option<Token![:]>>()?;
    if colon.is_none() || syntax::is_over(input) {
        return Err(Error::new_spanned(name, NAME_AND_TYPE));
    }
    let ty = input.parse()?;
    if let Type::Reference(borrowed) = &ty {
        let message = "a key owns its parts: write `String` for `&str`";
        return Err(Error::new_spanned(borrowed, message));
    }
    if !syntax::is_over(input) {
        let message = format!("expected a comma between the part `{name}` and this");
        return Err(input.error(message));
    }
    Ok(ty)
}
