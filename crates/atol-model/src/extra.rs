//! Members of a register that this version does not know.

use std::fmt;

use serde_json::value::RawValue;

/// Unknown members, in the order they came, each as the JSON text it was.
///
/// ```
/// use atol_model::Kkt;
///
/// let kkt = Kkt::builder("00107703864827").extra("model", r#"{"name": "АТОЛ 42ФС"}"#)?.build();
/// assert_eq!(kkt.extra.get("model"), Some(r#"{"name": "АТОЛ 42ФС"}"#));
/// assert_eq!(kkt.extra.names().collect::<Vec<_>>(), ["model"]);
/// # Ok::<(), atol_model::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra {
    pub(crate) members: Vec<(String, Box<RawValue>)>,
}

impl Extra {
    /// The JSON text of a member.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(member, _)| *member == name).map(|(_, json)| json)
    }

    /// Names and JSON texts, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.members.iter().map(|(name, json)| (name.as_str(), json.get()))
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_str())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none, as is usual.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// A name that stands twice.
    pub(crate) fn repeated(&self) -> Option<&str> {
        if self.len() < 2 {
            return None;
        }
        let mut names: Vec<&str> = self.names().collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(*first),
            _ => None,
        })
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.members.iter().map(|(name, json)| (name, json))).finish()
    }
}
