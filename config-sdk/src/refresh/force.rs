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
    /// These blocks and those.
    pub(super) fn and(self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Nothing, other) => other.clone(),
            (one, Self::Nothing) => one,
            (Self::Blocks(mut names), Self::Blocks(more)) => {
                names.extend(more);
                Self::Blocks(names)
            }
        }
    }

    pub(super) fn names(&self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Blocks(names) => names.contains(&name),
            Self::All => true,
        }
    }
}
