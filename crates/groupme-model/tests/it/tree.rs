//! JSON trees that allow repeated members, any order of members, and any escapes.

use core::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value as Parsed;

/// JSON value whose objects may repeat members.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    /// JSON text of a value that is neither an array nor an object.
    Leaf(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Mutation of a node, chosen by an index into all nodes of a tree.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Replace(Index, Tree),
    Remove(Index),
    Repeat(Index, Tree),
    Reverse(Index),
    Add(Index, String, Tree),
    Wrap(Index),
}

impl Tree {
    pub(crate) fn parse(json: &str) -> Self {
        Self::from(serde_json::from_str::<Parsed>(json).expect("JSON"))
    }

    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::Replace(at, tree) => *self.place(*at) = tree.clone(),
            Change::Wrap(at) => {
                let place = self.place(*at);
                *place = Self::List(vec![place.clone()]);
            }
            Change::Reverse(at) => match self.place(*at) {
                Self::Object(members) => members.reverse(),
                Self::List(items) => items.reverse(),
                Self::Leaf(_) => {}
            },
            Change::Remove(at) => match self.place(*at) {
                Self::Object(members) if !members.is_empty() => {
                    members.remove(at.index(members.len()));
                }
                Self::List(items) if !items.is_empty() => {
                    items.remove(at.index(items.len()));
                }
                _ => {}
            },
            Change::Repeat(at, tree) => {
                if let Self::Object(members) = self.place(*at)
                    && !members.is_empty()
                {
                    let (name, _) = members[at.index(members.len())].clone();
                    members.push((name, tree.clone()));
                }
            }
            Change::Add(at, name, tree) => {
                if let Self::Object(members) = self.place(*at) {
                    members.insert(at.index(members.len() + 1), (name.clone(), tree.clone()));
                }
            }
        }
    }

    fn place(&mut self, at: Index) -> &mut Self {
        let mut left = at.index(self.size());
        self.nth(&mut left).expect("within the size")
    }

    fn size(&self) -> usize {
        1 + match self {
            Self::Leaf(_) => 0,
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Object(members) => members.iter().map(|(_, tree)| tree.size()).sum(),
        }
    }

    fn nth(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match self {
            Self::Leaf(_) => None,
            Self::List(items) => items.iter_mut().find_map(|tree| tree.nth(left)),
            Self::Object(members) => members.iter_mut().find_map(|(_, tree)| tree.nth(left)),
        }
    }

    fn write(&self, text: &mut String) {
        match self {
            Self::Leaf(leaf) => text.push_str(leaf),
            Self::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    item.write(text);
                }
                text.push(']');
            }
            Self::Object(members) => {
                text.push('{');
                for (index, (name, tree)) in members.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                    }
                    text.push_str(&quoted(name));
                    text.push(':');
                    tree.write(text);
                }
                text.push('}');
            }
        }
    }
}

impl From<Parsed> for Tree {
    fn from(parsed: Parsed) -> Self {
        match parsed {
            Parsed::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Parsed::Object(members) => Self::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name, Self::from(value)))
                    .collect(),
            ),
            leaf => Self::Leaf(leaf.to_string()),
        }
    }
}

/// Returns text as a JSON string in which every character but letters and digits is escaped.
fn quoted(text: &str) -> String {
    let mut json = String::from('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || byte == b'_' => json.push(byte.into()),
            _ => write!(json, "\\u{unit:04x}").expect("a String"),
        }
    }
    json.push('"');
    json
}

/// Strategy for a small value, of a type that some field does not expect.
pub(crate) fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        6 => prop::sample::select(LEAVES).prop_map(|leaf| Tree::Leaf(leaf.to_owned())),
        1 => any::<i64>().prop_map(|number| Tree::Leaf(number.to_string())),
        1 => any::<u64>().prop_map(|number| Tree::Leaf(number.to_string())),
        1 => any::<String>().prop_map(|text| Tree::Leaf(quoted(&text))),
    ];
    leaf.prop_recursive(2, 8, 3, |tree| {
        let members = prop::collection::vec((any_name(), tree.clone()), 0..3);
        prop_oneof![
            prop::collection::vec(tree, 0..3).prop_map(Tree::List),
            members.prop_map(Tree::Object),
        ]
    })
}

pub(crate) fn any_change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), any_tree()).prop_map(|(at, tree)| Change::Replace(at, tree)),
        2 => at().prop_map(Change::Remove),
        2 => (at(), any_tree()).prop_map(|(at, tree)| Change::Repeat(at, tree)),
        1 => at().prop_map(Change::Reverse),
        2 => (at(), any_name(), any_tree()).prop_map(|(at, name, tree)| Change::Add(at, name, tree)),
        1 => at().prop_map(Change::Wrap),
    ]
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(NAMES).prop_map(ToOwned::to_owned),
        "[a-z_]{1,8}",
        any::<String>(),
    ]
}

/// Values that are nearly valid for some kind of field.
const LEAVES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "0.5",
    "1751413222.25",
    "1e3",
    "1.5e300",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "253402300800",
    r#""""#,
    r#""0""#,
    r#""true""#,
    r#""-1""#,
    r#""+5""#,
    r#""64.148430""#,
    r#""inf""#,
    r#""NaN""#,
    r#"" padded ""#,
    r#""system""#,
    r#""unicode""#,
    r#""2025-07-01T23:40:22.8912Z""#,
    r#""0000-01-01T00:00:00.5+23:59""#,
    r#""9999-12-31T23:59:60.999-23:59""#,
    r#""\ud83d\udc4d\ufffd\u2764\ufe0f""#,
    "[]",
    "{}",
    "[[0,6],[8,6]]",
    r#"["admin","cox",7,null]"#,
    "[3702,-1,9223372036854775808]",
    r#"[{"type":"unicode","code":"x","user_ids":[1,null,"2"]},{"type":"emoji","pack_id":"1"},5]"#,
    r#"[{"type":"image","url":7},{"type":"mentions","user_ids":[1,null],"loci":[[1]]},null,"x"]"#,
    r#"{"id":1}"#,
    r#"{"type":"message.pinned","data":{"message_id":175141257527047935,"pinned":"1"}}"#,
];

const NAMES: &[&str] = &[
    "type",
    "subject",
    "id",
    "ping",
    "line",
    "event",
    "data",
    "user_id",
    "attachments",
    "reactions",
    "extra",
    "raw",
    "text",
    "updated_at",
    "location",
    "lat",
    "received_at",
    "start_at",
    "muted_until",
    "members",
    "roles",
    "messages",
    "last_message",
    "like_icon",
    "options",
    "going",
    "rsvp_list",
    "message_deletion_mode",
    "photo_urls",
    "interests",
];
