//! How an attribute is written: words with commas between them, each alone or with a value.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseBuffer, ParseStream};
use syn::{
    Attribute, Error, Expr, ExprArray, ExprPath, ExprRange, Lit, LitStr, Path, Result, Token,
    parenthesized, token,
};

use crate::errors::Errors;

/// The attribute's name.
const ATTRIBUTE: &str = "config";

/// A word that was given, and its value.
pub(crate) struct Given<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// A word, with what follows it not yet read.
pub(crate) struct Entry<'a> {
    pub(crate) word: Ident,
    input: ParseStream<'a>,
}

/// Hands every word of the `#[config(…)]` attributes to `take`; a mistake in one does not hide the next.
pub(crate) fn walk(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut take: impl FnMut(&Entry<'_>) -> Result<()>,
) {
    for attribute in attributes {
        if attribute.path().is_ident(ATTRIBUTE) {
            let words = attribute.parse_args_with(|input: ParseStream<'_>| {
                each(input, errors, |input, _| word(input, &mut take))
            });
            errors.keep(words);
        }
    }
}

/// Runs `read` on each of the things with commas between them; a mistake in one does not hide the next.
pub(crate) fn each(
    input: ParseStream<'_>,
    errors: &mut Errors,
    mut read: impl FnMut(ParseStream<'_>, &mut Errors) -> Result<()>,
) -> Result<()> {
    while !input.is_empty() {
        let result = read(input, errors);
        errors.keep(result);
        skip_to_comma(input);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

/// Whether nothing more follows up to the next comma.
pub(crate) fn is_over(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

fn word(input: ParseStream<'_>, take: &mut impl FnMut(&Entry<'_>) -> Result<()>) -> Result<()> {
    let word = input.call(Ident::parse_any);
    let word = word.map_err(|error| Error::new(error.span(), "expected a word here"))?;
    let entry = Entry { word, input };
    take(&entry)?;
    if is_over(input) {
        return Ok(());
    }
    let message = format!("expected a comma between `{}` and this", entry.word);
    Err(input.error(message))
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}

impl Entry<'_> {
    /// The word alone.
    pub(crate) fn flag(&self) -> Result<()> {
        let has_value = self.input.peek(Token![=]) || self.input.peek(token::Paren);
        if !has_value {
            return Ok(());
        }
        let word = &self.word;
        let message = format!("`{word}` takes no value: write `{word}` alone, or leave it out");
        Err(self.input.error(message))
    }

    /// `word = expression`.
    pub(crate) fn expression(&self, example: &str) -> Result<Expr> {
        let equals = self.input.parse::<Option<Token![=]>>()?;
        if equals.is_none() || is_over(self.input) {
            let message =
                format!("`{0}` needs a value, such as `{0} = {example}`", self.word.unraw());
            return Err(Error::new_spanned(&self.word, message));
        }
        self.input.parse()
    }

    /// `word = "text"`.
    pub(crate) fn text(&self, example: &str) -> Result<LitStr> {
        match plain(self.expression(example)?) {
            Expr::Lit(literal) => match literal.lit {
                Lit::Str(text) => Ok(text),
                other => Err(self.mismatch(other, "text in quotes", example)),
            },
            other => Err(self.mismatch(other, "text in quotes", example)),
        }
    }

    /// `word = "1h 30m"`, and the text it was read from.
    pub(crate) fn duration(&self, example: &str) -> Result<(Duration, LitStr)> {
        let text = self.text(example)?;
        match humantime::parse_duration(&text.value()) {
            Ok(duration) => Ok((duration, text)),
            Err(_) => Err(self.mismatch(text, "a length of time with its unit", example)),
        }
    }

    /// `word = path::to::something`.
    pub(crate) fn path(&self, what: &str, example: &str) -> Result<ExprPath> {
        match plain(self.expression(example)?) {
            Expr::Path(path) => Ok(path),
            other => Err(self.mismatch(other, what, example)),
        }
    }

    /// `word = path::to::module`.
    pub(crate) fn module(&self, example: &str) -> Result<Path> {
        let path = self.path("the path of a crate or module", example)?;
        match path.qself {
            None => Ok(path.path),
            Some(_) => Err(self.mismatch(path, "the path of a crate or module", example)),
        }
    }

    /// `word = a..=b`.
    pub(crate) fn range(&self, example: &str) -> Result<ExprRange> {
        match plain(self.expression(example)?) {
            Expr::Range(range) if range.start.is_some() || range.end.is_some() => Ok(range),
            other => Err(self.mismatch(other, "a range with at least one bound", example)),
        }
    }

    /// `word = [a, b]`.
    pub(crate) fn list(&self, example: &str) -> Result<ExprArray> {
        match plain(self.expression(example)?) {
            Expr::Array(list) if !list.elems.is_empty() => Ok(list),
            other => Err(self.mismatch(other, "a list of at least one value", example)),
        }
    }

    /// `word = "choice"`, as the variant that stands beside the choice.
    pub(crate) fn choice(&self, choices: [(&str, &str); 2]) -> Result<Ident> {
        let [(first, _), (second, _)] = choices;
        let text = self.text(&format!("{first:?}"))?;
        let chosen = choices.iter().find(|(choice, _)| *choice == text.value());
        let Some((_, variant)) = chosen else {
            let message = format!("`{}` is either {first:?} or {second:?}", self.word);
            return Err(Error::new_spanned(text, message));
        };
        Ok(Ident::new(variant, Span::call_site()))
    }

    /// `word(part, …)`: what is in the parentheses, where there is something.
    pub(crate) fn within(&self, example: &str) -> Result<ParseBuffer<'_>> {
        if self.input.peek(token::Paren) {
            let within;
            parenthesized!(within in self.input);
            if !within.is_empty() {
                return Ok(within);
            }
        }
        let word = &self.word;
        let message = format!("`{word}` needs a part in parentheses, such as `{word}({example})`");
        Err(Error::new_spanned(word, message))
    }

    /// Reads past whatever follows, so that nothing in it is taken for a word.
    pub(crate) fn ignore(&self) -> Result<()> {
        if self.input.parse::<Option<Token![=]>>()?.is_some() {
            self.input.parse::<Expr>()?;
        } else if self.input.peek(token::Paren) {
            self.input.parse::<TokenTree>()?;
        }
        Ok(())
    }

    fn mismatch(&self, at: impl quote::ToTokens, takes: &str, example: &str) -> Error {
        let word = &self.word;
        let message = format!("`{word}` takes {takes}, such as `{word} = {example}`");
        Error::new_spanned(at, message)
    }
}

/// `expression` without the parentheses around it, seen (`(5)`) or unseen (from a macro).
pub(crate) fn plain(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => plain(*group.expr),
        Expr::Paren(paren) => plain(*paren.expr),
        expression => expression,
    }
}
