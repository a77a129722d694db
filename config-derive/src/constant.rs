//! A value written in an attribute, such as a default or a bound: what it says, and as what it compiles.

use std::cmp::Ordering;
use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprRange, Lit, LitFloat, LitStr, Path, RangeLimits, Result, UnOp};

use crate::errors::Errors;
use crate::number::Number;
use crate::shape::Class;
use crate::syntax::{Given, plain};

/// A value written in an attribute.
pub(crate) struct Constant {
    pub(crate) written: Expr,
    /// An expression of the type that is expected.
    pub(crate) typed: TokenStream,
    /// Whether it is a literal, and so has the innermost type without its wrappers.
    pub(crate) is_literal: bool,
    /// What it says, if we can tell.
    pub(crate) known: Option<Known>,
}

/// What a literal says.
pub(crate) enum Known {
    Number(Number),
    Duration(Duration),
    Text(String),
}

/// A range written in an attribute; at least one side is there.
pub(crate) struct Bounds {
    pub(crate) word: syn::Ident,
    pub(crate) written: ExprRange,
    pub(crate) min: Option<Constant>,
    pub(crate) max: Option<Constant>,
    /// Whether `max` itself is not allowed.
    pub(crate) open: bool,
}

impl Constant {
    /// Reads `written`, which is to be a `class` of thing.
    pub(crate) fn read(written: Expr, class: Class, root: &Path, errors: &mut Errors) -> Self {
        let literal = literal(written.clone());
        let meaning = literal.as_ref().map(|(negative, literal)| {
            errors.keep(meaning((*negative, literal), class, root, &written))
        });
        let (known, typed) = meaning.flatten().unwrap_or((None, None));
        Self {
            is_literal: literal.is_some(),
            typed: typed.unwrap_or_else(|| written.to_token_stream()),
            known,
            written,
        }
    }
}

impl Known {
    /// `None` if they are not the same kind of thing.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.compare(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// The length in characters, as a number that can be compared with bounds.
    pub(crate) fn length(&self) -> Option<Self> {
        match self {
            Self::Text(text) => {
                Number::read(&text.chars().count().to_string(), false).map(Self::Number)
            }
            _ => None,
        }
    }
}

impl Bounds {
    /// Reads both sides, which are to be a `class` of thing.
    pub(crate) fn read(
        given: Given<ExprRange>,
        class: Class,
        root: &Path,
        errors: &mut Errors,
    ) -> Self {
        let Given { word, value } = given;
        let mut side = |expression: &Option<Box<Expr>>| {
            let expression = expression.as_deref().cloned()?;
            Some(Constant::read(expression, class, root, errors))
        };
        Self {
            word,
            min: side(&value.start),
            max: side(&value.end),
            open: matches!(value.limits, RangeLimits::HalfOpen(_)) && value.end.is_some(),
            written: value,
        }
    }

    /// Whether nothing is inside; `false` if we cannot tell.
    pub(crate) fn is_empty(&self) -> bool {
        match (side(&self.min), side(&self.max)) {
            (Some(min), Some(max)) => match min.compare(max) {
                Some(Ordering::Equal) => self.open,
                order => order == Some(Ordering::Greater),
            },
            _ => false,
        }
    }

    /// Whether `known` is outside; `false` if we cannot tell.
    pub(crate) fn exclude(&self, known: &Known) -> bool {
        let against = |bound| side(bound).and_then(|bound| known.compare(bound));
        let above = match against(&self.max) {
            Some(Ordering::Equal) => self.open,
            order => order == Some(Ordering::Greater),
        };
        above || against(&self.min) == Some(Ordering::Less)
    }

    /// As it is written, without spaces.
    pub(crate) fn show(&self) -> String {
        self.written.to_token_stream().to_string().replace(' ', "")
    }
}

fn side(bound: &Option<Constant>) -> Option<&Known> {
    bound.as_ref()?.known.as_ref()
}

/// The literal that `expression` is, and whether there is a minus before it.
fn literal(expression: Expr) -> Option<(bool, Lit)> {
    match plain(expression) {
        Expr::Lit(literal) => Some((false, literal.lit)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => match plain(*unary.expr) {
            Expr::Lit(literal) => Some((true, literal.lit)),
            _ => None,
        },
        _ => None,
    }
}

/// What a literal says, and how it is written as a `class` of thing where that is not as it is.
type Meaning = (Option<Known>, Option<TokenStream>);

fn meaning(
    (negative, literal): (bool, &Lit),
    class: Class,
    root: &Path,
    written: &Expr,
) -> Result<Meaning> {
    let here = Span::call_site().located_at(written.span());
    match (class, literal) {
        (Class::Decimal, Lit::Int(_) | Lit::Float(_)) => {
            let number = decimal(negative, literal, written)?;
            let parts = number.decimal().ok_or_else(|| {
                let message = "a `Decimal` cannot hold this number exactly: \
                               it has room for 28 digits, up to 28 of them after the point";
                Error::new_spanned(written, message)
            })?;
            let (coefficient, negative, scale) = parts;
            let typed =
                quote_spanned!(here=> #root::private::decimal(#coefficient, #negative, #scale));
            Ok((Some(Known::Number(number)), Some(typed)))
        }
        (Class::Decimal, Lit::Str(text)) => {
            let number = text.value();
            let message = format!("a `Decimal` is written as a number, without quotes: `{number}`");
            Err(Error::new_spanned(text, message))
        }
        (Class::Duration, Lit::Str(text)) => {
            let duration = humantime::parse_duration(&text.value())
                .map_err(|_| Error::new_spanned(text, DURATION))?;
            let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
            let typed = quote_spanned!(here=> #root::private::Duration::new(#seconds, #nanos));
            Ok((Some(Known::Duration(duration)), Some(typed)))
        }
        (Class::Duration, Lit::Int(_) | Lit::Float(_)) => {
            Err(Error::new_spanned(written, DURATION))
        }
        (Class::Float, Lit::Int(whole)) if whole.suffix().is_empty() => {
            let digits = whole.base10_digits().trim_start_matches('-');
            let float = LitFloat::new(&format!("{digits}.0"), here);
            let known = number(negative, literal).map(Known::Number);
            let is_negative = negative || whole.base10_digits().starts_with('-');
            let minus = is_negative.then(|| quote_spanned!(here=> -));
            Ok((known, Some(quote!(#minus #float))))
        }
        (_, Lit::Int(_) | Lit::Float(_)) => {
            Ok((number(negative, literal).map(Known::Number), None))
        }
        (Class::Text | Class::Collection | Class::Other, Lit::Str(text)) if !negative => {
            Ok((Some(Known::Text(text.value())), Some(into(text, here))))
        }
        _ => Ok((None, None)),
    }
}

const DURATION: &str =
    "a length of time is written as text with its unit, such as \"90s\" or \"1h 30m\"";

fn into(text: &LitStr, here: Span) -> TokenStream {
    quote_spanned!(here=> ::core::convert::Into::into(#text))
}

/// The number, which is to become a `Decimal`.
fn decimal(negative: bool, literal: &Lit, written: &Expr) -> Result<Number> {
    let suffix = match literal {
        Lit::Int(whole) => whole.suffix(),
        Lit::Float(float) => float.suffix(),
        _ => "",
    };
    if !suffix.is_empty() {
        let message = format!("a `Decimal` is written without a suffix: remove `{suffix}`");
        return Err(Error::new_spanned(literal, message));
    }
    let message = "this number is too long to be read";
    number(negative, literal).ok_or_else(|| Error::new_spanned(written, message))
}

fn number(negative: bool, literal: &Lit) -> Option<Number> {
    let digits = match literal {
        Lit::Int(whole) => whole.base10_digits(),
        Lit::Float(float) => float.base10_digits(),
        _ => return None,
    };
    // A literal that a macro passed on may carry its minus itself.
    match digits.strip_prefix('-') {
        Some(digits) => Number::read(digits, !negative),
        None => Number::read(digits, negative),
    }
}
