//! Access of extensions to the members of a message.

use bayeux_proto::Payload;

use crate::{message::Message, value::Value};

impl<'f> Message<'f> {
    fn at(self, path: &[&str]) -> Option<Value<'f>> {
        let (first, rest) = path.split_first()?;
        let member = match *first {
            "data" => self.data(),
            "ext" => self.ext(),
            other => self.value().get(other),
        };
        rest.iter().try_fold(member?, |value, name| value.get(name))
    }
}

impl Payload for Message<'_> {
    fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    fn integer(&self, path: &[&str]) -> Option<i64> {
        self.at(path)?.as_i64()
    }

    fn boolean(&self, path: &[&str]) -> Option<bool> {
        self.at(path)?.as_bool()
    }
}
