//! Members of request bodies: their names, types and meanings.

use core::time::Duration;

use serde_json::{Map, Value};

use super::{Control, Refusal};

/// Member of a request body, or parameter of a query.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    pub(super) about: &'static str,
}

/// Type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Id as text or number, or a unique name.
    Id,
    Number,
    Flag,
    List,
    Object,
}

impl Kind {
    /// Returns the name of the type in JSON schema.
    pub(super) fn schema(self) -> &'static str {
        match self {
            Self::Text | Self::Id => "string",
            Self::Number => "integer",
            Self::Flag => "boolean",
            Self::List => "array",
            Self::Object => "object",
        }
    }

    fn accepts(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Id => value.is_string() || value.is_u64(),
            Self::Number => value.is_u64(),
            Self::Flag => value.is_boolean(),
            Self::List => value.is_array(),
            Self::Object => value.is_object(),
        }
    }
}

pub(super) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field {
        name,
        kind,
        is_required: true,
        about,
    }
}

pub(super) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field {
        name,
        kind,
        is_required: false,
        about,
    }
}

/// Reads a body; an unknown member, a wrong type or a missing member is refused by its name.
pub(super) fn body(bytes: &[u8], fields: &[Field]) -> Result<Map<String, Value>, Refusal> {
    let body = match bytes {
        [] => Map::new(),
        _ => serde_json::from_slice(bytes)
            .map_err(|error| Refusal::bad(format!("the body is no JSON object: {error}")))?,
    };
    check(&body, fields, "the body")?;
    Ok(body)
}

/// Checks an object against the fields that it may have.
pub(super) fn check(
    object: &Map<String, Value>,
    fields: &[Field],
    place: &str,
) -> Result<(), Refusal> {
    for (name, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let known = known.join(", ");
            return Err(Refusal::bad(format!(
                "{place} has no `{name}`, only: {known}"
            )));
        };
        if !value.is_null() && !field.kind.accepts(value) {
            let wanted = field.kind.schema();
            return Err(Refusal::bad(format!(
                "`{name}` must be of the type {wanted}"
            )));
        }
    }
    let missing = fields
        .iter()
        .find(|field| field.is_required && object.get(field.name).is_none_or(Value::is_null));
    match missing {
        Some(field) => Err(Refusal::bad(format!(
            "`{}` is missing: {}",
            field.name, field.about
        ))),
        None => Ok(()),
    }
}

impl Control<'_> {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    pub(super) fn needed_text(&self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name).map(str::to_owned);
        text.ok_or_else(|| Refusal::bad(format!("`{name}` is missing")))
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name)?.as_u64()
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.body.get(name)?.as_bool()
    }

    pub(super) fn list(&self, name: &str) -> &[Value] {
        let list = self.body.get(name).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Returns a time in milliseconds.
    pub(super) fn millis(&self, name: &str) -> Option<Duration> {
        self.number(name).map(Duration::from_millis)
    }
}
