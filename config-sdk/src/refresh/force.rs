//! Which blocks a refresh looks at whether they changed or not.

/// Which blocks a refresh looks at whether they changed or not.
#[derive(Clone, Debug)]
pub(crate) enum Force {
    /// None.
    Nothing,
    /// These.
    Blocks(Vec<&'static str>),
    /// All.
    All,
}

impl Force {
    pub(super) fn names(&self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Blocks(names) => names.contains(&name),
            Self::All => true,
        }
    }
}
